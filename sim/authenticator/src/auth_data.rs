//! Authenticator data, the part of a reply that is signed.
//!
//! [WebAuthn, 6.1 Authenticator data](https://www.w3.org/TR/webauthn-2/#sctn-authenticator-data)

use crate::cbor::{self, Value};
use crate::consent::Consent;
use crate::status::Status;
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED_CREDENTIAL: u8 = 0x40;
const EXTENSION_DATA: u8 = 0x80;

/// SHA-256 of an RP ID.
pub(crate) fn rp_id_hash(rp_id: &str) -> [u8; 32] {
    Sha256::digest(rp_id).into()
}

/// A new credential, as authenticator data describes it.
pub(crate) struct Attested<'a> {
    pub(crate) aaguid: &'a [u8; 16],
    pub(crate) credential_id: &'a [u8],
    pub(crate) public_key: Value,
}

/// Lays out authenticator data; `attested` is for makeCredential only. `extensions` is a map that is not empty.
pub(crate) fn encode(
    rp_id_hash: &[u8; 32],
    consent: Consent,
    counter: u32,
    attested: Option<Attested>,
    extensions: Option<Value>,
) -> Result<Vec<u8>, Status> {
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    let flags = flag(consent.user_present(), USER_PRESENT)
        | flag(consent.user_verified(), USER_VERIFIED)
        | flag(attested.is_some(), ATTESTED_CREDENTIAL)
        | flag(extensions.is_some(), EXTENSION_DATA);
    let mut data = [&rp_id_hash[..], &[flags], &counter.to_be_bytes()].concat();
    if let Some(Attested { aaguid, credential_id, public_key }) = attested {
        let id_length = u16::try_from(credential_id.len()).map_err(|_| Status::Other)?;
        data.extend_from_slice(aaguid);
        data.extend_from_slice(&id_length.to_be_bytes());
        data.extend_from_slice(credential_id);
        cbor::encode_into(public_key, &mut data);
    }
    if let Some(extensions) = extensions {
        cbor::encode_into(extensions, &mut data);
    }
    Ok(data)
}
