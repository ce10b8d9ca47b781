//! CTAP2 requests and replies from the platform's side: canonical CBOR out, checked replies in.
//!
//! [CTAP 2.1, 6.1 and 6.2](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorMakeCredential);
//! keys of maps are written in canonical order: shorter ones first.

use std::convert::Infallible;

use minicbor::{Decoder, Encoder, decode, encode};
use sha2::{Digest, Sha256};

const MAKE_CREDENTIAL: u8 = 0x01;
const GET_ASSERTION: u8 = 0x02;

/// authenticatorMakeCredential.
#[derive(Debug)]
pub struct MakeCredential<'a> {
    /// SHA-256 of the client data.
    pub client_data_hash: [u8; 32],
    /// The relying party's id.
    pub rp_id: &'a str,
    /// Its name.
    pub rp_name: &'a str,
    /// The account's handle.
    pub user_id: &'a [u8],
    /// The account's name.
    pub user_name: &'a str,
    /// The account's name for people.
    pub user_display_name: &'a str,
    /// Algorithms (COSE), the preferred one first.
    pub algorithms: &'a [i64],
    /// Credentials that must not be on the phone yet.
    pub exclude: &'a [Vec<u8>],
    /// Makes a discoverable credential.
    pub resident_key: bool,
    /// Asks the person to unlock the phone.
    pub user_verification: bool,
}

/// authenticatorGetAssertion.
#[derive(Debug)]
pub struct GetAssertion<'a> {
    /// The relying party's id.
    pub rp_id: &'a str,
    /// SHA-256 of the client data.
    pub client_data_hash: [u8; 32],
    /// Credentials to choose from; empty for discoverable ones.
    pub allow: &'a [Vec<u8>],
    /// Asks the person to unlock the phone.
    pub user_verification: bool,
}

type Written = Result<(), encode::Error<Infallible>>;
type Cbor<'a> = Encoder<&'a mut Vec<u8>>;

fn request(command: u8, write: impl FnOnce(&mut Cbor) -> Written) -> Vec<u8> {
    let mut bytes = vec![command];
    write(&mut Encoder::new(&mut bytes)).expect("a Vec takes every byte");
    bytes
}

fn length(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

/// A list of PublicKeyCredentialDescriptor.
fn descriptors(e: &mut Cbor, ids: &[Vec<u8>]) -> Written {
    e.array(length(ids.len()))?;
    for id in ids {
        e.map(2)?.str("id")?.bytes(id)?.str("type")?.str("public-key")?;
    }
    Ok(())
}

/// The options that are set, each `true`.
fn options(e: &mut Cbor, options: &[&str]) -> Written {
    e.map(length(options.len()))?;
    for option in options {
        e.str(option)?.bool(true)?;
    }
    Ok(())
}

impl MakeCredential<'_> {
    /// The request: command byte and CBOR.
    pub fn encode(&self) -> Vec<u8> {
        let set: Vec<&str> = [("rk", self.resident_key), ("uv", self.user_verification)]
            .into_iter()
            .filter_map(|(option, set)| set.then_some(option))
            .collect();
        request(MAKE_CREDENTIAL, |e| {
            e.map(4 + u64::from(!self.exclude.is_empty()) + u64::from(!set.is_empty()))?;
            e.u8(1)?.bytes(&self.client_data_hash)?;
            e.u8(2)?.map(2)?.str("id")?.str(self.rp_id)?.str("name")?.str(self.rp_name)?;
            e.u8(3)?.map(3)?.str("id")?.bytes(self.user_id)?;
            e.str("name")?.str(self.user_name)?.str("displayName")?.str(self.user_display_name)?;
            e.u8(4)?.array(length(self.algorithms.len()))?;
            for algorithm in self.algorithms {
                e.map(2)?.str("alg")?.i64(*algorithm)?.str("type")?.str("public-key")?;
            }
            if !self.exclude.is_empty() {
                descriptors(e.u8(5)?, self.exclude)?;
            }
            if !set.is_empty() {
                options(e.u8(7)?, &set)?;
            }
            Ok(())
        })
    }
}

impl GetAssertion<'_> {
    /// The request: command byte and CBOR.
    pub fn encode(&self) -> Vec<u8> {
        request(GET_ASSERTION, |e| {
            e.map(2 + u64::from(!self.allow.is_empty()) + u64::from(self.user_verification))?;
            e.u8(1)?.str(self.rp_id)?;
            e.u8(2)?.bytes(&self.client_data_hash)?;
            if !self.allow.is_empty() {
                descriptors(e.u8(3)?, self.allow)?;
            }
            if self.user_verification {
                options(e.u8(5)?, &["uv"])?;
            }
            Ok(())
        })
    }
}

