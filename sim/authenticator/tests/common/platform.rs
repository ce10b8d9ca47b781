//! The platform's side of the PIN/UV auth protocols, written from the specification a second time.

use super::{Event, Key, Status, VERIFIED, message};
use aes::Aes256;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use p256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use pocketkey_authenticator::Store;
use pocketkey_authenticator::cbor::{self, Value};
use sha2::{Digest, Sha256};
use sk_cbor::{cbor_map, cbor_map_options};

/// A shared secret with an authenticator.
pub struct Platform {
    pub protocol: i64,
    pub public: Value,
    hmac_key: Vec<u8>,
    aes_key: Vec<u8>,
}

/// A pinUvAuthToken, decrypted.
#[derive(Clone, Debug)]
pub struct PinToken {
    pub protocol: i64,
    pub value: Vec<u8>,
}

impl PinToken {
    /// pinUvAuthParam over `message`.
    pub fn param(&self, message: &[u8]) -> Vec<u8> {
        authenticate(self.protocol, &self.value, message)
    }
}

fn authenticate(protocol: i64, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac =
        <Hmac<Sha256> as Mac>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes();
    if protocol == 1 { mac[..16].to_vec() } else { mac.to_vec() }
}

pub fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    authenticate(2, key, message)
}

impl Platform {
    /// Agrees on a secret with the key that the authenticator shows.
    pub fn agree<S: Store>(key: &mut Key<S>, protocol: i64) -> Self {
        let reply = key.send(&message(0x06, cbor_map! { 1 => protocol, 2 => 2 })).unwrap();
        let mut cose = cbor::map(reply).unwrap().required(1, cbor::map).unwrap();
        let [x, y] = [-2, -3].map(|label: i64| cose.required(label, cbor::bytes).unwrap());
        assert_eq!(cose.required(3, cbor::integer), Ok(-25));
        let point = p256::EncodedPoint::from_bytes([&[4], &x[..], &y[..]].concat()).unwrap();
        let theirs = p256::PublicKey::from_encoded_point(&point).unwrap();
        let ours = p256::SecretKey::from_slice(&[0x11; 32]).unwrap();
        let z = p256::ecdh::diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
        let z = z.raw_secret_bytes();
        // HKDF with a salt of zeros and one block of output, by hand.
        let prk = mac(&[0; 32], z);
        let expand = |info: &[u8]| mac(&prk, &[info, &[1]].concat());
        let (hmac_key, aes_key) = match protocol {
            1 => (Sha256::digest(z).to_vec(), Sha256::digest(z).to_vec()),
            _ => (expand(b"CTAP2 HMAC key"), expand(b"CTAP2 AES key")),
        };
        let point = ours.public_key().to_encoded_point(false);
        let public = cbor_map! {
            1 => 2, 3 => -25, -1 => 1, -2 => point.x().unwrap().to_vec(), -3 => point.y().unwrap().to_vec(),
        };
        Self { protocol, public, hmac_key, aes_key }
    }

    /// AES-256-CBC, chained by hand.
    pub fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let cipher = Aes256::new_from_slice(&self.aes_key).unwrap();
        let iv = if self.protocol == 1 { [0; 16] } else { [0x22; 16] };
        let mut encrypted = iv.to_vec();
        for block in plain.chunks(16) {
            let before = &encrypted[encrypted.len() - 16..];
            let mut mixed: Vec<u8> = block.iter().zip(before).map(|(a, b)| a ^ b).collect();
            cipher.encrypt_block(mixed.as_mut_slice().into());
            encrypted.extend(mixed);
        }
        encrypted.split_off(if self.protocol == 1 { 16 } else { 0 })
    }

    pub fn decrypt(&self, cipher_text: &[u8]) -> Vec<u8> {
        let cipher = Aes256::new_from_slice(&self.aes_key).unwrap();
        let iv = if self.protocol == 1 { &[0; 16][..] } else { &[] };
        let all = [iv, cipher_text].concat();
        let mut plain = Vec::new();
        for (before, block) in all.chunks(16).zip(all[16..].chunks(16)) {
            let mut block = block.to_vec();
            cipher.decrypt_block(block.as_mut_slice().into());
            plain.extend(block.iter().zip(before).map(|(a, b)| a ^ b));
        }
        plain
    }

    pub fn authenticate(&self, message: &[u8]) -> Vec<u8> {
        authenticate(self.protocol, &self.hmac_key, message)
    }

    pub fn pin_hash(&self, pin: &str) -> Vec<u8> {
        self.encrypt(&Sha256::digest(pin)[..16])
    }

    pub fn new_pin(&self, pin: &str) -> Vec<u8> {
        let mut padded = pin.as_bytes().to_vec();
        padded.resize(64, 0);
        self.encrypt(&padded)
    }

    fn token(&self, response: Value) -> PinToken {
        let encrypted = cbor::map(response).unwrap().required(2, cbor::bytes).unwrap();
        PinToken { protocol: self.protocol, value: self.decrypt(&encrypted) }
    }
}

