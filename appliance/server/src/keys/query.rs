//! Finding keys, as `users/query.rs` finds users: a condition that has an index is first asked whether it leaves few.

use pocketkey_api::{
    Page,
    key::{KeyFilter, KeySort, KeyStanding},
};
use rusqlite::Connection;

use super::{
    KeyError, ListKeys,
    store::{Bare, COLUMNS, bare},
};
use crate::{
    cursor::{Cursor, Value},
    db::{DbError, probe},
    validate,
};

/// What a filter asks for, as SQL.
#[derive(Default)]
struct Query {
    conditions: Vec<String>,
    /// Each finds the `seq` of all keys that meet one condition, by an index of its own.
    probes: Vec<String>,
    params: probe::Params,
}

impl Query {
    fn new(filter: &KeyFilter, now: i64) -> Self {
        let mut query = Self::default();
        query.search(&filter.search);
        if let Some(group) = &filter.group {
            query.params.push((":group", group.0.clone().into()));
            query.conditions.push(
                "EXISTS (SELECT 1 FROM group_members m WHERE m.user_id = u.id AND m.group_id = :group)"
                    .into(),
            );
            query.probes.push(
                "SELECT k.seq FROM group_members m CROSS JOIN keys k ON k.user_id = m.user_id
                 WHERE m.group_id = :group"
                    .into(),
            );
        }
        if let Some(kind) = filter.kind {
            query.params.push((":kind", kind.key().to_owned().into()));
            query.conditions.push("k.kind = :kind".into());
        }
        if let Some(standing) = filter.status {
            query.standing(standing, now);
        }
        query
    }

    /// Every word has to be somewhere, with the user or in the label.
    fn search(&mut self, search: &str) {
        if search.contains(char::is_control) {
            self.conditions.push("false".into());
            return;
        }
        let search = validate::key(search);
        let words: Vec<_> = probe::WORDS.into_iter().zip(search.split_whitespace()).collect();
        for (name, word) in &words {
            self.params.push((name, (*word).to_owned().into()));
            self.conditions.push(format!("(instr(u.search, {name}) > 0 OR instr(k.label_key, {name}) > 0)"));
        }
        if !words.is_empty() && words.iter().all(|(_, word)| probe::is_indexed(word)) {
            let phrases: Vec<_> = words.iter().map(|(_, word)| probe::phrase(word)).collect();
            self.params.push((":match", phrases.join(" ").into()));
            let labels: Vec<_> =
                words.iter().map(|(name, _)| format!("instr(label_key, {name}) > 0")).collect();
            self.probes.push(format!(
                "SELECT k.seq FROM users_search s CROSS JOIN users u ON u.seq = s.rowid
                 CROSS JOIN keys k ON k.user_id = u.id WHERE users_search MATCH :match
                 UNION SELECT seq FROM keys WHERE label_key <> '' AND ({})",
                labels.join(" OR ")
            ));
        }
    }

    fn standing(&mut self, standing: KeyStanding, now: i64) {
        let condition = match standing {
            KeyStanding::Blocked => {
                self.conditions.push("(k.blocked_at IS NOT NULL OR u.blocked_at IS NOT NULL)".into());
                self.probes.push(
                    "SELECT seq FROM keys WHERE blocked_at IS NOT NULL
                     UNION SELECT k.seq FROM users u CROSS JOIN keys k ON k.user_id = u.id
                     WHERE u.blocked_at IS NOT NULL"
                        .into(),
                );
                return;
            }
            KeyStanding::Active => "k.active = 1",
            KeyStanding::Pending => "k.active = 0 AND k.invited_until > :now",
            KeyStanding::NotActivated => "k.active = 0 AND k.invited_until <= :now",
            KeyStanding::Stale => "k.active = 0 AND k.invited_until BETWEEN 1 AND :now",
        };
        self.params.push((":now", now.into()));
        // The plus keeps the order's own index in use while the list is read in order.
        self.conditions.push(condition.replace("k.active", "+k.active"));
        self.conditions.push("k.blocked_at IS NULL AND u.blocked_at IS NULL".into());
        self.probes.push(format!("SELECT k.seq FROM keys k INDEXED BY keys_standing WHERE {condition}"));
    }

    /// The keys that a probe finds, if they are few.
    fn few(&self, conn: &Connection) -> Result<Option<String>, DbError> {
        for select in &self.probes {
            if let Some(few) = probe::few(conn, select, &self.params)? {
                return Ok(Some(few));
            }
        }
        Ok(None)
    }

