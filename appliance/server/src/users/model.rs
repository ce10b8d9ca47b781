//! What users are made of, and what can go wrong.

use axum::http::StatusCode;
use pocketkey_api::{
    problem::FieldProblem,
    user::{NewUser, User, UserChange, UserSort},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    audit,
    db::DbError,
    problem::{ApiError, Explain},
    validate::{self, Fields},
};

/// Users on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which page of a list of users.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListUsers {
    /// The order; default `username`.
    pub sort: Option<UserSort>,
    /// Only users after this place: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

impl ListUsers {
    /// The order of the list.
    pub fn order(&self) -> UserSort {
        self.sort.unwrap_or(UserSort::Username)
    }

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
    /// There is no such group.
    #[error("no such group")]
    NoGroup,
    /// `after` is no place in a list of this order.
    #[error("no place in the list")]
    WrongCursor,
    /// A filter finds more or fewer users than the person was told.
    #[error("the filter finds {found} users now")]
    SelectionChanged {
        /// How many it finds.
        found: u32,
    },
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
            Self::NoGroup => ApiError::not_found("This group"),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::SelectionChanged { found } => ApiError::new(
                StatusCode::CONFLICT,
                "selection_changed",
                format!("The filter finds {found} users now."),
            )
            .detail("Nothing was done. Look at the list again before you go on."),
            Self::Db(error) => error.explain(),
        }
    }
}

/// `new` with surrounding space removed.
///
/// # Errors
/// Every field at fault.
pub fn check(new: NewUser) -> Result<NewUser, Vec<FieldProblem>> {
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
    fields.finish()?;
    Ok(checked)
}

/// What `user` is after `change`. Groups are those of the change, or none: they are not part of the user's row.
pub fn changed(user: &User, change: UserChange) -> NewUser {
    NewUser {
        external_id: change.external_id.unwrap_or_else(|| user.external_id.clone()),
        username: change.username.unwrap_or_else(|| user.username.clone()),
        name: change.name.unwrap_or_else(|| user.name.clone()),
        email: change.email.unwrap_or_else(|| user.email.clone()),
        groups: change.groups.unwrap_or_default(),
    }
}

/// What the audit log says of a user who comes or goes.
pub fn as_created(user: &User) -> Value {
    let User { external_id, username, email, .. } = user;
    let mut detail = json!({ "username": username, "email": email });
    for (field, value) in [("external_id", external_id.clone()), ("groups", groups(user))] {
        if !value.is_empty() {
            detail[field] = value.into();
        }
    }
    detail
}

/// What the audit log says of a user who was changed.
pub fn difference(before: &User, after: &User) -> Value {
    let groups = (groups(before), groups(after));
    audit::change([
        ("external_id", &*before.external_id, &*after.external_id),
        ("username", &before.username, &after.username),
        ("name", &before.name, &after.name),
        ("email", &before.email, &after.email),
        ("groups", &groups.0, &groups.1),
    ])
}

fn groups(user: &User) -> String {
    let names: Vec<_> = user.groups.iter().map(|group| group.name.as_str()).collect();
    names.join(", ")
}

/// What `search` looks through: every field in lower case, one a line.
pub fn search_text(user: &NewUser) -> String {
    validate::key(&[&*user.external_id, &user.username, &user.name, &user.email].join("\n"))
}
