//! Writing entries.

use pocketkey_api::audit::Action;
use rusqlite::Connection;
use serde_json::Value;

use super::{
    Actor, Target,
    chain::{self, Head},
};
use crate::{db::DbError, webhooks};

/// Notes what is done in a write transaction: committed with it or not at all. `detail` is an object that says what changed, without
/// secrets, or `null` if the action says it all.
///
/// # Errors
/// If the database fails; nothing may be done then.
pub fn record(
    conn: &Connection,
    now: i64,
    by: &Actor,
    action: Action,
    target: Target<'_>,
    detail: &Value,
) -> Result<(), DbError> {
    // A broken seal is as good as none: what comes after must not mend it.
    let head = Head::read(conn)?.filter(|(_, sealed)| *sealed).map_or(Head::START, |(head, _)| head);
    // What was cut off before stays missing: its numbers are not given again.
    let last: i64 =
        conn.prepare_cached("SELECT coalesce(max(id), 0) FROM audit")?.query_row([], |row| row.get(0))?;
    let id = head.id.max(last) + 1;
    let ip = by.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let said = with_job(detail, by).to_string();
    let texts =
        [by.kind.as_str(), &by.id, &by.name, &ip, action.as_str(), target.id, target.name, said.as_str()];
    let hash = chain::link(&head.hash, id, now, texts);
    let sql = format!(
        "INSERT INTO audit ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        chain::COLUMNS
    );
    conn.prepare_cached(&sql)?.execute((
        id, now, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], hash,
    ))?;
    Head { id, hash }.write(conn)?;
    webhooks::tell(conn, now, by, action, target, detail)
}

fn with_job(detail: &Value, by: &Actor) -> Value {
    let mut detail = detail.clone();
    if let Some(job) = &by.job {
        match &mut detail {
            Value::Object(fields) => drop(fields.insert("job".into(), job.0.clone().into())),
            detail => *detail = serde_json::json!({ "job": job }),
        }
    }
    detail
}
