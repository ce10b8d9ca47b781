//! What can go wrong at the demo web site.

use axum::http::StatusCode;
use pocketkey_api::problem::FieldProblem;
use webauthn_rp::response::{auth::error::AuthCeremonyErr, register::error::RegCeremonyErr};

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    webauthn::{IpAddress, NoRoom},
};

/// Why a ceremony does not begin or end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The appliance's address is an IP address.
    #[error(transparent)]
    Address(#[from] IpAddress),
    /// Fields that are not as they should be.
    #[error("malformed request")]
    Fields(Vec<FieldProblem>),
    /// Nobody of that name is registered.
    #[error("no such account")]
    UnknownAccount,
    /// The credential is not registered here.
    #[error("no such credential")]
    UnknownCredential,
    /// Too many ceremonies run.
    #[error(transparent)]
    Busy(#[from] NoRoom),
    /// No ceremony runs with this challenge, or not any more.
    #[error("no such ceremony")]
    Expired,
    /// What the browser sent cannot be read.
    #[error("malformed credential: {0}")]
    Malformed(#[from] serde_json::Error),
    /// What the browser sent does not verify.
    #[error("verification failed: {0}")]
    Verification(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<RegCeremonyErr> for DemoError {
    fn from(error: RegCeremonyErr) -> Self {
        match error {
            RegCeremonyErr::Timeout => Self::Expired,
            other => Self::Verification(other.to_string()),
        }
    }
}

impl From<AuthCeremonyErr> for DemoError {
    fn from(error: AuthCeremonyErr) -> Self {
        match error {
            AuthCeremonyErr::Timeout => Self::Expired,
            other => Self::Verification(other.to_string()),
        }
    }
}

impl Explain for DemoError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Address(IpAddress(host)) => ApiError::new(
                StatusCode::CONFLICT,
                "demo_address",
                "Browsers allow no passkeys at an IP address.",
            )
            .detail(format!("Open the appliance under a name, for example localhost, instead of {host}.")),
            Self::Fields(fields) => ApiError::invalid(fields.clone()),
            Self::UnknownAccount => ApiError::new(
                StatusCode::NOT_FOUND,
                "demo_unknown_account",
                "Nobody of this name is registered.",
            )
            .detail("Register first, or check the spelling."),
            Self::UnknownCredential => ApiError::new(
                StatusCode::NOT_FOUND,
                "demo_unknown_credential",
                "This credential is not registered at the demo web site.",
            )
            .detail("Register anew; the phone may hold a credential of an earlier appliance."),
            Self::Busy(_) => ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "demo_busy",
                "Too many people are trying this now.",
            )
            .detail("Try again in a minute.")
            .retry_after(60),
            Self::Expired => ApiError::new(
                StatusCode::GONE,
                "demo_ceremony_expired",
                "This took too long, or was finished before.",
            )
            .detail("Start again."),
            Self::Malformed(error) => ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "demo_malformed_credential",
                "What the browser sent is not a credential.",
            )
            .detail(error.to_string()),
            Self::Verification(reason) => ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "demo_verification_failed",
                "The credential does not verify.",
            )
            .detail(reason.clone()),
            Self::Db(error) => error.explain(),
        }
    }
}
