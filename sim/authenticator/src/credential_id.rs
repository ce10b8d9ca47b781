//! Non-discoverable credentials: the private key travels inside the credential ID, sealed, and nothing is
//! stored.
//!
//! An ID is `version (1) ‖ nonce (12) ‖ ChaCha20-Poly1305(seed (32) ‖ algorithm (1) ‖ flags (1)) (34 + 16)`. The RP
//! ID's hash is authenticated with it, so that an ID opens only for the relying party it was made for. Version 1 held
//! the seed of an ES256 key and nothing else; such IDs still open.
//!
//! [WebAuthn, credential ID](https://www.w3.org/TR/webauthn-2/#credential-id), form 2

use crate::authenticator::Env;
use crate::keys::{Algorithm, PrivateKey};
use crate::status::Status;
use crate::store::{CredRandom, Protection, Secret};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

const VERSION: u8 = 2;
const NONCE: usize = 12;
const SEED: usize = 32;
const CONTENTS: usize = SEED + 2;
const TAG: usize = 16;

const PROTECTION: u8 = 0x03;
const HMAC_SECRET: u8 = 0x04;
const THIRD_PARTY_PAYMENT: u8 = 0x08;

/// The length of a sealed credential ID in bytes.
#[cfg(test)]
pub(crate) const SEALED: usize = 1 + NONCE + CONTENTS + TAG;

/// What a credential ID holds.
#[derive(Clone)]
pub(crate) struct Contents {
    /// What the private key is made from.
    pub(crate) seed: Secret,
    pub(crate) algorithm: Algorithm,
    /// credProtect.
    pub(crate) protection: Protection,
    /// Whether hmac-secret was asked for.
    pub(crate) hmac_secret: bool,
    pub(crate) third_party_payment: bool,
}

impl Contents {
    /// The private key.
    pub(crate) fn key(&self) -> Result<PrivateKey, Status> {
        PrivateKey::new(self.algorithm, &self.seed)
    }

    /// The two values of hmac-secret. There is no room for them, so they are derived.
    pub(crate) fn cred_random(&self) -> Option<CredRandom> {
        let derive = |purpose: &[u8]| {
            let mut bytes = Zeroizing::new([0; 32]);
            Hkdf::<Sha256>::new(None, self.seed.bytes()).expand(purpose, &mut *bytes).ok()?;
            Some(Secret::new(*bytes))
        };
        let with_uv = derive(b"pocketkey hmac-secret with UV")?;
        let without_uv = derive(b"pocketkey hmac-secret without UV")?;
        self.hmac_secret.then_some(CredRandom { with_uv, without_uv })
    }

    fn flags(&self) -> u8 {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        self.protection.level()
            | flag(self.hmac_secret, HMAC_SECRET)
            | flag(self.third_party_payment, THIRD_PARTY_PAYMENT)
    }
}

/// Seals `contents` into a credential ID for the relying party with this hash.
pub(crate) fn seal(
    wrapping_key: &Secret,
    rp_id_hash: &[u8; 32],
    contents: &Contents,
    env: &mut impl Env,
) -> Result<Vec<u8>, Status> {
    let mut nonce = [0; NONCE];
    env.fill(&mut nonce);
    let mut plain = Zeroizing::new([0; CONTENTS]);
    plain[..SEED].copy_from_slice(contents.seed.bytes());
    plain[SEED] = algorithm_byte(contents.algorithm);
    plain[SEED + 1] = contents.flags();
    let tag = ChaCha20Poly1305::new(wrapping_key.bytes().into())
        .encrypt_in_place_detached(&nonce.into(), &associated_data(VERSION, rp_id_hash), &mut *plain)
        .map_err(|_| Status::Other)?;
    Ok([&[VERSION], &nonce[..], &plain[..], &tag[..]].concat())
}

