//! The two PIN/UV auth protocols: a shared secret with the platform, and what is encrypted and authenticated with it.
//!
//! [CTAP 2.1, 6.5.4 to 6.5.7](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#pinProto1)

use crate::authenticator::Env;
use crate::cbor::{self, Value};
use crate::status::Status;
use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use p256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use p256::{EncodedPoint, NonZeroScalar, PublicKey, SecretKey};
use sha2::{Digest, Sha256};
use sk_cbor::cbor_map;
use zeroize::Zeroizing;

/// An AES block in bytes.
const BLOCK: usize = 16;
/// COSE's number for ECDH-ES with HKDF-256, which stands in key agreement keys although it is not what is done.
const ECDH: i64 = -25;

/// A PIN/UV auth protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    One,
    Two,
}

impl Protocol {
    /// What getInfo names, the preferred one first.
    pub(crate) const SUPPORTED: [Protocol; 2] = [Protocol::Two, Protocol::One];

    /// The protocol with this number; any other is `CTAP1_ERR_INVALID_PARAMETER`.
    pub(crate) fn from_number(number: i64) -> Result<Self, Status> {
        Self::SUPPORTED.into_iter().find(|known| known.number() == number).ok_or(Status::InvalidParameter)
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Protocol::One => 1,
            Protocol::Two => 2,
        }
    }

    /// `verify(key, message, signature)`, in constant time.
    pub(crate) fn verify(self, key: &[u8; 32], message: &[&[u8]], signature: &[u8]) -> bool {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
        let mac = message.iter().fold(mac, |mac, part| mac.chain_update(part));
        match self {
            Protocol::One => signature.len() == 16 && mac.verify_truncated_left(signature).is_ok(),
            Protocol::Two => mac.verify_slice(signature).is_ok(),
        }
    }
}

/// The authenticator's key agreement key of one protocol.
pub(crate) struct AgreementKey(SecretKey);

impl AgreementKey {
    /// `regenerate()`.
    pub(crate) fn generate(env: &mut impl Env) -> Result<Self, Status> {
        // One draw in 2^32 is no valid scalar. Three in a row mean that the randomness is broken.
        for _ in 0..3 {
            let mut bytes = Zeroizing::new([0; 32]);
            env.fill(&mut *bytes);
            if let Ok(scalar) = NonZeroScalar::try_from(&bytes[..]) {
                return Ok(Self(SecretKey::from(scalar)));
            }
        }
        Err(Status::Other)
    }

    /// `getPublicKey()`: a COSE_Key.
    pub(crate) fn public(&self) -> Value {
        let point = self.0.public_key().to_encoded_point(false);
        let (x, y) = point.as_bytes().get(1..).unwrap_or_default().split_at(32);
        cbor_map! {
            1 => 2, // kty: EC2
            3 => ECDH, // alg
            -1 => 1, // crv: P-256
            -2 => x,
            -3 => y,
        }
    }

    /// `decapsulate(peerCoseKey)`.
    pub(crate) fn decapsulate(&self, protocol: Protocol, peer: &PeerKey) -> Result<SharedSecret, Status> {
        let z = p256::ecdh::diffie_hellman(self.0.to_nonzero_scalar(), peer.0.as_affine());
        let z = z.raw_secret_bytes();
        let (mut hmac_key, mut aes_key) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        match protocol {
            Protocol::One => {
                *hmac_key = Sha256::digest(z).into();
                *aes_key = *hmac_key;
            }
            Protocol::Two => {
                let kdf = Hkdf::<Sha256>::new(Some(&[0; 32]), z);
                kdf.expand(b"CTAP2 HMAC key", &mut *hmac_key).map_err(|_| Status::Other)?;
                kdf.expand(b"CTAP2 AES key", &mut *aes_key).map_err(|_| Status::Other)?;
            }
        }
        Ok(SharedSecret { protocol, hmac_key, aes_key })
    }
}

/// The platform's key agreement key.
pub(crate) struct PeerKey(PublicKey);

impl PeerKey {
    /// Reads a COSE_Key; what is no point on P-256 is `CTAP1_ERR_INVALID_PARAMETER`.
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        let mut number = |label: i64| fields.required(label, cbor::integer);
        if [number(1)?, number(3)?, number(-1)?] != [2, ECDH, 1] {
            return Err(Status::InvalidParameter);
        }
        let mut coordinate = |label: i64| -> Result<[u8; 32], Status> {
            fields.required(label, cbor::bytes)?.try_into().map_err(|_| Status::InvalidParameter)
        };
        let (x, y) = (coordinate(-2)?, coordinate(-3)?);
        let point = EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
        Option::from(PublicKey::from_encoded_point(&point)).map(Self).ok_or(Status::InvalidParameter)
    }
}

/// What both sides of a key agreement know.
pub(crate) struct SharedSecret {
    protocol: Protocol,
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
}

