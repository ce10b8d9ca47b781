//! What can go wrong with one's own account.

use axum::http::StatusCode;
use pocketkey_api::problem::FieldProblem;

use webauthn_rp::response::{auth::error::AuthCeremonyErr, register::error::RegCeremonyErr};

use crate::{
    admins::AdminError,
    db::DbError,
    problem::{ApiError, Explain},
    validate,
    webauthn::{IpAddress, NoRoom},
};

/// Why something about an admin's own account failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// Two-step sign-in is on already.
    #[error("two-step sign-in is on")]
    TwoStepOn,
    /// Two-step sign-in is not on, or not begun.
    #[error("two-step sign-in is off")]
    TwoStepOff,
    /// Every admin needs a second step, and this is the only one.
    #[error("the last second step")]
    LastSecondStep,
    /// There is no such session.
    #[error("no such session")]
    NoSession,
    /// There is no such passkey.
    #[error("no such passkey")]
    NoPasskey,
    /// A ceremony of a passkey.
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    /// The QR code.
    #[error("the QR code: {0}")]
    Qr(#[from] qrcode::types::QrError),
    /// As for any admin.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AccountError {
    /// The field of that name is wrong.
    pub fn field(name: &str, message: &str) -> Self {
        Self::Invalid(validate::one(name, message))
    }
}

impl Explain for AccountError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::TwoStepOn => {
                ApiError::new(StatusCode::CONFLICT, "two_step_on", "Two-step sign-in is on already.")
                    .detail("Turn it off first to use another app.")
            }
            Self::TwoStepOff => {
                ApiError::new(StatusCode::CONFLICT, "two_step_off", "Two-step sign-in is not on.")
                    .detail("Set up an authenticator app first.")
            }
            Self::LastSecondStep => {
                ApiError::new(StatusCode::CONFLICT, "last_second_step", "This is your only second step.")
                    .detail("Every admin here needs one. Add a passkey or an authenticator app first.")
            }
            Self::NoSession => ApiError::not_found("This session"),
            Self::NoPasskey => ApiError::not_found("This passkey"),
            Self::Passkey(error) => error.explain(),
            Self::Qr(_) => ApiError::internal(),
            Self::Admin(error) => error.explain(),
            Self::Db(error) => error.explain(),
        }
    }
}

/// Why a ceremony of a passkey does not begin or end.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The appliance's address.
    #[error(transparent)]
    Address(#[from] IpAddress),
    /// Too many ceremonies run.
    #[error(transparent)]
    Busy(#[from] NoRoom),
    /// No ceremony runs with this challenge, or not any more.
    #[error("no such ceremony")]
    Expired,
    /// The passkey is none of an admin's, or of another one.
    #[error("no such credential")]
    Unknown,
    /// What the browser sent cannot be read.
    #[error("malformed credential: {0}")]
    Malformed(#[from] serde_json::Error),
    /// What the browser sent does not verify.
    #[error("verification failed: {0}")]
    Verification(String),
}

impl From<RegCeremonyErr> for PasskeyError {
    fn from(error: RegCeremonyErr) -> Self {
        match error {
            RegCeremonyErr::Timeout => Self::Expired,
            other => Self::Verification(other.to_string()),
        }
    }
}

impl From<AuthCeremonyErr> for PasskeyError {
    fn from(error: AuthCeremonyErr) -> Self {
        match error {
            AuthCeremonyErr::Timeout => Self::Expired,
            other => Self::Verification(other.to_string()),
        }
    }
}

impl Explain for PasskeyError {
    fn explain(&self) -> ApiError {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        match self {
            Self::Address(IpAddress(host)) => ApiError::new(
                StatusCode::CONFLICT,
                "passkey_address",
                "Browsers allow no passkeys at an IP address.",
            )
            .detail(format!(
                "Start the appliance with --url and a name, for example localhost, instead of {host}."
            )),
            Self::Busy(NoRoom) => ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "passkey_busy",
                "Too many people are using passkeys now.",
            )
            .detail("Try again in a minute.")
            .retry_after(60),
            Self::Expired => ApiError::new(
                StatusCode::GONE,
                "passkey_expired",
                "This took too long, or was finished before.",
            )
            .detail("Start again."),
            Self::Unknown => {
                ApiError::new(StatusCode::NOT_FOUND, "passkey_unknown", "This passkey does not sign in here.")
                    .detail(
                        "It is not one that you added to your account. Choose another, or use your password.",
                    )
            }
            Self::Malformed(error) => {
                ApiError::new(unprocessable, "passkey_malformed", "What the browser sent is no passkey.")
                    .detail(error.to_string())
            }
            Self::Verification(reason) => {
                ApiError::new(unprocessable, "passkey_refused", "The passkey does not verify.")
                    .detail(reason.clone())
            }
        }
    }
}
