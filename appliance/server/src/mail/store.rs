//! The outbox table.

use pocketkey_api::{
    OutboxId,
    mail::{OutboxHealth, OutboxMail, OutboxState, TemplateText},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::db::DbError;

/// A mail that waits.
#[derive(Clone)]
pub struct Queued {
    /// The name of its template; empty: its content is the whole mail.
    pub template: String,
    /// What the template says, if it was changed.
    pub changed: Option<TemplateText>,
    /// The same at every try.
    pub message_id: String,
    /// Envelope recipient.
    pub recipient: String,
    /// What fills the template.
    pub content: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
}

/// A mail to be put into the outbox.
pub struct New<'a> {
    /// What it is about.
    pub reference: &'a str,
    /// The name of its template.
    pub template: &'a str,
    /// The same at every try.
    pub message_id: &'a str,
    /// Envelope recipient.
    pub recipient: &'a str,
    /// What fills the template.
    pub content: &'a [u8],
    /// No use sending it later, Unix milliseconds.
    pub expires_at: i64,
}

/// Puts a mail into the outbox; gives its number.
pub fn insert(tx: &Connection, new: &New<'_>, now: i64) -> Result<i64, DbError> {
    let id = tx.prepare_cached(
        "INSERT INTO outbox (reference, template, message_id, recipient, content, next_try_at, expires_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)",
    )?
    .insert(params![
        new.reference,
        new.template,
        new.message_id,
        new.recipient,
        new.content,
        now,
        new.expires_at
    ])?;
    Ok(id)
}

/// Ends what is not sent yet about `reference`: it is void.
pub fn drop_about(tx: &Connection, reference: &str, now: i64) -> Result<bool, DbError> {
    let dropped = tx
        .prepare_cached(
            "UPDATE outbox SET content = NULL, done_at = coalesce(done_at, ?2),
             state = CASE state WHEN 'queued' THEN 'dropped' ELSE state END
         WHERE reference = ?1 AND content IS NOT NULL",
        )?
        .execute(params![reference, now])?;
    Ok(dropped > 0)
}

/// Ends what is of no use any more; gives up to `limit` mails that are due.
pub fn due(tx: &Connection, now: i64, limit: u32) -> Result<Vec<i64>, DbError> {
    tx.prepare_cached(
        "UPDATE outbox SET content = NULL, done_at = coalesce(done_at, ?1),
             last_error = coalesce(last_error, 'expired before it was sent'),
             state = CASE state WHEN 'queued' THEN 'dropped' ELSE state END
         WHERE content IS NOT NULL AND expires_at <= ?1",
    )?
    .execute([now])?;
    let mut due = tx.prepare_cached(
        "SELECT id FROM outbox WHERE state = 'queued' AND next_try_at <= ?1 ORDER BY next_try_at LIMIT ?2",
    )?;
    let rows = due.query_map(params![now, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A mail and the words it is sent in, if it still waits.
pub fn queued(conn: &Connection, id: i64) -> Result<Option<Queued>, DbError> {
    let queued = conn
        .prepare_cached(
            "SELECT template, message_id, recipient, content, attempts, t.subject, t.html, t.text
             FROM outbox LEFT JOIN mail_templates t ON t.name = template WHERE id = ?1 AND state = 'queued'",
        )?
        .query_row([id], |row| {
            let changed = row.get::<_, Option<String>>(5)?.map(|subject| {
                Ok::<_, rusqlite::Error>(TemplateText { subject, html: row.get(6)?, text: row.get(7)? })
            });
            Ok(Queued {
                template: row.get(0)?,
                message_id: row.get(1)?,
                recipient: row.get(2)?,
                content: row.get(3)?,
                attempts: row.get(4)?,
                changed: changed.transpose()?,
            })
        })
        .optional()?;
    Ok(queued)
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
             last_error = ?4, content = CASE ?2 WHEN 'sent' THEN NULL ELSE content END,
             done_at = CASE WHEN ?3 IS NULL THEN ?5 END
         WHERE id = ?1 AND state = 'queued'",
    )?
    .execute(params![id, state, next, error, now])?;
    Ok(())
}

/// Makes everything that waits due.
pub fn hurry(tx: &Connection, now: i64) -> Result<(), DbError> {
    tx.execute("UPDATE outbox SET next_try_at = ?1 WHERE state = 'queued' AND next_try_at > ?1", [now])?;
    Ok(())
}

/// Tries mails again now: this one, or all that were refused. Gives how many there are.
pub fn retry(tx: &Connection, id: Option<i64>, now: i64) -> Result<u32, DbError> {
    let count = tx
        .prepare_cached(
            "UPDATE outbox SET state = 'queued', next_try_at = ?2, done_at = NULL
             WHERE content IS NOT NULL AND (expires_at IS NULL OR expires_at > ?2)
                 AND CASE WHEN ?1 IS NULL THEN state = 'failed' ELSE id = ?1 END",
        )?
        .execute(params![id, now])?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Drops a mail that is not sent; false if there is nothing to drop.
pub fn drop_one(tx: &Connection, id: i64, now: i64) -> Result<bool, DbError> {
    let count = tx
        .prepare_cached(
            "UPDATE outbox SET state = 'dropped', content = NULL, done_at = ?2
             WHERE id = ?1 AND state IN ('queued', 'failed')",
        )?
        .execute(params![id, now])?;
    Ok(count > 0)
}

/// Forgets up to `limit` mails that were done with before `before`; gives how many.
pub fn forget(tx: &Connection, before: i64, limit: u32) -> Result<(), DbError> {
    tx.prepare_cached(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < ?1 AND content IS NULL LIMIT ?2)",
    )?
    .execute(params![before, limit])?;
    Ok(())
}

const COLUMNS: &str = "id, template, recipient, state, attempts, last_error, created_at, next_try_at, done_at, expires_at, \
                       content IS NOT NULL";

/// Which mails, newest first.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<OutboxState>,
    /// Only those whose recipient has this in the address; empty: any.
    pub search: String,
    /// Only those put there before this one.
    pub below: i64,
    /// At most this many.
    pub limit: u32,
}

/// What `filter` finds.
pub fn list(conn: &Connection, filter: &Filter, now: i64) -> Result<Vec<OutboxMail>, DbError> {
    let state = if filter.state.is_some() { "state = ?1" } else { "?1 IS NULL" };
    let search = if filter.search.is_empty() { "?2 = ''" } else { "instr(lower(recipient), ?2) > 0" };
    let mut list = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM outbox WHERE {state} AND {search} AND id < ?3 ORDER BY id DESC LIMIT ?4"
    ))?;
    let found = params![
        filter.state.map(OutboxState::as_str),
        filter.search.to_ascii_lowercase(),
        filter.below,
        filter.limit
    ];
    let rows = list.query_map(found, |row| mail(row, now))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One mail.
