//! Both authenticators side by side, and what their replies must have in common.

use std::collections::BTreeMap;

use ciborium::Value;
use coset::iana::{self, EnumI64};
use coset::{Label, RegisteredLabel, RegisteredLabelWithPrivate};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use passkey_types::ctap2::{AuthenticatorData, Flags};
use pocketkey_authenticator::{Algorithm, Config, Event, MemoryStore, Output};
use sha2::{Digest, Sha256};

use crate::common::{HASH, Key, Register, SignIn, VERIFIED, key_with};
use crate::other::{AAGUID, Other};

/// One for each: ours, then the other's.
pub type Both<T> = [T; 2];

/// What WebAuthn's flags say of a backup: ours stay on the phone, the other's are synced.
const BACKUP: Both<Flags> = [Flags::empty(), Flags::BE.union(Flags::BS)];

/// The two, with the same settings.
pub struct Pair {
    pub ours: Key,
    other: Other,
}

/// What a reply holds under its numbers, and the CBOR that it came in.
pub struct Reply {
    pub cbor: Vec<u8>,
    fields: BTreeMap<i128, Value>,
}

/// A credential as its registration showed it.
#[derive(Clone, Debug)]
pub struct Credential {
    pub id: Vec<u8>,
    key: VerifyingKey,
}

impl Pair {
    /// The other knows ES256 alone, so ours does, too.
    pub fn new() -> Self {
        let config = Config { algorithms: vec![Algorithm::Es256], aaguid: AAGUID, ..Config::default() };
        Self { ours: key_with(config, MemoryStore::new()), other: Other::new() }
    }

    /// The same bytes to both, and a person who agrees.
    pub fn send(&mut self, request: &[u8]) -> Both<Result<Reply, u8>> {
        let ours = match self.ours.step(Event::Request(request)) {
            Output::Reply(reply) => reply,
            Output::Ask(_) => match self.ours.step(VERIFIED) {
                Output::Reply(reply) => reply,
                Output::Ask(prompt) => panic!("a second question: {prompt:?}"),
            },
        };
        [ours, self.other.step(request)].map(|reply| Reply::read(&reply))
    }

    pub fn statuses(&mut self, request: &[u8]) -> Both<u8> {
        self.send(request).map(|reply| reply.err().unwrap_or(0))
    }

    /// A registration: done by both and compared, or refused by both.
    pub fn register(&mut self, request: &Register) -> Result<Both<Credential>, Both<u8>> {
        let replies = agreed(self.send(&request.bytes()))?;
        let [ours, other] = replies.each_ref().map(Reply::auth_data);
        // Where the phone can verify, it does so at every registration.
        assert!(ours.flags.contains(Flags::UV));
        assert_eq!(other.flags.contains(Flags::UV), request.uv == Some(true));
        for (which, (reply, data)) in replies.iter().zip([&ours, &other]).enumerate() {
            assert!(reply.has(1) && reply.has(2) && reply.has(3), "fmt, authData and attStmt");
            assert_eq!(data.rp_id_hash(), rp_id_hash(request.rp_id));
            assert_eq!(data.flags & !Flags::UV, Flags::UP | Flags::AT | BACKUP[which]);
        }
        Ok([ours, other].map(Credential::read))
    }

    /// A sign-in with one of `credentials`: done by both and compared, or refused by both. The user handle, if shown.
    pub fn sign_in(
        &mut self,
        request: &SignIn,
        credentials: &[Both<Credential>],
    ) -> Result<Option<Vec<u8>>, Both<u8>> {
        let replies = agreed(self.send(&request.bytes()))?;
        for (which, reply) in replies.iter().enumerate() {
            assert!(reply.has(1) && reply.has(2) && reply.has(3), "credential, authData and signature");
            let id = reply.member(1, "id").unwrap();
            let credential = credentials.iter().map(|both| &both[which]).find(|one| one.id == id).unwrap();
            assert!(request.allow.as_ref().is_none_or(|allowed| allowed.contains(&id)));
            let signed = [reply.bytes(2), &HASH].concat();
            let signature = Signature::from_der(reply.bytes(3)).unwrap();
            credential.key.verify(&signed, &signature).expect("the signature verifies");

            let data = reply.auth_data();
            assert_eq!(data.rp_id_hash(), rp_id_hash(request.rp_id));
            assert_eq!(data.flags.contains(Flags::UV), request.uv == Some(true));
            // Whom we verify is present; the other keeps the two apart.
            let present = request.up != Some(false) || which == 0 && request.uv == Some(true);
            assert_eq!(data.flags.contains(Flags::UP), present);
            assert_eq!(data.flags & !(Flags::UP | Flags::UV), BACKUP[which]);
        }
        let [ours, other] = replies.map(|reply| reply.member(4, "id"));
        assert_eq!(ours, other, "the same account");
        Ok(ours)
    }
}

