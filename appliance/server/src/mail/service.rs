//! Putting mails into the outbox, looking at it, trying again, taking out again.

use pocketkey_api::{
    KeyId, OutboxId, Page,
    audit::Action,
    event::Event,
    mail::{OutboxHealth, OutboxMail, OutboxState, Retried},
};
use serde_json::{Value, json};

use super::{
    MailError,
    model::OutgoingMail,
    store::{self, Filter, New},
};
use crate::{
    App,
    audit::{self, Actor, Target},
    cursor,
    db::{DbError, Tx},
    validate,
};

/// Mails a page has unless asked otherwise, and at most.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 200;

/// Puts `mail` into the outbox, in the transaction of what it is about; it is sent after the commit. Whatever is
/// queued about the same is dropped. Gives the mail's number.
///
/// # Errors
/// If the database fails.
pub fn enqueue(app: &App, tx: &Tx<'_>, mail: &OutgoingMail) -> Result<i64, DbError> {
    let OutgoingMail { to, kind } = mail;
    let now = app.now();
    store::drop_about(tx, kind.reference(), now)?;
    // Plain data: it always becomes JSON.
    let content = serde_json::to_vec(&kind.values()).unwrap_or_default();
    let new = New {
        reference: kind.reference(),
        template: kind.template().definition().name,
        message_id: &app.mailer().current().message_id(),
        recipient: to,
        content: &content,
        expires_at: kind.expires_at(),
    };
    let id = store::insert(tx, &new, now)?;
    wake(app, tx);
    Ok(id)
}

/// Drops the invitations for `key` that are still queued: they are void.
///
/// # Errors
/// If the database fails.
pub fn drop_invitations(app: &App, tx: &Tx<'_>, key: &KeyId) -> Result<(), DbError> {
    drop_queued(app, tx, &key.0)
}

/// Drops what is still queued about `reference`: it is void.
///
/// # Errors
/// If the database fails.
pub fn drop_queued(app: &App, tx: &Tx<'_>, reference: &str) -> Result<(), DbError> {
    if store::drop_about(tx, reference, app.now())? {
        app.events().emit(tx, Event::Outbox);
    }
    Ok(())
}

/// Wakes the worker after the commit.
fn wake(app: &App, tx: &Tx<'_>) {
    let app = app.clone();
    tx.after_commit(move || app.mail_waiting().notify_one());
}

/// Which mails of the outbox, and which page of them.
#[derive(Debug, Default)]
pub struct ListOutbox {
    /// Only those in this state.
    pub state: Option<OutboxState>,
    /// Only those whose recipient has this in the address.
    pub search: String,
    /// What the page before said as `next`.
    pub after: Option<String>,
    /// Mails a page.
    pub limit: Option<u32>,
}

/// One page, newest first.
///
/// # Errors
/// [`MailError::WrongCursor`].
pub async fn list(app: &App, asked: ListOutbox) -> Result<Page<OutboxMail>, MailError> {
    let below = cursor::row(asked.after.as_deref(), i64::MAX).ok_or(MailError::WrongCursor)?;
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let search = asked.search.trim().to_owned();
    let filter = Filter { state: asked.state, search, below, limit: limit + 1 };
    let now = app.now();
    let read = app.db().read(move |conn| store::list(conn, &filter, now));
    Ok(Page::cut(read.await.map_err(MailError::Db)?, limit, |last: &OutboxMail| last.id.0.clone()))
}

/// One mail.
///
/// # Errors
/// [`MailError::NoSuchMail`].
pub async fn show(app: &App, id: &OutboxId) -> Result<OutboxMail, MailError> {
    let (number, now) = (number(id)?, app.now());
    let found = app.db().read(move |conn| store::find(conn, number, now)).await.map_err(MailError::Db)?;
    found.ok_or(MailError::NoSuchMail)
}

fn number(id: &OutboxId) -> Result<i64, MailError> {
    id.0.parse().map_err(|_| MailError::NoSuchMail)
}

/// Tries a mail again now.
///
/// # Errors
/// [`MailError::NoSuchMail`], [`MailError::NothingToSend`].
pub async fn retry(app: &App, by: Actor, id: &OutboxId) -> Result<OutboxMail, MailError> {
    let (number, now, shared) = (number(id)?, app.now(), app.clone());
    app.db()
        .write(move |tx| {
            let mail = store::find(tx, number, now)?.ok_or(MailError::NoSuchMail)?;
            if store::retry(tx, Some(number), now)? == 0 {
                return Err(MailError::NothingToSend);
            }
            let target = Target::new(&mail.id.0, &mail.to);
            audit::record(tx, now, &by, Action::OutboxRetried, target, &Value::Null)?;
            wake(&shared, tx);
            shared.events().emit(tx, Event::Outbox);
            store::find(tx, number, now)?.ok_or(MailError::NoSuchMail)
        })
        .await
}

/// Tries every mail again that was refused and is still of use.
///
/// # Errors
/// If the database fails.
pub async fn retry_all(app: &App, by: Actor) -> Result<Retried, MailError> {
    let (now, shared) = (app.now(), app.clone());
    app.db()
        .write(move |tx| {
            let count = store::retry(tx, None, now)?;
            if count > 0 {
                let detail = json!({ "count": count });
                audit::record(tx, now, &by, Action::OutboxRetried, Target::NONE, &detail)?;
                wake(&shared, tx);
                shared.events().emit(tx, Event::Outbox);
            }
            Ok(Retried { count })
        })
        .await
}

/// Drops a mail that is not sent.
///
/// # Errors
/// [`MailError::NoSuchMail`], [`MailError::Sent`].
pub async fn drop_mail(app: &App, by: Actor, id: &OutboxId) -> Result<(), MailError> {
    let (number, now, shared) = (number(id)?, app.now(), app.clone());
    app.db()
        .write(move |tx| {
            let mail = store::find(tx, number, now)?.ok_or(MailError::NoSuchMail)?;
            if mail.state == OutboxState::Sent {
                return Err(MailError::Sent);
            }
            if store::drop_one(tx, number, now)? {
                let target = Target::new(&mail.id.0, &mail.to);
                audit::record(tx, now, &by, Action::OutboxDropped, target, &Value::Null)?;
                shared.events().emit(tx, Event::Outbox);
            }
            Ok(())
        })
        .await
}

/// How the outbox is doing.
///
/// # Errors
/// If the database fails.
pub async fn health(app: &App) -> Result<OutboxHealth, DbError> {
    let now = app.now();
    app.db().read(move |conn| store::health(conn, now)).await
}

/// The state of this name; empty: any.
///
/// # Errors
/// [`MailError::Invalid`].
pub fn state(name: &str) -> Result<Option<OutboxState>, MailError> {
    let unknown = || MailError::Invalid(validate::one("state", "One of queued, sent, failed, dropped."));
    if name.is_empty() { Ok(None) } else { OutboxState::parse(name).map(Some).ok_or_else(unknown) }
}
