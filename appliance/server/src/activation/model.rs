//! An invitation's states, and what can go wrong.

use std::net::IpAddr;

use axum::http::StatusCode;
use pocketkey_api::{KeyId, UserId, activation::ActivationStatus, problem::FieldProblem};

use crate::{
    db::DbError,
    devices::DeviceError,
    limit::{Limiter, TooMany},
    problem::{ApiError, Explain},
};

/// Wrong pairing keys that lock an invitation.
pub const MAX_FAILURES: u32 = 5;

/// Why a code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No invitation has this code.
    #[error("unknown activation code")]
    NotFound,
    /// A phone redeemed it.
    #[error("used activation code")]
    Used,
    /// Its time is over.
    #[error("expired activation code")]
    Expired,
    /// Too many wrong pairing keys.
    #[error("locked activation")]
    Locked,
    /// A later invitation replaced it.
    #[error("voided activation code")]
    Voided,
    /// An administrator blocked the key or its user.
    #[error("blocked key")]
    Blocked,
}

/// Why an invitation was not made, shown or redeemed.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// There is no such key.
    #[error("no such key")]
    NoKey,
    /// The key has its phone.
    #[error("the key is active")]
    KeyActive,
    /// An administrator blocked the key or its user.
    #[error("the key is blocked")]
    KeyBlocked,
    /// There is no device for keys of this kind.
    #[error("keys of this kind cannot be activated")]
    NoDevice,
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// The code is not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The phone's introduction is not right.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// Guessing.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The link does not fit into a QR code.
    #[error("cannot draw a QR code: {0}")]
    Qr(#[from] qrcode::types::QrError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for Refusal {
    fn explain(&self) -> ApiError {
        const NEW: &str = "Ask your organisation for a new invitation.";
        let (status, code, title) = match self {
            Self::NotFound => {
                let title = "This activation code is not known.";
                return ApiError::new(StatusCode::NOT_FOUND, "activation_not_found", title)
                    .detail("Check it for typing errors. A few wrong tries lock an invitation.");
            }
            Self::Blocked => {
                let title = "This security key is blocked.";
                return ApiError::new(StatusCode::FORBIDDEN, "key_blocked", title)
                    .detail("Ask your organisation to unblock it.");
            }
            Self::Used => (StatusCode::GONE, "activation_used", "This invitation has been used already."),
            Self::Expired => (StatusCode::GONE, "activation_expired", "This invitation has expired."),
            Self::Voided => (StatusCode::GONE, "activation_voided", "A newer invitation replaced this one."),
            Self::Locked => (
                StatusCode::LOCKED,
                "activation_locked",
                "This invitation is locked after too many wrong tries.",
            ),
        };
        let detail = if *self == Self::Voided { "Use the newest one." } else { NEW };
        ApiError::new(status, code, title).detail(detail)
    }
}

impl Explain for ActivationError {
    fn explain(&self) -> ApiError {
        match self {
            Self::NoKey => ApiError::not_found("This key"),
            Self::KeyActive => {
                ApiError::new(StatusCode::CONFLICT, "key_active", "A phone has activated this key already.")
                    .detail("Assign another key to invite another phone.")
            }
            Self::KeyBlocked => {
                ApiError::new(StatusCode::CONFLICT, "key_blocked", "This key is blocked, or its user is.")
                    .detail("Unblock it to invite its phone.")
            }
            Self::NoDevice => {
                ApiError::new(StatusCode::CONFLICT, "no_device", "Keys of this kind cannot be activated yet.")
                    .detail("So far only smartphones can. The key stays assigned and waits for its device.")
            }
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::Refused(refusal) => refusal.explain(),
            Self::Device(error) => error.explain(),
            Self::TooMany(TooMany { retry_after }) => ApiError::too_many(*retry_after),
            Self::Qr(_) => ApiError::internal(),
            Self::Db(error) => error.explain(),
        }
    }
}

/// An invitation with whom it is for.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Row number.
    pub seq: i64,
    /// The key it activates.
    pub key_id: KeyId,
    /// Whose key.
    pub user_id: UserId,
    /// Their full name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// See [`super::code::pairing_hash`].
    pub pairing_hash: [u8; 32],
    /// Wrong guesses so far.
    pub failures: u32,
    /// Where it stands.
    pub status: ActivationStatus,
    /// When it stops working.
    pub expires_at: i64,
    /// Whether the key, or whose it is, is blocked.
    pub blocked: bool,
}

impl Invitation {
    /// # Errors
    /// If the key is blocked.
    pub fn allowed(self) -> Result<Self, Refusal> {
        if self.blocked { Err(Refusal::Blocked) } else { Ok(self) }
    }

    /// # Errors
    /// Why it does not work (any more), unless it is open.
    pub fn open(self) -> Result<Self, Refusal> {
        match self.status {
            ActivationStatus::Open => Ok(self),
            ActivationStatus::Redeemed => Err(Refusal::Used),
            ActivationStatus::Expired => Err(Refusal::Expired),
            ActivationStatus::Locked => Err(Refusal::Locked),
            ActivationStatus::Voided => Err(Refusal::Voided),
        }
    }
}

/// Where an invitation stands at `now`, by its stored outcome.
pub fn status(outcome: Option<&str>, expires_at: i64, now: i64) -> ActivationStatus {
    match outcome {
        Some("redeemed") => ActivationStatus::Redeemed,
        Some("locked") => ActivationStatus::Locked,
        Some(_) => ActivationStatus::Voided,
        None if expires_at > now => ActivationStatus::Open,
        None => ActivationStatus::Expired,
    }
}

/// What slows down guessing of codes: 30 wrong ones per network address, then one every two seconds.
pub struct Guard(pub Limiter<IpAddr>);

impl Default for Guard {
    fn default() -> Self {
        Self(Limiter::new(30, 2_000))
    }
}
