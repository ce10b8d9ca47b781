//! The table of keys.

use pocketkey_api::{
    KeyId, Page, UserId,
    key::{Key, KeyFilter, KeyKind, KeyOfUser, KeyStatus, KeyUser, PhoneInfo},
    settings::SettingsChoice,
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{KeyError, ListKeys, model, query};
use crate::{
    activation,
    db::DbError,
    settings::{self, Layers},
    validate,
};

/// A key's own columns, its phone's, and its user's.
pub const COLUMNS: &str = "k.id, k.user_id, k.settings, k.created_at, k.activated_at, d.model, d.os, k.blocked_at, \
                           k.blocked_at IS NOT NULL OR u.blocked_at IS NOT NULL, d.id, k.kind, k.label, k.replaces, \
                           u.username, u.name, u.email, d.settings_taken, d.settings_taken_at";

/// A key as its row says: without its invitation, and without what its user's groups choose.
pub struct Bare {
    key: Key,
    own: SettingsChoice,
    user: KeyUser,
    blocked: bool,
    /// The version of the settings that its phone took last.
    taken: Option<String>,
}

/// Reads a row of [`COLUMNS`].
pub fn bare(row: &Row<'_>) -> rusqlite::Result<Bare> {
    let own = settings::store::choice(row, 2)?;
    let model: Option<String> = row.get(5)?;
    let phone = match model {
        Some(model) => Some(PhoneInfo {
            model,
            os: row.get(6)?,
            activated_at: row.get(4)?,
            device_id: row.get(9)?,
            online: false, // the relay knows
            settings_taken_at: row.get(17)?,
        }),
        None => None,
    };
    let kind: String = row.get(10)?;
    let user_id = UserId(row.get(1)?);
    let blocked = row.get(8)?;
    let key = Key {
        id: KeyId(row.get(0)?),
        user_id: user_id.clone(),
        kind: KeyKind::parse(&kind).unwrap_or(KeyKind::Smartphone),
        status: model::status(blocked, phone.is_some(), None),
        label: row.get(11)?,
        uses_defaults: own.is_empty(),
        settings: None,
        phone,
        activation: None,
        created_at: row.get(3)?,
        blocked_at: row.get(7)?,
        replaces: row.get::<_, Option<String>>(12)?.map(KeyId),
    };
    let user = KeyUser { id: user_id, username: row.get(13)?, name: row.get(14)?, email: row.get(15)? };
    Ok(Bare { key, own, user, blocked, taken: row.get(16)? })
}

impl Bare {
    /// The key with its latest invitation, and with the settings that hold below `layers`.
    fn complete(self, conn: &Connection, layers: &Layers, now: i64) -> Result<KeyOfUser, DbError> {
        let activation = activation::store::latest(conn, &self.key.id, now)?;
        let status: KeyStatus = model::status(self.blocked, self.key.phone.is_some(), activation.as_ref());
        let in_force = settings::of_phone(layers, &self.own);
        let phone = self.key.phone.map(|phone| {
            let taken_at = phone.settings_taken_at.filter(|_| self.taken.as_ref() == Some(&in_force.version));
            PhoneInfo { settings_taken_at: taken_at, ..phone }
        });
        let settings = self.key.kind.has_device().then_some(in_force.settings);
        Ok(KeyOfUser { key: Key { status, phone, activation, settings, ..self.key }, user: self.user })
    }
}

/// A key to be added.
pub struct New<'a> {
    /// Its id.
    pub id: &'a KeyId,
    /// Whose it is.
    pub user: &'a UserId,
    /// What kind.
    pub kind: KeyKind,
    /// What is chosen for it, as [`settings::store::stored`] has it.
    pub settings: Option<&'a str>,
    /// What tells it from others.
    pub label: &'a str,
    /// The key that is blocked once this one is active.
    pub replaces: Option<&'a KeyId>,
}

/// Adds a key.
pub fn insert(conn: &Connection, new: &New<'_>, now: i64) -> Result<(), DbError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO keys (id, user_id, kind, settings, label, label_key, replaces, created_at)
         VALUES (:id, :user, :kind, :settings, :label, :label_key, :replaces, :now)",
    )?;
    insert.execute(named_params! {
        ":id": new.id.0,
        ":user": new.user.0,
        ":kind": new.kind.key(),
        ":settings": new.settings,
        ":label": new.label,
        ":label_key": validate::key(new.label),
        ":replaces": new.replaces.map(|id| &id.0),
        ":now": now,
    })?;
    Ok(())
}

/// One key.
pub fn find(conn: &Connection, id: &KeyId, now: i64) -> Result<Option<Key>, DbError> {
    Ok(with_user(conn, id, now)?.map(|of| of.key))
}

/// One key with whose it is.
pub fn with_user(conn: &Connection, id: &KeyId, now: i64) -> Result<Option<KeyOfUser>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM keys k JOIN users u ON u.id = k.user_id LEFT JOIN devices d ON d.key_id = k.id
         WHERE k.id = ?1"
    ))?;
    let Some(found) = query.query_row([&id.0], bare).optional()? else { return Ok(None) };
    let layers = settings::store::layers(conn, &found.user.id)?;
    found.complete(conn, &layers, now).map(Some)
}

/// A user's keys, oldest first.
pub fn of_user(conn: &Connection, user: &UserId, now: i64) -> Result<Vec<Key>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM keys k JOIN users u ON u.id = k.user_id LEFT JOIN devices d ON d.key_id = k.id
         WHERE k.user_id = ?1 ORDER BY k.seq"
    ))?;
    let keys: Vec<Bare> = query.query_map([&user.0], bare)?.collect::<Result<_, _>>()?;
    let layers = settings::store::layers(conn, user)?;
    keys.into_iter().map(|key| Ok(key.complete(conn, &layers, now)?.key)).collect()
}

/// One page of the keys that `filter` finds.
pub fn list(
    conn: &Connection,
    filter: &KeyFilter,
    page: &ListKeys,
    now: i64,
) -> Result<Page<KeyOfUser>, KeyError> {
    let Page { items: keys, next } = query::page(conn, filter, page, now)?;
    let mut items = Vec::with_capacity(keys.len());
    for key in keys {
        let layers = settings::store::layers(conn, &key.user.id)?;
        items.push(key.complete(conn, &layers, now)?);
    }
    Ok(Page { items, next })
}

/// Whether a key that is not active replaces this one.
pub fn is_being_replaced(conn: &Connection, id: &KeyId) -> Result<bool, DbError> {
    let mut query =
        conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM keys WHERE replaces = ?1 AND active = 0)")?;
    Ok(query.query_row([&id.0], |row| row.get(0))?)
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