/// A reply that carries no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoResult {
    /// The authenticator's own status byte, which is not zero.
    Status(u8),
    /// Not a reply to this request.
    Malformed,
}

impl From<decode::Error> for NoResult {
    fn from(_: decode::Error) -> Self {
        Self::Malformed
    }
}

/// The reply to authenticatorMakeCredential.
#[derive(Debug, PartialEq, Eq)]
pub struct Made {
    /// Attestation format.
    pub format: String,
    /// Authenticator data, with an attested credential.
    pub auth_data: AuthData,
    /// The attestation statement, as CBOR.
    pub statement: Vec<u8>,
}

/// The reply to authenticatorGetAssertion.
#[derive(Debug, PartialEq, Eq)]
pub struct Asserted {
    /// The credential's id; may be left out when the request named just one.
    pub credential: Option<Vec<u8>>,
    /// Authenticator data.
    pub auth_data: AuthData,
    /// The signature.
    pub signature: Vec<u8>,
    /// The account's handle.
    pub user: Option<Vec<u8>>,
}

/// Authenticator data whose fixed parts are there (WebAuthn 6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthData(Vec<u8>);

const ATTESTED: u8 = 0x40;

impl AuthData {
    /// Takes `bytes` if they are about the relying party.
    fn check(bytes: &[u8], rp_id: &str) -> Result<Self, NoResult> {
        let ours = bytes.len() >= 37 && bytes[..32] == Sha256::digest(rp_id)[..];
        ours.then(|| Self(bytes.to_vec())).ok_or(NoResult::Malformed)
    }

    /// The new credential's id, where there is one.
    pub fn credential(&self) -> Option<&[u8]> {
        if self.0[32] & ATTESTED == 0 {
            return None;
        }
        let (length, rest) = self.0.get(53..)?.split_first_chunk::<2>()?;
        rest.get(..usize::from(u16::from_be_bytes(*length)))
    }

    /// The same data with the model identifier zeroed, as browsers do where no attestation is asked for.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        if let Some(aaguid) = self.0.get_mut(37..53) {
            aaguid.fill(0);
        }
        self
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Reads the map of a successful reply, one `field` at a time.
fn fields(
    reply: &[u8],
    mut field: impl FnMut(u64, &mut Decoder) -> Result<(), NoResult>,
) -> Result<(), NoResult> {
    let (status, map) = reply.split_first().ok_or(NoResult::Malformed)?;
    if *status != 0 {
        return Err(NoResult::Status(*status));
    }
    let mut d = Decoder::new(map);
    for _ in 0..d.map()?.ok_or(NoResult::Malformed)? {
        let key = d.u64()?;
        field(key, &mut d)?;
    }
    if d.position() == map.len() { Ok(()) } else { Err(NoResult::Malformed) }
}

/// The byte string under `"id"` of a map with text keys.
fn id_of(d: &mut Decoder) -> Result<Option<Vec<u8>>, NoResult> {
    let mut id = None;
    for _ in 0..d.map()?.ok_or(NoResult::Malformed)? {
        match d.str()? {
            "id" => id = Some(d.bytes()?.to_vec()),
            _ => d.skip()?,
        }
    }
    Ok(id)
}

impl Made {
    /// Reads the reply.
    ///
    /// # Errors
    /// [`NoResult`], also if the reply is about another relying party than `rp_id`.
    pub fn decode(reply: &[u8], rp_id: &str) -> Result<Self, NoResult> {
        let (mut format, mut auth_data, mut statement) = (None, None, None);
        fields(reply, |key, d| {
            match key {
                1 => format = Some(d.str()?.to_owned()),
                2 => auth_data = Some(AuthData::check(d.bytes()?, rp_id)?),
                3 => {
                    let from = d.position();
                    d.map()?;
                    d.set_position(from);
                    d.skip()?;
                    statement = Some(d.input()[from..d.position()].to_vec());
                }
                _ => d.skip()?,
            }
            Ok(())
        })?;
        let (Some(format), Some(auth_data), Some(statement)) = (format, auth_data, statement) else {
            return Err(NoResult::Malformed);
        };
        auth_data.credential().ok_or(NoResult::Malformed)?;
        Ok(Self { format, auth_data, statement })
    }

    /// The same without attestation: format `none` and no model identifier.
    #[must_use]
    pub fn anonymous(self) -> Self {
        Self { format: "none".to_owned(), auth_data: self.auth_data.anonymous(), statement: vec![0xa0] }
    }

