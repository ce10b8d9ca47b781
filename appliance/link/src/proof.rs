//! Proofs of possession: Ed25519 signatures over domain-separated messages.
//!
//! - *Introduction*: a device that registers shows that it holds the signing key it names and binds its channel key
//!   to it.
//! - *Connection*: a device that connects to the relay signs the relay's fresh nonce.
//! - *Push*: a phone says where it is called when it is away, and when it said so.
//! - *Settings*: a phone says which settings it has, and when it said so.

use ed25519_dalek::{Signature, Signer, Verifier, VerifyingKey};

use crate::{
    id::DeviceId,
    identity::{DeviceKeys, PublicKeys},
};

/// The signature does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the device does not prove possession of its key")]
pub struct NotProven;

fn introduction_message(keys: &PublicKeys) -> Vec<u8> {
    [b"pocketkey/introduction/1\0".as_slice(), &keys.sign, &keys.channel].concat()
}

fn connection_message(nonce: &[u8; 32], device: DeviceId) -> Vec<u8> {
    [b"pocketkey/connection/1\0".as_slice(), nonce, &device.0].concat()
}

fn push_message(device: DeviceId, at: u64, subscription: &[u8]) -> Vec<u8> {
    [b"pocketkey/push/1\0".as_slice(), &device.0, &at.to_be_bytes(), subscription].concat()
}

fn settings_message(device: DeviceId, at: u64, version: &str) -> Vec<u8> {
    [b"pocketkey/settings/1\0".as_slice(), &device.0, &at.to_be_bytes(), version.as_bytes()].concat()
}

fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Result<(), NotProven> {
    // Weak keys would verify signatures over anything.
    let key = VerifyingKey::from_bytes(key).map_err(|_| NotProven)?;
    if key.is_weak() {
        return Err(NotProven);
    }
    key.verify(message, &Signature::from_bytes(signature)).map_err(|_| NotProven)
}

/// The device's introduction of its own public keys.
pub fn introduce(keys: &DeviceKeys) -> [u8; 64] {
    keys.sign.sign(&introduction_message(&keys.public())).to_bytes()
}

/// Checks an introduction.
///
/// # Errors
/// [`NotProven`] if the signature is not one of these keys by this signing key.
pub fn verify_introduction(keys: &PublicKeys, signature: &[u8; 64]) -> Result<(), NotProven> {
    verify(&keys.sign, &introduction_message(keys), signature)
}

/// The device's answer to the relay's nonce.
pub fn connect(keys: &DeviceKeys, device: DeviceId, nonce: &[u8; 32]) -> [u8; 64] {
    keys.sign.sign(&connection_message(nonce, device)).to_bytes()
}

/// Checks a device's answer to `nonce`.
///
/// # Errors
/// [`NotProven`] if the signature is not over this nonce and device by this signing key.
pub fn verify_connection(
    sign_key: &[u8; 32],
    device: DeviceId,
    nonce: &[u8; 32],
    signature: &[u8; 64],
) -> Result<(), NotProven> {
    verify(sign_key, &connection_message(nonce, device), signature)
}

/// How old a phone's word on its push subscription or its settings may be, or how far in the future, in milliseconds.
pub const WINDOW_MS: u64 = 5 * 60 * 1000;

/// What a phone signs of a push subscription: its P-256 key, its secret, and where it is called.
pub fn push_subscription(p256dh: &[u8; 65], auth: &[u8; 16], endpoint: &str) -> Vec<u8> {
    [p256dh.as_slice(), auth, endpoint.as_bytes()].concat()
}

/// The phone's word on where it is called from `at` on, in Unix milliseconds: a [`push_subscription`], or nothing.
pub fn push(keys: &DeviceKeys, device: DeviceId, at: u64, subscription: &[u8]) -> [u8; 64] {
    keys.sign.sign(&push_message(device, at, subscription)).to_bytes()
}

/// Checks a phone's word on where it is called. That `at` is within [`WINDOW_MS`] is the caller's to check.
///
/// # Errors
/// [`NotProven`] if the signature is not over this by this signing key.
pub fn verify_push(
    sign_key: &[u8; 32],
    device: DeviceId,
    at: u64,
    subscription: &[u8],
    signature: &[u8; 64],
) -> Result<(), NotProven> {
    verify(sign_key, &push_message(device, at, subscription), signature)
}

