//! A client's view of an authenticator: builds requests, reads replies, checks signatures.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod monitor;
mod platform;

pub use platform::*;

use p256::ecdsa::signature::Verifier;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{
    Action, Authenticator, Config, Env, Event, MemoryStore, Output, Prompt, Status, Store,
};
use sha2::{Digest, Sha256};
use sk_cbor::{cbor_map, cbor_map_options};

pub const HASH: [u8; 32] = [0xcd; 32];
pub const APPROVED: Event<'static> = Event::Approved { user_verified: false };
pub const VERIFIED: Event<'static> = Event::Approved { user_verified: true };

pub const UP: u8 = 0x01;
pub const UV: u8 = 0x04;
pub const AT: u8 = 0x40;
pub const ED: u8 = 0x80;

/// Repeatable randomness and a clock that the test moves.
pub struct World {
    pub now: u64,
    drawn: u64,
}

impl World {
    pub fn new() -> Self {
        Self { now: 1_700_000_000_000, drawn: 0 }
    }
}

impl Env for World {
    fn now(&self) -> u64 {
        self.now
    }
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.drawn += 1;
            chunk.copy_from_slice(&Sha256::digest(self.drawn.to_be_bytes())[..chunk.len()]);
        }
    }
}

/// An authenticator and its world.
pub struct Key<S = MemoryStore> {
    pub authenticator: Authenticator<S>,
    pub world: World,
}

pub fn key() -> Key {
    key_with(Config::default(), MemoryStore::new())
}

pub fn key_with<S: Store>(config: Config, store: S) -> Key<S> {
    Key { authenticator: Authenticator::new(config, store), world: World::new() }
}

impl<S: Store> Key<S> {
    pub fn step(&mut self, event: Event) -> Output {
        self.authenticator.step(event, &mut self.world)
    }

    /// Sends a request that must lead to a question.
    pub fn ask(&mut self, request: &[u8]) -> Prompt {
        match self.step(Event::Request(request)) {
            Output::Ask(prompt) => prompt,
            Output::Reply(reply) => panic!("no question, but {}", Status::from(reply[0])),
        }
    }

    /// Sends a request or an answer that must lead to a reply.
    pub fn reply(&mut self, event: Event) -> Result<Value, Status> {
        match self.step(event) {
            Output::Ask(prompt) => panic!("no reply, but {prompt:?}"),
            Output::Reply(reply) => read(&reply),
        }
    }

    /// Sends a request that must be answered without a question.
    pub fn send(&mut self, request: &[u8]) -> Result<Value, Status> {
        self.reply(Event::Request(request))
    }

    /// Sends a request and answers the question.
    pub fn run(&mut self, request: &[u8], answer: Event) -> Result<Value, Status> {
        self.ask(request);
        self.reply(answer)
    }

    pub fn register(&mut self, request: &Register) -> Made {
        Made::read(self.run(&request.bytes(), VERIFIED).unwrap())
    }
}

/// Splits a reply into its status and its canonical CBOR.
pub fn read(reply: &[u8]) -> Result<Value, Status> {
    match Status::from(reply[0]) {
        Status::Ok if reply.len() == 1 => Ok(Value::null_value()),
        Status::Ok => Ok(cbor::decode(&reply[1..]).expect("a reply is canonical")),
        status => {
            assert_eq!(reply.len(), 1, "an error carries no data");
            Err(status)
        }
    }
}

pub fn message(command: u8, parameters: Value) -> Vec<u8> {
    [vec![command], cbor::encode(parameters)].concat()
}

pub fn descriptors(ids: &[Vec<u8>]) -> Value {
    let list = ids.iter().map(|id| cbor_map! { "id" => id.clone(), "type" => "public-key" });
    Value::array(list.collect())
}

fn options(rk: Option<bool>, up: Option<bool>, uv: Option<bool>) -> Option<Value> {
    let any = rk.or(up).or(uv).is_some();
    any.then(|| cbor_map_options! { "rk" => rk, "up" => up, "uv" => uv })
}

/// A makeCredential request.
#[derive(Clone)]
pub struct Register {
    pub rp_id: &'static str,
    pub user: u8,
    pub exclude: Option<Vec<Vec<u8>>>,
    pub rk: Option<bool>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
    /// COSE algorithms in the order of preference.
    pub algorithms: &'static [i64],
    pub token: Option<PinToken>,
    pub extensions: Option<Value>,
}

