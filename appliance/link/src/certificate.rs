//! A device's certificate: by it a relay knows who connects without asking the appliance's database.
//!
//! The appliance signs it when a device first connects, and anew when its pairings change or it is about to expire; the
//! device shows it with every later proof ([`crate::frame::Frame::Prove`]). It is worth nothing without the device's
//! own key. It lives for [`LIFETIME_MS`]; what ends earlier, by a block or a deletion, is in the relays' set of
//! revocations.

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use minicbor::{Decode, Encode, bytes::ByteVec};

use crate::id::{DeviceId, PairingId};

/// How long a certificate lives, in milliseconds.
pub const LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;

/// What is signed begins so.
const DOMAIN: &[u8] = b"pocketkey/certificate/1\0";

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// An activated phone.
    #[n(0)]
    Phone,
    /// A computer, or the browser stand-in of one.
    #[n(1)]
    Computer,
}

/// Whom a device may exchange frames with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Permitted {
    /// Over which pairing.
    #[n(0)]
    pub pairing: PairingId,
    /// The other device.
    #[n(1)]
    pub device: DeviceId,
}

/// What the appliance vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Certificate {
    /// Whose it is.
    #[n(0)]
    pub device: DeviceId,
    /// What it is.
    #[n(1)]
    pub role: Role,
    /// The appliance that activated or paired it.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub organisation: [u8; 16],
    /// The key by which it proves itself.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub sign_key: [u8; 32],
    /// Its pairings.
    #[n(4)]
    pub peers: Vec<Permitted>,
    /// When it was issued, in Unix milliseconds: what was revoked later is void.
    #[n(5)]
    pub issued_at: u64,
    /// When it ends, in Unix milliseconds.
    #[n(6)]
    pub expires_at: u64,
}

#[derive(Encode, Decode)]
struct Signed {
    #[n(0)]
    certificate: ByteVec,
    #[cbor(n(1), with = "minicbor::bytes")]
    signature: [u8; 64],
}

/// Why a certificate is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// Not a certificate.
    #[error("not a certificate")]
    Malformed,
    /// Not signed by this appliance, or changed since.
    #[error("the certificate is not by this appliance")]
    Forged,
    /// Its time is over.
    #[error("the certificate has expired")]
    Expired,
}

/// What signs certificates.
pub struct Authority {
    key: SigningKey,
}

impl Authority {
    /// The authority with this secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(secret) }
    }

    /// What relays check certificates with.
    pub fn verifier(&self) -> Checker {
        Checker { key: self.key.verifying_key() }
    }

    /// Signs a certificate: the bytes that the device shows.
    #[allow(clippy::missing_panics_doc)] // cannot: a Vec takes every byte
    pub fn issue(&self, certificate: &Certificate) -> Vec<u8> {
        let content = minicbor::to_vec(certificate).expect("a Vec takes every byte");
        let signature = self.key.sign(&[DOMAIN, &content].concat()).to_bytes();
        minicbor::to_vec(Signed { certificate: content.into(), signature }).expect("a Vec takes every byte")
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority(…)")
    }
}

/// Checks certificates of one appliance.
#[derive(Debug, Clone, Copy)]
pub struct Checker {
    key: VerifyingKey,
}

impl Checker {
    /// The checker with this key, if it is one.
    pub fn new(key: &[u8; 32]) -> Option<Self> {
        VerifyingKey::from_bytes(key).ok().map(|key| Self { key })
    }

    /// Its key.
    pub fn key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The certificate in `bytes`, if it is this appliance's and stands at `now` (Unix milliseconds).
    ///
    /// # Errors
    /// [`BadCertificate`].
    pub fn check(&self, bytes: &[u8], now: u64) -> Result<Certificate, BadCertificate> {
        let mut decoder = minicbor::Decoder::new(bytes);
        let signed: Signed = decoder.decode().map_err(|_| BadCertificate::Malformed)?;
        let message = [DOMAIN, &signed.certificate].concat();
        let signature = Signature::from_bytes(&signed.signature);
        self.key.verify(&message, &signature).map_err(|_| BadCertificate::Forged)?;
        let certificate: Certificate =
            minicbor::decode(&signed.certificate).map_err(|_| BadCertificate::Malformed)?;
        if now >= certificate.expires_at {
            return Err(BadCertificate::Expired);
        }
        Ok(certificate)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn certificate() -> Certificate {
        Certificate {
            device: DeviceId([1; 16]),
            role: Role::Computer,
            organisation: [2; 16],
            sign_key: [3; 32],
            peers: vec![Permitted { pairing: PairingId([4; 16]), device: DeviceId([5; 16]) }],
            issued_at: 1_000,
            expires_at: 1_000 + LIFETIME_MS,
        }
    }

    #[test]
    fn a_certificate_stands_until_it_expires_and_for_its_appliance_only() {
        let (ours, theirs) = (Authority::new(&[7; 32]), Authority::new(&[8; 32]));
        let bytes = ours.issue(&certificate());
        assert_eq!(ours.verifier().check(&bytes, 1_000), Ok(certificate()));
        assert_eq!(ours.verifier().check(&bytes, 1_000 + LIFETIME_MS), Err(BadCertificate::Expired));
        assert_eq!(theirs.verifier().check(&bytes, 1_000), Err(BadCertificate::Forged));
        assert_eq!(ours.verifier().check(b"", 1_000), Err(BadCertificate::Malformed));
    }

    proptest! {
        #[test]
        fn no_changed_byte_goes_unnoticed(at in 0usize..300, change in 1u8..) {
            let ours = Authority::new(&[7; 32]);
            let mut bytes = ours.issue(&certificate());
            let at = at % bytes.len();
            bytes[at] ^= change;
            // What does not change the content, like a longer form of a length, may pass; the content may not change.
            if let Ok(read) = ours.verifier().check(&bytes, 1_000) {
                prop_assert_eq!(read, certificate());
            }
        }

        #[test]
        fn any_bytes_are_checked_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Authority::new(&[7; 32]).verifier().check(&bytes, 0).is_err());
        }
    }
}
