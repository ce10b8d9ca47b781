//! Devices in the database.

use pocketkey_api::{KeyId, device::NewDevice};
use pocketkey_link::id::DeviceId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::model::{Device, DeviceError, Introduced};
use crate::{db::DbError, db::Tx, relay::Role, secret};

/// Takes up the phone that activates `key`, after checking its introduction; gives its id at the relay. A phone
/// that is known keeps its id and is this key from now on.
///
/// # Errors
/// [`DeviceError`] if the introduction is not right, the keys are a computer's, or the phone is blocked.
pub fn insert_phone(tx: &Tx<'_>, device: &NewDevice, key: &KeyId, now: i64) -> Result<String, DeviceError> {
    let introduced = Introduced::check(device)?;
    upsert(tx, &introduced, Role::Phone, Some(key), now).map(|id| id.to_string())
}

/// Takes up a computer, or updates what is known of it; gives its id.
///
/// # Errors
/// [`DeviceError::OtherKind`] if the keys are a phone's, [`DeviceError::Blocked`].
pub fn upsert_computer(tx: &Tx<'_>, computer: &Introduced, now: i64) -> Result<DeviceId, DeviceError> {
    upsert(tx, computer, Role::Computer, None, now)
}

/// Whether a device is blocked: a computer by itself, a phone with its key or its user.
const BLOCKED: &str = "(d.blocked_at IS NOT NULL OR k.blocked_at IS NOT NULL OR u.blocked_at IS NOT NULL)";

/// Devices as `d`, with key and user.
const FROM: &str = "FROM devices d LEFT JOIN keys k ON k.id = d.key_id LEFT JOIN users u ON u.id = k.user_id";

/// Every device that is blocked.
///
/// # Errors
/// If the database fails.
pub fn blocked(conn: &Connection) -> Result<Vec<DeviceId>, DbError> {
    let mut all = conn.prepare(&format!("SELECT d.id {FROM} WHERE {BLOCKED}"))?;
    Ok(all.query_map([], |row| device_id(row, 0))?.collect::<Result<_, _>>()?)
}

/// The phone that is this key, and whether it is blocked.
///
/// # Errors
/// If the database fails.
pub fn phone_of(conn: &Connection, key: &KeyId) -> Result<Option<(DeviceId, bool)>, DbError> {
    let mut query = conn.prepare_cached(&format!("SELECT d.id, {BLOCKED} {FROM} WHERE d.key_id = ?1"))?;
    Ok(query.query_row([&key.0], |row| Ok((device_id(row, 0)?, row.get(1)?))).optional()?)
}

fn upsert(
    tx: &Connection,
    device: &Introduced,
    role: Role,
    key: Option<&KeyId>,
    now: i64,
) -> Result<DeviceId, DeviceError> {
    let blocked: bool = tx
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 {FROM} WHERE d.sign_key = ?1 AND {BLOCKED})"))?
        .query_row([device.keys.sign], |row| row.get(0))?;
    if blocked {
        return Err(DeviceError::Blocked);
    }
    let id = tx
        .prepare_cached(
            "INSERT INTO devices (id, role, key_id, name, model, os, sign_key, channel_key, created_at, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             ON CONFLICT (sign_key) DO UPDATE SET key_id = ?3, name = ?4, model = ?5, os = ?6, channel_key = ?8,
                 seen_at = ?9, settings_taken = NULL, settings_taken_at = NULL
             WHERE role = ?2
             RETURNING id",
        )?
        .query_row(
            params![
                DeviceId(secret::random()).to_string(),
                role.as_str(),
                key.map(|key| key.0.as_str()),
                device.name,
                device.model,
                device.os,
                device.keys.sign,
                device.keys.channel,
                now
            ],
            |row| device_id(row, 0),
        )
        .optional()?;
    id.ok_or(DeviceError::OtherKind)
}

/// What the relay needs to know of a device.
///
/// # Errors
/// If the database fails.
pub fn find(conn: &Connection, id: DeviceId) -> Result<Option<Device>, DbError> {
    let device = conn
        .prepare_cached("SELECT role, sign_key FROM devices WHERE id = ?1")?
        .query_row([id.to_string()], |row| {
            let role: String = row.get(0)?;
            let role = if role == "phone" { Role::Phone } else { Role::Computer };
            Ok(Device { id, role, sign_key: row.get(1)? })
        })
        .optional()?;
    Ok(device)
}

/// Forgets computers that introduced themselves before `before` and were never paired. Blocked ones are remembered.
///
/// # Errors
/// If the database fails.
pub fn purge_unpaired(tx: &Connection, before: i64) -> Result<usize, DbError> {
    let purged = tx
        .prepare_cached(
            "DELETE FROM devices WHERE role = 'computer' AND seen_at < ?1 AND blocked_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM pairings WHERE computer = devices.id AND phone IS NOT NULL)",
        )?
        .execute([before])?;
    Ok(purged)
}

/// The id in a text column.
pub(crate) fn device_id(row: &Row<'_>, column: usize) -> rusqlite::Result<DeviceId> {
    parsed(row, column)
}

/// A text column that was written with `Display` and is read with `FromStr`.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    row.get_ref(column)?.as_str()?.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