/// Permissions.
pub const MC: u64 = 0x01;
pub const GA: u64 = 0x02;
pub const CM: u64 = 0x04;
pub const BE: u64 = 0x08;
pub const LBW: u64 = 0x10;
pub const ACFG: u64 = 0x20;

impl<S: Store> Key<S> {
    pub fn set_pin(&mut self, protocol: i64, pin: &str) -> Result<Value, Status> {
        let platform = Platform::agree(self, protocol);
        let new_pin = platform.new_pin(pin);
        let param = platform.authenticate(&new_pin);
        let parameters = cbor_map! { 1 => protocol, 2 => 3, 3 => platform.public, 4 => param, 5 => new_pin };
        self.send(&message(0x06, parameters))
    }

    pub fn change_pin(&mut self, protocol: i64, old: &str, new: &str) -> Result<Value, Status> {
        let platform = Platform::agree(self, protocol);
        let (new_pin, pin_hash) = (platform.new_pin(new), platform.pin_hash(old));
        let param = platform.authenticate(&[&new_pin[..], &pin_hash].concat());
        let parameters = cbor_map! {
            1 => protocol, 2 => 4, 3 => platform.public, 4 => param, 5 => new_pin, 6 => pin_hash,
        };
        self.send(&message(0x06, parameters))
    }

    /// getPinToken.
    pub fn pin_token(&mut self, protocol: i64, pin: &str) -> Result<PinToken, Status> {
        let platform = Platform::agree(self, protocol);
        let pin_hash = platform.pin_hash(pin);
        let parameters = cbor_map! { 1 => protocol, 2 => 5, 3 => platform.public.clone(), 6 => pin_hash };
        Ok(platform.token(self.send(&message(0x06, parameters))?))
    }

    /// getPinUvAuthTokenUsingPinWithPermissions.
    pub fn pin_token_for(
        &mut self,
        protocol: i64,
        pin: &str,
        permissions: u64,
        rp_id: Option<&str>,
    ) -> Result<PinToken, Status> {
        let platform = Platform::agree(self, protocol);
        let pin_hash = platform.pin_hash(pin);
        let parameters = cbor_map_options! {
            1 => protocol, 2 => 9, 3 => platform.public.clone(), 6 => pin_hash, 9 => permissions, 0x0a => rp_id,
        };
        Ok(platform.token(self.send(&message(0x06, parameters))?))
    }

    /// The request getPinUvAuthTokenUsingUvWithPermissions.
    pub fn uv_token_request(&mut self, permissions: u64, rp_id: Option<&str>) -> (Platform, Vec<u8>) {
        let platform = Platform::agree(self, 2);
        let parameters = cbor_map_options! {
            1 => 2, 2 => 6, 3 => platform.public.clone(), 9 => permissions, 0x0a => rp_id,
        };
        (platform, message(0x06, parameters))
    }

    /// getPinUvAuthTokenUsingUvWithPermissions, and a person who unlocks the phone.
    pub fn uv_token_for(&mut self, permissions: u64, rp_id: Option<&str>) -> Result<PinToken, Status> {
        let (platform, request) = self.uv_token_request(permissions, rp_id);
        Ok(platform.token(self.run(&request, VERIFIED)?))
    }

    pub fn pin_retries(&mut self) -> i64 {
        let reply = self.reply(Event::Request(&[0x06, 0xa1, 0x02, 0x01])).unwrap();
        cbor::map(reply).unwrap().required(3, cbor::integer).unwrap()
    }

    pub fn power_cycle(&mut self) {
        self.authenticator.power_cycle(self.world.now);
    }

    /// The options of getInfo.
    pub fn option(&mut self, name: &str) -> Option<bool> {
        let mut info = cbor::map(self.send(&[0x04]).unwrap()).unwrap();
        info.required(4, cbor::map).unwrap().optional(name, cbor::boolean).unwrap()
    }
}
