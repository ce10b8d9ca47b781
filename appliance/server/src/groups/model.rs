//! What can go wrong with groups.

use pocketkey_api::problem::FieldProblem;

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    validate,
};

/// Why something about a group failed.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such group.
    #[error("no such group")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for GroupError {
    fn from(error: DbError) -> Self {
        if error.is_duplicate("groups.name_key") {
            return Self::Invalid(validate::one("name", "There is a group of this name already."));
        }
        Self::Db(error)
    }
}

impl Explain for GroupError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::NotFound => ApiError::not_found("This group"),
            Self::Db(error) => error.explain(),
        }
    }
}
