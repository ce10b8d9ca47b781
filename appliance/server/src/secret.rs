//! Randomness, hashes and the appliance's own secret.

use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::Aead};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The length of a nonce, in bytes.
const NONCE: usize = 12;

/// `N` random bytes of the operating system.
///
/// # Panics
/// If the operating system has no randomness to give: nothing safe can be done then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness every code and key would be guessable")]
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// A fresh opaque id: 80 random bits, 16 lower-case letters and digits.
pub fn new_id() -> String {
    BASE32_NOPAD.encode(&random::<10>()).to_ascii_lowercase()
}

/// A fresh secret of `N` random bytes, base64url without padding.
pub fn new_token<const N: usize>() -> String {
    BASE64URL_NOPAD.encode(&random::<N>())
}

/// The SHA-256 under which a token of at least 128 random bits is stored.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares in constant time.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(a, b).into()
}

/// 256 random bits made with the data folder; everything derived from it outlives a restart.
#[derive(Clone)]
pub struct ServerSecret([u8; 32]);

impl ServerSecret {
    /// Wraps the stored bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA-256 over `purpose`, a zero byte and `data`; distinct purposes never meet.
    pub fn derive(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// `text` sealed for `purpose`, so that nobody who has the database without this secret reads it: a random nonce, then
    /// ChaCha20-Poly1305 (RFC 8439).
    pub fn seal(&self, purpose: &str, text: &str) -> Vec<u8> {
        let nonce = random::<NONCE>();
        #[expect(clippy::expect_used, reason = "fails on texts of 256 GB alone")]
        let sealed = self.cipher(purpose).encrypt(&nonce.into(), text.as_bytes()).expect("a short text");
        [nonce.as_slice(), &sealed].concat()
    }

    /// What was sealed for `purpose`; `None` if it was changed, or sealed with another secret.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let text = self.cipher(purpose).decrypt(&(*nonce).into(), sealed).ok()?;
        String::from_utf8(text).ok()
    }

    fn cipher(&self, purpose: &str) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.derive(purpose, b"seal").into())
    }
}

impl std::fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_data_do_not_run_together() {
        let secret = ServerSecret::new([7; 32]);
        assert_eq!(secret.derive("a", b"b"), secret.derive("a", b"b"));
        assert_ne!(secret.derive("a", b"b"), secret.derive("ab", b""));
        assert_ne!(secret.derive("a", b"b"), ServerSecret::new([8; 32]).derive("a", b"b"));
        assert!(!format!("{secret:?}").contains('7'));
    }

    #[test]
    fn what_is_sealed_is_opened_for_the_same_purpose_with_the_same_secret_alone() {
        let secret = ServerSecret::new([7; 32]);
        let sealed = secret.seal("mail", "hunter2");
        assert_eq!(secret.open("mail", &sealed).as_deref(), Some("hunter2"));
        assert!(secret.open("else", &sealed).is_none());
        assert!(ServerSecret::new([8; 32]).open("mail", &sealed).is_none());
        assert_ne!(sealed, secret.seal("mail", "hunter2"));
        for length in 0..sealed.len() {
            assert!(secret.open("mail", &sealed[..length]).is_none());
        }
    }

    #[test]
    fn ids_are_16_letters_and_digits_and_differ() {
        let (a, b) = (new_id(), new_id());
        assert_eq!(a.len(), 16);
        assert!(a.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
        assert_ne!(a, b);
    }
}
