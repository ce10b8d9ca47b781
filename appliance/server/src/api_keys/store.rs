//! The table of keys.

use pocketkey_api::{
    AdminId, ApiKeyId,
    api_key::{ApiKey, ApiKeyState},
    permission::Permission,
};
use rusqlite::{Connection, OptionalExtension, Row};

use super::model::Shown;
use crate::{admins, db::DbError};

/// A key to be added.
pub struct New<'a> {
    /// The key.
    pub key: &'a ApiKey,
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
    /// Who made it.
    pub admin: &'a AdminId,
}

/// Adds a key.
pub fn insert(conn: &Connection, new: &New<'_>) -> Result<(), DbError> {
    let New { key, hash, admin } = new;
    conn.execute(
        "INSERT INTO api_keys (id, name, hint, hash, scopes, admin_id, admin_name, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            &key.id.0,
            &key.name,
            &key.hint,
            hash,
            serde_json::json!(key.scopes).to_string(),
            &admin.0,
            &key.made_by,
            key.created_at,
            key.expires_at,
        ),
    )?;
    Ok(())
}

/// All keys, newest first.
pub fn list(conn: &Connection, now: i64) -> Result<Vec<ApiKey>, DbError> {
    let mut all = conn.prepare_cached(
        "SELECT k.id, k.name, k.hint, k.scopes, coalesce(a.name, k.admin_name), k.created_at, k.expires_at, k.last_used_at,
                a.id IS NOT NULL AND a.blocked_at IS NULL
         FROM api_keys k LEFT JOIN admins a ON a.id = k.admin_id ORDER BY k.created_at DESC, k.id",
    )?;
    let rows = all.query_map([], |row| {
        let expires_at: Option<i64> = row.get(6)?;
        let state = match (row.get(8)?, expires_at.is_none_or(|at| at > now)) {
            (false, _) => ApiKeyState::Orphaned,
            (true, false) => ApiKeyState::Expired,
            (true, true) => ApiKeyState::Active,
        };
        Ok(ApiKey {
            id: ApiKeyId(row.get(0)?),
            name: row.get(1)?,
            hint: row.get(2)?,
            scopes: scopes(row, 3)?,
            made_by: row.get(4)?,
            state,
            created_at: row.get(5)?,
            expires_at,
            last_used_at: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The scopes known here: what a later version wrote permits nothing.
fn scopes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Permission>> {
    let names: Vec<String> = serde_json::from_str(row.get_ref(column)?.as_str()?).unwrap_or_default();
    Ok(names.iter().filter_map(|name| Permission::parse(name)).collect())
}

fn shown_sql(condition: &str) -> String {
    format!(
        "SELECT {}, k.id, k.name, k.scopes, k.expires_at, k.last_used_at
         FROM api_keys k JOIN admins a ON a.id = k.admin_id WHERE a.blocked_at IS NULL AND {condition}",
        admins::store::ADMIN
    )
}

fn shown(row: &Row<'_>) -> rusqlite::Result<Shown> {
    Ok(Shown {
        admin: admins::store::admin(row)?,
        id: ApiKeyId(row.get(4)?),
        name: row.get(5)?,
        scopes: scopes(row, 6)?,
        expires_at: row.get(7)?,
        last_used_at: row.get(8)?,
    })
}

/// The key whose secret has this hash, unless its admin is blocked or gone.
pub fn by_hash(conn: &Connection, hash: [u8; 32]) -> Result<Option<Shown>, DbError> {
    let mut find = conn.prepare_cached(&shown_sql("k.hash = ?1"))?;
    Ok(find.query_row([hash], shown).optional()?)
}

/// The key with this id, unless its admin is blocked or gone.
pub fn by_id(conn: &Connection, id: &ApiKeyId) -> Result<Option<Shown>, DbError> {
    let mut find = conn.prepare_cached(&shown_sql("k.id = ?1"))?;
    Ok(find.query_row([&id.0], shown).optional()?)
}

/// Notes that a key was used.
pub fn used(conn: &Connection, id: &ApiKeyId, now: i64) -> Result<(), DbError> {
    conn.execute("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1", (&id.0, now))?;
    Ok(())
}

/// Takes a key away: its name; `None` if there is none.
pub fn delete(conn: &Connection, id: &ApiKeyId) -> Result<Option<String>, DbError> {
    let sql = "DELETE FROM api_keys WHERE id = ?1 RETURNING name";
    Ok(conn.query_row(sql, [&id.0], |row| row.get(0)).optional()?)
}
