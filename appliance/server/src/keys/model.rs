//! A key's status, and what can go wrong.

use axum::http::StatusCode;
use pocketkey_api::{
    activation::{ActivationState, ActivationStatus},
    key::{KeySort, KeyStatus},
    problem::FieldProblem,
};
use serde::Deserialize;

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
};

/// Keys on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which page of a list of keys.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListKeys {
    /// The order; default `-added`.
    pub sort: Option<KeySort>,
    /// Only keys after this place: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

impl ListKeys {
    /// The order of the list.
    pub fn order(&self) -> KeySort {
        self.sort.unwrap_or(KeySort::AddedDown)
    }

    /// How many keys the page holds at most.
    pub fn page_size(&self) -> u32 {
        self.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1)
    }
}

/// Why a key was not assigned, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such user.
    #[error("no such user")]
    NoUser,
    /// There is no such key.
    #[error("no such key")]
    NotFound,
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// A key that is not active yet replaces it already.
    #[error("the key is being replaced")]
    BeingReplaced,
    /// `after` is no place in a list of this order.
    #[error("no place in the list")]
    WrongCursor,
    /// The settings could not be stored.
    #[error("cannot store settings: {0}")]
    Settings(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for KeyError {
    fn explain(&self) -> ApiError {
        match self {
            Self::NoUser => ApiError::not_found("This user"),
            Self::NotFound => ApiError::not_found("This key"),
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::BeingReplaced => ApiError::new(
                StatusCode::CONFLICT,
                "being_replaced",
                "Another key replaces this one already.",
            )
            .detail("Activate that one, or delete it to begin anew."),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::Settings(_) => ApiError::internal(),
            Self::Db(error) => error.explain(),
        }
    }
}

/// Where a key stands: blocked before all else; with a phone it is active; with an open invitation it is pending; with
/// none, or one that is expired, locked or void, it is not activated.
pub fn status(blocked: bool, has_phone: bool, latest: Option<&ActivationState>) -> KeyStatus {
    match latest.map(|activation| activation.status) {
        _ if blocked => KeyStatus::Blocked,
        _ if has_phone => KeyStatus::Active,
        Some(ActivationStatus::Open) => KeyStatus::Pending,
        _ => KeyStatus::NotActivated,
    }
}

#[cfg(test)]
mod tests {
    use pocketkey_api::activation::ActivationMethod;

    use super::*;

    #[test]
    fn statuses() {
        let state =
            |status| ActivationState { method: ActivationMethod::Now, status, created_at: 0, expires_at: 1 };
        assert_eq!(status(false, false, None), KeyStatus::NotActivated);
        assert_eq!(status(false, false, Some(&state(ActivationStatus::Open))), KeyStatus::Pending);
        for over in [ActivationStatus::Expired, ActivationStatus::Locked, ActivationStatus::Voided] {
            assert_eq!(status(false, false, Some(&state(over))), KeyStatus::NotActivated);
            assert_eq!(status(false, true, Some(&state(over))), KeyStatus::Active);
            assert_eq!(status(true, true, Some(&state(over))), KeyStatus::Blocked);
        }
        assert_eq!(status(true, false, Some(&state(ActivationStatus::Open))), KeyStatus::Blocked);
        assert_eq!(status(false, true, Some(&state(ActivationStatus::Redeemed))), KeyStatus::Active);
    }
}
