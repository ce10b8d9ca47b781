//! The tables of webhooks and of what they are told.

use pocketkey_api::{
    WebhookId,
    audit::Action,
    webhook::{Delivery, DeliveryState, Webhook},
};
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use super::model::{TEST, pause};
use crate::{
    audit::{Actor, Target},
    db::DbError,
    secret,
};

/// A delivery that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its row.
    pub seq: i64,
    /// The same at every try.
    pub id: String,
    /// The webhook.
    pub webhook: WebhookId,
    /// The generation of its secret.
    pub generation: i64,
    /// Where to.
    pub url: String,
    /// What.
    pub payload: String,
}

/// Writes a delivery to every webhook that is told of `action`.
///
/// # Errors
/// If the database fails.
pub fn tell(
    conn: &Connection,
    now: i64,
    by: &Actor,
    action: Action,
    target: Target<'_>,
    detail: &Value,
) -> Result<(), DbError> {
    let mut find = conn.prepare_cached(
        "SELECT id FROM webhooks WHERE enabled AND (actions = '[]'
         OR EXISTS (SELECT 1 FROM json_each(actions) WHERE value = ?1))",
    )?;
    let told = find.query_map([action.as_str()], |row| row.get::<_, String>(0))?;
    for webhook in told.collect::<Result<Vec<_>, _>>()? {
        let payload = json!({
            "type": action.as_str(),
            "at": now,
            "data": {
                "actor": { "kind": by.kind.as_str(), "id": by.id, "name": by.name },
                "target": { "id": target.id, "name": target.name },
                "detail": detail,
            },
        });
        insert_delivery(conn, &webhook, action.as_str(), &payload.to_string(), now)?;
    }
    Ok(())
}

/// Writes a delivery that only tries the way.
pub fn tell_test(conn: &Connection, webhook: &WebhookId, now: i64) -> Result<String, DbError> {
    let payload = json!({ "type": TEST, "at": now, "data": {} });
    insert_delivery(conn, &webhook.0, TEST, &payload.to_string(), now)
}

fn insert_delivery(
    conn: &Connection,
    webhook: &str,
    kind: &str,
    payload: &str,
    now: i64,
) -> Result<String, DbError> {
    let id = format!("msg_{}", secret::new_id());
    conn.prepare_cached(
        "INSERT INTO deliveries (webhook_id, id, kind, payload, next_try_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?
    .execute((webhook, &id, kind, payload, now))?;
    Ok(id)
}

/// Adds a webhook.
pub fn insert(
    conn: &Connection,
    id: &WebhookId,
    url: &str,
    actions: &[Action],
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO webhooks (id, url, actions, created_at) VALUES (?1, ?2, ?3, ?4)",
        (&id.0, url, json!(actions).to_string(), now),
    )?;
    Ok(())
}

/// Writes what an admin may change of a webhook.
pub fn update(conn: &Connection, webhook: &Webhook) -> Result<(), DbError> {
    conn.execute(
        "UPDATE webhooks SET url = ?2, actions = ?3, enabled = ?4 WHERE id = ?1",
        (&webhook.id.0, &webhook.url, json!(webhook.actions).to_string(), webhook.enabled),
    )?;
    Ok(())
}

/// Gives a webhook another secret: its generation; `None` if there is no such webhook.
pub fn renew(conn: &Connection, id: &WebhookId) -> Result<Option<i64>, DbError> {
    let sql = "UPDATE webhooks SET generation = generation + 1 WHERE id = ?1 RETURNING generation";
    Ok(conn.query_row(sql, [&id.0], |row| row.get(0)).optional()?)
}

/// Deletes a webhook with its deliveries.
pub fn delete(conn: &Connection, id: &WebhookId) -> Result<(), DbError> {
    conn.execute("DELETE FROM webhooks WHERE id = ?1", [&id.0])?;
    Ok(())
}

const WEBHOOK: &str = "SELECT w.id, w.url, w.actions, w.enabled, w.created_at,
    (SELECT count(*) FROM deliveries d WHERE d.webhook_id = w.id AND d.state = 'waiting'),
    (SELECT max(d.done_at) FROM deliveries d WHERE d.webhook_id = w.id AND d.state = 'delivered'),
    (SELECT CASE WHEN d.state <> 'delivered' THEN d.outcome END FROM deliveries d
     WHERE d.webhook_id = w.id AND d.tries > 0 ORDER BY d.seq DESC LIMIT 1)
    FROM webhooks w";

