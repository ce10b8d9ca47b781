//! Argon2id, off the async threads, two at once.

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{Error, SaltString},
};

use super::AdminError;
use crate::{App, db::DbError, secret};

/// The hash of a password that nobody has: checked against for unknown addresses, so that these cost the same.
/// Its parameters are those of [`hash`]; a test keeps it so.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cG9ja2V0a2V5LW5vYm9keQ$UtU3fnGbQTlQQK6GUcOEZUpVGjTTCKRSKlk0vBWNYrk";

/// Hashes `password` for storage.
pub async fn hash(app: &App, password: String) -> Result<String, AdminError> {
    blocking(app, move || {
        let salt = SaltString::encode_b64(&secret::random::<16>())?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
    })
    .await
}

/// Whether `password` is the one behind `stored`; with `None` it takes as long and is wrong.
pub async fn verify(app: &App, password: String, stored: Option<String>) -> Result<bool, AdminError> {
    blocking(app, move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        match Argon2::default().verify_password(password.as_bytes(), &PasswordHash::new(&stored)?) {
            Ok(()) => Ok(known),
            Err(Error::Password) => Ok(false),
            Err(error) => Err(error),
        }
    })
    .await
}

async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, AdminError> {
    let _turn = app.sign_in_guard().hashing.acquire().await.map_err(|_| DbError::Closed)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| DbError::Closed)?.map_err(AdminError::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_costs_what_everybody_costs() {
        let salt = SaltString::encode_b64(&[1; 16]).unwrap();
        let fresh = Argon2::default().hash_password(b"a password", &salt).unwrap();
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(nobody.algorithm, fresh.algorithm);
        assert_eq!(nobody.version, fresh.version);
        assert_eq!(nobody.params, fresh.params);
        assert_eq!(nobody.hash.unwrap().len(), fresh.hash.unwrap().len());
    }
}
