//! What users are made of, and what can go wrong.

use pocketkey_api::{problem::FieldProblem, user::NewUser};
use serde::Deserialize;

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    validate::{self, Fields},
};

/// Users on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which users to list.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListUsers {
    /// Only users with this text in user ID, username, name or e-mail address; case does not matter.
    pub search: String,
    /// Only users after this one: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

impl ListUsers {
    /// How many users the page holds at most.
    pub fn page_size(&self) -> u32 {
        self.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1)
    }
}

/// Why something about a user failed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such user.
    #[error("no such user")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for UserError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl Explain for UserError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::NotFound => ApiError::not_found("This user"),
            Self::Db(error) => error.explain(),
        }
    }
}

/// `new` with surrounding space removed.
///
/// # Errors
/// [`UserError::Invalid`] with every field at fault.
pub fn check(new: NewUser) -> Result<NewUser, UserError> {
    let mut fields = Fields::default();
    let checked = NewUser {
        external_id: fields.optional_line("external_id", &new.external_id, 64),
        username: fields.line("username", &new.username, 64),
        name: fields.line("name", &new.name, 200),
        email: fields.email("email", &new.email),
        groups: new.groups,
    };
    if checked.username.contains(char::is_whitespace) {
        fields.wrong("username", "No spaces.");
    }
    fields.finish().map_err(UserError::Invalid)?;
    Ok(checked)
}

/// What `search` looks through: every field in lower case, one a line.
pub fn search_text(user: &NewUser) -> String {
    validate::key(&[&*user.external_id, &user.username, &user.name, &user.email].join("\n"))
}
