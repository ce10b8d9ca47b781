//! Pairings in the database.

use pocketkey_link::id::{DeviceId, PairingId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    db::DbError,
    devices::store::{device_id, parsed},
    relay::Bond,
};

/// A pairing that waits for a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub pairing: PairingId,
    /// The computer.
    pub computer: DeviceId,
    /// When the QR stops working, Unix milliseconds.
    pub expires_at: i64,
}

/// A computer waits for a phone; an earlier wait of it is over.
///
/// # Errors
/// If the database fails.
pub fn insert_waiting(tx: &Connection, waiting: Waiting, now: i64) -> Result<(), DbError> {
    let Waiting { pairing, computer, expires_at } = waiting;
    tx.prepare_cached("DELETE FROM pairings WHERE state = 'waiting' AND (computer = ?1 OR expires_at < ?2)")?
        .execute(params![computer.to_string(), now])?;
    tx.prepare_cached(
        "INSERT INTO pairings (id, computer, state, created_at, expires_at) VALUES (?1, ?2, 'waiting', ?3, ?4)",
    )?
    .execute(params![pairing.to_string(), computer.to_string(), now, expires_at])?;
    Ok(())
}

/// The bond stands; the computer's earlier one is replaced.
///
/// # Errors
/// If the database fails, or there is no such computer or phone.
pub fn record(tx: &Connection, bond: Bond, now: i64) -> Result<(), DbError> {
    let (pairing, computer, phone) =
        (bond.pairing.to_string(), bond.computer.to_string(), bond.phone.to_string());
    tx.prepare_cached("UPDATE pairings SET state = 'replaced' WHERE computer = ?1 AND state = 'paired'")?
        .execute([&computer])?;
    tx.prepare_cached(
        "INSERT INTO pairings (id, computer, phone, state, created_at, expires_at, paired_at)
         VALUES (?1, ?2, ?3, 'paired', ?4, ?4, ?4)
         ON CONFLICT (id) DO UPDATE SET phone = ?3, state = 'paired', paired_at = ?4",
    )?
    .execute(params![pairing, computer, phone, now])?;
    Ok(())
}

/// The bond is no more.
///
/// # Errors
/// If the database fails.
pub fn forget(tx: &Connection, pairing: PairingId) -> Result<(), DbError> {
    tx.prepare_cached("DELETE FROM pairings WHERE id = ?1")?.execute([pairing.to_string()])?;
    Ok(())
}

/// Every bond that stands.
///
/// # Errors
/// If the database fails.
pub fn bonds(conn: &Connection) -> Result<Vec<Bond>, DbError> {
    let mut all = conn.prepare("SELECT id, computer, phone FROM pairings WHERE state = 'paired'")?;
    let rows = all.query_map([], read_bond)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bonds of one device.
///
/// # Errors
/// If the database fails.
pub fn bonds_of(conn: &Connection, device: DeviceId) -> Result<Vec<Bond>, DbError> {
    let mut all = conn.prepare_cached(
        "SELECT id, computer, phone FROM pairings WHERE state = 'paired' AND (computer = ?1 OR phone = ?1)",
    )?;
    let rows = all.query_map([device.to_string()], read_bond)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One bond, if it stands.
///
/// # Errors
/// If the database fails.
pub fn bond(conn: &Connection, pairing: PairingId) -> Result<Option<Bond>, DbError> {
    let mut one =
        conn.prepare_cached("SELECT id, computer, phone FROM pairings WHERE state = 'paired' AND id = ?1")?;
    Ok(one.query_row([pairing.to_string()], read_bond).optional()?)
}

/// The bonds made since then, in Unix milliseconds.
///
/// # Errors
/// If the database fails.
pub fn bonds_since(conn: &Connection, since: i64) -> Result<Vec<Bond>, DbError> {
    let mut young =
        conn.prepare("SELECT id, computer, phone FROM pairings WHERE state = 'paired' AND paired_at >= ?1")?;
    let rows = young.query_map([since], read_bond)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Bonds that were replaced, of computers of which something was revoked lately.
///
/// # Errors
/// If the database fails.
pub fn replaced_lately(conn: &Connection) -> Result<Vec<PairingId>, DbError> {
    let mut replaced = conn.prepare(
        "SELECT id FROM pairings WHERE state = 'replaced' AND computer IN (SELECT device FROM revocations)",
    )?;
    Ok(replaced.query_map([], |row| parsed(row, 0))?.collect::<Result<_, _>>()?)
}

fn read_bond(row: &Row<'_>) -> rusqlite::Result<Bond> {
    Ok(Bond { pairing: parsed(row, 0)?, computer: device_id(row, 1)?, phone: device_id(row, 2)? })
}

/// Every pairing that waits at `now`.
///
/// # Errors
/// If the database fails.
pub fn waiting(conn: &Connection, now: i64) -> Result<Vec<Waiting>, DbError> {
    let mut all = conn.prepare(
        "SELECT id, computer, expires_at FROM pairings WHERE state = 'waiting' AND expires_at > ?1",
    )?;
    let rows = all.query_map([now], |row| {
        Ok(Waiting { pairing: parsed(row, 0)?, computer: device_id(row, 1)?, expires_at: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
