//! The tables of two-step sign-in.

use pocketkey_api::AdminId;
use rusqlite::{Connection, OptionalExtension};

use super::totp::Secret;
use crate::db::DbError;

/// An admin's authenticator app.
pub struct Totp {
    /// What it shares with us.
    pub secret: Secret,
    /// Since when its codes are asked for; `None` while none was right yet.
    pub enabled_at: Option<i64>,
    /// The step whose code was accepted last.
    pub last_step: i64,
}

/// An admin's authenticator app, if there is one.
pub fn totp(conn: &Connection, admin: &AdminId) -> Result<Option<Totp>, DbError> {
    let sql = "SELECT secret, enabled_at, last_step FROM admin_totp WHERE admin_id = ?1";
    let row = conn.query_row(sql, [&admin.0], |row| {
        Ok(Totp { secret: row.get(0)?, enabled_at: row.get(1)?, last_step: row.get(2)? })
    });
    Ok(row.optional()?)
}

/// Begins with an app, in place of one that was begun with before.
pub fn begin_totp(conn: &Connection, admin: &AdminId, secret: &Secret) -> Result<(), DbError> {
    conn.execute("INSERT OR REPLACE INTO admin_totp (admin_id, secret) VALUES (?1, ?2)", (&admin.0, secret))?;
    Ok(())
}

/// From now on the app's codes are asked for.
pub fn enable_totp(conn: &Connection, admin: &AdminId, now: i64) -> Result<(), DbError> {
    conn.execute("UPDATE admin_totp SET enabled_at = ?2 WHERE admin_id = ?1", (&admin.0, now))?;
    Ok(())
}

/// Notes the step whose code was accepted.
pub fn set_step(conn: &Connection, admin: &AdminId, step: i64) -> Result<(), DbError> {
    conn.execute("UPDATE admin_totp SET last_step = ?2 WHERE admin_id = ?1", (&admin.0, step))?;
    Ok(())
}

/// Forgets the app and the recovery codes.
pub fn forget_totp(conn: &Connection, admin: &AdminId) -> Result<(), DbError> {
    conn.execute("DELETE FROM admin_totp WHERE admin_id = ?1", [&admin.0])?;
    set_codes(conn, admin, &[])
}

/// Puts recovery codes, by their hashes, in place of those before.
pub fn set_codes(conn: &Connection, admin: &AdminId, hashes: &[[u8; 32]]) -> Result<(), DbError> {
    conn.execute("DELETE FROM admin_recovery_codes WHERE admin_id = ?1", [&admin.0])?;
    let mut insert =
        conn.prepare_cached("INSERT INTO admin_recovery_codes (code_hash, admin_id) VALUES (?1, ?2)")?;
    for hash in hashes {
        insert.execute((hash, &admin.0))?;
    }
    Ok(())
}

/// Uses up a recovery code; false if there is none like it.
pub fn use_code(conn: &Connection, admin: &AdminId, hash: &[u8; 32]) -> Result<bool, DbError> {
    let sql = "DELETE FROM admin_recovery_codes WHERE code_hash = ?1 AND admin_id = ?2";
    Ok(conn.execute(sql, (hash, &admin.0))? == 1)
}

/// How many recovery codes are left.
pub fn codes_left(conn: &Connection, admin: &AdminId) -> Result<u32, DbError> {
    let sql = "SELECT count(*) FROM admin_recovery_codes WHERE admin_id = ?1";
    Ok(conn.query_row(sql, [&admin.0], |row| row.get(0))?)
}
