//! The table of invitations.

use pocketkey_api::{
    KeyId, UserId,
    activation::{ActivationMethod, ActivationState},
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    code::PairingKey,
    model::{self, Invitation},
};
use crate::db::DbError;

const SELECT: &str = "
    SELECT a.seq, a.key_id, u.id, u.name, u.email, a.pairing_hash, a.failures, a.outcome, a.expires_at,
        k.blocked_at IS NOT NULL OR u.blocked_at IS NOT NULL
    FROM activations a JOIN keys k ON k.id = a.key_id JOIN users u ON u.id = k.user_id";

fn invitation(row: &Row<'_>, now: i64) -> rusqlite::Result<Invitation> {
    let expires_at = row.get(8)?;
    let outcome: Option<String> = row.get(7)?;
    Ok(Invitation {
        seq: row.get(0)?,
        key_id: KeyId(row.get(1)?),
        user_id: UserId(row.get(2)?),
        name: row.get(3)?,
        email: row.get(4)?,
        pairing_hash: row.get(5)?,
        failures: row.get(6)?,
        status: model::status(outcome.as_deref(), expires_at, now),
        expires_at,
        blocked: row.get(9)?,
    })
}

/// What is stored of a new invitation.
pub struct New<'a> {
    /// The key it activates.
    pub key_id: &'a KeyId,
    /// State and expiry.
    pub state: ActivationState,
    /// The link's code, hashed.
    pub code_hash: [u8; 32],
    /// The pairing key.
    pub pairing_key: &'a PairingKey,
    /// The pairing key, hashed.
    pub pairing_hash: [u8; 32],
}

/// Adds an invitation; gives its row number.
pub fn insert(conn: &Connection, new: &New<'_>) -> Result<i64, DbError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO activations (key_id, method, code_hash, selector, pairing_hash, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    Ok(insert.insert((
        &new.key_id.0,
        method_name(new.state.method),
        new.code_hash,
        new.pairing_key.selector(),
        new.pairing_hash,
        new.state.created_at,
        new.state.expires_at,
    ))?)
}

fn method_name(method: ActivationMethod) -> &'static str {
    match method {
        ActivationMethod::Now => "now",
        ActivationMethod::Email => "email",
    }
}

/// One invitation.
pub fn get(conn: &Connection, seq: i64, now: i64) -> Result<Invitation, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE a.seq = ?1"))?;
    Ok(query.query_row([seq], |row| invitation(row, now))?)
}

/// The state of a key's latest invitation.
pub fn latest(conn: &Connection, key: &KeyId, now: i64) -> Result<Option<ActivationState>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT method, outcome, created_at, expires_at FROM activations WHERE key_id = ?1 ORDER BY seq DESC LIMIT 1",
    )?;
    let state = query.query_row([&key.0], |row| {
        let (method, outcome): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let expires_at = row.get(3)?;
        Ok(ActivationState {
            method: if method == "now" { ActivationMethod::Now } else { ActivationMethod::Email },
            status: model::status(outcome.as_deref(), expires_at, now),
            created_at: row.get(2)?,
            expires_at,
        })
    });
    Ok(state.optional()?)
}

/// The invitation with this link code.
pub fn by_code(conn: &Connection, code_hash: &[u8; 32], now: i64) -> Result<Option<Invitation>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE a.code_hash = ?1"))?;
    Ok(query.query_row([code_hash], |row| invitation(row, now)).optional()?)
}

/// The invitations that a pairing key's first digits find, newest first.
pub fn by_selector(conn: &Connection, selector: &str, now: i64) -> Result<Vec<Invitation>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE a.selector = ?1 ORDER BY a.seq DESC"))?;
    Ok(query.query_map([selector], |row| invitation(row, now))?.collect::<Result<_, _>>()?)
}

/// Whether an open invitation has this selector.
pub fn selector_is_open(conn: &Connection, selector: &str, now: i64) -> Result<bool, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM activations WHERE selector = ?1 AND outcome IS NULL AND expires_at > ?2)",
    )?;
    Ok(query.query_row((selector, now), |row| row.get(0))?)
}

/// Voids what is open of a key.
pub fn void_open(conn: &Connection, key: &KeyId, now: i64) -> Result<(), DbError> {
    let mut update = conn.prepare_cached(
        "UPDATE activations SET outcome = 'voided' WHERE key_id = ?1 AND outcome IS NULL AND expires_at > ?2",
    )?;
    update.execute((&key.0, now))?;
    Ok(())
}

/// Notes that a phone redeemed it.
pub fn set_redeemed(conn: &Connection, seq: i64) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE activations SET outcome = 'redeemed' WHERE seq = ?1")?.execute([seq])?;
    Ok(())
}

/// Counts a wrong guess; `locks` if it is the last one.
pub fn set_failures(conn: &Connection, seq: i64, failures: u32, locks: bool) -> Result<(), DbError> {
    let mut update = conn.prepare_cached(
        "UPDATE activations SET failures = :failures, outcome = iif(:locks, 'locked', NULL) WHERE seq = :seq",
    )?;
    update.execute(named_params! { ":seq": seq, ":failures": failures, ":locks": locks })?;
    Ok(())
}

/// Keys whose invitation expired after `since`, up to `now`, and whose they are.
pub fn expired(conn: &Connection, since: i64, now: i64) -> Result<Vec<(KeyId, UserId)>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT k.id, k.user_id FROM activations a JOIN keys k ON k.id = a.key_id
         WHERE a.outcome IS NULL AND a.expires_at > ?1 AND a.expires_at <= ?2",
    )?;
    let rows = query.query_map([since, now], |row| Ok((KeyId(row.get(0)?), UserId(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