impl SharedSecret {
    /// `encrypt(key, demPlaintext)`; `plain` must be a whole number of blocks.
    pub(crate) fn encrypt(&self, plain: &[u8], env: &mut impl Env) -> Vec<u8> {
        let mut iv = [0; BLOCK];
        let mut cipher_text = match self.protocol {
            Protocol::One => plain.to_vec(),
            Protocol::Two => {
                env.fill(&mut iv);
                [&iv, plain].concat()
            }
        };
        let start = cipher_text.len() - plain.len();
        let mut cipher = cbc::Encryptor::<Aes256>::new((&*self.aes_key).into(), &iv.into());
        for block in cipher_text[start..].chunks_exact_mut(BLOCK) {
            cipher.encrypt_block_mut(GenericArray::from_mut_slice(block));
        }
        cipher_text
    }

    /// `decrypt(key, demCiphertext)`; `None` if it is no whole number of blocks.
    pub(crate) fn decrypt(&self, cipher_text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (iv, cipher_text) = match self.protocol {
            Protocol::One => (&[0; BLOCK], cipher_text),
            Protocol::Two => cipher_text.split_first_chunk::<BLOCK>()?,
        };
        if !cipher_text.len().is_multiple_of(BLOCK) {
            return None;
        }
        let mut plain = Zeroizing::new(cipher_text.to_vec());
        let mut cipher = cbc::Decryptor::<Aes256>::new((&*self.aes_key).into(), iv.into());
        for block in plain.chunks_exact_mut(BLOCK) {
            cipher.decrypt_block_mut(GenericArray::from_mut_slice(block));
        }
        Some(plain)
    }

    /// `verify(key, message, signature)`.
    pub(crate) fn verify(&self, message: &[&[u8]], signature: &[u8]) -> bool {
        self.protocol.verify(&self.hmac_key, message, signature)
    }
}

impl core::fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SharedSecret").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Counting(u8);
    impl Env for Counting {
        fn now(&self) -> u64 {
            0
        }
        fn fill(&mut self, bytes: &mut [u8]) {
            self.0 += 1;
            bytes.fill(self.0);
        }
    }

    fn secrets(protocol: Protocol) -> (SharedSecret, SharedSecret) {
        let mut env = Counting(0);
        let (ours, theirs) =
            (AgreementKey::generate(&mut env).unwrap(), AgreementKey::generate(&mut env).unwrap());
        let reach = |from: &AgreementKey, to: &AgreementKey| {
            from.decapsulate(protocol, &PeerKey::read(to.public()).unwrap()).unwrap()
        };
        (reach(&ours, &theirs), reach(&theirs, &ours))
    }

    #[test]
    fn both_sides_reach_the_same_secret() {
        for protocol in Protocol::SUPPORTED {
            let (ours, theirs) = secrets(protocol);
            assert_eq!((&ours.hmac_key, &ours.aes_key), (&theirs.hmac_key, &theirs.aes_key));
            assert_eq!(ours.hmac_key == ours.aes_key, protocol == Protocol::One);
        }
    }

    #[test]
    fn keys_that_are_no_keys_are_refused() {
        let good = AgreementKey::generate(&mut Counting(0)).unwrap().public();
        let with = |label: i64, value: Value| {
            let mut fields = good.clone().extract_map().unwrap();
            fields.retain(|(name, _)| *name != Value::from(label));
            fields.push((label.into(), value));
            PeerKey::read(Value::map(fields)).err()
        };
        assert_eq!(with(1, 1.into()), Some(Status::InvalidParameter));
        assert_eq!(with(3, (-7).into()), Some(Status::InvalidParameter));
        assert_eq!(with(-1, 2.into()), Some(Status::InvalidParameter));
        assert_eq!(with(-2, vec![0u8; 31].into()), Some(Status::InvalidParameter));
        assert_eq!(with(-3, vec![7u8; 32].into()), Some(Status::InvalidParameter), "not on the curve");
        assert_eq!(with(-3, 5.into()), Some(Status::CborUnexpectedType));
        assert_eq!(PeerKey::read(cbor_map! {}).err(), Some(Status::MissingParameter));
    }

    #[test]
    fn signatures_have_their_protocols_length() {
        let key = [7; 32];
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(b"ab").finalize().into_bytes();
        assert!(Protocol::Two.verify(&key, &[b"a", b"b"], &mac));
        assert!(Protocol::One.verify(&key, &[b"ab"], &mac[..16]));
        for length in [0, 1, 15, 17, 32] {
            assert!(!Protocol::One.verify(&key, &[b"ab"], &mac[..length]), "{length} bytes");
        }
        for length in [0, 16, 31] {
            assert!(!Protocol::Two.verify(&key, &[b"ab"], &mac[..length]), "{length} bytes");
        }
        assert!(!Protocol::Two.verify(&key, &[b"ac"], &mac));
    }

    proptest! {
        #[test]
        fn what_is_encrypted_can_be_decrypted(blocks in 0..5usize, byte in any::<u8>()) {
            for protocol in Protocol::SUPPORTED {
                let (ours, theirs) = secrets(protocol);
                let plain = vec![byte; blocks * BLOCK];
                let cipher_text = ours.encrypt(&plain, &mut Counting(9));
                prop_assert_eq!(theirs.decrypt(&cipher_text).map(|found| found.to_vec()), Some(plain));
                prop_assert!(theirs.decrypt(&[&cipher_text[..], &[0]].concat()).is_none());
            }
        }
    }
}
