//! Putting mails into the outbox, and taking them out again.

use lettre::message::Mailbox;
use pocketkey_api::KeyId;

use super::{
    model::{MailKind, OutgoingMail},
    render::render,
    store::{self, New},
};
use crate::{
    App,
    db::{DbError, Tx},
    secret,
};

/// Puts `mail` into the outbox, in the transaction of what it is about; it is sent after the commit. Whatever is
/// queued about the same key is dropped.
///
/// # Errors
/// If the database fails.
pub fn enqueue(app: &App, tx: &Tx<'_>, mail: &OutgoingMail) -> Result<(), DbError> {
    let MailKind::Invitation(invitation) = &mail.kind;
    drop_invitations(app, tx, &invitation.key_id)?;
    let now = app.now();
    // `Mailer::new` has checked the sender at start.
    let from = app.config().mail_from.parse::<Mailbox>();
    let domain = from.as_ref().map_or("localhost", |from| from.email.domain());
    let message_id = format!("<{}{}@{domain}>", secret::new_id(), secret::new_id());
    let rendered = match &from {
        Ok(from) => render(from, mail, &message_id, now).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = &rendered {
        tracing::warn!(%error, "a mail could not be made");
    }
    let sender = from.as_ref().map(|from| from.email.to_string()).unwrap_or_default();
    let new = New {
        reference: &invitation.key_id.0,
        message_id: &message_id,
        sender: &sender,
        recipient: &mail.to,
        message: rendered,
        expires_at: invitation.expires_at,
    };
    store::insert(tx, new, now)?;
    let app = app.clone();
    tx.after_commit(move || app.mail_waiting().notify_one());
    Ok(())
}

/// Drops the invitations for `key` that are still queued: they are void.
///
/// # Errors
/// If the database fails.
pub fn drop_invitations(app: &App, tx: &Tx<'_>, key: &KeyId) -> Result<(), DbError> {
    store::drop_about(tx, &key.0, app.now())
}
