//! The inbox table.

use pocketkey_api::{MailId, inbox::MailSummary};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::model::NewMail;
use crate::db::DbError;

const SUMMARY: &str = "id, sender, recipients, subject, snippet, size, received_at";

/// Stores a mail; gives its number.
pub fn insert(tx: &Connection, mail: &NewMail, now: i64) -> Result<i64, DbError> {
    let recipients = serde_json::Value::from(mail.to.clone()).to_string();
    tx.prepare_cached(
        "INSERT INTO inbox (sender, recipients, subject, snippet, size, received_at, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        mail.from,
        recipients,
        mail.subject,
        mail.snippet,
        i64::try_from(mail.source.len()).unwrap_or(i64::MAX),
        now,
        mail.source
    ])?;
    Ok(tx.last_insert_rowid())
}

/// Up to `limit` mails older than number `before`, newest first.
pub fn list(conn: &Connection, before: i64, limit: u32) -> Result<Vec<MailSummary>, DbError> {
    let mut all =
        conn.prepare_cached(&format!("SELECT {SUMMARY} FROM inbox WHERE id < ?1 ORDER BY id DESC LIMIT ?2"))?;
    let rows = all.query_map(params![before, limit], summary)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A mail with its source.
pub fn find(conn: &Connection, id: i64) -> Result<Option<(MailSummary, Vec<u8>)>, DbError> {
    let found = conn
        .prepare_cached(&format!("SELECT {SUMMARY}, source FROM inbox WHERE id = ?1"))?
        .query_row([id], |row| Ok((summary(row)?, row.get(7)?)))
        .optional()?;
    Ok(found)
}

/// Deletes a mail; false if there is none.
pub fn delete(tx: &Connection, id: i64) -> Result<bool, DbError> {
    Ok(tx.prepare_cached("DELETE FROM inbox WHERE id = ?1")?.execute([id])? > 0)
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
    })
}
