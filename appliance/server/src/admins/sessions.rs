//! The table of sessions.

use pocketkey_api::{AdminId, SessionId, account::OpenSession, session};
use rusqlite::{Connection, OptionalExtension};

use super::{
    model::{SESSION_TTL, Visitor},
    store::{self, ADMIN, HAS_SECOND_STEP, REQUIRED},
};
use crate::{db::DbError, secret};

/// A session that is not over.
#[derive(Debug, Clone)]
pub struct Found {
    /// Whose.
    pub admin: session::Admin,
    /// Its id.
    pub id: SessionId,
    /// When it is over.
    pub expires_at: i64,
    /// When its admin gave their password or used a passkey, the last time.
    pub confirmed_at: i64,
    /// Whether its admin showed more than a password.
    pub second_step: bool,
    /// Whether its admin has to set up a second step before anything else.
    pub lacks_second_step: bool,
}

/// Opens a session, confirmed, and forgets those that are over; gives its token. `second_step` says whether its admin
/// showed more than a password.
pub fn open(
    conn: &Connection,
    admin: &AdminId,
    visitor: &Visitor,
    second_step: bool,
    now: i64,
) -> Result<String, DbError> {
    conn.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now])?;
    let token = secret::new_token::<32>();
    let ip = if visitor.ip.is_unspecified() { String::new() } else { visitor.ip.to_string() };
    conn.prepare_cached(
        "INSERT INTO sessions (token_hash, id, admin_id, browser, ip, created_at, expires_at, confirmed_at, second_step)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)",
    )?
    .execute((
        secret::token_hash(&token),
        secret::new_id(),
        &admin.0,
        &visitor.browser,
        ip,
        now,
        now + SESSION_TTL,
        second_step,
    ))?;
    Ok(token)
}

/// The session of this token, if it is not over at `now` and its admin not blocked. Where every admin needs a second step,
/// it is also over if its admin has one and did not show it.
pub fn find(conn: &Connection, token_hash: &[u8; 32], now: i64) -> Result<Option<Found>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {ADMIN}, s.id, s.expires_at, s.confirmed_at, s.second_step, {REQUIRED} AND NOT {HAS_SECOND_STEP}
         FROM sessions s JOIN admins a ON a.id = s.admin_id
         WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND a.blocked_at IS NULL
             AND (s.second_step OR NOT {REQUIRED} OR NOT {HAS_SECOND_STEP})"
    ))?;
    let row = query.query_row((token_hash, now), |row| {
        Ok(Found {
            admin: store::admin(row)?,
            id: SessionId(row.get(4)?),
            expires_at: row.get(5)?,
            confirmed_at: row.get(6)?,
            second_step: row.get(7)?,
            lacks_second_step: row.get(8)?,
        })
    });
    Ok(row.optional()?)
}

/// Moves a session's expiry.
pub fn extend(conn: &Connection, token_hash: &[u8; 32], expires_at: i64) -> Result<(), DbError> {
    conn.execute("UPDATE sessions SET expires_at = ?2 WHERE token_hash = ?1", (token_hash, expires_at))?;
    Ok(())
}

/// Notes that the session's admin has just given their password or used a passkey.
pub fn confirm(conn: &Connection, id: &SessionId, now: i64) -> Result<(), DbError> {
    conn.execute("UPDATE sessions SET confirmed_at = ?2 WHERE id = ?1", (&id.0, now))?;
    Ok(())
}

/// Notes that the session's admin has shown more than a password, or has just set that up.
pub fn set_second_step(conn: &Connection, id: &SessionId) -> Result<(), DbError> {
    conn.execute("UPDATE sessions SET second_step = 1 WHERE id = ?1", [&id.0])?;
    Ok(())
}

/// An admin's sessions that are not over, the last one used first. `current` is the one that asks.
pub fn of_admin(
    conn: &Connection,
    admin: &AdminId,
    current: &SessionId,
    now: i64,
) -> Result<Vec<OpenSession>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT id, browser, ip, created_at, expires_at FROM sessions WHERE admin_id = ?1 AND expires_at > ?2
         ORDER BY expires_at DESC, created_at DESC, id",
    )?;
    let rows = query.query_map((&admin.0, now), |row| {
        let id = SessionId(row.get(0)?);
        let expires_at: i64 = row.get(4)?;
        Ok(OpenSession {
            current: id == *current,
            id,
            browser: row.get(1)?,
            ip: row.get(2)?,
            created_at: row.get(3)?,
            used_at: expires_at - SESSION_TTL,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends one session of an admin; false if there is none.
pub fn end(conn: &Connection, admin: &AdminId, id: &SessionId) -> Result<bool, DbError> {
    Ok(conn.execute("DELETE FROM sessions WHERE admin_id = ?1 AND id = ?2", (&admin.0, &id.0))? == 1)
}

/// Ends all sessions of an admin but one, or all; gives how many.
pub fn end_all(conn: &Connection, admin: &AdminId, but: Option<&SessionId>) -> Result<usize, DbError> {
    let but = but.map_or("", |id| &id.0);
    Ok(conn.execute("DELETE FROM sessions WHERE admin_id = ?1 AND id <> ?2", (&admin.0, but))?)
}
