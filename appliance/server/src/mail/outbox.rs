//! The worker that sends. A mail is marked as sent after the server took it: a crash in between sends it again, with
//! the same Message-ID.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use lettre::{Address, AsyncTransport, address::Envelope, transport::smtp};
use pocketkey_api::event::Event;
use tokio::time;

use super::{
    backoff,
    mailer::Way,
    pace::Pace,
    render::render,
    server::Transport,
    store::{self, Queued, Tried},
    templates::{Template, Values},
};
use crate::{App, db::DbError, problem::innermost};

/// Mails taken up at once.
const BATCH: u32 = 128;

/// The outbox is looked at this often, whatever happens.
const IDLE: Duration = Duration::from_secs(60);

/// Open pages are told this often at most, while many mails leave.
const TELL: Duration = Duration::from_millis(250);

/// How long a mail that is done with stays in the list, in milliseconds.
const KEEP: i64 = 30 * 24 * 60 * 60 * 1000;

/// What sends: how fast, and over which connections.
struct Courier {
    pace: Mutex<Pace>,
    /// The way that its connections are for.
    ready: Mutex<Option<(Arc<Way>, Transport)>>,
    /// When open pages were told last.
    told: Mutex<Instant>,
}

impl Courier {
    fn new() -> Self {
        let now = Instant::now();
        Self { pace: Mutex::new(Pace::new(now)), ready: Mutex::default(), told: Mutex::new(now) }
    }

    /// Tells open pages that mails left, unless they were told just now.
    fn tell(&self, app: &App) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= TELL {
            *told = Instant::now();
            app.events().send(Event::Outbox);
        }
    }

    /// How long the next mail waits at `rate` mails a second.
    fn wait(&self, rate: u32) -> Duration {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now(), rate)
    }

    /// What sends in this way; the connections of another are closed.
    fn transport(&self, way: &Arc<Way>) -> Result<Transport, smtp::Error> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, transport)) = ready.as_ref().filter(|(is, _)| Arc::ptr_eq(is, way)) {
            return Ok(transport.clone());
        }
        let transport = way.server.transport(way.connections)?;
        *ready = Some((way.clone(), transport.clone()));
        Ok(transport)
    }
}

/// Sends what waits, until the appliance stops.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    let courier = Arc::new(Courier::new());
    loop {
        let wait = match send_due(&app, &courier).await {
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

/// Sends what is due; gives how long there is nothing to do.
async fn send_due(app: &App, courier: &Arc<Courier>) -> Result<Duration, DbError> {
    let mut sent = false;
    loop {
        let now = app.now();
        let due = app.db().write(move |tx| {
            store::forget(tx, now - KEEP, BATCH)?;
            store::due(tx, now, BATCH)
        });
        let due: Vec<i64> = due.await?;
        if due.is_empty() {
            if sent {
                app.events().send(Event::Outbox);
            }
            let next: Option<i64> = app.db().read(store::next_due).await?;
            let wait = next.map(|at| Duration::from_millis(u64::try_from(at - app.now()).unwrap_or(0)));
            return Ok(wait.map_or(IDLE, |wait| wait.min(IDLE)));
        }
        sent = true;
        app.events().send(Event::Outbox);
        let connections = app.mailer().current().connections as usize;
        // Tasks of their own: making mails is work for every core.
        let sends = stream::iter(due).map(|id| tokio::spawn(send(app.clone(), courier.clone(), id)));
        let results: Vec<_> = sends.buffer_unordered(connections).collect().await;
        for result in results {
            match result {
                Ok(sent) => sent?,
                Err(error) => tracing::error!(%error, "a mail could not be seen to"),
            }
        }
        if app.is_stopping() {
            return Ok(IDLE);
        }
    }
}

async fn send(app: App, courier: Arc<Courier>, id: i64) -> Result<(), DbError> {
    let wait = courier.wait(app.mailer().current().rate);
    if !wait.is_zero() {
        tokio::select! {
            () = app.stopped() => {}
            () = time::sleep(wait) => {}
        }
    }
    // What is under way when the appliance stops is finished; what has not begun waits for the next start.
    if app.is_stopping() {
        return Ok(());
    }
    // It may have been dropped since it was found due.
    let Some(mail) = app.db().read(move |conn| store::queued(conn, id)).await? else { return Ok(()) };
    let way = app.mailer().current();
    let tried = match message(&way, &mail, app.now()) {
        Err(error) => Tried::Refused(error),
        Ok((envelope, message)) => match hand_over(&courier, &way, &envelope, &message).await {
            Ok(()) => Tried::Sent,
            Err(error) if is_final(&error) => Tried::Refused(words(&error)),
            Err(error) => Tried::Later(app.now() + backoff::after(mail.attempts + 1), words(&error)),
        },
    };
    match &tried {
        Tried::Sent => tracing::info!(mail = id, "mail sent"),
        Tried::Refused(error) => tracing::warn!(mail = id, %error, "mail refused for good"),
        Tried::Later(_, error) => tracing::warn!(mail = id, %error, "mail not sent, will be tried again"),
    }
    let now = app.now();
    app.db().write(move |tx| store::tried(tx, id, &tried, now)).await?;
    courier.tell(&app);
    Ok(())
}

async fn hand_over(
    courier: &Courier,
    way: &Arc<Way>,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), smtp::Error> {
    courier.transport(way)?.send_raw(envelope, message).await.map(drop)
}

/// Whether the server will never take this mail. That it did not let us log in (RFC 4954 §6) is not the mail's fault.
fn is_final(error: &smtp::Error) -> bool {
    let code = error.status().map(u16::from);
    error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538))
}

/// A mail as it goes over the wire, or why it cannot be made.
fn message(way: &Way, mail: &Queued, now: i64) -> Result<(Envelope, Vec<u8>), String> {
    let recipient: Address =
        mail.recipient.parse().map_err(|error| format!("the recipient is not an e-mail address: {error}"))?;
    let envelope = Envelope::new(Some(way.from.email.clone()), vec![recipient]);
    let envelope = envelope.map_err(|error| error.to_string())?;
    if mail.template.is_empty() {
        return Ok((envelope, mail.content.clone()));
    }
    let template = Template::parse(&mail.template).ok_or("this version does not know this kind of mail")?;
    let values: Values = serde_json::from_slice(&mail.content).map_err(|error| error.to_string())?;
    let content = mail.changed.clone().unwrap_or_else(|| template.built_in());
    let head = way.letterhead(&mail.recipient, &mail.message_id, now);
    let message = render(&head, template, &content, &values).map_err(|error| error.to_string())?;
    Ok((envelope, message))
}

/// The server's words with their code, or what kept us from hearing them.
pub fn words(error: &smtp::Error) -> String {
    let cause = innermost(error);
    let words = match error.status() {
        Some(code) => format!("{code} {cause}"),
        None => cause,
    };
    words.chars().take(1000).collect()
}
