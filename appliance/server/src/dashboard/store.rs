//! Counting, by way of indexes.

use pocketkey_api::{
    authentication::AuthReason,
    dashboard::{Day, FailureCount, MailHealth, People},
};
use rusqlite::{Connection, Params};

use crate::{authentications::store::DAY, db::DbError, users::UNUSED};

/// How many days are shown.
const DAYS: i64 = 30;

fn count(conn: &Connection, sql: &str, params: impl Params) -> Result<u32, DbError> {
    Ok(conn.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
}

/// How many users stand where.
pub fn people(conn: &Connection, now: i64) -> Result<People, DbError> {
    const INACTIVE: &str =
        "SELECT count(*) FROM users INDEXED BY users_standing WHERE active = 0 AND invited_until";
    let inactive = |condition: &str, at: i64| count(conn, &format!("{INACTIVE} {condition}"), [at]);
    // All are counted much faster than those that are active, who are the most.
    let total = count(conn, "SELECT count(*) FROM users", [])?;
    let (blocked, never_invited) = (inactive("= ?1", -1)?, inactive("= ?1", 0)?);
    let (lapsed, pending) = (inactive("BETWEEN 1 AND ?1", now)?, inactive("> ?1", now)?);
    let active = total.saturating_sub(blocked + never_invited + lapsed + pending);
    Ok(People { total, active, pending, lapsed, never_invited, blocked })
}

/// How many active keys were not used for long.
pub fn unused_keys(conn: &Connection, now: i64) -> Result<u32, DbError> {
    let sql = "SELECT count(*) FROM keys
               WHERE activated_at IS NOT NULL AND blocked_at IS NULL AND coalesce(used_at, activated_at) < ?1";
    count(conn, sql, [now - UNUSED])
}

/// How many computers are paired.
pub fn computers(conn: &Connection) -> Result<u32, DbError> {
    count(conn, "SELECT count(*) FROM pairings WHERE state = 'paired'", [])
}

/// What happened day by day, and why requests failed.
pub fn days(conn: &Connection, now: i64) -> Result<(Vec<Day>, Vec<FailureCount>), DbError> {
    let today = now.div_euclid(DAY);
    let first = today - DAYS + 1;
    let mut days: Vec<Day> = (first..=today).map(|day| Day { at: day * DAY, ..Day::default() }).collect();
    let mut query = conn.prepare_cached(
        "SELECT day, action, outcome, reason, count FROM authentication_days WHERE day BETWEEN ?1 AND ?2",
    )?;
    let mut failures: Vec<FailureCount> = Vec::new();
    let mut rows = query.query([first, today])?;
    while let Some(row) = rows.next()? {
        let (day, count): (i64, u32) = (row.get(0)?, row.get(4)?);
        let texts = [row.get_ref(1)?.as_str(), row.get_ref(2)?.as_str(), row.get_ref(3)?.as_str()];
        let [Ok(action), Ok(outcome), Ok(reason)] = texts else { continue };
        let Some(day) = usize::try_from(day - first).ok().and_then(|index| days.get_mut(index)) else {
            continue;
        };
        match (action, outcome) {
            ("sign_in", "succeeded") => day.signed_in += count,
            ("register", "succeeded") => day.registered += count,
            (_, "failed") => day.failed += count,
            _ => {}
        }
        if let Some(reason) = AuthReason::parse(reason) {
            match failures.iter_mut().find(|failure| failure.reason == reason) {
                Some(failure) => failure.count += count,
                None => failures.push(FailureCount { reason, count }),
            }
        }
    }
    failures.retain(|failure| failure.count > 0);
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    Ok((days, failures))
}

/// How the appliance's mails fare.
pub fn mail(conn: &Connection, now: i64) -> Result<MailHealth, DbError> {
    let since = |state: &str, at: i64| {
        count(conn, &format!("SELECT count(*) FROM outbox WHERE state = '{state}' AND done_at >= ?1"), [at])
    };
    Ok(MailHealth {
        queued: count(conn, "SELECT count(*) FROM outbox WHERE state = 'queued'", [])?,
        failed: since("failed", now - 7 * DAY)?,
        sent_today: since("sent", now.div_euclid(DAY) * DAY)?,
    })
}
