//! The table of users.

use pocketkey_api::{
    UserId,
    user::{NewUser, User, UserStatus},
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::model;
use crate::{db::DbError, groups, validate};

/// A user with what is derived from their keys. `:now` decides whether an invitation still waits.
const SELECT: &str = "
    SELECT u.id, coalesce(u.external_id, ''), u.username, u.name, u.email, u.created_at,
        (SELECT count(*) FROM keys k WHERE k.user_id = u.id),
        EXISTS (SELECT 1 FROM keys k JOIN devices d ON d.key_id = k.id
                WHERE k.user_id = u.id AND k.blocked_at IS NULL),
        EXISTS (SELECT 1 FROM keys k JOIN activations a ON a.key_id = k.id
                WHERE k.user_id = u.id AND k.blocked_at IS NULL AND a.outcome IS NULL AND a.expires_at > :now),
        u.username_key, u.blocked_at,
        EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.blocked_at IS NOT NULL)
    FROM users u";

/// A user without their groups, and their place in the list.
fn user(row: &Row<'_>) -> rusqlite::Result<(User, String)> {
    let blocked_at: Option<i64> = row.get(10)?;
    let status = if blocked_at.is_some() {
        UserStatus::Blocked
    } else if row.get(7)? {
        UserStatus::Active
    } else if row.get(8)? {
        UserStatus::Pending
    } else if row.get(11)? {
        UserStatus::Blocked
    } else {
        UserStatus::NotInvited
    };
    let user = User {
        id: UserId(row.get(0)?),
        external_id: row.get(1)?,
        username: row.get(2)?,
        name: row.get(3)?,
        email: row.get(4)?,
        status,
        groups: Vec::new(),
        key_count: row.get(6)?,
        created_at: row.get(5)?,
        blocked_at,
    };
    Ok((user, row.get(9)?))
}

/// The fields of `new` that another user has already.
pub fn taken(conn: &Connection, new: &NewUser) -> Result<Vec<&'static str>, DbError> {
    let columns = [
        ("username", "username_key", validate::key(&new.username)),
        ("email", "email_key", validate::key(&new.email)),
        ("external_id", "external_id", new.external_id.clone()),
    ];
    let mut taken = Vec::new();
    for (field, column, value) in columns {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM users WHERE {column} = ?1)");
        if !value.is_empty() && conn.prepare_cached(&sql)?.query_row([value], |row| row.get(0))? {
            taken.push(field);
        }
    }
    Ok(taken)
}

/// Adds a user, without groups.
pub fn insert(conn: &Connection, id: &UserId, new: &NewUser, now: i64) -> Result<(), DbError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO users (id, external_id, username, username_key, name, email, email_key, search, created_at)
         VALUES (?1, nullif(?2, ''), ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    insert.execute((
        &id.0,
        &new.external_id,
        &new.username,
        validate::key(&new.username),
        &new.name,
        &new.email,
        validate::key(&new.email),
        model::search_text(new),
        now,
    ))?;
    Ok(())
}

/// One user.
pub fn find(conn: &Connection, id: &UserId, now: i64) -> Result<Option<User>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE u.id = :id"))?;
    let found = query.query_row(named_params! { ":id": id.0, ":now": now }, user).optional()?;
    found.map(|(user, _)| with_groups(conn, user)).transpose()
}

/// Users by username, and where each stands in the list: those that hold `search`, after the place `after`.
pub fn list(
    conn: &Connection,
    search: &str,
    after: &str,
    limit: u32,
    now: i64,
) -> Result<Vec<(User, String)>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "{SELECT} WHERE u.username_key > :after AND (:search = '' OR instr(u.search, :search) > 0)
         ORDER BY u.username_key LIMIT :limit"
    ))?;
    let named = named_params! { ":after": after, ":search": search, ":limit": limit, ":now": now };
    let rows: Vec<(User, String)> = query.query_map(named, user)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(|(user, place)| Ok((with_groups(conn, user)?, place))).collect()
}

fn with_groups(conn: &Connection, user: User) -> Result<User, DbError> {
    Ok(User { groups: groups::store::of_user(conn, &user.id.0)?, ..user })
}

/// Blocks the user, or unblocks them with `None`.
pub fn set_blocked(conn: &Connection, id: &UserId, at: Option<i64>) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE users SET blocked_at = ?2 WHERE id = ?1")?.execute((&id.0, at))?;
    Ok(())
}

/// Deletes the user with their keys.
pub fn delete(conn: &Connection, id: &UserId) -> Result<(), DbError> {
    conn.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([&id.0])?;
    Ok(())
}
