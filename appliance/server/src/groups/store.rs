//! The tables of groups and their members.

use pocketkey_api::{GroupId, group::Group};
use rusqlite::{Connection, Row};

use crate::{db::DbError, validate};

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group { id: GroupId(row.get(0)?), name: row.get(1)? })
}

/// Adds a group.
pub fn insert(conn: &Connection, group: &Group) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO groups (id, name, name_key) VALUES (?1, ?2, ?3)",
        (&group.id.0, &group.name, validate::key(&group.name)),
    )?;
    Ok(())
}

/// Every group, by name.
pub fn all(conn: &Connection) -> Result<Vec<Group>, DbError> {
    let mut query = conn.prepare_cached("SELECT id, name FROM groups ORDER BY name_key")?;
    Ok(query.query_map([], group)?.collect::<Result<_, _>>()?)
}

/// The groups of a user, by name.
pub fn of_user(conn: &Connection, user_id: &str) -> Result<Vec<Group>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT g.id, g.name FROM group_members m JOIN groups g ON g.id = m.group_id
         WHERE m.user_id = ?1 ORDER BY g.name_key",
    )?;
    Ok(query.query_map([user_id], group)?.collect::<Result<_, _>>()?)
}

/// Adds a user to a group; false if there is no such group.
pub fn join(conn: &Connection, user_id: &str, group_id: &GroupId) -> Result<bool, DbError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO group_members (user_id, group_id) SELECT ?1, id FROM groups WHERE id = ?2
         ON CONFLICT DO UPDATE SET group_id = group_id",
    )?;
    Ok(insert.execute((user_id, &group_id.0))? == 1)
}
