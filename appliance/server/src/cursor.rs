//! Where a page of a list ends: what `next` says and `after` gives back, opaque to everybody else.

use data_encoding::BASE64URL_NOPAD;
use rusqlite::{ToSql, types::ToSqlOutput};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The longest cursor that is looked at, in bytes.
const LONGEST: usize = 2048;

/// A place in a list, in one of its orders `S`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<S> {
    /// The order that it is a place in.
    pub sort: S,
    /// What the list is sorted by.
    pub value: Value,
    /// Which of those that share that value.
    pub seq: i64,
}

/// What lists are sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Text, compared byte by byte.
    Text(String),
    /// A time.
    Number(i64),
}

impl<S: Serialize + DeserializeOwned + PartialEq> Cursor<S> {
    /// As text.
    pub fn encode(&self) -> String {
        // Plain data: it always becomes JSON.
        BASE64URL_NOPAD.encode(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// The cursor that `text` is, if it is one and of the order `sort`.
    pub fn decode(text: &str, sort: S) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|bytes| bytes.len() <= LONGEST)?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        (cursor.sort == sort).then_some(cursor)
    }
}

/// The row that `after` names in a list sorted by nothing but its rows, or `start` without one; `None` if it is no row.
pub fn row(after: Option<&str>, start: i64) -> Option<i64> {
    after.map_or(Some(start), |text| text.parse().ok())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Text(text) => text.to_sql(),
            Self::Number(number) => number.to_sql(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pocketkey_api::user::UserSort;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_in_its_own_order_only(text in ".{0,80}", seq: i64, number: Option<i64>) {
            let value = number.map_or(Value::Text(text), Value::Number);
            let cursor = Cursor { sort: UserSort::NameDown, value, seq };
            prop_assert_eq!(Cursor::decode(&cursor.encode(), UserSort::NameDown), Some(cursor.clone()));
            prop_assert_eq!(Cursor::decode(&cursor.encode(), UserSort::Name), None);
        }

        #[test]
        fn a_row_is_itself_or_none(number: i64, text in ".{0,40}") {
            prop_assert_eq!(row(Some(&number.to_string()), 0), Some(number));
            prop_assert_eq!(row(None, number), Some(number));
            prop_assert_eq!(row(Some(&text), 0), text.parse().ok());
        }

        #[test]
        fn anything_else_is_none(text in ".{0,200}") {
            prop_assert_eq!(Cursor::decode(&text, UserSort::Username), None);
        }
    }
}
