//! Computers as administrators see them.

use pocketkey_api::{
    ComputerId, UserId,
    computer::{Computer, ComputerPhone},
};
use pocketkey_link::id::DeviceId;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::store::device_id;
use crate::db::DbError;

/// A computer with its phone and whose that is.
const SELECT: &str = "
    SELECT d.id, d.name, d.os, d.seen_at, d.blocked_at, phone.model, u.id, u.name, d.rowid
    FROM devices d
    LEFT JOIN pairings p ON p.computer = d.id AND p.state = 'paired'
    LEFT JOIN devices phone ON phone.id = p.phone
    LEFT JOIN keys k ON k.id = phone.key_id
    LEFT JOIN users u ON u.id = k.user_id
    WHERE d.role = 'computer'";

/// A computer, as the relay knows it, and its place in the list. Whether it is online the database does not know.
pub struct Found {
    /// What is shown.
    pub computer: Computer,
    /// Its id at the relay.
    pub device: DeviceId,
    /// Its place.
    pub place: i64,
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    let model: Option<String> = row.get(5)?;
    let phone = match model {
        Some(model) => Some(ComputerPhone { model, user_id: UserId(row.get(6)?), user_name: row.get(7)? }),
        None => None,
    };
    let computer = Computer {
        id: ComputerId(row.get(0)?),
        name: row.get(1)?,
        os: row.get(2)?,
        phone,
        online: false,
        seen_at: row.get(3)?,
        blocked_at: row.get(4)?,
    };
    Ok(Found { computer, device: device_id(row, 0)?, place: row.get(8)? })
}

/// Computers before the place `before`, newest first. Those that are neither paired nor blocked can do nothing, and
/// anybody can make them: they are not listed.
pub fn list(conn: &Connection, before: i64, limit: u32) -> Result<Vec<Found>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "{SELECT} AND d.rowid < :before AND (p.id IS NOT NULL OR d.blocked_at IS NOT NULL)
         ORDER BY d.rowid DESC LIMIT :limit"
    ))?;
    let named = named_params! { ":before": before, ":limit": limit };
    Ok(query.query_map(named, found)?.collect::<Result<_, _>>()?)
}

/// One computer.
pub fn find(conn: &Connection, id: &ComputerId) -> Result<Option<Found>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} AND d.id = ?1"))?;
    Ok(query.query_row([&id.0], found).optional()?)
}

/// Blocks the computer, or unblocks it with `None`.
pub fn set_blocked(conn: &Connection, id: &ComputerId, at: Option<i64>) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE devices SET blocked_at = ?2 WHERE id = ?1")?.execute((&id.0, at))?;
    Ok(())
}

/// Deletes the computer with its pairing.
pub fn delete(conn: &Connection, id: &ComputerId) -> Result<(), DbError> {
    conn.prepare_cached("DELETE FROM devices WHERE id = ?1")?.execute([&id.0])?;
    Ok(())
}

/// Notes that the computer was here.
pub fn set_seen(conn: &Connection, id: &ComputerId, now: i64) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE devices SET seen_at = ?2 WHERE id = ?1")?.execute((&id.0, now))?;
    Ok(())
}