/// Two successes or two refusals.
fn agreed(replies: Both<Result<Reply, u8>>) -> Result<Both<Reply>, Both<u8>> {
    match replies {
        [Ok(ours), Ok(other)] => Ok([ours, other]),
        [Err(ours), Err(other)] => Err([ours, other]),
        [Ok(_), Err(status)] => panic!("ours agrees, the other says {status:#04x}"),
        [Err(status), Ok(_)] => panic!("the other agrees, ours says {status:#04x}"),
    }
}

pub fn rp_id_hash(rp_id: &str) -> [u8; 32] {
    Sha256::digest(rp_id).into()
}

impl Reply {
    fn read(reply: &[u8]) -> Result<Self, u8> {
        let (status, cbor) = reply.split_first().unwrap();
        if *status != 0 {
            return Err(*status);
        }
        let value: Value = ciborium::from_reader(cbor).unwrap();
        let fields = value.into_map().unwrap().into_iter();
        let fields = fields.map(|(key, value)| (key.into_integer().unwrap().into(), value)).collect();
        Ok(Self { cbor: cbor.to_vec(), fields })
    }

    /// The reply as the other's types read it.
    pub fn typed<T: serde::de::DeserializeOwned>(&self) -> Result<T, String> {
        ciborium::from_reader(&self.cbor[..]).map_err(|error| error.to_string())
    }

    /// The reply but for one field.
    pub fn without(&self, key: i128) -> Self {
        let mut fields = self.fields.clone();
        fields.remove(&key);
        let integer = |key: &i128| Value::Integer((*key).try_into().unwrap());
        let map = fields.iter().map(|(key, value)| (integer(key), value.clone())).collect();
        let mut cbor = Vec::new();
        ciborium::into_writer(&Value::Map(map), &mut cbor).unwrap();
        Self { cbor, fields }
    }

    pub fn has(&self, key: i128) -> bool {
        self.fields.contains_key(&key)
    }

    pub fn bytes(&self, key: i128) -> &[u8] {
        self.fields[&key].as_bytes().unwrap()
    }

    /// Bytes with a name, in the map under a number.
    fn member(&self, key: i128, name: &str) -> Option<Vec<u8>> {
        let mut members = self.fields.get(&key)?.as_map().unwrap().iter();
        let (_, value) = members.find(|(key, _)| key.as_text() == Some(name)).unwrap();
        Some(value.as_bytes().unwrap().clone())
    }

    pub fn auth_data(&self) -> AuthenticatorData {
        AuthenticatorData::from_slice(self.bytes(2)).unwrap()
    }
}

impl Credential {
    /// Its public key, as `coset` reads it.
    fn read(data: AuthenticatorData) -> Self {
        let attested = data.attested_credential_data.unwrap();
        assert_eq!(attested.aaguid.0, AAGUID);
        let key = &attested.key;
        assert_eq!(key.kty, RegisteredLabel::Assigned(iana::KeyType::EC2));
        assert_eq!(key.alg, Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::ES256)));
        let parameter = |parameter: iana::Ec2KeyParameter| {
            let label = Label::Int(parameter.to_i64());
            key.params.iter().find(|(key, _)| *key == label).map(|(_, value)| value.clone()).unwrap()
        };
        let curve = parameter(iana::Ec2KeyParameter::Crv).into_integer().unwrap();
        assert_eq!(i128::from(curve), i128::from(iana::EllipticCurve::P_256.to_i64()));
        let [x, y] = [iana::Ec2KeyParameter::X, iana::Ec2KeyParameter::Y]
            .map(|coordinate| parameter(coordinate).into_bytes().unwrap());
        let key = VerifyingKey::from_sec1_bytes(&[&[4][..], &x, &y].concat()).unwrap();
        Self { id: attested.credential_id().to_vec(), key }
    }
}
