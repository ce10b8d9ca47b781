//! Lists as files: CSV for spreadsheets, JSON lines for programs.

use axum::http::{HeaderName, header};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// How a list is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A heading, then a line each. A cell that a spreadsheet would run as a formula has an apostrophe before it.
    #[default]
    Csv,
    /// A JSON object a line.
    Json,
}

impl Format {
    /// `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/x-ndjson",
        }
    }

    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "jsonl",
        }
    }

    /// The headers of such a file.
    pub fn headers(self, name: &str) -> [(HeaderName, String); 2] {
        let file = format!("attachment; filename=\"{name}.{}\"", self.extension());
        [(header::CONTENT_TYPE, self.content_type().to_owned()), (header::CONTENT_DISPOSITION, file)]
    }
}

/// The query of an export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct As {
    /// `csv` or `json` (an object a line); default `csv`.
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
}

/// What a spreadsheet would take for a formula, apostrophes before it aside.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// `text` as a cell that no spreadsheet runs as a formula: an apostrophe goes before what could be one.
fn guard(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// What [`guard`] made a cell of.
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Rows as CSV. No spreadsheet runs one of its cells.
pub fn csv_lines<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Into memory, rows of one length: there is nothing that could fail.
        let _ = writer.write_record(row.iter().map(|cell| guard(cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// Values as JSON, one a line.
pub fn json_lines<T: Serialize>(values: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        // Plain data: it always becomes JSON.
        out.extend(serde_json::to_vec(value).unwrap_or_default());
        out.push(b'\n');
    }
    out
}

/// A time as a spreadsheet reads it.
pub fn time(at: i64) -> String {
    mail_parser::DateTime::from_timestamp(at.div_euclid(1000)).to_rfc3339()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_what_spreadsheets_read() {
        assert_eq!(time(1_767_225_600_123), "2026-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_nothing_is_lost(text in "['=+@\\-\t]{0,3}.{0,8}") {
            let guarded = guard(&text);
            prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(unguard(&guarded), text);
        }
    }
}
