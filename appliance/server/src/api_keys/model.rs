//! What keys look like, and what can go wrong.

use axum::http::{HeaderMap, StatusCode, header};
use pocketkey_api::{ApiKeyId, permission::Permission, problem::FieldProblem, session};

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    secret,
};

/// How every secret begins, so that scanners for leaked secrets find it.
const PREFIX: &str = "pk_";

/// So many characters of a secret are shown later.
const HINT: usize = 8;

/// The longest life, in days.
pub const MAX_DAYS: u32 = 3650;

/// A day, in milliseconds.
pub const DAY: i64 = 24 * 3_600_000;

/// When a key was used is written at most this often, in milliseconds.
pub const USE_STEP: i64 = 60_000;

/// A fresh secret: 160 random bits.
pub fn new_secret() -> String {
    format!("{PREFIX}{}{}", secret::new_id(), secret::new_id())
}

/// How a secret begins.
pub fn hint(secret: &str) -> &str {
    &secret[..HINT.min(secret.len())]
}

/// The secret in `Authorization: Bearer`; `None` if the request has no such header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// A key that was shown, and for whom it acts.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<Permission>,
    /// Until when.
    pub expires_at: Option<i64>,
    /// When it was last used.
    pub last_used_at: Option<i64>,
    /// The admin who made it.
    pub admin: session::Admin,
}

/// Why something about an API key failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such key.
    #[error("no such key")]
    NotFound,
    /// The secret is none, or of a key that is revoked, over, or whose admin is.
    #[error("wrong key")]
    Wrong,
    /// The key may not do this.
    #[error("missing scope")]
    NotPermitted(Option<Permission>),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for ApiKeyError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::NotFound => ApiError::not_found("This API key"),
            Self::Wrong => {
                ApiError::new(StatusCode::UNAUTHORIZED, "wrong_api_key", "This API key lets nobody in.").detail(
                    "It is mistyped, expired or revoked, or the admin who made it is blocked or gone. Make a new one in the \
                     console under Settings, API keys.",
                )
            }
            Self::NotPermitted(needed) => {
                let detail = match needed.filter(|needed| needed.is_scope()) {
                    Some(needed) => format!(
                        "It needs the scope {}, and the admin who made it must be allowed the same.",
                        needed.as_str()
                    ),
                    None => "This is for people who sign in.".to_owned(),
                };
                ApiError::new(StatusCode::FORBIDDEN, "not_permitted", "This API key may not do this.").detail(detail)
            }
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_headers() {
        let found = |value: &str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(found("Bearer pk_a").as_deref(), Some("pk_a"));
        assert_eq!(found("bearer  pk_a ").as_deref(), Some("pk_a"));
        for other in ["Basic YTpi", "pk_a", "Bearer"] {
            assert_eq!(found(other), None);
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn secrets_are_35_letters_and_digits_and_show_five_of_them() {
        let secret = new_secret();
        assert_eq!(secret.len(), 35);
        assert!(secret.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_'));
        assert_eq!(hint(&secret), &secret[..8]);
    }
}