/// Opens a credential ID; `None` if it was not made here for this relying party.
pub(crate) fn open(wrapping_key: &Secret, rp_id_hash: &[u8; 32], id: &[u8]) -> Option<Contents> {
    let (version, rest) = id.split_first()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
    let (sealed, tag) = rest.split_last_chunk::<TAG>()?;
    let length = match version {
        1 => SEED,
        2 => CONTENTS,
        _ => return None,
    };
    if sealed.len() != length {
        return None;
    }
    let mut plain = Zeroizing::new(sealed.to_vec());
    ChaCha20Poly1305::new(wrapping_key.bytes().into())
        .decrypt_in_place_detached(
            nonce.into(),
            &associated_data(*version, rp_id_hash),
            &mut plain,
            tag.into(),
        )
        .ok()?;
    let (seed, properties) = plain.split_first_chunk::<SEED>()?;
    let (algorithm, flags) = match properties {
        [] => (Algorithm::Es256, Protection::default().level()),
        [algorithm, flags] => (algorithm_from(*algorithm)?, *flags),
        _ => return None,
    };
    Some(Contents {
        seed: Secret::new(*seed),
        algorithm,
        protection: Protection::from_level((flags & PROTECTION).into())?,
        hmac_secret: flags & HMAC_SECRET != 0,
        third_party_payment: flags & THIRD_PARTY_PAYMENT != 0,
    })
}

fn algorithm_byte(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Es256 => 0,
        Algorithm::EdDsa => 1,
        Algorithm::Es384 => 2,
        Algorithm::MlDsa65 => 3,
    }
}

fn algorithm_from(byte: u8) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| algorithm_byte(*algorithm) == byte)
}

fn associated_data(version: u8, rp_id_hash: &[u8; 32]) -> [u8; 33] {
    let mut data = [version; 33];
    data[1..].copy_from_slice(rp_id_hash);
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed;
    impl Env for Fixed {
        fn now(&self) -> u64 {
            0
        }
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(3);
        }
    }

    fn sealed() -> (Secret, Vec<u8>) {
        let wrapping_key = Secret::new([1; 32]);
        let contents = Contents {
            seed: Secret::new([5; 32]),
            algorithm: Algorithm::EdDsa,
            protection: Protection::Required,
            hmac_secret: true,
            third_party_payment: false,
        };
        let id = seal(&wrapping_key, &[2; 32], &contents, &mut Fixed).unwrap();
        (wrapping_key, id)
    }

    #[test]
    fn opens_only_with_its_key_and_for_its_relying_party() {
        let (wrapping_key, id) = sealed();
        assert_eq!(id.len(), SEALED);
        let opened = open(&wrapping_key, &[2; 32], &id).unwrap();
        assert_eq!(opened.seed.bytes(), &[5; 32]);
        assert_eq!((opened.algorithm, opened.protection), (Algorithm::EdDsa, Protection::Required));
        assert!(opened.hmac_secret && !opened.third_party_payment);
        let random = opened.cred_random().unwrap();
        assert!(random.with_uv != random.without_uv && random.with_uv != opened.seed);
        assert!(open(&wrapping_key, &[9; 32], &id).is_none());
        assert!(open(&Secret::new([9; 32]), &[2; 32], &id).is_none());
        assert!(open(&wrapping_key, &[2; 32], &id[1..]).is_none());
    }

    #[test]
    fn ids_of_the_first_version_still_open() {
        let wrapping_key = Secret::new([1; 32]);
        let mut scalar = [5; 32];
        let tag = ChaCha20Poly1305::new(wrapping_key.bytes().into())
            .encrypt_in_place_detached(&[3; NONCE].into(), &associated_data(1, &[2; 32]), &mut scalar)
            .unwrap();
        let id = [&[1][..], &[3; NONCE], &scalar, &tag].concat();
        let opened = open(&wrapping_key, &[2; 32], &id).unwrap();
        assert_eq!(opened.seed.bytes(), &[5; 32]);
        assert_eq!((opened.algorithm, opened.protection), (Algorithm::Es256, Protection::Optional));
        assert!(opened.cred_random().is_none());
    }

    proptest! {
        #[test]
        fn no_changed_byte_goes_unnoticed(position in 0..SEALED, change in 1..=u8::MAX) {
            let (wrapping_key, mut id) = sealed();
            id[position] ^= change;
            prop_assert!(open(&wrapping_key, &[2; 32], &id).is_none());
        }
    }
}