fn webhook(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let actions: String = row.get(2)?;
    Ok(Webhook {
        id: WebhookId(row.get(0)?),
        url: row.get(1)?,
        // What a later version wrote is not lost, but not shown.
        actions: serde_json::from_str(&actions).unwrap_or_default(),
        enabled: row.get(3)?,
        created_at: row.get(4)?,
        waiting: row.get(5)?,
        delivered_at: row.get(6)?,
        failing: row.get(7)?,
    })
}

/// All webhooks, oldest first.
pub fn list(conn: &Connection) -> Result<Vec<Webhook>, DbError> {
    let mut all = conn.prepare(&format!("{WEBHOOK} ORDER BY w.created_at, w.id"))?;
    Ok(all.query_map([], webhook)?.collect::<Result<_, _>>()?)
}

/// One webhook.
pub fn find(conn: &Connection, id: &WebhookId) -> Result<Option<Webhook>, DbError> {
    Ok(conn.query_row(&format!("{WEBHOOK} WHERE w.id = ?1"), [&id.0], webhook).optional()?)
}

/// Deliveries of a webhook before the row `before`, newest first; with their rows.
pub fn deliveries(
    conn: &Connection,
    id: &WebhookId,
    before: i64,
    most: u32,
) -> Result<Vec<(i64, Delivery)>, DbError> {
    let mut all = conn.prepare_cached(
        "SELECT seq, id, kind, state, tries, outcome, created_at, next_try_at, payload FROM deliveries
         WHERE webhook_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
    )?;
    let rows = all.query_map((&id.0, before, most), |row| {
        let state = match row.get_ref(3)?.as_str()? {
            "delivered" => DeliveryState::Delivered,
            "failed" => DeliveryState::Failed,
            _ => DeliveryState::Waiting,
        };
        let delivery = Delivery {
            id: row.get(1)?,
            kind: row.get(2)?,
            state,
            tries: row.get(4)?,
            outcome: row.get(5)?,
            created_at: row.get(6)?,
            next_try_at: row.get(7)?,
            payload: row.get(8)?,
        };
        Ok((row.get(0)?, delivery))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sends a delivery once more, now; false if there is none.
pub fn again(conn: &Connection, webhook: &WebhookId, id: &str, now: i64) -> Result<bool, DbError> {
    let changed = conn.execute(
        "UPDATE deliveries SET state = 'waiting', next_try_at = ?3, done_at = NULL WHERE webhook_id = ?1 AND id = ?2",
        (&webhook.0, id, now),
    )?;
    Ok(changed > 0)
}

/// What is due at `now`, longest first: of each webhook that is enabled at most `each`, so that one that does not answer
/// holds up nobody else.
pub fn due(conn: &Connection, now: i64, each: u32) -> Result<Vec<Due>, DbError> {
    let mut all = conn.prepare_cached(
        "SELECT d.seq, d.id, w.id, w.generation, w.url, d.payload
         FROM webhooks w CROSS JOIN deliveries d ON d.seq IN (
             SELECT x.seq FROM deliveries x
             WHERE x.webhook_id = w.id AND x.state = 'waiting' AND x.next_try_at <= ?1
             ORDER BY x.next_try_at LIMIT ?2)
         WHERE w.enabled ORDER BY d.next_try_at",
    )?;
    let rows = all.query_map((now, each), |row| {
        Ok(Due {
            seq: row.get(0)?,
            id: row.get(1)?,
            webhook: WebhookId(row.get(2)?),
            generation: row.get(3)?,
            url: row.get(4)?,
            payload: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes what a try came to, and when the next one is.
pub fn tried(conn: &Connection, seq: i64, outcome: &str, delivered: bool, now: i64) -> Result<(), DbError> {
    let sql = "UPDATE deliveries SET tries = tries + 1, outcome = ?2 WHERE seq = ?1 RETURNING tries";
    let tries: Option<u32> = conn.query_row(sql, (seq, outcome), |row| row.get(0)).optional()?;
    // Its webhook may be gone.
    let Some(tries) = tries else { return Ok(()) };
    let (state, next, done) = match pause(tries).filter(|_| !delivered) {
        Some(pause) => ("waiting", Some(now + pause), None),
        None if delivered => ("delivered", None, Some(now)),
        None => ("failed", None, Some(now)),
    };
    conn.execute(
        "UPDATE deliveries SET state = ?2, next_try_at = ?3, done_at = ?4 WHERE seq = ?1",
        (seq, state, next, done),
    )?;
    Ok(())
}

/// Forgets deliveries from before `before`.
pub fn forget(conn: &Connection, before: i64) -> Result<(), DbError> {
    conn.execute("DELETE FROM deliveries WHERE created_at < ?1", [before])?;
    Ok(())
}