    /// The attestation object (WebAuthn 6.5).
    pub fn attestation_object(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let write = |bytes: &mut Vec<u8>| -> Written {
            Encoder::new(&mut *bytes).map(3)?.str("fmt")?.str(&self.format)?.str("attStmt")?;
            bytes.extend_from_slice(&self.statement);
            Encoder::new(bytes).str("authData")?.bytes(self.auth_data.bytes())?.ok()
        };
        write(&mut bytes).expect("a Vec takes every byte");
        bytes
    }
}

impl Asserted {
    /// Reads the reply.
    ///
    /// # Errors
    /// [`NoResult`], also if the reply is about another relying party than `rp_id`.
    pub fn decode(reply: &[u8], rp_id: &str) -> Result<Self, NoResult> {
        let (mut credential, mut auth_data, mut signature, mut user) = (None, None, None, None);
        fields(reply, |key, d| {
            match key {
                1 => credential = id_of(d)?,
                2 => auth_data = Some(AuthData::check(d.bytes()?, rp_id)?),
                3 => signature = Some(d.bytes()?.to_vec()),
                4 => user = id_of(d)?,
                _ => d.skip()?,
            }
            Ok(())
        })?;
        let (Some(auth_data), Some(signature)) = (auth_data, signature) else {
            return Err(NoResult::Malformed);
        };
        Ok(Self { credential, auth_data, signature, user })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn get_assertion_byte_for_byte() {
        let request = GetAssertion {
            rp_id: "a.example",
            client_data_hash: [7; 32],
            allow: &[vec![1, 2, 3]],
            user_verification: true,
        };
        let expected = [
            &[0x02, 0xa4][..],                                           // getAssertion, a map of four
            b"\x01\x69a.example",                                        // rpId
            &[0x02, 0x58, 0x20],                                         // clientDataHash
            &[7; 32],                                                    //
            b"\x03\x81\xa2\x62id\x43\x01\x02\x03\x64type\x6apublic-key", // allowList
            b"\x05\xa1\x62uv\xf5",                                       // options
        ]
        .concat();
        assert_eq!(request.encode(), expected);
    }

    #[test]
    fn what_is_not_a_reply_to_this_request_is_refused() {
        let reply = |rp: &str, flags: u8, rest: &[u8]| {
            let data = [&Sha256::digest(rp)[..], &[flags, 0, 0, 0, 1], rest].concat();
            let mut reply = vec![0];
            let mut e = Encoder::new(&mut reply);
            e.map(3).unwrap().u8(1).unwrap().str("none").unwrap().u8(2).unwrap().bytes(&data).unwrap();
            e.u8(3).unwrap().map(0).unwrap();
            reply
        };
        let attested = [&[9; 16][..], &[0, 2, 0xab, 0xcd]].concat();
        let good = reply("a.example", 0x41, &attested);
        let made = Made::decode(&good, "a.example").unwrap();
        assert_eq!(made.auth_data.credential(), Some(&[0xab, 0xcd][..]));
        assert_eq!(made.anonymous().auth_data.bytes()[37..53], [0; 16]);

        let malformed = Err(NoResult::Malformed);
        assert_eq!(Made::decode(&good, "b.example"), malformed, "another relying party");
        assert_eq!(Made::decode(&[good.as_slice(), &[0]].concat(), "a.example"), malformed, "a byte follows");
        assert_eq!(Made::decode(&good[..good.len() - 1], "a.example"), malformed, "cut short");
        assert_eq!(Made::decode(&reply("a.example", 0x01, &[]), "a.example"), malformed, "no credential");
        assert_eq!(
            Made::decode(&reply("a.example", 0x41, &attested[..17]), "a.example"),
            malformed,
            "no length"
        );
        assert_eq!(Made::decode(&[], "a.example"), malformed, "nothing");
        assert_eq!(Made::decode(&[0x27], "a.example"), Err(NoResult::Status(0x27)));
        assert_eq!(Asserted::decode(&good, "a.example"), Err(NoResult::Malformed), "no signature");
    }

    proptest! {
        #[test]
        fn no_reply_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), successful in any::<bool>()) {
            if successful && let Some(status) = bytes.first_mut() {
                *status = 0;
            }
            drop(Made::decode(&bytes, "a.example"));
            drop(Asserted::decode(&bytes, "a.example"));
        }

        #[test]
        fn no_authenticator_data_panics(rest in proptest::collection::vec(any::<u8>(), 0..80)) {
            let bytes = [&Sha256::digest("a.example")[..], &rest].concat();
            if let Ok(data) = AuthData::check(&bytes, "a.example") {
                let _ = data.credential().map(<[u8]>::len);
                prop_assert_eq!(data.anonymous().bytes().len(), bytes.len());
            }
        }
    }
}
