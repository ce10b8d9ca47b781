//! The tables of admins and sessions.

use pocketkey_api::{AdminId, admin::Role, session};
use rusqlite::{Connection, OptionalExtension};

use crate::{db::DbError, validate};

/// An admin's row, as signing in needs it.
pub struct Stored {
    /// Id.
    pub id: String,
    /// PHC string.
    pub password_hash: String,
}

/// Whether there is an admin.
pub fn any(conn: &Connection) -> Result<bool, DbError> {
    Ok(conn.query_row("SELECT EXISTS (SELECT 1 FROM admins)", [], |row| row.get(0))?)
}

/// The organisation's name; empty before set-up.
pub fn organisation(conn: &Connection) -> Result<String, DbError> {
    Ok(conn.query_row("SELECT organisation FROM appliance", [], |row| row.get(0))?)
}

/// Names the organisation.
pub fn set_organisation(conn: &Connection, name: &str) -> Result<(), DbError> {
    conn.execute("UPDATE appliance SET organisation = ?1", [name])?;
    Ok(())
}

/// Adds an admin.
pub fn insert(
    conn: &Connection,
    admin: &session::Admin,
    password_hash: &str,
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO admins (id, role, name, email, email_key, password_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            &admin.id.0,
            admin.role.as_str(),
            &admin.name,
            &admin.email,
            validate::key(&admin.email),
            password_hash,
            now,
        ),
    )?;
    Ok(())
}

/// The admin with this address, compared in lower case.
pub fn by_email(conn: &Connection, email_key: &str) -> Result<Option<Stored>, DbError> {
    let mut query = conn.prepare_cached("SELECT id, password_hash FROM admins WHERE email_key = ?1")?;
    let row = query.query_row([email_key], |row| Ok(Stored { id: row.get(0)?, password_hash: row.get(1)? }));
    Ok(row.optional()?)
}

/// Opens a session and forgets those that are over.
pub fn insert_session(
    conn: &Connection,
    token_hash: &[u8; 32],
    admin_id: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), DbError> {
    conn.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now])?;
    conn.execute(
        "INSERT INTO sessions (token_hash, admin_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        (token_hash, admin_id, now, expires_at),
    )?;
    Ok(())
}

/// Whose session this is and when it expires, if it is not over at `now`.
pub fn session(
    conn: &Connection,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<Option<(session::Admin, i64)>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT a.id, a.role, a.name, a.email, s.expires_at FROM sessions s JOIN admins a ON a.id = s.admin_id
         WHERE s.token_hash = ?1 AND s.expires_at > ?2",
    )?;
    let row = query.query_row((token_hash, now), |row| {
        let role = row.get_ref(1)?.as_str()?;
        let admin = session::Admin {
            id: AdminId(row.get(0)?),
            // The table takes no other.
            role: Role::parse(role).ok_or(rusqlite::Error::InvalidQuery)?,
            name: row.get(2)?,
            email: row.get(3)?,
        };
        Ok((admin, row.get(4)?))
    });
    Ok(row.optional()?)
}

/// Moves a session's expiry.
pub fn extend_session(conn: &Connection, token_hash: &[u8; 32], expires_at: i64) -> Result<(), DbError> {
    conn.execute("UPDATE sessions SET expires_at = ?2 WHERE token_hash = ?1", (token_hash, expires_at))?;
    Ok(())
}

/// Ends a session.
pub fn delete_session(conn: &Connection, token_hash: &[u8; 32]) -> Result<(), DbError> {
    conn.execute("DELETE FROM sessions WHERE token_hash = ?1", [token_hash])?;
    Ok(())
}
