//! The outbox table.

use rusqlite::{Connection, OptionalExtension, params};

use crate::db::DbError;

/// A mail that waits.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Its number.
    pub id: i64,
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipient.
    pub recipient: String,
    /// Headers and body.
    pub message: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
}

/// A mail to be put into the outbox.
pub struct New<'a> {
    /// What it is about.
    pub reference: &'a str,
    /// The same at every try.
    pub message_id: &'a str,
    /// Envelope sender.
    pub sender: &'a str,
    /// Envelope recipient.
    pub recipient: &'a str,
    /// Headers and body, or why there are none.
    pub message: Result<Vec<u8>, String>,
    /// No use sending it later, Unix milliseconds.
    pub expires_at: i64,
}

/// Puts a mail into the outbox; as failed, if it could not be rendered.
pub fn insert(tx: &Connection, new: New<'_>, now: i64) -> Result<(), DbError> {
    let (message, error) = match new.message {
        Ok(message) => (Some(message), None),
        Err(error) => (None, Some(error)),
    };
    let (state, done_at) = if message.is_some() { ("queued", None) } else { ("failed", Some(now)) };
    tx.prepare_cached(
        "INSERT INTO outbox (reference, message_id, sender, recipient, message, state, next_try_at, expires_at,
             last_error, created_at, done_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7, ?10)",
    )?
    .execute(params![
        new.reference,
        new.message_id,
        new.sender,
        new.recipient,
        message,
        state,
        now,
        new.expires_at,
        error,
        done_at
    ])?;
    Ok(())
}

/// Drops what is queued about `reference`.
pub fn drop_about(tx: &Connection, reference: &str, now: i64) -> Result<(), DbError> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'dropped', message = NULL, done_at = ?2 WHERE reference = ?1 AND state = 'queued'",
    )?
    .execute(params![reference, now])?;
    Ok(())
}

/// Drops what is queued and of no use any more; gives up to `limit` mails that are due.
pub fn due(tx: &Connection, now: i64, limit: u32) -> Result<Vec<Queued>, DbError> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'dropped', message = NULL, done_at = ?1, last_error = 'expired before it was sent'
         WHERE state = 'queued' AND expires_at <= ?1",
    )?
    .execute([now])?;
    let mut due = tx.prepare_cached(
        "SELECT id, sender, recipient, message, attempts FROM outbox
         WHERE state = 'queued' AND next_try_at <= ?1 ORDER BY next_try_at LIMIT ?2",
    )?;
    let rows = due.query_map(params![now, limit], |row| {
        Ok(Queued {
            id: row.get(0)?,
            sender: row.get(1)?,
            recipient: row.get(2)?,
            message: row.get(3)?,
            attempts: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next mail is due.
pub fn next_due(conn: &Connection) -> Result<Option<i64>, DbError> {
    let next = conn
        .prepare_cached("SELECT next_try_at FROM outbox WHERE state = 'queued' ORDER BY next_try_at LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(next)
}

/// How a try ended.
#[derive(Debug, Clone)]
pub enum Tried {
    /// The server took it.
    Sent,
    /// The server will never take it; its words.
    Refused(String),
    /// Try again then; what went wrong.
    Later(i64, String),
}

/// Records how a try ended; nothing if the mail was dropped meanwhile.
pub fn tried(tx: &Connection, id: i64, tried: &Tried, now: i64) -> Result<(), DbError> {
    let (state, next, error) = match tried {
        Tried::Sent => ("sent", None, None),
        Tried::Refused(words) => ("failed", None, Some(words)),
        Tried::Later(at, words) => ("queued", Some(*at), Some(words)),
    };
    tx.prepare_cached(
        "UPDATE outbox SET state = ?2, attempts = attempts + 1, next_try_at = coalesce(?3, next_try_at),
             last_error = ?4, message = CASE WHEN ?3 IS NULL THEN NULL ELSE message END,
             done_at = CASE WHEN ?3 IS NULL THEN ?5 END
         WHERE id = ?1 AND state = 'queued'",
    )?
    .execute(params![id, state, next, error, now])?;
    Ok(())
}
