//! Finding users: a filter, an order and a place become SQL that stays fast at 100,000 users.
//!
//! There are two ways through the list, and each is slow where the other is fast. Reading it in order and passing over
//! who does not match is right where many match: the page is full soon. Collecting who matches from an index and
//! sorting them is right where few do. So each condition that has an index is first asked whether it leaves few.

use pocketkey_api::user::{HasKey, Standing, UserFilter, UserSort};
use rusqlite::Connection;

use crate::{
    cursor::Cursor,
    db::{DbError, probe},
    validate,
};

/// A key that was not used for so long, in milliseconds, is called unused: 90 days.
pub const UNUSED: i64 = 90 * 24 * 60 * 60 * 1000;

/// The users that a filter finds, as the rest of a `SELECT`.
#[derive(Debug)]
pub struct Found {
    from: String,
    conditions: Vec<String>,
    params: probe::Params,
}

/// How a condition that has an index of its own finds whom it leaves.
type Probe = String;

impl Found {
    /// Works out how to find those that `filter` asks for, at the time `now`.
    pub fn new(conn: &Connection, filter: &UserFilter, now: i64) -> Result<Self, DbError> {
        let mut found = Self { from: "users u".into(), conditions: Vec::new(), params: Vec::new() };
        let mut probes = Vec::new();
        found.search(&filter.search, &mut probes);
        if let Some(group) = &filter.group {
            found.params.push((":group", group.0.clone().into()));
            found.conditions.push(
                "EXISTS (SELECT 1 FROM group_members m WHERE m.user_id = u.id AND m.group_id = :group)"
                    .into(),
            );
            probes.push(
                "SELECT u.seq FROM group_members g CROSS JOIN users u ON u.id = g.user_id WHERE g.group_id = :group"
                    .into(),
            );
        }
        if let Some(standing) = filter.status {
            let (condition, uses_now) = standing_is(standing);
            if uses_now {
                found.params.push((":now", now.into()));
            }
            // The plus keeps the order's own index in use while the list is read in order.
            found.conditions.push(condition.replace("u.active", "+u.active"));
            probes.push(format!("SELECT u.seq FROM users u INDEXED BY users_standing WHERE {condition}"));
        }
        match filter.key {
            None => {}
            Some(HasKey::None) => found.conditions.push("u.key_count = 0".into()),
            Some(HasKey::Unused) => {
                const IS_UNUSED: &str = "k.activated_at IS NOT NULL AND k.blocked_at IS NULL
                    AND coalesce(k.used_at, k.activated_at) < :unused";
                found.params.push((":unused", (now - UNUSED).into()));
                found
                    .conditions
                    .push(format!("EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND {IS_UNUSED})"));
                probes.push(format!(
                    "SELECT DISTINCT u.seq FROM keys k CROSS JOIN users u ON u.id = k.user_id WHERE {IS_UNUSED}"
                ));
            }
            Some(kind) => found.conditions.push(format!(
                "EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.kind = '{}')",
                kind.key()
            )),
        }
        for select in probes {
            if let Some(few) = probe::few(conn, &select, &found.params)? {
                found.from = "json_each(:few) few CROSS JOIN users u ON u.seq = few.value".into();
                found.params.push((":few", few.into()));
                break;
            }
        }
        Ok(found)
    }

    /// Every word has to be somewhere; the index of parts of words knows where, for those that are long enough.
    fn search(&mut self, search: &str, probes: &mut Vec<Probe>) {
        // What is searched through are single lines, one below the other.
        if search.contains(char::is_control) {
            self.conditions.push("false".into());
            return;
        }
        let search = validate::key(search);
        let words: Vec<&str> = search.split_whitespace().collect();
        for (name, word) in probe::WORDS.into_iter().zip(&words) {
            self.params.push((name, (*word).to_owned().into()));
            self.conditions.push(format!("instr(u.search, {name}) > 0"));
        }
        let words = words.iter().take(probe::WORDS.len()).filter(|word| probe::is_indexed(word));
        let phrases: Vec<_> = words.map(|word| probe::phrase(word)).collect();
        if !phrases.is_empty() {
            self.params.push((":match", phrases.join(" ").into()));
            probes.push("SELECT rowid FROM users_search WHERE users_search MATCH :match".into());
        }
    }

    fn condition(&self) -> String {
        if self.conditions.is_empty() { "true".into() } else { self.conditions.join(" AND ") }
    }

    /// Runs `SELECT columns` for a page of them, and gives what `read` makes of each row.
    pub fn page<T>(
        &self,
        conn: &Connection,
        columns: &str,
        sort: UserSort,
        after: Option<&Cursor<UserSort>>,
        limit: u32,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, DbError> {
        let sql = self.page_sql(columns, sort, after.is_some());
        let mut params = probe::named(&self.params, &sql);
        params.push((":limit", &limit));
        if let Some(after) = after {
            params.push((":place", &after.value));
            params.push((":seq", &after.seq));
        }
        let mut query = conn.prepare_cached(&sql)?;
        Ok(query.query_map(&*params, read)?.collect::<Result<_, _>>()?)
    }

    fn page_sql(&self, columns: &str, sort: UserSort, after: bool) -> String {
        let (column, down) = order(sort);
        let (sign, direction) = if down { ("<", "DESC") } else { (">", "ASC") };
        let place =
            if after { format!("AND ({column}, u.seq) {sign} (:place, :seq)") } else { String::new() };
        format!(
            "SELECT {columns} FROM {} WHERE {} {place} ORDER BY {column} {direction}, u.seq {direction} LIMIT :limit",
            self.from,
            self.condition()
        )
    }

    /// How many there are.
    pub fn count(&self, conn: &Connection) -> Result<u32, DbError> {
        let sql = format!("SELECT count(*) FROM {} WHERE {}", self.from, self.condition());
        Ok(conn.prepare_cached(&sql)?.query_row(&*probe::named(&self.params, &sql), |row| row.get(0))?)
    }

    /// The ids of all of them, oldest first.
    pub fn ids(&self, conn: &Connection) -> Result<Vec<String>, DbError> {
        let sql = format!("SELECT u.id FROM {} WHERE {} ORDER BY u.seq", self.from, self.condition());
        let mut query = conn.prepare_cached(&sql)?;
        Ok(query
            .query_map(&*probe::named(&self.params, &sql), |row| row.get(0))?
            .collect::<Result<_, _>>()?)
    }
}

/// The column a list is sorted by, and whether downwards.
pub fn order(sort: UserSort) -> (&'static str, bool) {
    match sort {
        UserSort::Username => ("u.username_key", false),
        UserSort::UsernameDown => ("u.username_key", true),
        UserSort::Name => ("u.name_key", false),
        UserSort::NameDown => ("u.name_key", true),
        UserSort::Email => ("u.email_key", false),
        UserSort::EmailDown => ("u.email_key", true),
        UserSort::Added => ("u.created_at", false),
        UserSort::AddedDown => ("u.created_at", true),
    }
}

/// The condition, and whether it asks for the time.
fn standing_is(standing: Standing) -> (&'static str, bool) {
    match standing {
        Standing::Active => ("u.active = 1", false),
        Standing::Pending => ("u.active = 0 AND u.invited_until > :now", true),
        Standing::NotInvited => ("u.active = 0 AND u.invited_until BETWEEN 0 AND :now", true),
        Standing::NeverInvited => ("u.active = 0 AND u.invited_until = 0", false),
        Standing::Blocked => ("u.active = 0 AND u.invited_until = -1", false),
        Standing::Stale => ("u.active = 0 AND u.invited_until BETWEEN 1 AND :now", true),
    }
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
