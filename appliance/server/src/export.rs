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

/// Rows as CSV.
pub fn csv_lines<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Into memory, rows of one length: there is nothing that could fail.
        let _ = writer.write_record(row);
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
    #[test]
    fn times_are_what_spreadsheets_read() {
        assert_eq!(super::time(1_767_225_600_123), "2026-01-01T00:00:00Z");
    }
}
