//! A relay node: the relay alone, beside an appliance's console at another address. It keeps nothing.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, middleware, response::Response, routing::get};
use pocketkey_link::certificate::Checker;
use tokio::{net::TcpListener, sync::watch, time::sleep};
use tokio_rustls::rustls::ServerConfig;

use super::{
    Place, Relay,
    authority::{Authority, Console},
    bus::{BusOptions, Cluster, Nats, OptionsError},
    service, socket,
    upgrade::Upgrade,
};
use crate::{
    clock::{Clock, SystemClock},
    limit::ClientIp,
    ops,
    problem::{self, ApiError},
    proxy::TrustedProxy,
    tls,
};

/// How long devices may take to hear that the node stops.
const GRACE: Duration = Duration::from_secs(1);

/// How a relay node is set up.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// Where devices, or the load balancer before them, connect.
    pub listen: SocketAddr,
    /// Certificate chain and key of HTTPS, PEM files; without them it speaks plain HTTP.
    pub tls_identity: Option<(PathBuf, PathBuf)>,
    /// Proxies that say whom they forward for.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// The bus that it shares with the console's node.
    pub bus: BusOptions,
}

/// Why a relay node does not start. The text names the thing to change.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The port.
    #[error("cannot listen on {address}: {source}. Choose another address with --listen")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The certificate of HTTPS.
    #[error(transparent)]
    Tls(#[from] tls::IdentityError),
    /// The bus.
    #[error(transparent)]
    Bus(#[from] OptionsError),
    /// What calls itself the console's node.
    #[error("the console's node names a key that is none; are both programs of the same version?")]
    Greeting,
}

/// A relay node whose port is bound.
pub struct Node {
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    trusted_proxies: Vec<TrustedProxy>,
    cluster: Cluster,
    standing: Arc<Standing>,
}

/// What requests find.
struct Standing {
    ready: OnceLock<Ready>,
}

struct Ready {
    relay: Arc<Relay>,
    nats: Nats,
    url: String,
}

impl Node {
    /// Binds the port and begins to connect to the bus.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn start(config: NodeConfig) -> Result<Self, NodeError> {
        let tls = ops::tls(config.tls_identity.as_ref())?;
        let wrong = |source| NodeError::Listen { address: config.listen, source };
        let listener = ops::listen(config.listen).map_err(wrong)?;
        let address = listener.local_addr().unwrap_or(config.listen);
        let cluster = Cluster::connect(&config.bus).await?;
        let (trusted_proxies, standing) = (config.trusted_proxies, Standing { ready: OnceLock::new() });
        Ok(Self { address, listener, tls, trusted_proxies, cluster, standing: Arc::new(standing) })
    }

    /// Serves until `shutdown` resolves; then tells every device to connect elsewhere.
    ///
    /// # Errors
    /// [`NodeError::Greeting`].
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), NodeError> {
        let stopping = watch::channel(false).0;
        let tls = self.tls.map(|tls| (tls, plain(&self.standing)));
        let (stopped, router) = (stopping.subscribe(), router(&self.standing));
        let serving = ops::serve(stopped, self.listener, tls, router, &self.trusted_proxies);
        let (standing, cluster) = (Arc::clone(&self.standing), self.cluster);
        let joining = async {
            let (relay, nats) = join(&standing, cluster).await?;
            let ticking = service::run(relay.clone(), ops::stopped(stopping.subscribe()));
            tokio::join!(nats.run(relay), ticking);
            Ok(())
        };
        let stop = async {
            shutdown.await;
            stopping.send_replace(true);
            // The sessions' farewells are on their way.
            sleep(GRACE).await;
        };
        tokio::select! {
            ended = joining => return ended,
            () = stop => {}
            () = async { serving.await; sleep(GRACE).await } => {}
        }
        Ok(())
    }
}

/// Learns whose node this is and what has happened lately; devices are let in from then on.
async fn join(standing: &Standing, cluster: Cluster) -> Result<(Arc<Relay>, Nats), NodeError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let greeting = cluster.hello().await;
    let checker = Checker::new(&greeting.verifying_key).ok_or(NodeError::Greeting)?;
    let organisation = greeting.organisation;
    let nats = Nats::new(cluster, &organisation, Place::Relay, Arc::clone(&clock));
    let authority = Authority::Away(Console { nats: nats.clone(), clock, checker, organisation });
    let relay = Arc::new(Relay::new(authority, Box::new(nats.clone())));
    tracing::info!(console = %greeting.url, "joined");
    let _ = standing.ready.set(Ready { relay: Arc::clone(&relay), nats: nats.clone(), url: greeting.url });
    Ok((relay, nats))
}

/// The relay's endpoint, and what supervisors ask; for everything else there is the console.
fn router(standing: &Arc<Standing>) -> Router {
    let relay = Router::new()
        .route("/api/v1/relay", get(connect))
        .fallback(elsewhere)
        .with_state(Arc::clone(standing));
    health(standing)
        .merge(relay)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(middleware::from_fn(ops::headers::add))
}

/// What whoever speaks plain HTTP finds if the node speaks HTTPS.
fn plain(standing: &Arc<Standing>) -> Router {
    let known = Arc::clone(standing);
    ops::plain(health(standing), move || Ok(joined(&known)?.url.clone()))
}

/// What supervisors ask.
fn health(standing: &Arc<Standing>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(Arc::clone(standing))
}

fn unready(detail: &str) -> ApiError {
    let unready =
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "This relay node is not ready.");
    unready.detail(detail).retry_after(1)
}

/// A node that knows whose it is.
fn joined(standing: &Standing) -> Result<&Ready, ApiError> {
    standing.ready.get().ok_or_else(|| unready("It has not heard from the console's node yet."))
}

/// A node that has heard who is blocked.
fn in_service(standing: &Standing) -> Result<&Ready, ApiError> {
    let ready = joined(standing)?;
    if ready.nats.is_informed() { Ok(ready) } else { Err(unready("It has not heard yet who is blocked.")) }
}

async fn ready(State(standing): State<Arc<Standing>>) -> Result<&'static str, ApiError> {
    if in_service(&standing)?.nats.connected() {
        return Ok("ready\n");
    }
    let alone = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "No NATS server can be reached.");
    Err(alone.detail("Devices at this node reach each other only.").retry_after(1))
}

async fn connect(
    State(standing): State<Arc<Standing>>,
    ClientIp(from): ClientIp,
    upgrade: Result<Upgrade, ApiError>,
) -> Result<Response, ApiError> {
    let relay = Arc::clone(&in_service(&standing)?.relay);
    Ok(upgrade?.then(move |stream, ahead| socket::serve(relay, stream, ahead, from)))
}

async fn elsewhere(State(standing): State<Arc<Standing>>) -> ApiError {
    let url = standing.ready.get().map_or("another address", |ready| &ready.url);
    ApiError::new(StatusCode::NOT_FOUND, "relay_only", "This is a relay node: only devices connect here.")
        .detail(format!("The console and its API are at {url}."))
}
