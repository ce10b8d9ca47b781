//! Signature key pairs: making them, signing, and their COSE form.
//!
//! [RFC 9053, 2 Signature algorithms](https://www.rfc-editor.org/rfc/rfc9053#section-2) and
//! [7 Key object parameters](https://www.rfc-editor.org/rfc/rfc9053#section-7); ML-DSA as in
//! [ML-DSA for JOSE and COSE](https://datatracker.ietf.org/doc/draft-ietf-cose-dilithium/)

use crate::authenticator::Env;
use crate::cbor::Value;
use crate::status::Status;
use crate::store::Secret;
use ecdsa::hazmat::SignPrimitive;
use ed25519_dalek::Signer;
use hkdf::Hkdf;
use minicbor::{Decode, Encode};
use ml_dsa::MlDsa65;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use sha2::{Digest, Sha256, Sha384};
use sk_cbor::cbor_map;
use zeroize::Zeroizing;

/// A signature algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Algorithm {
    /// ECDSA with SHA-256 on P-256.
    #[default]
    #[n(0)]
    Es256,
    /// EdDSA with Ed25519.
    #[n(1)]
    EdDsa,
    /// ECDSA with SHA-384 on P-384.
    #[n(2)]
    Es384,
    /// ML-DSA-65 of FIPS 204, which quantum computers do not break. Off unless asked for, and for the core alone:
    /// with a public key of 1,952 bytes and a signature of 3,309, replies are longer than a key over HID can send.
    #[n(3)]
    MlDsa65,
}

impl Algorithm {
    /// Every one.
    pub(crate) const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Es384, Self::MlDsa65];

    /// COSE's number for it.
    pub fn cose(self) -> i64 {
        match self {
            Algorithm::Es256 => -7,
            Algorithm::EdDsa => -8,
            Algorithm::Es384 => -35,
            Algorithm::MlDsa65 => -49,
        }
    }

    /// The algorithm with this COSE number.
    pub fn from_cose(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.cose() == number)
    }
}

/// A private key, ready to sign.
///
/// Of the elliptic curves only the scalar is kept: signing needs no public key, and deriving one would cost as much
/// again.
#[derive(Clone)]
pub(crate) enum PrivateKey {
    Es256(Zeroizing<p256::NonZeroScalar>),
    EdDsa(Box<ed25519_dalek::SigningKey>),
    Es384(Zeroizing<p384::NonZeroScalar>),
    MlDsa65(Box<ml_dsa::SigningKey<MlDsa65>>),
}

impl PrivateKey {
    /// The key of `algorithm` that belongs to 32 random bytes: the scalar itself on P-256, the seed of RFC 8032 on
    /// Ed25519 and of FIPS 204 for ML-DSA, the seed of an HKDF on P-384. Fails for zero and for numbers beyond the
    /// group's order.
    pub(crate) fn new(algorithm: Algorithm, seed: &Secret) -> Result<Self, Status> {
        match algorithm {
            Algorithm::Es256 => {
                let scalar = p256::NonZeroScalar::try_from(&seed.bytes()[..]).map_err(|_| Status::Other)?;
                Ok(Self::Es256(Zeroizing::new(scalar)))
            }
            Algorithm::EdDsa => {
                Ok(Self::EdDsa(Box::new(ed25519_dalek::SigningKey::from_bytes(seed.bytes()))))
            }
            Algorithm::Es384 => {
                let mut bytes = Zeroizing::new([0; 48]);
                Hkdf::<Sha256>::new(None, seed.bytes())
                    .expand(b"pocketkey ES384 scalar", &mut *bytes)
                    .map_err(|_| Status::Other)?;
                let scalar = p384::NonZeroScalar::try_from(&bytes[..]).map_err(|_| Status::Other)?;
                Ok(Self::Es384(Zeroizing::new(scalar)))
            }
            Algorithm::MlDsa65 => {
                Ok(Self::MlDsa65(Box::new(ml_dsa::SigningKey::from_seed(seed.bytes().into()))))
            }
        }
    }