/// The phone's word that it has settings of this version at `at`, in Unix milliseconds.
pub fn settings(keys: &DeviceKeys, device: DeviceId, at: u64, version: &str) -> [u8; 64] {
    keys.sign.sign(&settings_message(device, at, version)).to_bytes()
}

/// Checks a phone's word on its settings. That `at` is within [`WINDOW_MS`] is the caller's to check.
///
/// # Errors
/// [`NotProven`] if the signature is not over this by this signing key.
pub fn verify_settings(
    sign_key: &[u8; 32],
    device: DeviceId,
    at: u64,
    version: &str,
    signature: &[u8; 64],
) -> Result<(), NotProven> {
    verify(sign_key, &settings_message(device, at, version), signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seed: u8) -> DeviceKeys {
        DeviceKeys::generate(&mut |bytes: &mut [u8]| bytes.fill(seed))
    }

    #[test]
    fn an_introduction_holds_for_its_own_keys_only() {
        let (ada, bob) = (keys(1), keys(2));
        let proof = introduce(&ada);
        assert_eq!(verify_introduction(&ada.public(), &proof), Ok(()));
        assert_eq!(verify_introduction(&bob.public(), &proof), Err(NotProven));
        let swapped = PublicKeys { channel: bob.public().channel, ..ada.public() };
        assert_eq!(verify_introduction(&swapped, &proof), Err(NotProven));
    }

    #[test]
    fn a_connection_proof_is_bound_to_nonce_device_and_purpose() {
        let ada = keys(1);
        let (device, nonce) = (DeviceId([7; 16]), [9; 32]);
        let proof = connect(&ada, device, &nonce);
        let key = ada.public().sign;
        assert_eq!(verify_connection(&key, device, &nonce, &proof), Ok(()));
        assert_eq!(verify_connection(&key, device, &[8; 32], &proof), Err(NotProven));
        assert_eq!(verify_connection(&key, DeviceId([6; 16]), &nonce, &proof), Err(NotProven));
        assert_eq!(verify_connection(&key, device, &nonce, &introduce(&ada)), Err(NotProven));
    }

    #[test]
    fn a_push_proof_is_bound_to_device_time_and_subscription() {
        let ada = keys(1);
        let (device, key) = (DeviceId([7; 16]), ada.public().sign);
        let there = push_subscription(&[4; 65], &[5; 16], "https://push.example.org/1");
        let proof = push(&ada, device, 1_000, &there);
        assert_eq!(verify_push(&key, device, 1_000, &there, &proof), Ok(()));
        let elsewhere = push_subscription(&[4; 65], &[5; 16], "https://push.example.org/2");
        for (device, at, subscription) in [
            (DeviceId([6; 16]), 1_000, there.as_slice()),
            (device, 1_001, &there),
            (device, 1_000, &elsewhere),
            (device, 1_000, &[]),
        ] {
            assert_eq!(verify_push(&key, device, at, subscription, &proof), Err(NotProven));
        }
        assert_eq!(verify_push(&keys(2).public().sign, device, 1_000, &there, &proof), Err(NotProven));
        let nothing = push(&ada, device, 1_000, &[]);
        assert_eq!(verify_push(&key, device, 1_000, &[], &nothing), Ok(()));
    }

    #[test]
    fn a_settings_proof_is_bound_to_device_time_version_and_purpose() {
        let ada = keys(1);
        let (device, key) = (DeviceId([7; 16]), ada.public().sign);
        let proof = settings(&ada, device, 1_000, "v");
        assert_eq!(verify_settings(&key, device, 1_000, "v", &proof), Ok(()));
        for (device, at, version) in
            [(DeviceId([6; 16]), 1_000, "v"), (device, 1_001, "v"), (device, 1_000, "w")]
        {
            assert_eq!(verify_settings(&key, device, at, version, &proof), Err(NotProven));
        }
        assert_eq!(
            verify_settings(&key, device, 1_000, "v", &push(&ada, device, 1_000, b"v")),
            Err(NotProven)
        );
    }

    #[test]
    fn a_weak_key_proves_nothing() {
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        assert_eq!(verify(&identity_point, b"anything", &[0; 64]), Err(NotProven));
    }
}
