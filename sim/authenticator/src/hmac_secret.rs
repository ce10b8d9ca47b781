//! The hmac-secret extension and its sister for registrations, hmac-secret-mc.
//!
//! [CTAP 2.1, 12.5 HMAC Secret Extension](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-hmac-secret-extension)

use crate::authenticator::{Authenticator, Env};
use crate::cbor::{self, Value};
use crate::pin_protocol::{PeerKey, Protocol, SharedSecret};
use crate::status::Status;
use crate::store::{CredRandom, Store};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The length of a salt and of an output in bytes.
const SALT: usize = 32;

/// What a platform sends: its half of a key agreement, and one or two salts.
pub(crate) struct Input {
    key_agreement: PeerKey,
    salt_enc: Vec<u8>,
    salt_auth: Vec<u8>,
    protocol: Option<i64>,
}

impl Input {
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self {
            key_agreement: fields.required(0x01, PeerKey::read)?,
            salt_enc: fields.required(0x02, cbor::bytes)?,
            salt_auth: fields.required(0x03, cbor::bytes)?,
            protocol: fields.optional(0x04, cbor::integer)?,
        })
    }
}

/// Decrypted salts, with the secret to answer them under.
#[derive(Debug)]
pub(crate) struct Salts {
    shared: SharedSecret,
    salts: Zeroizing<Vec<u8>>,
}

impl Salts {
    /// The outputs for a credential, encrypted.
    pub(crate) fn answer(
        &self,
        random: &CredRandom,
        user_verified: bool,
        env: &mut impl Env,
    ) -> Result<Vec<u8>, Status> {
        let random = if user_verified { &random.with_uv } else { &random.without_uv };
        let mut outputs = Zeroizing::new(Vec::with_capacity(2 * SALT));
        for salt in self.salts.chunks_exact(SALT) {
            let mac = <Hmac<Sha256> as Mac>::new_from_slice(random.bytes()).map_err(|_| Status::Other)?;
            outputs.extend_from_slice(&mac.chain_update(salt).finalize().into_bytes());
        }
        Ok(self.shared.encrypt(&outputs, env))
    }
}

impl<S: Store> Authenticator<S> {
    /// Verifies and decrypts the salts.
    pub(crate) fn salts(&mut self, input: &Input, env: &mut impl Env) -> Result<Salts, Status> {
        // pinUvAuthProtocol is 1 where it is absent.
        let protocol = Protocol::from_number(input.protocol.unwrap_or(1))?;
        // decapsulate, verify saltAuth over saltEnc, decrypt.
        let shared = self.session.decapsulate(protocol, &input.key_agreement, env)?;
        if !shared.verify(&[&input.salt_enc], &input.salt_auth) {
            return Err(Status::PinAuthInvalid);
        }
        let salts = shared.decrypt(&input.salt_enc).ok_or(Status::InvalidLength)?;
        if salts.len() != SALT && salts.len() != 2 * SALT {
            return Err(Status::InvalidLength);
        }
        Ok(Salts { shared, salts })
    }
}
