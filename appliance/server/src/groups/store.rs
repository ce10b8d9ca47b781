//! The tables of groups and their members.

use pocketkey_api::{
    GroupId, UserId,
    group::{Group, GroupSummary},
};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{db::DbError, validate};

const SUMMARY: &str = "
    SELECT g.id, g.name, (SELECT count(*) FROM group_members m WHERE m.group_id = g.id) FROM groups g";

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group { id: GroupId(row.get(0)?), name: row.get(1)? })
}

fn summary(row: &Row<'_>) -> rusqlite::Result<GroupSummary> {
    Ok(GroupSummary { id: GroupId(row.get(0)?), name: row.get(1)?, member_count: row.get(2)? })
}

/// Adds a group.
pub fn insert(conn: &Connection, group: &Group) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO groups (id, name, name_key) VALUES (?1, ?2, ?3)",
        (&group.id.0, &group.name, validate::key(&group.name)),
    )?;
    Ok(())
}

/// Gives a group another name; false if there is no such group.
pub fn rename(conn: &Connection, id: &GroupId, name: &str) -> Result<bool, DbError> {
    let renamed = conn.execute(
        "UPDATE groups SET name = ?2, name_key = ?3 WHERE id = ?1",
        (&id.0, name, validate::key(name)),
    )?;
    Ok(renamed == 1)
}

/// Deletes a group; its members stay users. False if there is no such group.
pub fn delete(conn: &Connection, id: &GroupId) -> Result<bool, DbError> {
    Ok(conn.execute("DELETE FROM groups WHERE id = ?1", [&id.0])? == 1)
}

/// Every group, by name.
pub fn all(conn: &Connection) -> Result<Vec<GroupSummary>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SUMMARY} ORDER BY g.name_key"))?;
    Ok(query.query_map([], summary)?.collect::<Result<_, _>>()?)
}

/// One group.
pub fn find(conn: &Connection, id: &GroupId) -> Result<Option<GroupSummary>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SUMMARY} WHERE g.id = ?1"))?;
    Ok(query.query_row([&id.0], summary).optional()?)
}

/// The group of this name; case does not matter.
pub fn named(conn: &Connection, name: &str) -> Result<Option<GroupId>, DbError> {
    let mut query = conn.prepare_cached("SELECT id FROM groups WHERE name_key = ?1")?;
    Ok(query.query_row([validate::key(name)], |row| Ok(GroupId(row.get(0)?))).optional()?)
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

/// Takes a user out of every group but these.
pub fn leave_others(conn: &Connection, user: &UserId, stay: &[GroupId]) -> Result<(), DbError> {
    for group in of_user(conn, &user.0)? {
        if !stay.contains(&group.id) {
            remove(conn, &group.id, vec![user.clone()])?;
        }
    }
    Ok(())
}

/// Adds users to a group; gives those who were not in it. Who is no user is passed over.
pub fn add(conn: &Connection, group: &GroupId, users: Vec<UserId>) -> Result<Vec<UserId>, DbError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO group_members (user_id, group_id)
         SELECT u.id, g.id FROM users u, groups g WHERE u.id = ?1 AND g.id = ?2 ON CONFLICT DO NOTHING",
    )?;
    changed(users, |user| insert.execute((&user.0, &group.0)))
}

/// Takes users out of a group; gives those who were in it.
pub fn remove(conn: &Connection, group: &GroupId, users: Vec<UserId>) -> Result<Vec<UserId>, DbError> {
    let mut delete = conn.prepare_cached("DELETE FROM group_members WHERE user_id = ?1 AND group_id = ?2")?;
    changed(users, |user| delete.execute((&user.0, &group.0)))
}

/// Those of `users` for whom `change` changed a row.
fn changed(
    users: Vec<UserId>,
    mut change: impl FnMut(&UserId) -> rusqlite::Result<usize>,
) -> Result<Vec<UserId>, DbError> {
    let mut changed = Vec::new();
    for user in users {
        if change(&user)? > 0 {
            changed.push(user);
        }
    }
    Ok(changed)
}
