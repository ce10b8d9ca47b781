//! The table of keys.

use pocketkey_api::{
    KeyId, UserId,
    key::{Key, KeyKind, KeySettings, KeyStatus, PhoneInfo},
};
use rusqlite::{Connection, OptionalExtension, Row};

use super::model;
use crate::{activation, db::DbError};

/// The one kind there is; the column leaves room.
const SMARTPHONE: &str = "smartphone";

const SELECT: &str = "
    SELECT k.id, k.user_id, k.settings, k.created_at, k.activated_at, d.model, d.os, k.blocked_at,
        k.blocked_at IS NOT NULL OR u.blocked_at IS NOT NULL, d.id
    FROM keys k JOIN users u ON u.id = k.user_id LEFT JOIN devices d ON d.key_id = k.id";

/// A key without its invitation. Its status says no more than whether it is blocked.
fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let settings: Option<String> = row.get(2)?;
    let settings: Option<KeySettings> =
        settings.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into())
        })?;
    let model: Option<String> = row.get(5)?;
    let phone = match model {
        Some(model) => Some(PhoneInfo {
            model,
            os: row.get(6)?,
            activated_at: row.get(4)?,
            device_id: row.get(9)?,
            online: false, // the relay knows
        }),
        None => None,
    };
    Ok(Key {
        id: KeyId(row.get(0)?),
        user_id: UserId(row.get(1)?),
        kind: KeyKind::Smartphone,
        status: model::status(row.get(8)?, phone.is_some(), None),
        uses_defaults: settings.is_none(),
        settings: settings.unwrap_or_default(),
        phone,
        activation: None,
        created_at: row.get(3)?,
        blocked_at: row.get(7)?,
    })
}

fn with_activation(conn: &Connection, key: Key, now: i64) -> Result<Key, DbError> {
    let activation = activation::store::latest(conn, &key.id, now)?;
    let blocked = key.status == KeyStatus::Blocked;
    Ok(Key { status: model::status(blocked, key.phone.is_some(), activation.as_ref()), activation, ..key })
}

/// Adds a key. `settings` is JSON; `None` = the default settings.
pub fn insert(
    conn: &Connection,
    id: &KeyId,
    user: &UserId,
    settings: Option<String>,
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO keys (id, user_id, kind, settings, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (&id.0, &user.0, SMARTPHONE, settings, now),
    )?;
    Ok(())
}

/// One key.
pub fn find(conn: &Connection, id: &KeyId, now: i64) -> Result<Option<Key>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE k.id = ?1"))?;
    let found = query.query_row([&id.0], key).optional()?;
    found.map(|key| with_activation(conn, key, now)).transpose()
}

/// A user's keys, oldest first.
pub fn of_user(conn: &Connection, user: &UserId, now: i64) -> Result<Vec<Key>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE k.user_id = ?1 ORDER BY k.seq"))?;
    let keys: Vec<Key> = query.query_map([&user.0], key)?.collect::<Result<_, _>>()?;
    keys.into_iter().map(|key| with_activation(conn, key, now)).collect()
}

/// Blocks the key, or unblocks it with `None`.
pub fn set_blocked(conn: &Connection, id: &KeyId, at: Option<i64>) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE keys SET blocked_at = ?2 WHERE id = ?1")?.execute((&id.0, at))?;
    Ok(())
}

/// Deletes the key with its phone, its invitations and its pairings.
pub fn delete(conn: &Connection, id: &KeyId) -> Result<(), DbError> {
    conn.prepare_cached("DELETE FROM keys WHERE id = ?1")?.execute([&id.0])?;
    Ok(())
}

/// Notes that a phone activated the key.
pub fn set_activated(conn: &Connection, id: &KeyId, now: i64) -> Result<(), DbError> {
    conn.execute("UPDATE keys SET activated_at = ?2 WHERE id = ?1", (&id.0, now))?;
    Ok(())
}

/// The id of the phone that is this key, if it has this signing key.
pub fn phone(conn: &Connection, id: &KeyId, sign_key: &[u8]) -> Result<Option<String>, DbError> {
    let mut query = conn.prepare_cached("SELECT id FROM devices WHERE key_id = ?1 AND sign_key = ?2")?;
    Ok(query.query_row((&id.0, sign_key), |row| row.get(0)).optional()?)
}
