//! How to import, and why a file as a whole cannot be.

use axum::http::StatusCode;
use pocketkey_api::{
    import::{ImportField, MatchBy},
    problem::FieldProblem,
};
use serde::Deserialize;

use crate::{
    problem::{ApiError, Explain},
    validate,
};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The most rows.
pub const MAX_ROWS: u32 = 250_000;
/// The most columns.
pub const MAX_COLUMNS: usize = 200;

/// How to import a file.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportOptions {
    /// What each column is, in order, separated by commas: `external_id`, `username`, `name`, `given_name`,
    /// `family_name`, `email`, `groups`; nothing = leave it out. For example `username,,email`.
    pub columns: String,
    /// What tells that a row is about a user there is already; default `username`.
    #[serde(default = "by_username")]
    pub match_by: MatchBy,
    /// Whether such users are changed; else they are left alone. Default `true`. An empty cell changes nothing.
    #[serde(default = "yes")]
    pub update: bool,
    /// Whether groups that do not exist are made; else their rows fail. Default `false`.
    #[serde(default)]
    pub create_groups: bool,
    /// Whether to check only, and change nothing. Default `false`.
    #[serde(default)]
    pub dry_run: bool,
}

fn by_username() -> MatchBy {
    MatchBy::Username
}

fn yes() -> bool {
    true
}

impl ImportOptions {
    /// What each column is.
    ///
    /// # Errors
    /// [`ImportError::Columns`] if a name is unknown or twice there, or if nothing tells who a row is about.
    pub fn mapping(&self) -> Result<Vec<Option<ImportField>>, ImportError> {
        let wrong = |message: String| ImportError::Columns(validate::one("columns", message));
        let mut mapping = Vec::new();
        for name in self.columns.split(',').map(str::trim) {
            let field = match name {
                "" => None,
                name => {
                    Some(ImportField::of(name).ok_or_else(|| wrong(format!("There is no field “{name}”.")))?)
                }
            };
            if field.is_some() && mapping.contains(&field) {
                return Err(wrong(format!("The field “{name}” is given to two columns.")));
            }
            mapping.push(field);
        }
        let needed = match_field(self.match_by);
        if !mapping.contains(&Some(needed)) {
            return Err(wrong(format!(
                "A column has to be “{}”: it tells who a row is about.",
                needed.key()
            )));
        }
        Ok(mapping)
    }
}

/// The field that tells who a row is about.
pub const fn match_field(by: MatchBy) -> ImportField {
    match by {
        MatchBy::Username => ImportField::Username,
        MatchBy::Email => ImportField::Email,
        MatchBy::ExternalId => ImportField::ExternalId,
    }
}

/// Why a file as a whole cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is not UTF-8.
    #[error("not UTF-8 at line {line}")]
    NotUtf8 {
        /// Where, the first line being 1.
        line: usize,
    },
    /// It is larger than [`MAX_BYTES`].
    #[error("too large")]
    TooLarge,
    /// It has more than [`MAX_ROWS`] rows.
    #[error("too many rows")]
    TooManyRows,
    /// It has more than [`MAX_COLUMNS`] columns.
    #[error("too many columns")]
    TooManyColumns,
    /// The columns cannot be read that way.
    #[error("wrong columns")]
    Columns(Vec<FieldProblem>),
}

impl Explain for ImportError {
    fn explain(&self) -> ApiError {
        let unreadable = |code, title: &str| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, title);
        match self {
            Self::Empty => unreadable("empty_file", "The file is empty.")
                .detail("Its first line names the columns; each line after it is a person."),
            Self::NotUtf8 { line } => unreadable("not_utf8", "The file is not UTF-8 text.").detail(format!(
                "Line {line} has characters of another encoding. In Excel, save it as “CSV UTF-8”."
            )),
            Self::TooLarge => {
                ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The file is too large.")
                    .detail(format!("At most {} MB are accepted. Split it.", MAX_BYTES / 1024 / 1024))
            }
            Self::TooManyRows => unreadable("too_many_rows", "The file has too many rows.")
                .detail(format!("At most {MAX_ROWS} are accepted. Split it.")),
            Self::TooManyColumns => unreadable("too_many_columns", "The file has too many columns.")
                .detail(format!("At most {MAX_COLUMNS} are accepted.")),
            Self::Columns(fields) => ApiError::invalid(fields.clone()),
        }
    }
}
