//! Writing the log, and counting it by day.

use pocketkey_api::authentication::{AuthOutcome, LogSettings};
use pocketkey_link::id::DeviceId;
use rusqlite::{Connection, OptionalExtension};

use super::model::{Attempt, Said, Write};
use crate::db::DbError;

/// Milliseconds of a day.
pub const DAY: i64 = 24 * 60 * 60 * 1000;

/// Entries deleted at once.
const CHUNK: u32 = 5000;

/// Writes it down.
pub fn write(conn: &Connection, write: &Write) -> Result<(), DbError> {
    match write {
        Write::Attempt(attempt) => insert(conn, attempt),
        Write::Late(exchange, phone, said) => add(conn, &exchange.0, *phone, said),
    }
}

/// What the database knows of a phone.
#[derive(Default)]
struct Phone {
    model: String,
    key_id: String,
    user_id: String,
    user_name: String,
}

fn insert(conn: &Connection, attempt: &Attempt) -> Result<(), DbError> {
    let phone = conn
        .prepare_cached(
            "SELECT d.model, k.id, u.id, u.name FROM devices d JOIN keys k ON k.id = d.key_id
             JOIN users u ON u.id = k.user_id WHERE d.id = ?1",
        )?
        .query_row([attempt.bond.phone.to_string()], |row| {
            Ok(Phone {
                model: row.get(0)?,
                key_id: row.get(1)?,
                user_id: row.get(2)?,
                user_name: row.get(3)?,
            })
        })
        .optional()?
        .unwrap_or_default();
    let computer: Option<String> = conn
        .prepare_cached("SELECT name FROM devices WHERE id = ?1")?
        .query_row([attempt.bond.computer.to_string()], |row| row.get(0))
        .optional()?;
    let action = attempt.said.action.map_or("", |action| action.as_str());
    let reason = attempt.reason.map_or("", |reason| reason.as_str());
    // A request that was asked again after it was answered is none of its own.
    let new = conn
        .prepare_cached(
            "INSERT INTO authentications (exchange, at, took_ms, action, outcome, reason, rp, user_id, user_name,
                 key_id, phone, phone_model, computer, computer_name, ip)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (exchange) DO NOTHING",
        )?
        .execute((
            attempt.exchange.0,
            attempt.at,
            attempt.took_ms,
            action,
            attempt.outcome.as_str(),
            reason,
            attempt.said.rp.as_deref().unwrap_or_default(),
            &phone.user_id,
            &phone.user_name,
            &phone.key_id,
            attempt.bond.phone.to_string(),
            &phone.model,
            attempt.bond.computer.to_string(),
            computer.unwrap_or_default(),
            attempt.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        ))?;
    if new == 0 {
        return Ok(());
    }
    if attempt.outcome == AuthOutcome::Succeeded {
        conn.prepare_cached("UPDATE keys SET used_at = ?2 WHERE id = ?1")?
            .execute((&phone.key_id, attempt.at))?;
    }
    count(conn, (attempt.at.div_euclid(DAY), action, attempt.outcome.as_str(), reason), 1)
}

/// Adds what a phone said late to its own entry, unless it said something before.
fn add(conn: &Connection, exchange: &[u8; 16], phone: DeviceId, said: &Said) -> Result<(), DbError> {
    let Some(action) = said.action else { return Ok(()) };
    let found = conn
        .prepare_cached(
            "UPDATE authentications SET action = ?3, rp = ?4 WHERE exchange = ?1 AND phone = ?2 AND action = ''
             RETURNING at, outcome, reason",
        )?
        .query_row(
            (exchange, phone.to_string(), action.as_str(), said.rp.as_deref().unwrap_or_default()),
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)),
        )
        .optional()?;
    let Some((at, outcome, reason)) = found else { return Ok(()) };
    let day = at.div_euclid(DAY);
    count(conn, (day, "", &outcome, &reason), -1)?;
    count(conn, (day, action.as_str(), &outcome, &reason), 1)
}

fn count(
    conn: &Connection,
    (day, action, outcome, reason): (i64, &str, &str, &str),
    by: i64,
) -> Result<(), DbError> {
    conn.prepare_cached(
        "INSERT INTO authentication_days (day, action, outcome, reason, count) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET count = count + ?5",
    )?
    .execute((day, action, outcome, reason, by))?;
    Ok(())
}

/// Deletes entries from before `before`, some at a time; whether there may be more.
pub fn prune(conn: &Connection, before: i64) -> Result<bool, DbError> {
    let gone = conn
        .prepare_cached(
            "DELETE FROM authentications WHERE id IN (SELECT id FROM authentications WHERE at < ?1 LIMIT ?2)",
        )?
        .execute((before, CHUNK))?;
    Ok(gone == CHUNK as usize)
}

/// What the log holds, and how long.
///
/// # Errors
/// If the database fails.
pub fn settings(conn: &Connection) -> Result<LogSettings, DbError> {
    let mut query = conn.prepare_cached("SELECT report_rp, keep_authentications FROM appliance")?;
    Ok(query.query_row([], |row| Ok(LogSettings { report_rp: row.get(0)?, keep_days: row.get(1)? }))?)
}

/// Changes that.
pub fn set_settings(conn: &Connection, settings: LogSettings) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE appliance SET report_rp = ?1, keep_authentications = ?2")?
        .execute((settings.report_rp, settings.keep_days))?;
    Ok(())
}
