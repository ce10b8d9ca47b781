//! Lifetimes, who knocks, and what can go wrong with admins and when they sign in.

use std::net::IpAddr;

use axum::http::StatusCode;
use pocketkey_api::{problem::FieldProblem, session};
use serde::Deserialize;

use crate::{
    audit::Actor,
    db::DbError,
    limit::TooMany,
    problem::{ApiError, Explain},
    validate::Fields,
};

/// How long an idle session lasts, in milliseconds.
pub const SESSION_TTL: i64 = 12 * 60 * 60 * 1000;
/// A session's expiry is moved at most this often, in milliseconds.
pub const SESSION_STEP: i64 = 10 * 60 * 1000;
/// How long after giving a password or using a passkey an admin may change how they sign in, in milliseconds.
pub const CONFIRMED_FOR: i64 = 10 * 60 * 1000;
/// How long an invitation of an admin works, in milliseconds.
pub const INVITATION_TTL: i64 = 3 * 24 * 60 * 60 * 1000;
/// The shortest password, in characters.
const MIN_PASSWORD: usize = 10;
/// The longest password, in bytes: hashing takes no more.
pub const MAX_PASSWORD: usize = 1024;
/// Rows on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which page of a list of admins or invitations, both by e-mail address.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListAdmins {
    /// Only those after this place: `next` of the page before.
    pub after: String,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

impl ListAdmins {
    /// How many rows the page holds at most.
    pub fn page_size(&self) -> u32 {
        self.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1)
    }
}

/// Who knocks, as far as one can see.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The network address; unspecified if unknown.
    pub ip: IpAddr,
    /// Browser and system, as far as it says.
    pub browser: String,
}

impl Visitor {
    /// The visitor, known to be `admin`, for the audit log.
    pub fn actor(&self, admin: &session::Admin) -> Actor {
        Actor::admin(admin, self.ip)
    }
}

/// Says what is wrong with a new password.
pub fn check_new_password(fields: &mut Fields, password: &str) {
    if password.chars().count() < MIN_PASSWORD {
        fields.wrong("password", format!("At least {MIN_PASSWORD} characters."));
    } else if password.len() > MAX_PASSWORD {
        fields.wrong("password", format!("At most {MAX_PASSWORD} bytes."));
    }
}

/// Why set-up, sign-in or something about an admin failed.
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
    /// Wrong code of the second step.
    #[error("wrong code")]
    WrongCode,
    /// The first step is too long ago.
    #[error("no such sign-in")]
    SignInOver,
    /// The admin is blocked.
    #[error("blocked")]
    Blocked,
    /// A password alone does not do, and they have a passkey.
    #[error("a passkey is needed")]
    PasskeyNeeded,
    /// A password alone does not do, and they have nothing else.
    #[error("no second step")]
    SecondStepMissing,
    /// An owner who did not sign in with a second step cannot ask for those of others.
    #[error("no second step of one's own")]
    OwnSecondStep,
    /// Not signed in, or no longer.
    #[error("signed out")]
    SignedOut,
    /// The role does not include it.
    #[error("not permitted")]
    NotPermitted,
    /// An admin or a role that is out of reach of the role of who asks.
    #[error("beyond the role")]
    BeyondRole,
    /// It is too long ago that this session's admin gave their password or used a passkey.
    #[error("not confirmed")]
    ConfirmFirst,
    /// There is no such admin.
    #[error("no such admin")]
    NotFound,
    /// There is no such invitation.
    #[error("no such invitation")]
    NoInvitation,
    /// The invitation's link is void: expired, replaced, revoked or used.
    #[error("void invitation")]
    InvitationOver,
    /// Whoever asks is it themself.
    #[error("oneself")]
    Yourself,
    /// No owner would be left.
    #[error("the last owner")]
    LastOwner,
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
            Self::WrongCode => {
                ApiError::new(StatusCode::UNAUTHORIZED, "wrong_code", "This code is not right.").detail(
                    "Type the one that the app shows now; each works once. A recovery code does as well.",
                )
            }
            Self::SignInOver => {
                ApiError::new(StatusCode::UNAUTHORIZED, "sign_in_over", "This took too long.")
                    .detail("Begin again with e-mail address and password.")
            }
            Self::Blocked => ApiError::new(StatusCode::FORBIDDEN, "blocked", "You are blocked.")
                .detail("An owner of this appliance can unblock you."),
            Self::PasskeyNeeded => {
                ApiError::new(StatusCode::FORBIDDEN, "passkey_needed", "Sign in with your passkey.").detail(
                    "Every admin here needs a second step. Have you lost it? An owner can reset it for you.",
                )
            }
            Self::SecondStepMissing => {
                ApiError::new(StatusCode::FORBIDDEN, "second_step_missing", "Set up a second step first.")
                    .detail(
                        "Every admin here needs one: add an authenticator app or a passkey to your account.",
                    )
            }
            Self::OwnSecondStep => ApiError::new(
                StatusCode::CONFLICT,
                "own_second_step",
                "Sign in with a second step yourself first.",
            )
            .detail(
                "Add an authenticator app or a passkey to your account; if you have one, sign in with it.",
            ),
            Self::SignedOut => ApiError::new(StatusCode::UNAUTHORIZED, "signed_out", "Sign in first."),
            Self::NotPermitted => {
                ApiError::new(StatusCode::FORBIDDEN, "not_permitted", "Your role does not include this.")
                    .detail("An owner can do it, or give you another role.")
            }
            Self::BeyondRole => {
                ApiError::new(StatusCode::FORBIDDEN, "not_permitted", "This is beyond your role.")
                    .detail("Owners manage everybody; admins manage help desk and auditors.")
            }
            Self::ConfirmFirst => {
                ApiError::new(StatusCode::FORBIDDEN, "confirm_first", "Confirm that it is you.")
                    .detail("Give your password or use a passkey; that holds for ten minutes.")
            }
            Self::NotFound => ApiError::not_found("This admin"),
            Self::NoInvitation => ApiError::not_found("This invitation"),
            Self::InvitationOver => {
                ApiError::new(StatusCode::GONE, "invitation_over", "This invitation does not work any more.")
                    .detail(
                        "It was used, replaced by a later one, revoked, or is too old. Ask for a new one.",
                    )
            }
            Self::Yourself => {
                ApiError::new(StatusCode::CONFLICT, "yourself", "You cannot do this to yourself.")
                    .detail("Another owner can.")
            }
            Self::LastOwner => {
                ApiError::new(StatusCode::CONFLICT, "last_owner", "This is the only owner left.")
                    .detail("Make somebody else an owner first.")
            }
            Self::TooMany(TooMany { retry_after }) => ApiError::too_many(*retry_after),
            Self::Hash(_) => ApiError::internal(),
            Self::Db(error) => error.explain(),
        }
    }
}
