//! The table of passkeys.

use pocketkey_api::{AdminId, PasskeyId, account::Passkey};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::db::DbError;

/// A passkey as the ceremonies need it. The states are as `webauthn_rp` encodes them.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Whose it is.
    pub admin: AdminId,
    /// Credential id.
    pub id: Vec<u8>,
    /// How it can be reached.
    pub transports: u8,
    /// Public key and extensions.
    pub static_state: Vec<u8>,
    /// Counter and flags.
    pub dynamic_state: [u8; 7],
}

const CREDENTIAL: &str = "admin_id, credential_id, transports, static_state, dynamic_state";

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        admin: AdminId(row.get(0)?),
        id: row.get(1)?,
        transports: row.get(2)?,
        static_state: row.get(3)?,
        dynamic_state: row.get(4)?,
    })
}

/// Adds a passkey; false if its credential id is taken.
pub fn insert(
    conn: &Connection,
    admin: &AdminId,
    passkey: &Passkey,
    new: &Credential,
) -> Result<bool, DbError> {
    let inserted = conn.execute(
        &format!(
            "INSERT INTO admin_passkeys ({CREDENTIAL}, id, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO NOTHING"
        ),
        (
            &admin.0,
            &new.id,
            new.transports,
            &new.static_state,
            new.dynamic_state,
            &passkey.id.0,
            &passkey.name,
            passkey.created_at,
        ),
    )?;
    Ok(inserted == 1)
}

/// The passkeys of an admin, oldest first.
pub fn of_admin(conn: &Connection, admin: &AdminId) -> Result<Vec<Passkey>, DbError> {
    let mut all = conn.prepare_cached(
        "SELECT id, name, created_at, used_at FROM admin_passkeys WHERE admin_id = ?1 ORDER BY seq",
    )?;
    let rows = all.query_map([&admin.0], |row| {
        Ok(Passkey {
            id: PasskeyId(row.get(0)?),
            name: row.get(1)?,
            created_at: row.get(2)?,
            used_at: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same, as the ceremonies need them.
pub fn credentials(conn: &Connection, admin: &AdminId) -> Result<Vec<Credential>, DbError> {
    let sql = format!("SELECT {CREDENTIAL} FROM admin_passkeys WHERE admin_id = ?1 ORDER BY seq");
    let mut all = conn.prepare_cached(&sql)?;
    Ok(all.query_map([&admin.0], credential)?.collect::<Result<_, _>>()?)
}

/// The passkey with this credential id.
pub fn find(conn: &Connection, id: &[u8]) -> Result<Option<Credential>, DbError> {
    let sql = format!("SELECT {CREDENTIAL} FROM admin_passkeys WHERE credential_id = ?1");
    Ok(conn.query_row(&sql, [id], credential).optional()?)
}

/// Moves counter and flags on after a use; false if that was overtaken by another one, or the passkey is gone.
pub fn set_used(conn: &Connection, before: &Credential, after: [u8; 7], now: i64) -> Result<bool, DbError> {
    let updated = conn.execute(
        "UPDATE admin_passkeys SET dynamic_state = ?3, used_at = ?4 WHERE credential_id = ?1 AND dynamic_state = ?2",
        (&before.id, before.dynamic_state, after, now),
    )?;
    Ok(updated == 1)
}

/// Gives a passkey another name.
pub fn rename(conn: &Connection, id: &PasskeyId, name: &str) -> Result<(), DbError> {
    conn.execute("UPDATE admin_passkeys SET name = ?2 WHERE id = ?1", (&id.0, name))?;
    Ok(())
}

/// Deletes a passkey.
pub fn delete(conn: &Connection, id: &PasskeyId) -> Result<(), DbError> {
    conn.execute("DELETE FROM admin_passkeys WHERE id = ?1", [&id.0])?;
    Ok(())
}

/// Deletes all passkeys of an admin; gives how many.
pub fn delete_all(conn: &Connection, admin: &AdminId) -> Result<usize, DbError> {
    Ok(conn.execute("DELETE FROM admin_passkeys WHERE admin_id = ?1", [&admin.0])?)
}
