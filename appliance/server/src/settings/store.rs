//! Where choices are kept: with the appliance, its groups and its keys.

use pocketkey_api::{GroupId, KeyId, UserId, group::Group, settings::SettingsChoice};
use rusqlite::{Connection, OptionalExtension, Row};

use super::Layers;
use crate::db::DbError;

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
    let mut query = conn.prepare_cached(
        "SELECT g.id, g.name, g.key_settings FROM group_members m JOIN groups g ON g.id = m.group_id
         WHERE m.user_id = ?1 AND g.key_settings IS NOT NULL ORDER BY g.name_key",
    )?;
    let groups = query.query_map([&user.0], group_row)?.collect::<Result<_, _>>()?;
    Ok(Layers { organisation: organisation(conn)?, groups })
}
