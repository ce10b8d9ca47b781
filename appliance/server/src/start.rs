//! Starting, serving and stopping.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use pocketkey_routes::Routes;
use tokio::{net::TcpListener, task::JoinSet, time::sleep};
use tokio_rustls::rustls::ServerConfig;

use crate::{
    account, activation, admins, api_keys,
    app::{App, load_secret},
    audit, authentications,
    config::Config,
    dashboard,
    db::{Db, DbError, OpenError},
    demo, devices, events, groups, idempotency, imports, inbox, jobs, keys, mail, ops, pairing,
    problem::{self, MAX_JSON},
    push,
    relay::{
        self, Place,
        bus::{Bus, Cluster, Local, Nats, OptionsError},
    },
    settings, tls, users, webhooks, workflows,
};

/// How long answers that are under way may take when the appliance stops.
const GRACE: Duration = Duration::from_secs(3);

/// Why an appliance does not start. The text names the thing to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder.
    #[error(transparent)]
    Data(#[from] OpenError),
    /// The database, after it was opened.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A port that cannot be listened on.
    #[error("cannot listen on {address}: {source}. Choose another address with {option}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// The option that changes it.
        option: &'static str,
        /// What the operating system says.
        source: io::Error,
    },
    /// The public address.
    #[error("--url {0} is not an address of the form https://keys.example.org")]
    Url(String),
    /// The mail server's address or the sender.
    #[error(transparent)]
    Mail(#[from] mail::ConfigError),
    /// The sink's certificate or its login.
    #[error(transparent)]
    Sink(#[from] inbox::SinkConfigError),
    /// The certificate or its key.
    #[error(transparent)]
    Tls(#[from] tls::IdentityError),
    /// The way to other nodes.
    #[error(transparent)]
    Bus(#[from] OptionsError),
    /// The client of push services.
    #[error("push services cannot be called: {0}. Check this computer's root certificates")]
    Push(#[from] push::ClientError),
    /// The client of webhooks.
    #[error("webhooks cannot be told: {0}. Check this computer's root certificates")]
    Webhooks(#[from] webhooks::ClientError),
}

/// A started appliance: data open, ports bound, nothing served yet.
pub struct Appliance {
    /// The shared state.
    pub app: App,
    /// Where the console and the API listen.
    pub http_addr: SocketAddr,
    /// Where the SMTP sink listens.
    pub smtp_addr: SocketAddr,
    /// The one-time set-up link; `None` once there is an admin.
    pub setup_link: Option<String>,
    routes: Router,
    document: ops::openapi::Document,
    http: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    workers: JoinSet<()>,
}

/// Opens the data folder and binds the ports.
///
/// # Errors
/// See [`StartError`].
pub async fn start(config: Config) -> Result<Appliance, StartError> {
    let url = config.url.as_deref().map(check_url).transpose()?;
    let mail_options = mail::Options::check(&config)?;
    let sink_tls = inbox::prepare(&config)?;
    let tls = ops::tls(config.tls_identity.as_ref())?;
    let db = Db::open(&config.data)?;
    let http = bind(config.listen, "--listen")?;
    let smtp = bind(config.smtp_listen, "--smtp-listen")?;
    let address = |listener: &TcpListener, asked| listener.local_addr().unwrap_or(asked);
    let http_addr = address(&http, config.listen);
    let smtp_addr = address(&smtp, config.smtp_listen);
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = url.unwrap_or_else(|| format!("{scheme}://localhost:{}", http_addr.port()));

    let (web_push, calls) = push::web_push();
    let wake = config.wake.clone().unwrap_or_else(|| Arc::new(web_push));
    let pusher = push::Pusher::new()?;
    let sender = webhooks::Sender::new()?;
    let secret = load_secret(&db).await?;
    let nats = match &config.bus {
        Some(options) => {
            let cluster = Cluster::connect(options).await?;
            let organisation = relay::admission::Issuer::new(&secret).organisation;
            Some(Nats::new(cluster, &organisation, Place::Console, Arc::clone(&config.clock)))
        }
        None => None,
    };
    let bus: Box<dyn Bus> = match nats.clone() {
        Some(nats) => Box::new(nats),
        None => Box::new(Local),
    };
    let mailer = mail::Mailer::new(mail_options, smtp_addr);
    let app = App::new(db, secret, config, url, wake, bus, mailer);
    mail::settings::load(&app).await?;
    let setup_link = admins::service::setup_link(&app).await?;
    let mut workers = JoinSet::new();
    workers.spawn(inbox::sink::serve(inbox::Storing(app.clone()), Some(sink_tls), smtp));
    workers.spawn(inbox::index(app.clone()));
    workers.spawn(inbox::tidy_up(app.clone()));
    workers.spawn(mail::outbox::run(app.clone()));
    workers.spawn(activation::expiry::run(app.clone()));
    workers.spawn(workflows::run(app.clone()));
    workers.spawn(relay::run(Arc::clone(app.relay()), app.stopped()));
    if let Some(nats) = nats {
        let (relay, stopped) = (Arc::clone(app.relay()), app.stopped());
        workers.spawn(async move {
            tokio::select! {
                () = nats.run(relay) => {}
                () = stopped => {}
            }
        });
    }
    workers.spawn(settings::run(app.clone()));
    workers.spawn(webhooks::run(app.clone(), sender));
    workers.spawn(authentications::service::run(app.clone()));
    workers.spawn(push::run(app.clone(), pusher, calls));
    let routes = Router::from(features()).with_state(app.clone());
    let document = ops::openapi::Document::default();
    Ok(Appliance { app, http_addr, smtp_addr, setup_link, routes, document, http, tls, workers })
}

/// Every feature's endpoints.
pub(crate) fn features() -> Routes<App> {
    admins::routes()
        .merge(account::routes())
        .merge(users::routes())
        .merge(groups::routes())
        .merge(imports::routes())
        .merge(jobs::routes())
        .merge(keys::routes())
        .merge(settings::routes())
        .merge(workflows::routes())
        .merge(devices::routes())
        .merge(activation::routes())
        .merge(audit::routes())
        .merge(authentications::routes())
        .merge(dashboard::routes())
        .merge(events::routes())
        .merge(pairing::routes())
        .merge(relay::routes())
        .merge(push::routes())
        .merge(inbox::routes())
        .merge(webhooks::routes())
        .merge(api_keys::routes())
        .merge(mail::routes())
        .merge(demo::routes())
}

impl Appliance {
    /// Adds endpoints, which get the same headers, limits and fallbacks as ours, and what the OpenAPI document says of them.
    #[must_use]
    pub fn with_routes(mut self, extra: impl Into<Router>, document: &'static str) -> Self {
        self.routes = self.routes.merge(extra.into());
        self.document = ops::openapi::Document::with(document);
        self
    }

    /// The whole HTTP side, as [`Appliance::run_until`] serves it.
    pub fn router(&self) -> Router {
        self.routes
            .clone()
            .merge(ops::openapi::routes(self.document))
            .merge(ops::health::routes().with_state(self.app.clone()))
            .method_not_allowed_fallback(problem::wrong_method)
            .fallback(ops::assets::serve)
            .layer(middleware::from_fn_with_state(self.app.clone(), idempotency::answer_once))
            .layer(DefaultBodyLimit::max(MAX_JSON))
            .layer(middleware::from_fn_with_state(self.app.clone(), admins::csrf::check))
            .layer(middleware::from_fn(ops::headers::add))
    }

    /// Serves until `shutdown` resolves; then finishes what is being answered, for 3 seconds at most, stops the workers and
    /// closes the data folder.
    pub async fn run_until(mut self, shutdown: impl Future<Output = ()> + Send + 'static) {
        let (app, router) = (self.app.clone(), self.router());
        let url = self.app.url().to_owned();
        let health = ops::health::routes().with_state(self.app.clone());
        let plain = ops::plain(health, move || Ok(url.clone()));
        let tls = self.tls.take().map(|tls| (tls, plain));
        let proxies = self.app.config().trusted_proxies.clone();
        let stop = async {
            shutdown.await;
            app.stop();
            // A stream of events would hold the appliance as long as somebody looks at it.
            sleep(GRACE).await;
        };
        tokio::select! {
            () = ops::serve(self.app.stopping(), self.http, tls, router, &proxies) => {}
            () = stop => {}
        }
        self.app.stop();
        while self.workers.join_next().await.is_some() {}
        self.app.db().close().await;
    }
}

fn bind(address: SocketAddr, option: &'static str) -> Result<TcpListener, StartError> {
    ops::listen(address).map_err(|source| StartError::Listen { address, option, source })
}

/// The public address without a trailing slash: scheme and host, nothing else.
fn check_url(url: &str) -> Result<String, StartError> {
    let wrong = || StartError::Url(url.to_owned());
    let parsed: axum::http::Uri = url.parse().map_err(|_| wrong())?;
    let scheme = parsed.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
    let plain = parsed.path() == "/" && parsed.query().is_none() && !url.contains(['#', '@']);
    match (scheme, parsed.authority()) {
        (Some(scheme), Some(authority)) if plain => {
            Ok(format!("{scheme}://{authority}").to_ascii_lowercase())
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for (given, kept) in [
            ("https://keys.example.org", "https://keys.example.org"),
            ("https://Keys.example.org/", "https://keys.example.org"),
            ("http://localhost:8080", "http://localhost:8080"),
        ] {
            assert_eq!(check_url(given).unwrap(), kept);
        }
        for bad in
            ["", "keys.example.org", "ftp://keys.example.org", "https://a.example/x", "https://a.example/?q"]
        {
            assert!(check_url(bad).unwrap_err().to_string().contains("--url"), "{bad}");
        }
    }
}