pub const REGISTER: Register = Register {
    rp_id: "demo.example",
    user: 1,
    exclude: None,
    rk: None,
    up: None,
    uv: None,
    algorithms: &[-257, -7],
    token: None,
    extensions: None,
};
pub const PASSKEY: Register = Register { rk: Some(true), uv: Some(true), ..REGISTER };

impl Register {
    pub fn fields(&self) -> Vec<(Value, Value)> {
        let user = [self.user];
        let algorithms =
            self.algorithms.iter().map(|number| cbor_map! { "alg" => *number, "type" => "public-key" });
        let parameters = cbor_map_options! {
            1 => &HASH[..],
            2 => cbor_map! { "id" => self.rp_id, "name" => "Demo" },
            3 => cbor_map! { "id" => &user[..], "name" => format!("user{}", self.user), "displayName" => "Someone" },
            4 => Value::array(algorithms.collect()),
            5 => self.exclude.as_deref().map(descriptors),
            6 => self.extensions.clone(),
            7 => options(self.rk, self.up, self.uv),
            8 => self.token.as_ref().map(|token| token.param(&HASH)),
            9 => self.token.as_ref().map(|token| token.protocol),
        };
        parameters.extract_map().unwrap()
    }

    pub fn bytes(&self) -> Vec<u8> {
        message(0x01, Value::map(self.fields()))
    }
}

/// A getAssertion request.
#[derive(Clone)]
pub struct SignIn {
    pub rp_id: &'static str,
    pub allow: Option<Vec<Vec<u8>>>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
    pub token: Option<PinToken>,
    pub extensions: Option<Value>,
}

pub const SIGN_IN: SignIn =
    SignIn { rp_id: "demo.example", allow: None, up: None, uv: None, token: None, extensions: None };

impl SignIn {
    pub fn fields(&self) -> Vec<(Value, Value)> {
        let parameters = cbor_map_options! {
            1 => self.rp_id,
            2 => &HASH[..],
            3 => self.allow.as_deref().map(descriptors),
            4 => self.extensions.clone(),
            5 => options(None, self.up, self.uv),
            6 => self.token.as_ref().map(|token| token.param(&HASH)),
            7 => self.token.as_ref().map(|token| token.protocol),
        };
        parameters.extract_map().unwrap()
    }

    pub fn bytes(&self) -> Vec<u8> {
        message(0x02, Value::map(self.fields()))
    }
}

/// A makeCredential response.
pub struct Made {
    pub format: String,
    pub statement: Value,
    pub auth_data: Vec<u8>,
    pub id: Vec<u8>,
    pub public_key: PublicKey,
    pub extensions: Option<Value>,
    pub large_blob_key: Option<Vec<u8>>,
    pub enterprise: Option<bool>,
}

/// What follows in authenticator data, if its flags say so.
fn extension_outputs(auth_data: &[u8], rest: &[u8]) -> Option<Value> {
    assert_eq!(flags(auth_data) & ED != 0, !rest.is_empty());
    (!rest.is_empty()).then(|| cbor::decode(rest).unwrap())
}

impl Made {
    pub fn read(response: Value) -> Self {
        let mut fields = cbor::map(response).unwrap();
        let auth_data = fields.required(2, cbor::bytes).unwrap();
        let id_length = usize::from(u16::from_be_bytes(auth_data[53..55].try_into().unwrap()));
        let (id, rest) = auth_data[55..].split_at(id_length);
        let mut length = minicbor::Decoder::new(rest);
        length.skip().unwrap();
        let (cose, extensions) = rest.split_at(length.position());
        let mut cose = cbor::map(cbor::decode(cose).unwrap()).unwrap();
        Self {
            format: fields.required(1, cbor::text).unwrap(),
            statement: fields.required(3, Ok).unwrap(),
            extensions: extension_outputs(&auth_data, extensions),
            large_blob_key: fields.optional(5, cbor::bytes).unwrap(),
            enterprise: fields.optional(4, cbor::boolean).unwrap(),
            id: id.to_vec(),
            public_key: PublicKey::read(&mut cose),
            auth_data,
        }
    }
}

/// A getAssertion response.
#[derive(Debug)]
pub struct Assertion {
    pub id: Vec<u8>,
    pub auth_data: Vec<u8>,
    pub signature: Vec<u8>,
    pub user_id: Option<Vec<u8>>,
    pub user_name: Option<String>,
    pub number_of_credentials: Option<i64>,
    pub user_selected: Option<bool>,
    pub extensions: Option<Value>,
    pub large_blob_key: Option<Vec<u8>>,
}

