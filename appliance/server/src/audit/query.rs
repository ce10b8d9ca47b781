//! Finding entries, newest first.

use pocketkey_api::{
    JobId, Page,
    audit::{ActorInfo, AuditFilter, Entry, TargetInfo},
};
use rusqlite::{Connection, Row, ToSql, params_from_iter, types::Value as Sql};

use super::{AuditError, chain};
use crate::{cursor, db::DbError};

/// A search looks for so many words.
const WORDS: usize = 8;

/// A page of the entries that `filter` finds.
///
/// # Errors
/// [`AuditError::WrongCursor`].
pub fn page(
    conn: &Connection,
    filter: &AuditFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<Entry>, AuditError> {
    let below = cursor::row(after, i64::MAX).ok_or(AuditError::WrongCursor)?;
    let whole = filter.job.is_some() || filter.target.is_some() || !filter.search.trim().is_empty();
    let items = entries(conn, filter, whole, below, limit.saturating_add(1))?;
    Ok(Page::cut(items, limit, |last| last.id.to_string()))
}

/// At most `limit` of the entries that `filter` finds before the number `below`, newest first; if not `whole`, without
/// those that jobs stand for.
pub fn entries(
    conn: &Connection,
    filter: &AuditFilter,
    whole: bool,
    below: i64,
    limit: u32,
) -> Result<Vec<Entry>, DbError> {
    let mut sql = format!("SELECT {}, job FROM audit WHERE id < ?1", chain::COLUMNS);
    let mut params: Vec<Sql> = vec![below.into()];
    let mut also = |condition: &str, value: Sql| {
        params.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("?{}", params.len())));
    };
    match filter.actor.as_deref() {
        None => {}
        Some("appliance") => also("actor_kind = ?", "appliance".to_owned().into()),
        Some(id) => also("actor_id = ?", id.to_owned().into()),
    }
    if let Some(action) = &filter.action {
        also("(action = ? OR substr(action, 1, length(?) + 1) = ? || '.')", action.clone().into());
    }
    if let Some(target) = &filter.target {
        also("target_id = ?", target.clone().into());
    }
    if let Some(job) = &filter.job {
        also("job = ?", job.0.clone().into());
    }
    // Numbers and times rise together, unless the clock was set back.
    if let Some(to) = filter.to {
        also("at < ?", to.into());
    }
    if let Some(from) = filter.from {
        also("at >= ?", from.into());
    }
    for word in filter.search.split_whitespace().take(WORDS) {
        also(
            "instr(lower(actor_name || char(10) || target_name || char(10) || ip || char(10) || action || char(10)
                || detail), ?) > 0",
            word.to_lowercase().into(),
        );
    }
    if !whole {
        sql.push_str(" AND job IS NULL");
    }
    params.push(limit.into());
    sql.push_str(&format!(" ORDER BY id DESC LIMIT ?{}", params.len()));
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(params_from_iter(params.iter().map(|param| param as &dyn ToSql)), entry)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let chain::Stored { id, at, texts, hash } = chain::Stored::read(row)?;
    let [kind, actor_id, actor_name, ip, action, target_id, target_name, detail] = texts;
    Ok(Entry {
        id,
        at,
        actor: ActorInfo { kind, id: actor_id, name: actor_name, ip },
        action,
        target: TargetInfo { id: target_id, name: target_name },
        // What is no JSON was edited: `audit verify` says so, and here it is shown as it is.
        detail: serde_json::from_str(&detail).unwrap_or(detail.into()),
        job: row.get::<_, Option<String>>(11)?.map(JobId),
        hash: data_encoding::HEXLOWER.encode(&hash),
    })
}
