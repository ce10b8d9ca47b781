//! Whether a condition of a filter leaves few rows: those are then collected by an index and sorted, instead of passing
//! over the others in the list's order.

use rusqlite::{ToSql, types::Value};

use super::{Connection, DbError};

/// So many rows are sorted without being noticed.
const FEW: usize = 1000;
/// The index of parts of words holds runs of this many characters.
const TRIGRAM: usize = 3;
/// Names of the parameters of a search's words; a word more is passed over.
pub const WORDS: [&str; 8] = [":word0", ":word1", ":word2", ":word3", ":word4", ":word5", ":word6", ":word7"];

/// Named values of a statement that is put together by and by.
pub type Params = Vec<(&'static str, Value)>;

/// Those of `params` that `sql` names.
pub fn named<'a>(params: &'a Params, sql: &str) -> Vec<(&'a str, &'a dyn ToSql)> {
    let named = params.iter().filter(|(name, _)| sql.contains(name));
    named.map(|(name, value)| (*name, value as &dyn ToSql)).collect()
}

/// The numbers that `select` finds, as a JSON array, if they are few.
///
/// # Errors
/// If the database fails.
pub fn few(conn: &Connection, select: &str, params: &Params) -> Result<Option<String>, DbError> {
    let sql = few_sql(select);
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(&*named(params, &sql), |row| row.get::<_, i64>(0))?;
    let found = found.collect::<Result<Vec<_>, _>>()?;
    // Plain data: it always becomes JSON.
    Ok((found.len() <= FEW).then(|| serde_json::to_string(&found).unwrap_or_default()))
}

/// The statement of [`few`].
pub fn few_sql(select: &str) -> String {
    format!("{select} LIMIT {}", FEW + 1)
}

/// Whether the index of parts of words can find `word`.
pub fn is_indexed(word: &str) -> bool {
    word.chars().count() >= TRIGRAM
}

/// `word` as a phrase of FTS5.
pub fn phrase(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}
