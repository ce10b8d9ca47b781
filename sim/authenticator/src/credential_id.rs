//! Non-discoverable credentials: the private key travels inside the credential ID, sealed, and nothing is
//! stored.
//!
//! An ID is `version (1) ‖ nonce (12) ‖ ChaCha20-Poly1305(private scalar) (32 + 16)`. The RP ID's hash is
//! authenticated with it, so that an ID opens only for the relying party it was made for.
//!
//! [WebAuthn, credential ID](https://www.w3.org/TR/webauthn-2/#credential-id), form 2

use crate::authenticator::Env;
use crate::keys::PrivateKey;
use crate::status::Status;
use crate::store::Secret;
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const SCALAR: usize = 32;
const TAG: usize = 16;

/// The length of a sealed credential ID in bytes.
pub(crate) const SEALED: usize = 1 + NONCE + SCALAR + TAG;

/// Seals `key` into a credential ID for the relying party with this hash.
pub(crate) fn seal(
    wrapping_key: &Secret,
    rp_id_hash: &[u8; 32],
    key: &PrivateKey,
    env: &mut impl Env,
) -> Result<Vec<u8>, Status> {
    let mut nonce = [0; NONCE];
    env.fill(&mut nonce);
    let secret = key.secret();
    let mut scalar = Zeroizing::new(*secret.bytes());
    let tag = ChaCha20Poly1305::new(wrapping_key.bytes().into())
        .encrypt_in_place_detached(&nonce.into(), &associated_data(rp_id_hash), &mut *scalar)
        .map_err(|_| Status::Other)?;
    Ok([&[VERSION], &nonce[..], &scalar[..], &tag[..]].concat())
}

/// Opens a credential ID; `None` if it was not made here for this relying party.
pub(crate) fn open(wrapping_key: &Secret, rp_id_hash: &[u8; 32], id: &[u8]) -> Option<PrivateKey> {
    let id: &[u8; SEALED] = id.try_into().ok()?;
    let (version, rest) = id.split_first()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
    let (scalar, tag) = rest.split_first_chunk::<SCALAR>()?;
    if *version != VERSION {
        return None;
    }
    let mut scalar = Zeroizing::new(*scalar);
    ChaCha20Poly1305::new(wrapping_key.bytes().into())
        .decrypt_in_place_detached(nonce.into(), &associated_data(rp_id_hash), &mut *scalar, tag.into())
        .ok()?;
    PrivateKey::try_from(&Secret::new(*scalar)).ok()
}

fn associated_data(rp_id_hash: &[u8; 32]) -> [u8; 33] {
    let mut data = [VERSION; 33];
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
        let key = PrivateKey::try_from(&Secret::new([5; 32])).unwrap();
        let id = seal(&wrapping_key, &[2; 32], &key, &mut Fixed).unwrap();
        (wrapping_key, id)
    }

    #[test]
    fn opens_only_with_its_key_and_for_its_relying_party() {
        let (wrapping_key, id) = sealed();
        assert_eq!(id.len(), SEALED);
        let opened = open(&wrapping_key, &[2; 32], &id).unwrap();
        assert_eq!(opened.secret().bytes(), &[5; 32]);
        assert!(open(&wrapping_key, &[9; 32], &id).is_none());
        assert!(open(&Secret::new([9; 32]), &[2; 32], &id).is_none());
        assert!(open(&wrapping_key, &[2; 32], &id[1..]).is_none());
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
