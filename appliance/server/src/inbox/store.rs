//! The inbox table, and the index that is searched.

use pocketkey_api::{MailId, inbox::MailSummary};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{
    model::{Index, NewMail},
    search::Search,
};
use crate::db::DbError;

const SUMMARY: &str =
    "id, inbox.sender, inbox.recipients, inbox.subject, snippet, size, received_at, attachments";

/// Stores a mail; gives its number.
pub fn insert(tx: &Connection, mail: &NewMail, now: i64) -> Result<i64, DbError> {
    let recipients = serde_json::Value::from(mail.to.clone()).to_string();
    tx.prepare_cached(
        "INSERT INTO inbox (sender, envelope, recipients, subject, snippet, size, received_at, attachments, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        mail.from,
        mail.envelope,
        recipients,
        mail.subject,
        mail.snippet,
        i64::try_from(mail.source.len()).unwrap_or(i64::MAX),
        now,
        mail.attachments,
        mail.source
    ])?;
    Ok(tx.last_insert_rowid())
}

/// A mail as far as the index needs it.
pub struct NotIndexed {
    /// Its number.
    pub id: i64,
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipients.
    pub recipients: Vec<String>,
    /// As received.
    pub source: Vec<u8>,
}

/// The highest number that is indexed. Every mail below it is, or is deleted.
fn indexed(conn: &Connection) -> Result<i64, DbError> {
    let mut last = conn.prepare_cached("SELECT rowid FROM inbox_search ORDER BY rowid DESC LIMIT 1")?;
    Ok(last.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Hands out mails that are not indexed, the oldest first, until `each` wants no more.
pub fn not_indexed(
    conn: &Connection,
    limit: u32,
    mut each: impl FnMut(NotIndexed) -> bool,
) -> Result<(), DbError> {
    let mut query = conn.prepare_cached(
        "SELECT id, envelope, recipients, source FROM inbox WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut rows = query.query(params![indexed(conn)?, limit])?;
    while let Some(row) = rows.next()? {
        let recipients: String = row.get(2)?;
        let recipients = serde_json::from_str(&recipients).unwrap_or_default();
        if !each(NotIndexed { id: row.get(0)?, sender: row.get(1)?, recipients, source: row.get(3)? }) {
            break;
        }
    }
    Ok(())
}

/// Indexes mails, but for those that somebody else indexed or deleted meanwhile.
pub fn index(tx: &Connection, batch: &[(i64, Index)]) -> Result<(), DbError> {
    let indexed = indexed(tx)?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO inbox_search (rowid, sender, recipients, subject, body)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM inbox WHERE id = ?1)",
    )?;
    for (id, index) in batch.iter().filter(|(id, _)| *id > indexed) {
        insert.execute(params![id, index.sender, index.recipients, index.subject, index.body])?;
    }
    Ok(())
}

/// Between which numbers to look, both ends left out, and for how many mails.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Only mails with a higher number.
    pub above: i64,
    /// Only mails with a lower number.
    pub below: i64,
    /// At most this many.
    pub limit: u32,
}

/// What `search` finds, newest first.
pub fn list(conn: &Connection, search: &Search, range: Range) -> Result<Vec<MailSummary>, DbError> {
    select(conn, SUMMARY, search, range, summary)
}

/// The numbers of what `search` finds, newest first.
pub fn numbers(conn: &Connection, search: &Search, range: Range) -> Result<Vec<i64>, DbError> {
    select(conn, "id", search, range, |row| row.get(0))
}

fn select<T>(
    conn: &Connection,
    columns: &str,
    search: &Search,
    range: Range,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, DbError> {
    // The index gives its rows in the order of its own number alone.
    let (tables, number, text) = match &search.text {
        Some(_) => (
            "inbox_search JOIN inbox ON inbox.id = inbox_search.rowid",
            "inbox_search.rowid",
            "inbox_search MATCH :text",
        ),
        None => ("inbox", "inbox.id", ":text IS NULL"),
    };
    let mut query = conn.prepare_cached(&format!(
        "SELECT {columns} FROM {tables} WHERE {text} AND {number} > :above AND {number} < :below
             AND (:before IS NULL OR received_at < :before) AND (:after IS NULL OR received_at >= :after)
             AND (NOT :attachment OR attachments > 0)
         ORDER BY {number} DESC LIMIT :limit"
    ))?;
    let named = named_params! {
        ":text": search.text, ":before": search.before, ":after": search.after, ":attachment": search.attachment,
        ":above": range.above, ":below": range.below, ":limit": range.limit,
    };
    let rows = query.query_map(named, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A mail with its source.
pub fn find(conn: &Connection, id: i64) -> Result<Option<(MailSummary, Vec<u8>)>, DbError> {
    let found = conn
        .prepare_cached(&format!("SELECT {SUMMARY}, source FROM inbox WHERE id = ?1"))?
        .query_row([id], |row| Ok((summary(row)?, row.get(8)?)))
        .optional()?;
    Ok(found)
}

/// Deletes a mail; false if there is none.
pub fn delete(tx: &Connection, id: i64) -> Result<bool, DbError> {
    tx.prepare_cached("DELETE FROM inbox_search WHERE rowid = ?1")?.execute([id])?;
    Ok(tx.prepare_cached("DELETE FROM inbox WHERE id = ?1")?.execute([id])? > 0)
}

/// Up to `limit` mails that came before `before`, or that are not among the latest `most`.
pub fn overdue(conn: &Connection, before: i64, most: u32, limit: u32) -> Result<Vec<i64>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT id FROM inbox WHERE received_at < ?1
         UNION SELECT id FROM (SELECT id FROM inbox ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?2)
         LIMIT ?3",
    )?;
    let rows = query.query_map([before, most.into(), limit.into()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<MailSummary> {
    let recipients: String = row.get(2)?;
    Ok(MailSummary {
        id: MailId(row.get::<_, i64>(0)?.to_string()),
        from: row.get(1)?,
        to: serde_json::from_str(&recipients).unwrap_or_default(),
        subject: row.get(3)?,
        snippet: row.get(4)?,
        size: row.get(5)?,
        received_at: row.get(6)?,
        attachments: row.get(7)?,
    })
}