impl Assertion {
    pub fn read(response: Value) -> Self {
        let mut fields = cbor::map(response).unwrap();
        let mut credential = fields.required(1, cbor::map).unwrap();
        assert_eq!(credential.required("type", cbor::text).as_deref(), Ok("public-key"));
        let mut user = fields.optional(4, cbor::map).unwrap();
        let auth_data = fields.required(2, cbor::bytes).unwrap();
        Self {
            id: credential.required("id", cbor::bytes).unwrap(),
            extensions: extension_outputs(&auth_data, &auth_data[37..]),
            large_blob_key: fields.optional(7, cbor::bytes).unwrap(),
            auth_data,
            signature: fields.required(3, cbor::bytes).unwrap(),
            user_id: user.as_mut().map(|user| user.required("id", cbor::bytes).unwrap()),
            user_name: user.and_then(|mut user| user.optional("name", cbor::text).unwrap()),
            number_of_credentials: fields.optional(5, cbor::integer).unwrap(),
            user_selected: fields.optional(6, cbor::boolean).unwrap(),
        }
    }

    pub fn verify(&self, made: &Made) {
        assert_eq!(self.id, made.id);
        verify(&made.public_key, &self.auth_data, &self.signature);
    }
}

/// The public key of a credential.
pub enum PublicKey {
    Es256(p256::ecdsa::VerifyingKey),
    EdDsa(ed25519_dalek::VerifyingKey),
    Es384(p384::ecdsa::VerifyingKey),
    MlDsa65(Box<ml_dsa::VerifyingKey<ml_dsa::MlDsa65>>),
}

impl PublicKey {
    /// Reads a COSE_Key.
    pub fn read(cose: &mut cbor::Fields) -> Self {
        let [kty, alg] = [1, 3].map(|label| cose.required(label, cbor::integer).unwrap());
        if [kty, alg] == [7, -49] {
            let key = cose.required(-1, cbor::bytes).unwrap();
            return Self::MlDsa65(Box::new(ml_dsa::VerifyingKey::decode(&key[..].try_into().unwrap())));
        }
        let kind = [kty, alg, cose.required(-1, cbor::integer).unwrap()];
        let x = cose.required(-2, cbor::bytes).unwrap();
        let point = |y: Vec<u8>| [&[4], &x[..], &y[..]].concat();
        let y = cose.optional(-3, cbor::bytes).unwrap();
        match kind {
            [2, -7, 1] => {
                Self::Es256(p256::ecdsa::VerifyingKey::from_sec1_bytes(&point(y.unwrap())).unwrap())
            }
            [1, -8, 6] => {
                Self::EdDsa(ed25519_dalek::VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap())
            }
            [2, -35, 2] => {
                Self::Es384(p384::ecdsa::VerifyingKey::from_sec1_bytes(&point(y.unwrap())).unwrap())
            }
            other => panic!("no key we know: {other:?}"),
        }
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(key) => {
                key.verify(message, &p256::ecdsa::Signature::from_der(signature).unwrap()).is_ok()
            }
            Self::EdDsa(key) => {
                key.verify(message, &ed25519_dalek::Signature::from_slice(signature).unwrap()).is_ok()
            }
            Self::Es384(key) => {
                key.verify(message, &p384::ecdsa::Signature::from_der(signature).unwrap()).is_ok()
            }
            Self::MlDsa65(key) => {
                let signature = ml_dsa::Signature::try_from(signature).unwrap();
                key.verify_with_context(message, b"", &signature)
            }
        }
    }
}

pub fn verify(public_key: &PublicKey, auth_data: &[u8], signature: &[u8]) {
    assert!(public_key.verifies(&[auth_data, &HASH].concat(), signature), "the signature verifies");
}

pub fn flags(auth_data: &[u8]) -> u8 {
    auth_data[32]
}

pub fn counter(auth_data: &[u8]) -> u32 {
    u32::from_be_bytes(auth_data[33..37].try_into().unwrap())
}

pub fn prompt(action: Action, account: &str, user_verification: bool) -> Prompt {
    let rp_name = if action == Action::Register || !account.is_empty() { "Demo" } else { "" };
    Prompt {
        action,
        rp_id: "demo.example".into(),
        rp_name: rp_name.into(),
        account: account.into(),
        user_verification,
    }
}
