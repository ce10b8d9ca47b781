//! The table of users.

use pocketkey_api::{
    Page, UserId,
    user::{NewUser, User, UserFilter, UserSort, UserStatus},
};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{ListUsers, UserError, model, query};
use crate::{
    cursor::{Cursor, Value},
    db::DbError,
    groups, validate,
};

/// A user's own columns, and those of their place in the list.
const COLUMNS: &str = "u.id, coalesce(u.external_id, ''), u.username, u.name, u.email, u.created_at, u.key_count, \
                       u.active, u.invited_until, u.seq, u.username_key, u.name_key, u.email_key, u.blocked_at";

/// What `invited_until` is of somebody who is blocked; see migration 040.
const BLOCKED: i64 = -1;

/// A user without their groups.
fn user(row: &Row<'_>, now: i64) -> rusqlite::Result<User> {
    let invited_until: i64 = row.get(8)?;
    let status = match row.get(7)? {
        true => UserStatus::Active,
        false if invited_until == BLOCKED => UserStatus::Blocked,
        false if invited_until > now => UserStatus::Pending,
        false => UserStatus::NotInvited,
    };
    Ok(User {
        id: UserId(row.get(0)?),
        external_id: row.get(1)?,
        username: row.get(2)?,
        name: row.get(3)?,
        email: row.get(4)?,
        status,
        groups: Vec::new(),
        key_count: row.get(6)?,
        created_at: row.get(5)?,
        blocked_at: row.get(13)?,
    })
}

/// The fields of `new` that a user other than `but` has already.
pub fn taken(conn: &Connection, new: &NewUser, but: Option<&UserId>) -> Result<Vec<&'static str>, DbError> {
    let columns = [
        ("username", "username_key", validate::key(&new.username)),
        ("email", "email_key", validate::key(&new.email)),
        ("external_id", "external_id", new.external_id.clone()),
    ];
    let but = but.map_or("", |id| &id.0);
    let mut taken = Vec::new();
    for (field, column, value) in columns {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM users WHERE {column} = ?1 AND id <> ?2)");
        if !value.is_empty() && conn.prepare_cached(&sql)?.query_row((value, but), |row| row.get(0))? {
            taken.push(field);
        }
    }
    Ok(taken)
}

/// Adds a user, without groups.
pub fn insert(conn: &Connection, id: &UserId, new: &NewUser, now: i64) -> Result<(), DbError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO users (seq, id, external_id, username, username_key, name, name_key, email, email_key, search,
             created_at)
         VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM users), ?1, nullif(?2, ''), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    insert.execute((
        &id.0,
        &new.external_id,
        &new.username,
        validate::key(&new.username),
        &new.name,
        validate::key(&new.name),
        &new.email,
        validate::key(&new.email),
        model::search_text(new),
        now,
    ))?;
    Ok(())
}

/// Changes a user's row; groups are left alone.
pub fn update(conn: &Connection, id: &UserId, new: &NewUser) -> Result<(), DbError> {
    let mut update = conn.prepare_cached(
        "UPDATE users SET external_id = nullif(?2, ''), username = ?3, username_key = ?4, name = ?5, name_key = ?6,
             email = ?7, email_key = ?8, search = ?9
         WHERE id = ?1",
    )?;
    update.execute((
        &id.0,
        &new.external_id,
        &new.username,
        validate::key(&new.username),
        &new.name,
        validate::key(&new.name),
        &new.email,
        validate::key(&new.email),
        model::search_text(new),
    ))?;
    Ok(())
}

/// Deletes a user with all that is theirs; false if there is no such user.
pub fn delete(conn: &Connection, id: &UserId) -> Result<bool, DbError> {
    Ok(conn.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([&id.0])? == 1)
}

/// One user.
pub fn find(conn: &Connection, id: &UserId, now: i64) -> Result<Option<User>, DbError> {
    find_by(conn, "id", &id.0, now)
}

/// A user's full name; empty if there is no such user.
pub fn name(conn: &Connection, id: &UserId) -> Result<String, DbError> {
    let mut query = conn.prepare_cached("SELECT name FROM users WHERE id = ?1")?;
    Ok(query.query_row([&id.0], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// The user whose `column` is `value`.
pub fn find_by(
    conn: &Connection,
    column: &'static str,
    value: &str,
    now: i64,
) -> Result<Option<User>, DbError> {
    let mut query = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM users u WHERE u.{column} = ?1"))?;
    let found = query.query_row([value], |row| user(row, now)).optional()?;
    found.map(|user| with_groups(conn, user)).transpose()
}

/// One page of the users that `filter` finds.
pub fn list(
    conn: &Connection,
    filter: &UserFilter,
    page: &ListUsers,
    now: i64,
) -> Result<Page<User>, UserError> {
    let sort = page.order();
    let after = match &page.after {
        Some(text) => Some(Cursor::decode(text, sort).ok_or(UserError::WrongCursor)?),
        None => None,
    };
    let found = query::Found::new(conn, filter, now)?;
    let fits = page.page_size();
    let rows = found.page(conn, COLUMNS, sort, after.as_ref(), fits + 1, |row| {
        Ok((user(row, now)?, place(row, sort)?))
    })?;
    let Page { items, next } = Page::cut(rows, fits, |(_, place)| place.encode());
    let items = items.into_iter().map(|(user, _)| with_groups(conn, user));
    Ok(Page { items: items.collect::<Result<_, _>>()?, next })
}

/// Where a row stands in the list.
fn place(row: &Row<'_>, sort: UserSort) -> rusqlite::Result<Cursor<UserSort>> {
    let value = match query::order(sort).0 {
        "u.username_key" => Value::Text(row.get(10)?),
        "u.name_key" => Value::Text(row.get(11)?),
        "u.email_key" => Value::Text(row.get(12)?),
        _ => Value::Number(row.get(5)?),
    };
    Ok(Cursor { sort, value, seq: row.get(9)? })
}

/// How many users `filter` finds.
pub fn count(conn: &Connection, filter: &UserFilter, now: i64) -> Result<u32, DbError> {
    query::Found::new(conn, filter, now)?.count(conn)
}

/// The ids of all users that `filter` finds.
pub fn ids(conn: &Connection, filter: &UserFilter, now: i64) -> Result<Vec<UserId>, DbError> {
    let ids = query::Found::new(conn, filter, now)?.ids(conn)?;
    Ok(ids.into_iter().map(UserId).collect())
}

fn with_groups(conn: &Connection, user: User) -> Result<User, DbError> {
    Ok(User { groups: groups::store::of_user(conn, &user.id.0)?, ..user })
}

/// Blocks the user, or unblocks them with `None`.
pub fn set_blocked(conn: &Connection, id: &UserId, at: Option<i64>) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE users SET blocked_at = ?2 WHERE id = ?1")?.execute((&id.0, at))?;
    Ok(())
}
