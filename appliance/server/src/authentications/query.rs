//! Finding entries, newest first.

use pocketkey_api::{
    ComputerId, KeyId, UserId,
    authentication::{AuthAction, AuthOutcome, AuthReason, Authentication, AuthenticationFilter},
};
use rusqlite::{Connection, Row, ToSql, params_from_iter, types::Value as Sql};

use crate::db::DbError;

/// A search looks for so many words.
const WORDS: usize = 8;

/// At most `limit` of the entries that `filter` finds before the number `below`, newest first.
pub fn entries(
    conn: &Connection,
    filter: &AuthenticationFilter,
    below: i64,
    limit: u32,
) -> Result<Vec<Authentication>, DbError> {
    let mut sql = "SELECT id, at, took_ms, action, outcome, reason, rp, user_id, user_name, key_id, phone_model, computer,
        computer_name, ip FROM authentications WHERE id < ?1"
        .to_owned();
    let mut params: Vec<Sql> = vec![below.into()];
    let mut also = |condition: &str, value: Sql| {
        params.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("?{}", params.len())));
    };
    let texts = [
        ("user_id = ?", filter.user.as_ref().map(|id| id.0.as_str())),
        ("key_id = ?", filter.key.as_ref().map(|id| id.0.as_str())),
        ("action = ?", filter.action.map(AuthAction::as_str)),
        ("outcome = ?", filter.outcome.map(AuthOutcome::as_str)),
        ("reason = ?", filter.reason.map(AuthReason::as_str)),
        ("rp = ?", filter.rp.as_deref()),
    ];
    for (condition, text) in texts {
        if let Some(text) = text {
            also(condition, text.to_owned().into());
        }
    }
    for (condition, time) in [("at >= ?", filter.from), ("at < ?", filter.to)] {
        if let Some(time) = time {
            also(condition, time.into());
        }
    }
    for word in filter.search.split_whitespace().take(WORDS) {
        let word = word.to_lowercase();
        also(
            "instr(lower(user_name || char(10) || computer_name || char(10) || phone_model || char(10) || rp
                || char(10) || ip), ?) > 0",
            word.into(),
        );
    }
    params.push(limit.into());
    sql.push_str(&format!(" ORDER BY id DESC LIMIT ?{}", params.len()));
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(params_from_iter(params.iter().map(|param| param as &dyn ToSql)), entry)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Authentication> {
    let text = |column: usize| row.get::<_, String>(column);
    Ok(Authentication {
        id: row.get(0)?,
        at: row.get(1)?,
        took_ms: row.get(2)?,
        action: AuthAction::parse(&text(3)?),
        outcome: AuthOutcome::parse(&text(4)?).unwrap_or(AuthOutcome::Answered),
        reason: AuthReason::parse(&text(5)?),
        rp: Some(text(6)?).filter(|rp| !rp.is_empty()),
        user_id: UserId(text(7)?),
        user_name: text(8)?,
        key_id: KeyId(text(9)?),
        phone: text(10)?,
        computer_id: ComputerId(text(11)?),
        computer: text(12)?,
        ip: text(13)?,
    })
}