    fn page_sql(&self, sort: KeySort, after: bool, few: bool) -> String {
        let (by_name, down) = match sort {
            KeySort::Added => (false, false),
            KeySort::AddedDown => (false, true),
            KeySort::Name => (true, false),
            KeySort::NameDown => (true, true),
        };
        let (sign, direction) = if down { ("<", "DESC") } else { (">", "ASC") };
        let from = match (few, by_name) {
            (true, _) => {
                "json_each(:few) few CROSS JOIN keys k ON k.seq = few.value CROSS JOIN users u ON u.id = k.user_id"
            }
            (false, true) => "users u CROSS JOIN keys k ON k.user_id = u.id",
            (false, false) => "keys k CROSS JOIN users u ON u.id = k.user_id",
        };
        let mut conditions = self.conditions.clone();
        if after && by_name {
            // The first half is what the index of names can begin at.
            conditions
                .push(format!("u.name_key {sign}= :place AND (u.name_key, k.seq) {sign} (:place, :seq)"));
        } else if after {
            conditions.push(format!("k.seq {sign} :seq"));
        }
        if conditions.is_empty() {
            conditions.push("true".into());
        }
        let order = if by_name {
            format!("u.name_key {direction}, k.seq {direction}")
        } else {
            format!("k.seq {direction}")
        };
        format!(
            "SELECT {COLUMNS}, k.seq, u.name_key FROM {from} LEFT JOIN devices d ON d.key_id = k.id
             WHERE {} ORDER BY {order} LIMIT :limit",
            conditions.join(" AND ")
        )
    }
}

/// A page of keys.
pub fn page(
    conn: &Connection,
    filter: &KeyFilter,
    page: &ListKeys,
    now: i64,
) -> Result<Page<Bare>, KeyError> {
    let sort = page.order();
    let after = match &page.after {
        Some(text) => Some(Cursor::decode(text, sort).ok_or(KeyError::WrongCursor)?),
        None => None,
    };
    let mut query = Query::new(filter, now);
    let few = query.few(conn)?;
    let sql = query.page_sql(sort, after.is_some(), few.is_some());
    if let Some(few) = few {
        query.params.push((":few", few.into()));
    }
    let (fits, limit) = (page.page_size(), page.page_size() + 1);
    let mut params = probe::named(&query.params, &sql);
    params.push((":limit", &limit));
    if let Some(after) = &after {
        if sql.contains(":place") {
            params.push((":place", &after.value));
        }
        params.push((":seq", &after.seq));
    }
    let mut statement = conn.prepare_cached(&sql).map_err(DbError::from)?;
    let rows = statement.query_map(&*params, |row| {
        Ok((bare(row)?, Cursor { sort, value: Value::Text(row.get(19)?), seq: row.get(18)? }))
    });
    let rows = rows.map_err(DbError::from)?.collect::<Result<Vec<_>, _>>().map_err(DbError::from)?;
    Ok(Page::cut(rows, fits, |(_, place)| place.encode()).map(|(key, _)| key))
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Value as Sql;

    use super::*;
    use crate::db::Db;

    /// Plans, not times: no list is read to its end, or sorted, for a page of it.
    #[tokio::test]
    async fn pages_are_read_in_order_by_way_of_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).unwrap();
        let plans = db.read(|conn| -> Result<Vec<String>, DbError> {
            let mut plans = Vec::new();
            for status in [None, Some(KeyStanding::Active), Some(KeyStanding::Pending)] {
                let query = Query::new(&KeyFilter { status, ..KeyFilter::default() }, 1);
                for sort in KeySort::ALL {
                    let sql = format!("EXPLAIN QUERY PLAN {}", query.page_sql(sort, true, false));
                    let mut statement = conn.prepare(&sql)?;
                    let nothing = std::iter::repeat_n(Sql::Null, statement.parameter_count());
                    let steps = statement
                        .query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3))?
                        .collect::<Result<Vec<_>, _>>()?;
                    plans.push(format!("{sort:?} {status:?}: {}", steps.join("; ")));
                }
            }
            Ok(plans)
        });
        for plan in plans.await.unwrap() {
            assert!(!plan.contains("SCAN"), "{plan}");
            assert!(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "{plan}");
        }
    }
}