pub fn find(conn: &Connection, id: i64, now: i64) -> Result<Option<OutboxMail>, DbError> {
    let found = conn
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1"))?
        .query_row([id], |row| mail(row, now))
        .optional()?;
    Ok(found)
}

fn mail(row: &Row<'_>, now: i64) -> rusqlite::Result<OutboxMail> {
    let state = OutboxState::parse(&row.get::<_, String>(3)?).unwrap_or(OutboxState::Dropped);
    let expires_at: Option<i64> = row.get(9)?;
    let template: String = row.get(1)?;
    Ok(OutboxMail {
        id: OutboxId(row.get::<_, i64>(0)?.to_string()),
        template: if template.is_empty() { "invitation".into() } else { template },
        to: row.get(2)?,
        state,
        attempts: row.get(4)?,
        last_error: row.get(5)?,
        created_at: row.get(6)?,
        next_try_at: (state == OutboxState::Queued).then(|| row.get(7)).transpose()?,
        done_at: row.get(8)?,
        expires_at,
        can_retry: row.get::<_, bool>(10)? && expires_at.is_none_or(|at| at > now),
    })
}

/// How the outbox is doing.
pub fn health(conn: &Connection, now: i64) -> Result<OutboxHealth, DbError> {
    let health = conn
        .prepare_cached(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'queued'),
                    (SELECT count(*) FROM outbox WHERE state = 'failed' AND content IS NOT NULL AND expires_at > ?1),
                    (SELECT count(*) FROM outbox WHERE done_at > ?1 - 86400000 AND state = 'sent'),
                    (SELECT min(created_at) FROM outbox WHERE state = 'queued')",
        )?
        .query_row([now], |row| {
            Ok(OutboxHealth {
                queued: row.get(0)?,
                failed: row.get(1)?,
                sent_last_day: row.get(2)?,
                oldest_waiting_at: row.get(3)?,
            })
        })?;
    Ok(health)
}

/// Whether at least `count` mails wait.
pub fn has_waiting(conn: &Connection, count: u32) -> Result<bool, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT count(*) >= ?1 FROM (SELECT 1 FROM outbox WHERE state = 'queued' LIMIT ?1)",
    )?;
    Ok(query.query_row([count], |row| row.get(0))?)
}
