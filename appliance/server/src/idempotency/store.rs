//! The table of kept answers.

use rusqlite::{Connection, OptionalExtension};

use super::model::{KEPT_FOR, Slot};
use crate::db::DbError;

/// A request's fingerprint, and the answer to it, sealed.
type Stored = ([u8; 32], Vec<u8>);

/// What is kept in `slot`.
pub fn find(conn: &Connection, slot: &Slot, now: i64) -> Result<Option<Stored>, DbError> {
    let sql =
        "SELECT fingerprint, answer FROM idempotency WHERE caller = ?1 AND key = ?2 AND created_at > ?3";
    let mut find = conn.prepare_cached(sql)?;
    let row = find.query_row((&slot.caller, &slot.key, now - KEPT_FOR), |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(row.optional()?)
}

/// Keeps an answer, and forgets those whose time is over.
pub fn keep(
    conn: &Connection,
    slot: &Slot,
    fingerprint: [u8; 32],
    answer: &[u8],
    now: i64,
) -> Result<(), DbError> {
    conn.prepare_cached("DELETE FROM idempotency WHERE created_at <= ?1")?.execute([now - KEPT_FOR])?;
    conn.prepare_cached(
        "INSERT INTO idempotency (caller, key, fingerprint, answer, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((&slot.caller, &slot.key, fingerprint, answer, now))?;
    Ok(())
}
