//! What a phone says over HTTP, signed with its own key and the time.

use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD;
use pocketkey_link::{
    id::DeviceId,
    proof::{NotProven, WINDOW_MS},
};

use super::store;
use crate::{
    App,
    db::DbError,
    problem::{ApiError, Explain},
    relay::Role,
};

/// Why a phone's word does not count.
#[derive(Debug, thiserror::Error)]
pub enum WordError {
    /// The proof is not by this device's key, or there is no such phone.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// The proof is too old, or from the future.
    #[error("the proof is not fresh")]
    NotFresh,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for WordError {
    fn explain(&self) -> ApiError {
        let forbidden = |code, title: &str| ApiError::new(StatusCode::FORBIDDEN, code, title);
        match self {
            Self::NotProven(_) => {
                forbidden("device_not_proven", "The device does not prove possession of its key.")
                    .detail("Activate the phone anew.")
            }
            Self::NotFresh => forbidden(
                "proof_not_fresh",
                "The clocks of phone and appliance differ by more than five minutes.",
            )
            .detail("Set both clocks."),
            Self::Db(error) => error.explain(),
        }
    }
}

/// What a phone says: its id, when, and the signature, in base64url.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// Its id at the relay.
    pub device: &'a str,
    /// When, in Unix milliseconds.
    pub at: i64,
    /// The signature.
    pub proof: &'a str,
}

/// A word as it is to be verified: by this key, of this device, at this time, with this signature.
pub type Verify<'a> = &'a (dyn Fn(&[u8; 32], DeviceId, u64, &[u8; 64]) -> Result<(), NotProven> + Sync);

impl Word<'_> {
    /// The phone, if it says so itself, and now. Whether there is such a phone is nobody else's business.
    ///
    /// # Errors
    /// [`WordError`].
    pub async fn check(self, app: &App, verify: Verify<'_>) -> Result<DeviceId, WordError> {
        if self.at.abs_diff(app.now()) > WINDOW_MS {
            return Err(WordError::NotFresh);
        }
        let device: DeviceId = self.device.parse().map_err(|_| NotProven)?;
        let at = u64::try_from(self.at).map_err(|_| NotProven)?;
        let signature = BASE64URL_NOPAD.decode(self.proof.as_bytes()).map_err(|_| NotProven)?;
        let signature = signature.try_into().map_err(|_| NotProven)?;
        let known = app.db().read(move |conn| store::find(conn, device)).await?;
        let phone = known.filter(|known| known.role == Role::Phone).ok_or(NotProven)?;
        verify(&phone.sign_key, device, at, &signature)?;
        Ok(device)
    }
}
