//! What can be taken back, and what can go wrong.

use axum::http::StatusCode;
use pocketkey_api::{UserId, user::BulkAction};

use crate::problem::{ApiError, Explain};

/// How to take a job back.
#[derive(Debug, Clone)]
pub struct Undo {
    /// What takes it back.
    pub action: BulkAction,
    /// For whom it was a change.
    pub users: Vec<UserId>,
}

/// Why there is nothing to show or to take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// There is no such job, or not any more.
    #[error("no such job")]
    NotFound,
    /// It cannot be taken back, or was already.
    #[error("nothing to undo")]
    NothingToUndo,
}

impl Explain for JobError {
    fn explain(&self) -> ApiError {
        match self {
            Self::NotFound => ApiError::not_found("This job")
                .detail("Jobs are remembered until the appliance is restarted or many others came after."),
            Self::NothingToUndo => ApiError::new(
                StatusCode::CONFLICT,
                "nothing_to_undo",
                "This cannot be undone, or was already.",
            ),
        }
    }
}
