//! A phone's push subscription, checked.

use data_encoding::BASE64URL_NOPAD;
use p256::{PublicKey, elliptic_curve::sec1::ToEncodedPoint};
use pocketkey_api::{problem::FieldProblem, push::NewSubscription};
use pocketkey_link::proof;

use super::endpoint::{Endpoint, EndpointError};
use crate::{
    db::DbError,
    devices::WordError,
    problem::{ApiError, Explain},
    validate::Fields,
};

/// Where and under which keys a phone is called (RFC 8291, section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The push service's address for this phone.
    pub endpoint: Endpoint,
    /// The phone's public key.
    pub p256dh: PublicKey,
    /// The secret both know.
    pub auth: [u8; 16],
}

/// Why a subscription is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// Fields that are not as they should be.
    #[error("the subscription is malformed")]
    Fields(Vec<FieldProblem>),
    /// Not the phone's own word, or not a fresh one.
    #[error(transparent)]
    Word(#[from] WordError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<rusqlite::Error> for PushError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Explain for PushError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Fields(fields) => ApiError::invalid(fields.clone()),
            Self::Word(error) => error.explain(),
            Self::Db(error) => error.explain(),
        }
    }
}

impl Subscription {
    /// Checks what a phone sent.
    ///
    /// # Errors
    /// [`PushError::Fields`] names every field at fault.
    pub fn check(new: &NewSubscription, sandbox: bool) -> Result<Self, PushError> {
        let mut fields = Fields::default();
        let endpoint = Endpoint::parse(&new.endpoint, sandbox);
        if let Err(error) = &endpoint {
            fields.wrong("endpoint", error.to_string());
        }
        let p256dh = decode::<65>(&new.p256dh).and_then(|point| PublicKey::from_sec1_bytes(&point).ok());
        if p256dh.is_none() {
            fields.wrong("p256dh", "An uncompressed P-256 point in base64url without padding is expected.");
        }
        let auth = decode(&new.auth);
        if auth.is_none() {
            fields.wrong("auth", "16 bytes in base64url without padding are expected.");
        }
        match (endpoint, p256dh, auth) {
            (Ok(endpoint), Some(p256dh), Some(auth)) => Ok(Self { endpoint, p256dh, auth }),
            _ => Err(PushError::Fields(fields.finish().err().unwrap_or_default())),
        }
    }

    /// What the phone signs of it. `endpoint` is as the phone wrote it.
    pub fn signed(&self, endpoint: &str) -> Vec<u8> {
        let point = self.p256dh.to_encoded_point(false);
        let mut p256dh = [0; 65];
        p256dh.copy_from_slice(point.as_bytes());
        proof::push_subscription(&p256dh, &self.auth, endpoint)
    }

    /// As it was stored. `sandbox` may have changed since.
    ///
    /// # Errors
    /// [`EndpointError`] if the endpoint is not called any more.
    pub fn stored(
        endpoint: &str,
        p256dh: &[u8; 65],
        auth: [u8; 16],
        sandbox: bool,
    ) -> Result<Self, EndpointError> {
        let p256dh = PublicKey::from_sec1_bytes(p256dh).map_err(|_| EndpointError::Malformed)?;
        Ok(Self { endpoint: Endpoint::parse(endpoint, sandbox)?, p256dh, auth })
    }
}

/// `N` bytes of base64url without padding.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use p256::SecretKey;

    use super::*;

    #[test]
    fn every_malformed_field_is_named() {
        let secret = SecretKey::from_slice(&[7; 32]).unwrap();
        let point = secret.public_key().to_encoded_point(false);
        let good = NewSubscription {
            endpoint: "https://push.example.org/1".into(),
            p256dh: BASE64URL_NOPAD.encode(point.as_bytes()),
            auth: BASE64URL_NOPAD.encode(&[1; 16]),
            at: 0,
            proof: String::new(),
        };
        assert_eq!(Subscription::check(&good, false).unwrap().p256dh, secret.public_key());
        let mut off_the_curve = point.as_bytes().to_vec();
        off_the_curve[64] ^= 1;
        let compressed = secret.public_key().to_encoded_point(true);
        for bad in [off_the_curve.as_slice(), compressed.as_bytes(), &[0; 65]] {
            let bad = NewSubscription {
                endpoint: "https://10.0.0.1/".into(),
                p256dh: BASE64URL_NOPAD.encode(bad),
                auth: "x".into(),
                ..good.clone()
            };
            let Err(PushError::Fields(fields)) = Subscription::check(&bad, false) else { panic!("accepted") };
            let named: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
            assert_eq!(named, ["endpoint", "p256dh", "auth"]);
        }
    }
}
