//! Keys, whose they are, and what can go wrong.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{
    audit::Actor,
    db::DbError,
    problem::{ApiError, Explain, MAX_JSON},
};

/// How long answers are kept, in milliseconds.
pub const KEPT_FOR: i64 = 24 * 3_600_000;

/// The longest key, in characters.
const MAX_KEY: usize = 255;

/// A key, and whose it is: two callers with the same key do not meet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Kind and id of the caller.
    pub caller: String,
    /// What they call the request.
    pub key: String,
}

impl Slot {
    /// The slot of the header `value`.
    ///
    /// # Errors
    /// [`IdempotencyError::Malformed`].
    pub fn new(caller: &Actor, value: &HeaderValue) -> Result<Self, IdempotencyError> {
        let key = value.to_str().ok().filter(|key| {
            (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic() || c == b' ')
        });
        let key = key.ok_or(IdempotencyError::Malformed)?.to_owned();
        Ok(Self { caller: format!("{} {}", caller.kind.as_str(), caller.id), key })
    }
}

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its status.
    pub status: u16,
    /// Its content type, if it has a body.
    pub content_type: Option<String>,
    /// Its body.
    pub body: String,
}

/// The requests that are being answered.
#[derive(Debug, Default, Clone)]
pub struct UnderWay(Arc<Mutex<HashSet<Slot>>>);

impl UnderWay {
    /// Begins with one; `None` if it is being answered already.
    pub fn begin(&self, slot: &Slot) -> Option<Turn> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.insert(slot.clone()).then(|| Turn { all: self.clone(), slot: slot.clone() })
    }
}

/// A request that is being answered, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    all: UnderWay,
    slot: Slot,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.slot);
    }
}

/// Why a request with a key is not done.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key is empty, too long, or not text.
    #[error("malformed key")]
    Malformed,
    /// The first request with the key is being answered.
    #[error("in progress")]
    InProgress,
    /// The key was used for another request.
    #[error("key reused")]
    Reused,
    /// The body is larger than what can be compared.
    #[error("body too large")]
    TooLarge,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for IdempotencyError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Malformed => ApiError::new(
                StatusCode::BAD_REQUEST,
                "malformed_idempotency_key",
                "The Idempotency-Key is not what is expected.",
            )
            .detail(format!("Use 1 to {MAX_KEY} printable ASCII characters, for example a random UUID.")),
            Self::InProgress => ApiError::new(
                StatusCode::CONFLICT,
                "idempotency_in_progress",
                "The first request with this Idempotency-Key is still being answered.",
            )
            .detail("Wait a moment, then send it again with the same key.")
            .retry_after(1),
            Self::Reused => ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
            )
            .detail("Use a new key for every new request; keys are kept for 24 hours."),
            Self::TooLarge => {
                ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large.")
                    .detail(format!("With an Idempotency-Key at most {MAX_JSON} bytes are accepted."))
            }
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let slot = |bytes: &[u8]| {
            Slot::new(&Actor::appliance(), &HeaderValue::from_bytes(bytes).unwrap()).ok().map(|slot| slot.key)
        };
        for good in ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "with space", &"x".repeat(255)] {
            assert_eq!(slot(good.as_bytes()).as_deref(), Some(good));
        }
        for bad in ["", "tab\there", "ä", &"x".repeat(256)] {
            assert_eq!(slot(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_request_is_under_way_until_its_turn_ends() {
        let (all, slot) = (UnderWay::default(), Slot { caller: "admin a".into(), key: "k".into() });
        let turn = all.begin(&slot);
        assert!(turn.is_some() && all.begin(&slot).is_none());
        assert!(all.begin(&Slot { caller: "admin b".into(), ..slot.clone() }).is_some());
        drop(turn);
        assert!(all.begin(&slot).is_some());
    }
}
