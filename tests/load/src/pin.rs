//! An authenticator with a PIN, and the request for a PIN token: the platform's side of PIN/UV auth protocol 2.

use aes::Aes256;
use aes::cipher::{BlockEncryptMut, KeyIvInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use p256::SecretKey;
use p256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use pocketkey_authenticator::{Authenticator, Config, MemoryStore, UserVerification};
use sha2::{Digest, Sha256};

use crate::ctap::{RP_ID, direct, ok, request};

const PIN: &[u8] = b"1234";
/// Any will do that is not secret.
const IV: [u8; 16] = [0x22; 16];

type Failure = Box<dyn std::error::Error>;

/// The authenticator, and the bytes of getPinUvAuthTokenUsingPinWithPermissions, which it answers as often as they
/// come: its key stays the same as long as the PIN is right.
pub fn prepare() -> Result<(Authenticator<MemoryStore>, Vec<u8>), Failure> {
    let config = Config { user_verification: UserVerification::Pin, ..Config::default() };
    let mut key = Authenticator::new(config, MemoryStore::new());
    let shared = Shared::agree(&direct(&mut key, &key_agreement())?)?;

    let mut padded = [0; 64];
    padded[..PIN.len()].copy_from_slice(PIN);
    let new_pin = shared.encrypt(&padded);
    let proof = mac(&shared.hmac_key, &new_pin)?;
    let set = request(0x06, |e| {
        e.map(5)?.u8(1)?.u8(2)?.u8(2)?.u8(3)?.u8(3)?;
        shared.write_public(e)?;
        e.u8(4)?.bytes(&proof)?.u8(5)?.bytes(&new_pin)?.ok()
    });
    ok(&direct(&mut key, &set)?)?;

    let pin_hash = shared.encrypt(&Sha256::digest(PIN)[..16]);
    let token = request(0x06, |e| {
        e.map(6)?.u8(1)?.u8(2)?.u8(2)?.u8(9)?.u8(3)?;
        shared.write_public(e)?;
        // makeCredential and getAssertion.
        e.u8(6)?.bytes(&pin_hash)?.u8(9)?.u8(0x03)?.u8(0x0a)?.str(RP_ID)?.ok()
    });
    Ok((key, token))
}

fn key_agreement() -> Vec<u8> {
    request(0x06, |e| e.map(2)?.u8(1)?.u8(2)?.u8(2)?.u8(2)?.ok())
}

/// What both sides know after the key agreement.
struct Shared {
    x: Vec<u8>,
    y: Vec<u8>,
    hmac_key: [u8; 32],
    aes_key: [u8; 32],
}

impl Shared {
    /// Agrees with the key in a getKeyAgreement reply.
    fn agree(reply: &[u8]) -> Result<Self, Failure> {
        ok(reply)?;
        let [x, y] = coordinates(&reply[1..])?;
        let point = p256::EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
        let theirs = Option::from(p256::PublicKey::from_encoded_point(&point)).ok_or("no point")?;
        let theirs: p256::PublicKey = theirs;
        let ours = SecretKey::from_slice(&[0x11; 32]).map_err(|error| error.to_string())?;
        let z = p256::ecdh::diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
        let kdf = Hkdf::<Sha256>::new(Some(&[0; 32]), z.raw_secret_bytes());
        let expand = |info: &[u8]| {
            let mut key = [0; 32];
            kdf.expand(info, &mut key).map(|()| key).map_err(|error| error.to_string())
        };
        let public = ours.public_key().to_encoded_point(false);
        let coordinate =
            |bytes: Option<&p256::FieldBytes>| bytes.map(|bytes| bytes.to_vec()).ok_or("no point");
        Ok(Self {
            x: coordinate(public.x())?,
            y: coordinate(public.y())?,
            hmac_key: expand(b"CTAP2 HMAC key")?,
            aes_key: expand(b"CTAP2 AES key")?,
        })
    }

    /// AES-256-CBC behind its initialisation vector.
    fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let mut cipher = cbc::Encryptor::<Aes256>::new(&self.aes_key.into(), &IV.into());
        let mut encrypted = [&IV, plain].concat();
        encrypted[IV.len()..].chunks_exact_mut(16).for_each(|block| cipher.encrypt_block_mut(block.into()));
        encrypted
    }

    /// Our public key as a COSE_Key.
    fn write_public(
        &self,
        e: &mut minicbor::Encoder<Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
        e.map(5)?.u8(1)?.u8(2)?.u8(3)?.i8(-25)?.i8(-1)?.u8(1)?;
        e.i8(-2)?.bytes(&self.x)?.i8(-3)?.bytes(&self.y)?.ok()
    }
}

/// The point in `{1: {1: 2, 3: -25, -1: 1, -2: x, -3: y}}`.
fn coordinates(cbor: &[u8]) -> Result<[[u8; 32]; 2], Failure> {
    let mut decoder = minicbor::Decoder::new(cbor);
    decoder.map()?;
    decoder.u8()?;
    let mut found = [[0; 32]; 2];
    for _ in 0..decoder.map()?.unwrap_or(0) {
        match decoder.i8()? {
            -2 => found[0] = decoder.bytes()?.try_into()?,
            -3 => found[1] = decoder.bytes()?.try_into()?,
            _ => decoder.skip()?,
        }
    }
    Ok(found)
}

fn mac(key: &[u8], message: &[u8]) -> Result<[u8; 32], Failure> {
    let mac = <Hmac<Sha256> as Mac>::new_from_slice(key)?;
    Ok(mac.chain_update(message).finalize().into_bytes().into())
}
