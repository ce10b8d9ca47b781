//! Accounts and credentials of the demo web site.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{db::DbError, webauthn::Handle};

/// A registered credential. The states are as `webauthn_rp` encodes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Credential id.
    pub id: Vec<u8>,
    /// Whose it is.
    pub handle: Handle,
    /// Whether it was registered as discoverable.
    pub discoverable: bool,
    /// How it can be reached.
    pub transports: u8,
    /// Public key and extensions.
    pub static_state: Vec<u8>,
    /// Counter and flags.
    pub dynamic_state: [u8; 7],
}

const COLUMNS: &str = "id, handle, discoverable, transports, static_state, dynamic_state";

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        id: row.get(0)?,
        handle: row.get(1)?,
        discoverable: row.get(2)?,
        transports: row.get(3)?,
        static_state: row.get(4)?,
        dynamic_state: row.get(5)?,
    })
}

/// The handle of the account called `name`.
pub fn handle(conn: &Connection, name: &str) -> Result<Option<Handle>, DbError> {
    let mut found = conn.prepare_cached("SELECT handle FROM demo_accounts WHERE name = ?1")?;
    Ok(found.query_row([name], |row| row.get(0)).optional()?)
}

/// The name of an account.
pub fn name(conn: &Connection, handle: &Handle) -> Result<Option<String>, DbError> {
    let mut found = conn.prepare_cached("SELECT name FROM demo_accounts WHERE handle = ?1")?;
    Ok(found.query_row([handle], |row| row.get(0)).optional()?)
}

/// The credentials of an account, oldest first.
pub fn credentials(conn: &Connection, handle: &Handle) -> Result<Vec<Credential>, DbError> {
    let mut all = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM demo_credentials WHERE handle = ?1 ORDER BY created_at, id"
    ))?;
    let rows = all.query_map([handle], credential)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One credential.
pub fn find(conn: &Connection, id: &[u8]) -> Result<Option<Credential>, DbError> {
    let mut found = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM demo_credentials WHERE id = ?1"))?;
    Ok(found.query_row([id], credential).optional()?)
}

/// Stores a credential and, if it is new, its account. False if the name or the credential id is taken.
pub fn insert(tx: &Connection, account: &str, new: &Credential, now: i64) -> Result<bool, DbError> {
    let Credential { id, handle, discoverable, transports, static_state, dynamic_state } = new;
    tx.prepare_cached("INSERT INTO demo_accounts (handle, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![handle, account])?;
    if name(tx, handle)?.as_deref() != Some(account) {
        return Ok(false);
    }
    let inserted = tx
        .prepare_cached(&format!(
            "INSERT INTO demo_credentials ({COLUMNS}, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO NOTHING"
        ))?
        .execute(params![id, handle, discoverable, transports, static_state, dynamic_state, now])?;
    Ok(inserted == 1)
}

/// Moves a credential's counter and flags on; false if somebody else did meanwhile.
pub fn update(tx: &Connection, id: &[u8], before: [u8; 7], after: [u8; 7]) -> Result<bool, DbError> {
    let updated = tx
        .prepare_cached(
            "UPDATE demo_credentials SET dynamic_state = ?3 WHERE id = ?1 AND dynamic_state = ?2",
        )?
        .execute(params![id, before, after])?;
    Ok(updated == 1)
}
