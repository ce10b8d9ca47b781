//! Subscriptions in the database.

use p256::elliptic_curve::sec1::ToEncodedPoint;
use pocketkey_link::id::DeviceId;
use rusqlite::{Connection, OptionalExtension, params};

use super::model::Subscription;
use crate::db::DbError;

/// After so many calls in a row that its push service refused, a subscription is forgotten. The phone subscribes anew
/// when it comes.
const MOST_FAILURES: u32 = 10;

/// This phone is called here from now on.
///
/// # Errors
/// If the database fails, or there is no such device.
pub fn put(tx: &Connection, device: DeviceId, subscription: &Subscription, now: i64) -> Result<(), DbError> {
    tx.prepare_cached(
        "INSERT INTO push_subscriptions (device, endpoint, p256dh, auth, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (device) DO UPDATE SET endpoint = ?2, p256dh = ?3, auth = ?4, created_at = ?5, failures = 0",
    )?
    .execute(params![
        device.to_string(),
        subscription.endpoint.url().as_str(),
        subscription.p256dh.to_encoded_point(false).as_bytes(),
        subscription.auth,
        now
    ])?;
    Ok(())
}

/// This phone is not called any more.
///
/// # Errors
/// If the database fails.
pub fn remove(tx: &Connection, device: DeviceId) -> Result<(), DbError> {
    tx.prepare_cached("DELETE FROM push_subscriptions WHERE device = ?1")?.execute([device.to_string()])?;
    Ok(())
}

/// Where this phone is called, if it is, and if that is still allowed.
///
/// # Errors
/// If the database fails.
pub fn find(conn: &Connection, device: DeviceId, sandbox: bool) -> Result<Option<Subscription>, DbError> {
    let found: Option<(String, [u8; 65], [u8; 16])> = conn
        .prepare_cached("SELECT endpoint, p256dh, auth FROM push_subscriptions WHERE device = ?1")?
        .query_row([device.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found
        .and_then(|(endpoint, p256dh, auth)| Subscription::stored(&endpoint, &p256dh, auth, sandbox).ok()))
}

/// The push service took a call.
///
/// # Errors
/// If the database fails.
pub fn succeeded(tx: &Connection, device: DeviceId) -> Result<(), DbError> {
    tx.prepare_cached("UPDATE push_subscriptions SET failures = 0 WHERE device = ?1 AND failures > 0")?
        .execute([device.to_string()])?;
    Ok(())
}

/// The push service refused a call at `endpoint`; for good, if `gone`. True if the subscription is forgotten.
///
/// # Errors
/// If the database fails.
pub fn refused(tx: &Connection, device: DeviceId, endpoint: &str, gone: bool) -> Result<bool, DbError> {
    let device = device.to_string();
    tx.prepare_cached(
        "UPDATE push_subscriptions SET failures = failures + 1 WHERE device = ?1 AND endpoint = ?2",
    )?
    .execute([&device, endpoint])?;
    let forgotten = tx
        .prepare_cached(
            "DELETE FROM push_subscriptions WHERE device = ?1 AND endpoint = ?2 AND (?3 OR failures >= ?4)",
        )?
        .execute(params![device, endpoint, gone, MOST_FAILURES])?;
    Ok(forgotten > 0)
}
