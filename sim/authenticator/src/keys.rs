//! ES256 key pairs: making them, signing, and their COSE form.
//!
//! [RFC 9053, 2.1 ECDSA](https://www.rfc-editor.org/rfc/rfc9053#section-2.1) and
//! [7.1 Elliptic curve keys](https://www.rfc-editor.org/rfc/rfc9053#section-7.1)

use crate::authenticator::Env;
use crate::cbor::Value;
use crate::status::Status;
use crate::store::Secret;
use ecdsa::hazmat::SignPrimitive;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{FieldBytes, NonZeroScalar, SecretKey, ecdsa::Signature};
use sha2::{Digest, Sha256};
use sk_cbor::cbor_map;
use zeroize::Zeroizing;

/// COSE's number for ECDSA with SHA-256 on P-256.
pub(crate) const ES256: i64 = -7;

/// A P-256 private key.
///
/// Only the scalar is kept: signing needs no public key, and deriving one would cost as much again.
#[derive(Clone)]
pub(crate) struct PrivateKey(Zeroizing<NonZeroScalar>);

impl PrivateKey {
    /// A new key from the environment's randomness.
    pub(crate) fn generate(env: &mut impl Env) -> Result<Self, Status> {
        // One draw in 2^32 is no valid scalar. Three in a row mean that the randomness is broken.
        for _ in 0..3 {
            let mut bytes = Zeroizing::new([0; 32]);
            env.fill(&mut *bytes);
            if let Ok(key) = Self::try_from(&Secret::new(*bytes)) {
                return Ok(key);
            }
        }
        Err(Status::Other)
    }

    /// The scalar, for the store or a wrapped credential ID.
    pub(crate) fn secret(&self) -> Secret {
        Secret::new(self.0.to_bytes().into())
    }

    /// Signs `message` as WebAuthn wants it: ECDSA with a deterministic nonce (RFC 6979), ASN.1 DER.
    pub(crate) fn sign(&self, message: &[&[u8]]) -> Result<Vec<u8>, Status> {
        let digest = message.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize();
        let signed = self.0.as_ref().try_sign_prehashed_rfc6979::<Sha256>(&digest, &[]);
        let (signature, _): (Signature, _) = signed.map_err(|_| Status::Other)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    /// The public key as a COSE_Key.
    pub(crate) fn cose(&self) -> Value {
        let point = SecretKey::from(*self.0).public_key().to_encoded_point(false);
        let coordinate = |bytes: Option<&FieldBytes>| bytes.map(|bytes| bytes.to_vec()).unwrap_or_default();
        cbor_map! {
            1 => 2, // kty: EC2
            3 => ES256, // alg
            -1 => 1, // crv: P-256
            -2 => coordinate(point.x()),
            -3 => coordinate(point.y()),
        }
    }
}

/// Fails for zero and for numbers beyond the group's order.
impl TryFrom<&Secret> for PrivateKey {
    type Error = Status;

    fn try_from(secret: &Secret) -> Result<Self, Status> {
        let scalar = NonZeroScalar::try_from(&secret.bytes()[..]).map_err(|_| Status::Other)?;
        Ok(Self(Zeroizing::new(scalar)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::{SigningKey, VerifyingKey, signature::Verifier};

    #[test]
    fn signatures_are_those_of_the_ordinary_api_and_verify() {
        let key = PrivateKey::try_from(&Secret::new([0x42; 32])).unwrap();
        let ordinary = SigningKey::from_slice(&[0x42; 32]).unwrap();
        let signature = key.sign(&[b"one", b"two"]).unwrap();
        assert_eq!(
            signature,
            p256::ecdsa::signature::Signer::<Signature>::sign(&ordinary, b"onetwo").to_der().as_bytes()
        );
        let verifying = VerifyingKey::from(&ordinary);
        assert!(verifying.verify(b"onetwo", &Signature::from_der(&signature).unwrap()).is_ok());
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
        assert_eq!(PrivateKey::generate(&mut Broken).err(), Some(Status::Other));
    }
}
