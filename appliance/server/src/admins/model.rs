//! What can go wrong when setting up and signing in, and what slows down guessing.

use std::net::IpAddr;

use axum::http::StatusCode;
use pocketkey_api::problem::FieldProblem;
use tokio::sync::Semaphore;

use crate::{
    db::DbError,
    limit::{Limiter, TooMany},
    problem::{ApiError, Explain},
};

/// How long an idle session lasts, in milliseconds.
pub const SESSION_TTL: i64 = 12 * 60 * 60 * 1000;
/// A session's expiry is moved at most this often, in milliseconds.
pub const SESSION_STEP: i64 = 10 * 60 * 1000;
/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// The longest password, in bytes: hashing takes no more.
pub const MAX_PASSWORD: usize = 1024;

/// Why set-up or sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is an admin already.
    #[error("set up already")]
    SetUp,
    /// The set-up link's token is wrong.
    #[error("wrong set-up token")]
    WrongToken,
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// Unknown e-mail address or wrong password: never told apart.
    #[error("wrong e-mail address or password")]
    WrongPassword,
    /// Not signed in, or no longer.
    #[error("signed out")]
    SignedOut,
    /// The role does not include it.
    #[error("not permitted")]
    NotPermitted,
    /// Guessing.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Argon2 failed.
    #[error("cannot hash a password: {0}")]
    Hash(argon2::password_hash::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<rusqlite::Error> for AdminError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Explain for AdminError {
    fn explain(&self) -> ApiError {
        match self {
            Self::SetUp => {
                ApiError::new(StatusCode::GONE, "already_set_up", "This appliance is set up already.")
                    .detail("The set-up link works once. Sign in instead.")
            }
            Self::WrongToken => ApiError::new(
                StatusCode::FORBIDDEN,
                "wrong_setup_token",
                "This set-up link is not the right one.",
            )
            .detail("Open the link that `pocketkey serve` prints when it starts."),
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::WrongPassword => ApiError::new(
                StatusCode::UNAUTHORIZED,
                "wrong_password",
                "The e-mail address or the password is wrong.",
            ),
            Self::SignedOut => ApiError::new(StatusCode::UNAUTHORIZED, "signed_out", "Sign in first."),
            Self::NotPermitted => {
                ApiError::new(StatusCode::FORBIDDEN, "not_permitted", "Your role does not include this.")
                    .detail("An owner can do it, or give you another role.")
            }
            Self::TooMany(TooMany { retry_after }) => ApiError::too_many(*retry_after),
            Self::Hash(_) => ApiError::internal(),
            Self::Db(error) => error.explain(),
        }
    }
}

/// What slows down guessing of passwords.
pub struct Guard {
    /// Five wrong tries per e-mail address and network address, then one a minute.
    pub tries: Limiter<(String, IpAddr)>,
    /// Argon2 takes 19 MiB and a core: two at once.
    pub hashing: Semaphore,
}

impl Default for Guard {
    fn default() -> Self {
        Self { tries: Limiter::new(5, 60_000), hashing: Semaphore::new(2) }
    }
}
