//! Where choices are kept: with the appliance, its groups and its keys.

use pocketkey_api::{GroupId, KeyId, UserId, device::PhoneSettings, group::Group, settings::SettingsChoice};
use pocketkey_link::id::DeviceId;
use rusqlite::{Connection, OptionalExtension, Params, Row};

use super::{Layers, model};
use crate::{authentications, db::DbError, devices::store::device_id};

/// The choice in a row's column; nothing if it is NULL.
pub fn choice(row: &Row<'_>, column: usize) -> rusqlite::Result<SettingsChoice> {
    let json: Option<String> = row.get(column)?;
    let choice = json.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(choice.unwrap_or_default())
}

/// What is stored of a choice: JSON, or NULL if it is empty.
pub fn stored(choice: &SettingsChoice) -> Result<Option<String>, serde_json::Error> {
    if choice.is_empty() { Ok(None) } else { serde_json::to_string(choice).map(Some) }
}

/// The organisation's choice.
pub fn organisation(conn: &Connection) -> Result<SettingsChoice, DbError> {
    let mut query = conn.prepare_cached("SELECT key_settings FROM appliance")?;
    Ok(query.query_row([], |row| choice(row, 0)).optional()?.unwrap_or_default())
}

/// Stores the organisation's choice.
pub fn set_organisation(conn: &Connection, json: Option<String>) -> Result<(), DbError> {
    conn.execute("UPDATE appliance SET key_settings = ?1", [json])?;
    Ok(())
}

/// A group with its choice.
pub fn group(conn: &Connection, id: &GroupId) -> Result<Option<(Group, SettingsChoice)>, DbError> {
    let mut query = conn.prepare_cached("SELECT id, name, key_settings FROM groups WHERE id = ?1")?;
    Ok(query.query_row([&id.0], group_row).optional()?)
}

fn group_row(row: &Row<'_>) -> rusqlite::Result<(Group, SettingsChoice)> {
    Ok((Group { id: GroupId(row.get(0)?), name: row.get(1)? }, choice(row, 2)?))
}

/// Stores a group's choice.
pub fn set_group(conn: &Connection, id: &GroupId, json: Option<String>) -> Result<(), DbError> {
    conn.execute("UPDATE groups SET key_settings = ?2 WHERE id = ?1", (&id.0, json))?;
    Ok(())
}

/// A key's own choice.
pub fn key(conn: &Connection, id: &KeyId) -> Result<SettingsChoice, DbError> {
    let mut query = conn.prepare_cached("SELECT settings FROM keys WHERE id = ?1")?;
    Ok(query.query_row([&id.0], |row| choice(row, 0)).optional()?.unwrap_or_default())
}

/// Stores a key's own choice.
pub fn set_key(conn: &Connection, id: &KeyId, json: Option<String>) -> Result<(), DbError> {
    conn.execute("UPDATE keys SET settings = ?2 WHERE id = ?1", (&id.0, json))?;
    Ok(())
}

/// What is chosen above a user's keys.
pub fn layers(conn: &Connection, user: &UserId) -> Result<Layers, DbError> {
    Ok(Layers { groups: groups_of(conn, user)?, ..above_groups(conn)? })
}

/// What is chosen above everybody's.
fn above_groups(conn: &Connection) -> Result<Layers, DbError> {
    let report_rp = authentications::store::settings(conn)?.report_rp;
    Ok(Layers { organisation: organisation(conn)?, groups: Vec::new(), report_rp })
}

/// What a user's groups choose, by name.
fn groups_of(conn: &Connection, user: &UserId) -> Result<Vec<(Group, SettingsChoice)>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT g.id, g.name, g.key_settings FROM group_members m JOIN groups g ON g.id = m.group_id
         WHERE m.user_id = ?1 AND g.key_settings IS NOT NULL ORDER BY g.name_key",
    )?;
    Ok(query.query_map([&user.0], group_row)?.collect::<Result<_, _>>()?)
}

/// A phone, and what it is to obey.
#[derive(Debug)]
pub struct Phone {
    /// Its id at the relay.
    pub device: DeviceId,
    /// The key it is.
    pub key: KeyId,
    /// Whose that is.
    pub user: UserId,
    /// What it is to obey.
    pub in_force: PhoneSettings,
    /// The version of what it took last.
    pub taken: Option<String>,
}

impl Phone {
    /// Whether it has yet to take what is in force.
    pub fn waits(&self) -> bool {
        self.taken.as_ref() != Some(&self.in_force.version)
    }
}

/// Every phone.
pub fn phones(conn: &Connection) -> Result<Vec<Phone>, DbError> {
    phones_where(conn, "1", ())
}

/// A user's phones.
pub fn phones_of(conn: &Connection, user: &UserId) -> Result<Vec<Phone>, DbError> {
    phones_where(conn, "k.user_id = ?1", [&user.0])
}

/// One phone.
pub fn phone(conn: &Connection, device: DeviceId) -> Result<Option<Phone>, DbError> {
    Ok(phones_where(conn, "d.id = ?1", [device.to_string()])?.pop())
}

fn phones_where(conn: &Connection, condition: &str, given: impl Params) -> Result<Vec<Phone>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT d.id, k.id, k.user_id, d.settings_taken, k.settings FROM devices d JOIN keys k ON k.id = d.key_id
         WHERE {condition}"
    ))?;
    let mut layers = above_groups(conn)?;
    let mut rows = query.query(given)?;
    let mut phones = Vec::new();
    while let Some(row) = rows.next()? {
        let user = UserId(row.get(2)?);
        layers.groups = groups_of(conn, &user)?;
        let in_force = model::of_phone(&layers, &choice(row, 4)?);
        let (device, key) = (device_id(row, 0)?, KeyId(row.get(1)?));
        phones.push(Phone { device, key, user, in_force, taken: row.get(3)? });
    }
    Ok(phones)
}

/// Notes that a phone took settings of this version.
pub fn set_taken(conn: &Connection, device: DeviceId, version: &str, now: i64) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE devices SET settings_taken = ?2, settings_taken_at = ?3 WHERE id = ?1")?
        .execute((device.to_string(), version, now))?;
    Ok(())
}
