//! The worker that sends. A mail is marked as sent after the server took it: a crash in between sends it again, with
//! the same Message-ID.

use std::{error::Error as _, net::SocketAddr, time::Duration};

use futures_util::{StreamExt, stream};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    address::Envelope,
    message::Mailbox,
    transport::smtp::{self, AsyncSmtpTransportBuilder, PoolConfig},
};
use tokio::time;

use super::{
    backoff,
    model::ConfigError,
    store::{self, Queued, Tried},
};
use crate::{App, Config, db::DbError};

/// Mails sent at once, and connections kept.
const CONCURRENCY: u32 = 4;

/// Mails taken up at once.
const BATCH: u32 = 32;

/// How long a command may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The outbox is looked at this often, whatever happens.
const IDLE: Duration = Duration::from_secs(60);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// How mails leave.
pub struct Mailer {
    /// The organisation's own server; otherwise the sink.
    server: Option<AsyncSmtpTransportBuilder>,
}

impl Mailer {
    /// Checks the mail settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the option to change.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        if config.mail_from.parse::<Mailbox>().is_err() {
            return Err(ConfigError::From(config.mail_from.clone()));
        }
        let server = config.smtp_url.as_deref().map(Transport::from_url).transpose();
        Ok(Self { server: server.map_err(ConfigError::SmtpUrl)? })
    }

    fn transport(self, sink: SocketAddr) -> Transport {
        let builder = self
            .server
            .unwrap_or_else(|| Transport::builder_dangerous(sink.ip().to_string()).port(sink.port()));
        builder.timeout(Some(TIMEOUT)).pool_config(PoolConfig::new().max_size(CONCURRENCY)).build()
    }
}

/// Sends what waits, until the appliance stops. `sink` is where the built-in sink listens.
pub async fn run(app: App, mailer: Mailer, sink: SocketAddr) {
    let transport = mailer.transport(reachable(sink));
    let mut stopped = Box::pin(app.stopped());
    loop {
        let wait = match send_due(&app, &transport).await {
            Ok(wait) => wait,
            Err(DbError::Closed) => return,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                IDLE
            }
        };
        tokio::select! {
            () = &mut stopped => return,
            () = app.mail_waiting().notified() => {}
            () = time::sleep(wait) => {}
        }
    }
}

/// The sink as this computer reaches it: it may listen on every address.
fn reachable(sink: SocketAddr) -> SocketAddr {
    let ip = match sink.ip() {
        std::net::IpAddr::V4(ip) if ip.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, sink.port())
}

/// Sends what is due; gives how long there is nothing to do.
async fn send_due(app: &App, transport: &Transport) -> Result<Duration, DbError> {
    loop {
        let now = app.now();
        let due = app.db().write(move |tx| store::due(tx, now, BATCH)).await?;
        if due.is_empty() {
            let next: Option<i64> = app.db().read(store::next_due).await?;
            let wait = next.map(|at| Duration::from_millis(u64::try_from(at - app.now()).unwrap_or(0)));
            return Ok(wait.map_or(IDLE, |wait| wait.min(IDLE)));
        }
        let sends = stream::iter(due).map(|mail| send(app, transport, mail));
        let results: Vec<Result<(), DbError>> = sends.buffer_unordered(CONCURRENCY as usize).collect().await;
        results.into_iter().collect::<Result<(), DbError>>()?;
    }
}

async fn send(app: &App, transport: &Transport, mail: Queued) -> Result<(), DbError> {
    let tried = match envelope(&mail) {
        Ok(envelope) => match transport.send_raw(&envelope, &mail.message).await {
            Ok(_) => Tried::Sent,
            Err(error) if error.is_permanent() => Tried::Refused(words(&error)),
            Err(error) => Tried::Later(app.now() + backoff::after(mail.attempts + 1), words(&error)),
        },
        Err(error) => Tried::Refused(error),
    };
    match &tried {
        Tried::Sent => tracing::info!(mail = mail.id, "mail sent"),
        Tried::Refused(error) => tracing::warn!(mail = mail.id, %error, "mail refused for good"),
        Tried::Later(_, error) => {
            tracing::warn!(mail = mail.id, %error, "mail not sent, will be tried again")
        }
    }
    let now = app.now();
    app.db().write(move |tx| store::tried(tx, mail.id, &tried, now)).await
}

fn envelope(mail: &Queued) -> Result<Envelope, String> {
    let address = |text: &str| text.parse::<Address>().map_err(|error| format!("{text}: {error}"));
    let (sender, recipient) = (address(&mail.sender)?, address(&mail.recipient)?);
    Envelope::new(Some(sender), vec![recipient]).map_err(|error| error.to_string())
}

/// The server's words, or what kept us from hearing them.
fn words(error: &smtp::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        cause = inner.source();
    }
    words.chars().take(1000).collect()
}
