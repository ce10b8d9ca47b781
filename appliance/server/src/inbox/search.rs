//! The inbox's search: words, and `from:` `to:` `subject:` `has:attachment` `before:` `after:`.

use mail_parser::DateTime;

/// The longest search, in bytes.
const MAX_LENGTH: usize = 1000;

/// The most words.
const MAX_TERMS: usize = 32;

/// What to look for; all of it must hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Search {
    /// An FTS5 expression; `None`: any text.
    pub text: Option<String>,
    /// Only mails with attachments.
    pub attachment: bool,
    /// Only mails that came before this time, in Unix milliseconds.
    pub before: Option<i64>,
    /// Only mails that came at this time or later.
    pub after: Option<i64>,
}

/// Why a search makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Too many words, or too long ones.
    #[error("The search is too long: at most {MAX_TERMS} words.")]
    TooLong,
    /// Something else than an attachment after `has:`.
    #[error("has: knows only has:attachment.")]
    Has,
    /// No date after `before:` or `after:`.
    #[error("before: and after: want a date such as before:2026-01-31 (its midnight, UTC).")]
    Date,
}

/// Reads a search as people type it. A key without a value, and a word without a letter or digit, ask for nothing.
///
/// # Errors
/// [`SearchError`] says what is wrong, in words for people.
pub fn parse(text: &str) -> Result<Search, SearchError> {
    if text.len() > MAX_LENGTH {
        return Err(SearchError::TooLong);
    }
    let mut search = Search::default();
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after_key) = split_key(rest);
        let (value, quoted, after_value) = split_value(after_key);
        rest = after_value.trim_start();
        match key {
            _ if value.is_empty() => {}
            Some("has") if value.eq_ignore_ascii_case("attachment") => search.attachment = true,
            Some("has") => return Err(SearchError::Has),
            Some("before") => search.before = Some(midnight(value)?),
            Some("after") => search.after = Some(midnight(value)?),
            column => terms.extend(term(column, value, quoted)),
        }
    }
    if terms.len() > MAX_TERMS {
        return Err(SearchError::TooLong);
    }
    search.text = (!terms.is_empty()).then(|| terms.join(" AND "));
    Ok(search)
}

/// What each key is here; those of text are columns of the index.
const KEYS: [(&str, &str); 6] = [
    ("from:", "sender"),
    ("to:", "recipients"),
    ("subject:", "subject"),
    ("has:", "has"),
    ("before:", "before"),
    ("after:", "after"),
];

fn split_key(text: &str) -> (Option<&'static str>, &str) {
    let found = KEYS
        .iter()
        .find(|(key, _)| text.get(..key.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(key)));
    found.map_or((None, text), |(key, meaning)| (Some(*meaning), &text[key.len()..]))
}

/// The value at the beginning, whether it stood in quotes, and what comes after it.
fn split_value(text: &str) -> (&str, bool, &str) {
    match text.strip_prefix('"') {
        Some(text) => {
            let (value, rest) = text.split_once('"').unwrap_or((text, ""));
            (value, true, rest)
        }
        None => {
            let (value, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
            (value, false, rest)
        }
    }
}

/// Words in a row; unless they are quoted, the last one may be a word's beginning.
fn term(column: Option<&str>, value: &str, quoted: bool) -> Option<String> {
    let plain = value.replace(['"', '\0'], " ");
    plain.contains(char::is_alphanumeric).then(|| {
        let column = column.map(|column| format!("{column} : ")).unwrap_or_default();
        format!("{column}\"{plain}\"{}", if quoted { "" } else { "*" })
    })
}

/// Midnight of a date, UTC, in Unix milliseconds.
fn midnight(date: &str) -> Result<i64, SearchError> {
    let mut parts = date.splitn(3, '-');
    let mut part = |length: usize| {
        parts
            .next()
            .filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|part| part.parse::<u16>().ok())
            .ok_or(SearchError::Date)
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let small = |number: u16| u8::try_from(number).map_err(|_| SearchError::Date);
    let date = DateTime {
        year,
        month: small(month)?,
        day: small(day)?,
        hour: 0,
        minute: 0,
        second: 0,
        tz_before_gmt: false,
        tz_hour: 0,
        tz_minute: 0,
    };
    if !date.is_valid() {
        return Err(SearchError::Date);
    }
    Ok(date.to_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    fn text(search: &str) -> Option<String> {
        parse(search).unwrap().text
    }

    #[test]
    fn words_phrases_and_columns() {
        assert_eq!(parse("  ").unwrap(), Search::default());
        assert_eq!(text("hello").as_deref(), Some("\"hello\"*"));
        assert_eq!(text("two \"exact words\"").as_deref(), Some("\"two\"* AND \"exact words\""));
        assert_eq!(
            text("From:ada@example.org subject:\"your key\" to:").as_deref(),
            Some("sender : \"ada@example.org\"* AND subject : \"your key\"")
        );
        assert_eq!(text("http://x.example \"open").as_deref(), Some("\"http://x.example\"* AND \"open\""));
        assert_eq!(text("-- \"\" a\"b").as_deref(), Some("\"a b\"*"));
    }

    #[test]
    fn attachments_and_dates() {
        let search = parse("has:Attachment after:2026-01-01 before:2026-01-31 x").unwrap();
        assert!(search.attachment);
        assert_eq!((search.after, search.before), (Some(1_767_225_600_000), Some(1_769_817_600_000)));
        assert_eq!(search.text.as_deref(), Some("\"x\"*"));
        assert_eq!(parse("before:").unwrap(), Search::default());
        assert_eq!(parse("has:dog"), Err(SearchError::Has));
        for date in
            ["yesterday", "2026", "2026-1-1", "2026-13-01", "2026-01-32", "+026-01-01", "2026-01-01-01"]
        {
            assert_eq!(parse(&format!("before:{date}")), Err(SearchError::Date), "{date}");
        }
        assert_eq!(parse(&"x ".repeat(33)), Err(SearchError::TooLong));
        assert_eq!(parse(&"x".repeat(1001)), Err(SearchError::TooLong));
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(
                &[
                    "from:",
                    "to:",
                    "subject:",
                    "has:",
                    "before:",
                    "after:",
                    "attachment",
                    "2026-02-29",
                    "\"",
                    "*",
                    "(",
                    ")",
                    ":",
                    "^",
                    "-",
                    "+",
                    "{",
                    "}",
                    "AND",
                    "OR",
                    "NOT",
                    "NEAR(",
                    "\0",
                    "'",
                    " ",
                    " ",
                    "é",
                    "a1",
                ][..]
            )
            .prop_map(str::to_owned),
            ".{0,6}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_typed_sqlite_understands_it(pieces in prop::collection::vec(piece(), 0..30)) {
            let db = Connection::open_in_memory().unwrap();
            db.execute_batch("CREATE VIRTUAL TABLE t USING fts5 (sender, recipients, subject, body)").unwrap();
            if let Ok(Search { text: Some(text), .. }) = parse(&pieces.concat()) {
                let found = db.query_row("SELECT count(*) FROM t WHERE t MATCH ?1", [&text], |row| row.get::<_, i64>(0));
                prop_assert_eq!(found.map_err(|error| format!("{text}: {error}")), Ok(0));
            }
        }
    }
}
