//! A device's identity: an Ed25519 key for the relay and an X25519 key for the channel.

use ed25519_dalek::SigningKey;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::Entropy;

/// A device's own keys. They never leave it.
#[derive(Clone)]
pub struct DeviceKeys {
    pub(crate) sign: SigningKey,
    pub(crate) channel: StaticSecret,
}

/// The secret bytes of [`DeviceKeys`], for storage: 32 bytes of Ed25519 seed, then 32 of X25519 scalar.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(pub [u8; 64]);

/// The public half of a device's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// Ed25519: verifies [`crate::proof`].
    pub sign: [u8; 32],
    /// X25519: the peer's static key in [`crate::pairing`] and [`crate::sealed`].
    pub channel: [u8; 32],
}

impl DeviceKeys {
    /// Fresh keys.
    pub fn generate(entropy: &mut impl Entropy) -> Self {
        let mut secret = SecretBytes([0; 64]);
        entropy.fill(&mut secret.0);
        Self::from_secret(&secret)
    }

    /// Keys as stored before.
    pub fn from_secret(secret: &SecretBytes) -> Self {
        let (mut sign, mut channel) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        sign.copy_from_slice(&secret.0[..32]);
        channel.copy_from_slice(&secret.0[32..]);
        Self { sign: SigningKey::from_bytes(&sign), channel: StaticSecret::from(*channel) }
    }

    /// The secret bytes, to be stored where only this device reads them.
    pub fn secret(&self) -> SecretBytes {
        let mut secret = SecretBytes([0; 64]);
        secret.0[..32].copy_from_slice(self.sign.as_bytes());
        secret.0[32..].copy_from_slice(self.channel.as_bytes());
        secret
    }

    /// The public half.
    pub fn public(&self) -> PublicKeys {
        PublicKeys {
            sign: self.sign.verifying_key().to_bytes(),
            channel: PublicKey::from(&self.channel).to_bytes(),
        }
    }
}