    /// A new key from the environment's randomness, with the bytes that it can be made from again.
    pub(crate) fn generate(algorithm: Algorithm, env: &mut impl Env) -> Result<(Self, Secret), Status> {
        // One draw in 2^32 is no valid scalar. Three in a row mean that the randomness is broken.
        for _ in 0..3 {
            let seed = Secret::random(env);
            if let Ok(key) = Self::new(algorithm, &seed) {
                return Ok((key, seed));
            }
        }
        Err(Status::Other)
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Es384(_) => Algorithm::Es384,
            Self::MlDsa65(_) => Algorithm::MlDsa65,
        }
    }

    /// Signs `message` as WebAuthn wants it: ECDSA with a deterministic nonce (RFC 6979) in ASN.1 DER, the 64 bytes
    /// of Ed25519, or the 3,309 of ML-DSA's deterministic variant.
    pub(crate) fn sign(&self, message: &[&[u8]]) -> Result<Vec<u8>, Status> {
        match self {
            Self::Es256(scalar) => {
                let digest = digest::<Sha256>(message);
                let signed = scalar.as_ref().try_sign_prehashed_rfc6979::<Sha256>(&digest, &[]);
                let (signature, _): (p256::ecdsa::Signature, _) = signed.map_err(|_| Status::Other)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Self::EdDsa(key) => {
                Ok(key.try_sign(&message.concat()).map_err(|_| Status::Other)?.to_bytes().to_vec())
            }
            Self::Es384(scalar) => {
                let digest = digest::<Sha384>(message);
                let signed = scalar.as_ref().try_sign_prehashed_rfc6979::<Sha384>(&digest, &[]);
                let (signature, _): (p384::ecdsa::Signature, _) = signed.map_err(|_| Status::Other)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Self::MlDsa65(key) => {
                let signed = key.expanded_key().sign_deterministic(&message.concat(), b"");
                Ok(signed.map_err(|_| Status::Other)?.encode().to_vec())
            }
        }
    }

    /// The public key as an uncompressed SEC 1 point, where U2F knows the algorithm.
    pub(crate) fn point(&self) -> Option<Vec<u8>> {
        let Self::Es256(scalar) = self else { return None };
        Some(p256::SecretKey::from(**scalar).public_key().to_encoded_point(false).as_bytes().to_vec())
    }

    /// The public key as a COSE_Key.
    pub(crate) fn cose(&self) -> Value {
        match self {
            Self::Es256(scalar) => {
                let point = p256::SecretKey::from(**scalar).public_key().to_encoded_point(false);
                ec2(Algorithm::Es256, 1, point.as_bytes())
            }
            Self::EdDsa(key) => cbor_map! {
                1 => 1, // kty: OKP
                3 => Algorithm::EdDsa.cose(), // alg
                -1 => 6, // crv: Ed25519
                -2 => key.verifying_key().to_bytes().to_vec(),
            },
            Self::Es384(scalar) => {
                let point = p384::SecretKey::from(**scalar).public_key().to_encoded_point(false);
                ec2(Algorithm::Es384, 2, point.as_bytes())
            }
            Self::MlDsa65(key) => cbor_map! {
                1 => 7, // kty: AKP
                3 => Algorithm::MlDsa65.cose(), // alg
                -1 => key.expanded_key().verifying_key().encode().to_vec(), // pub
            },
        }
    }
}

/// The COSE_Key of an uncompressed SEC 1 point.
fn ec2(algorithm: Algorithm, curve: i64, point: &[u8]) -> Value {
    let coordinates = point.get(1..).unwrap_or_default();
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    cbor_map! {
        1 => 2, // kty: EC2
        3 => algorithm.cose(), // alg
        -1 => curve, // crv: P-256 or P-384
        -2 => x,
        -3 => y,
    }
}

fn digest<H: Digest>(
    message: &[&[u8]],
) -> ecdsa::elliptic_curve::generic_array::GenericArray<u8, H::OutputSize> {
    message.iter().fold(H::new(), |hash, part| hash.chain_update(part)).finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Verifier;

    #[test]
    fn signatures_are_those_of_the_ordinary_api_and_verify() {
        let key = PrivateKey::new(Algorithm::Es256, &Secret::new([0x42; 32])).unwrap();
        let ordinary = p256::ecdsa::SigningKey::from_slice(&[0x42; 32]).unwrap();
        let signature = key.sign(&[b"one", b"two"]).unwrap();
        let expected: p256::ecdsa::Signature = ordinary.sign(b"onetwo");
        assert_eq!(signature, expected.to_der().as_bytes());
        let verifying = p256::ecdsa::VerifyingKey::from(&ordinary);
        let signature = p256::ecdsa::Signature::from_der(&signature).unwrap();
        assert!(verifying.verify(b"onetwo", &signature).is_ok());
    }

    #[test]
    fn the_other_algorithms_sign_over_all_parts() {
        let seed = Secret::new([0x42; 32]);
        let key = PrivateKey::new(Algorithm::EdDsa, &seed).unwrap();
        let ordinary = ed25519_dalek::SigningKey::from_bytes(seed.bytes());
        assert_eq!(key.sign(&[b"one", b"two"]).unwrap(), ordinary.sign(b"onetwo").to_bytes());

        let PrivateKey::Es384(scalar) = PrivateKey::new(Algorithm::Es384, &seed).unwrap() else { panic!() };
        let ordinary = p384::ecdsa::SigningKey::from(*scalar);
        let signature = PrivateKey::Es384(scalar).sign(&[b"one", b"two"]).unwrap();
        let signature = p384::ecdsa::Signature::from_der(&signature).unwrap();
        assert!(p384::ecdsa::VerifyingKey::from(&ordinary).verify(b"onetwo", &signature).is_ok());
    }

    #[test]
    fn numbers_and_algorithms_belong_together() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_cose(algorithm.cose()), Some(algorithm));
            let key = PrivateKey::new(algorithm, &Secret::new([0x42; 32])).unwrap();
            assert_eq!(key.algorithm(), algorithm);
        }
        assert_eq!(Algorithm::from_cose(-257), None);
    }

    #[test]
    fn broken_randomness_is_an_error_and_no_endless_loop() {
        struct Broken;
        impl Env for Broken {
            fn now(&self) -> u64 {
                0
            }
            fn fill(&mut self, bytes: &mut [u8]) {
                bytes.fill(0xff);
            }
        }
        assert_eq!(PrivateKey::generate(Algorithm::Es256, &mut Broken).err(), Some(Status::Other));
    }
}
