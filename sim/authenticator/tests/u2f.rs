//! U2F, as its clients use it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{
    Action, Attestation, Certified, Config, Event, MemoryStore, Output, Prompt, Secret, Status,
};
use sha2::{Digest, Sha256};
use sk_cbor::cbor_map;

const CHALLENGE: [u8; 32] = [0xc4; 32];
const NOT_YET: u16 = 0x6985;

fn u2f_key() -> Key {
    key_with(Config { u2f: true, ..Config::default() }, MemoryStore::new())
}

fn application() -> [u8; 32] {
    Sha256::digest("demo.example").into()
}

fn apdu(instruction: u8, parameter_1: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [&[0, instruction, parameter_1, 0, 0], &length[..], data, &[0, 0]].concat()
}

fn register() -> Vec<u8> {
    apdu(1, 3, &[CHALLENGE, application()].concat())
}

fn authenticate(mode: u8, handle: &[u8]) -> Vec<u8> {
    let length = u8::try_from(handle.len()).unwrap();
    apdu(2, mode, &[&CHALLENGE[..], &application(), &[length], handle].concat())
}

/// A reply that came without a question: data and status word.
fn reply(key: &mut Key, event: Event) -> (Vec<u8>, u16) {
    match key.step(event) {
        Output::Reply(mut reply) => {
            let status = reply.split_off(reply.len() - 2);
            (reply, u16::from_be_bytes(status.try_into().unwrap()))
        }
        Output::Ask(prompt) => panic!("asked: {prompt:?}"),
    }
}

fn send(key: &mut Key, message: &[u8]) -> (Vec<u8>, u16) {
    reply(key, Event::Apdu(message))
}

fn ask(key: &mut Key, message: &[u8]) -> Prompt {
    match key.step(Event::Apdu(message)) {
        Output::Ask(prompt) => prompt,
        Output::Reply(reply) => panic!("no question, but {reply:?}"),
    }
}

struct Registered {
    public_key: VerifyingKey,
    handle: Vec<u8>,
    certificate: Vec<u8>,
}

/// Takes a registration apart, and checks its signature with `attesting`, or else with the new key.
fn registered(data: &[u8], attesting: Option<&VerifyingKey>) -> Registered {
    assert_eq!(data[0], 0x05);
    let (point, rest) = data[1..].split_at(65);
    let (handle, rest) = rest[1..].split_at(rest[0].into());
    assert_eq!(rest[..2], [0x30, 0x82], "a certificate of more than 255 bytes");
    let length = 4 + usize::from(u16::from_be_bytes([rest[2], rest[3]]));
    let (certificate, signature) = rest.split_at(length);
    let public_key = VerifyingKey::from_sec1_bytes(point).unwrap();
    let signed = [&[0][..], &application(), &CHALLENGE, handle, point].concat();
    let signature = Signature::from_der(signature).unwrap();
    attesting.unwrap_or(&public_key).verify(&signed, &signature).unwrap();
    Registered { public_key, handle: handle.to_vec(), certificate: certificate.to_vec() }
}

fn make(key: &mut Key) -> Registered {
    ask(key, &register());
    let (data, status) = reply(key, APPROVED);
    assert_eq!(status, 0x9000);
    registered(&data, None)
}

/// Checks an authentication response: its presence byte and its counter.
fn authenticated(data: &[u8], public_key: &VerifyingKey) -> (u8, u32) {
    let (head, signature) = data.split_at(5);
    let signed = [&application()[..], head, &CHALLENGE].concat();
    public_key.verify(&signed, &Signature::from_der(signature).unwrap()).unwrap();
    (head[0], u32::from_be_bytes(head[1..].try_into().unwrap()))
}

#[test]
fn a_key_is_registered_and_signs() {
    let mut key = u2f_key();
    assert_eq!(send(&mut key, &apdu(3, 0, &[])), (b"U2F_V2".to_vec(), 0x9000));
    assert_eq!(send(&mut key, &[0, 3, 0, 0]), (b"U2F_V2".to_vec(), 0x9000), "without any length");
    let prompt = ask(&mut key, &register());
    assert_eq!(
        (prompt.action, prompt.rp_id.as_str(), prompt.user_verification),
        (Action::Register, "", false)
    );
    reply(&mut key, Event::Cancelled);
    key.world.now += 5_001;
    let made = make(&mut key);
    assert_eq!(send(&mut key, &authenticate(7, &made.handle)), (vec![], NOT_YET), "it is ours");
    let request = authenticate(3, &made.handle);
    assert_eq!(ask(&mut key, &request).action, Action::SignIn);
    let (data, status) = reply(&mut key, APPROVED);
    assert_eq!(status, 0x9000);
    let (presence, first) = authenticated(&data, &made.public_key);
    assert_eq!(presence, 1);
    let (data, status) = send(&mut key, &authenticate(8, &made.handle));
    assert_eq!(status, 0x9000);
    let (presence, second) = authenticated(&data, &made.public_key);
    assert!(presence == 0 && second > first);
}

#[test]
fn clients_that_ask_again_and_again_get_one_prompt_and_one_signature() {
    let mut key = u2f_key();
    ask(&mut key, &register());
    for _ in 0..3 {
        assert_eq!(send(&mut key, &register()), (vec![], NOT_YET));
        assert!(key.authenticator.is_waiting());
    }
    let given = reply(&mut key, APPROVED);
    let store = key.authenticator.store().clone();
    key.world.now += 10_000;
    assert_eq!(send(&mut key, &register()), given, "the same answer again");
    assert_eq!(key.authenticator.store(), &store);
    key.world.now += 1;
    ask(&mut key, &register());

    // Somebody who said no is not asked again until the client has paused.
    assert_eq!(reply(&mut key, Event::Denied), (vec![], NOT_YET));
    for _ in 0..4 {
        key.world.now += 5_000;
        assert_eq!(send(&mut key, &register()), (vec![], NOT_YET));
    }
    key.world.now += 5_001;
    // Another request is another question.
    let made = make(&mut key);
    ask(&mut key, &authenticate(3, &made.handle));
    key.power_cycle();
    assert!(!key.authenticator.is_waiting());
    ask(&mut key, &register());
    assert_eq!(key.send(&[0x55]), Err(Status::InvalidCommand), "and CTAP2 ends it");
    assert!(!key.authenticator.is_waiting());
}

#[test]
fn credentials_are_shared_with_ctap2() {
    let mut key = u2f_key();
    let made = make(&mut key);
    let request = SignIn { allow: Some(vec![made.handle.clone()]), ..SIGN_IN };
    let assertion = Assertion::read(key.run(&request.bytes(), APPROVED).unwrap());
    verify(&PublicKey::Es256(made.public_key), &assertion.auth_data, &assertion.signature);

    let passkey = key.register(&PASSKEY);
    let PublicKey::Es256(public_key) = passkey.public_key else { panic!() };
    let prompt = ask(&mut key, &authenticate(3, &passkey.id));
    assert_eq!((prompt.rp_id.as_str(), prompt.account.as_str()), ("demo.example", "user1"));
    let (data, _) = reply(&mut key, APPROVED);
    authenticated(&data, &public_key);

    let hidden = Register { extensions: Some(cbor_map! { "credProtect" => 3 }), ..REGISTER };
    let other_algorithm = Register { algorithms: &[-8], ..REGISTER };
    for request in [hidden, other_algorithm, Register { rp_id: "other.example", ..REGISTER }] {
        let made = key.register(&request);
        assert_eq!(send(&mut key, &authenticate(7, &made.id)).1, 0x6a80);
    }
}

#[test]
fn an_attestation_certificate_is_shown_and_signed_with() {
    let mut certificate = vec![0x30, 0x82, 0x01, 0x00];
    certificate.resize(260, 7);
    let private_key = Secret::new([0x31; 32]);
    let attesting = p256::ecdsa::SigningKey::from_slice(private_key.bytes()).unwrap();
    let certified = Certified { certificates: vec![certificate.clone()], private_key };
    let config = Config { u2f: true, attestation: Attestation::Packed(certified), ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    ask(&mut key, &register());
    let (data, _) = reply(&mut key, APPROVED);
    assert_eq!(registered(&data, Some(attesting.verifying_key())).certificate, certificate);
}

#[test]
fn refusals() {
    let mut key = u2f_key();
    let made = make(&mut key);
    let mut other_class = register();
    other_class[0] = 0x80;
    let mut foreign = made.handle.clone();
    foreign[20] ^= 1;
    let short = apdu(2, 3, &[&CHALLENGE[..], &application(), &[5], &made.handle].concat());
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("nothing", vec![], 0x6700),
        ("half a header", vec![0, 1], 0x6700),
        ("a length that does not fit", vec![0, 1, 3, 0, 5, 1], 0x6700),
        ("another class", other_class, 0x6e00),
        ("another instruction", apdu(4, 0, &[]), 0x6d00),
        ("version with data", apdu(3, 0, &[1]), 0x6700),
        ("register with too little", apdu(1, 3, &[0; 63]), 0x6700),
        ("register with too much", apdu(1, 3, &[0; 65]), 0x6700),
        ("authenticate with too little", apdu(2, 3, &[0; 64]), 0x6700),
        ("a handle of another length", short, 0x6700),
        ("a handle that is not ours", authenticate(3, &foreign), 0x6a80),
        ("a handle that is not ours, check only", authenticate(7, &foreign), 0x6a80),
        ("no handle", authenticate(3, &[]), 0x6a80),
        ("an unknown way of authenticating", authenticate(9, &made.handle), 0x6a80),
        ("too long", apdu(1, 3, &[0; 1300]), 0x6700),
    ];
    for (what, message, expected) in cases {
        assert_eq!(send(&mut key, &message), (vec![], expected), "{what}");
    }
}

#[test]
fn u2f_is_there_where_it_is_enabled_and_not_with_always_uv() {
    let versions = |key: &mut Key| -> Vec<String> {
        let mut info = cbor::map(key.send(&[0x04]).unwrap()).unwrap();
        info.required(1, |list: Value| cbor::array(list, cbor::text)).unwrap()
    };
    assert_eq!(versions(&mut u2f_key()), ["U2F_V2", "FIDO_2_0", "FIDO_2_1"]);
    let mut off = key();
    assert_eq!(versions(&mut off), ["FIDO_2_0", "FIDO_2_1"]);
    assert_eq!(send(&mut off, &register()).1, 0x6d00);
    let config = Config { u2f: true, always_uv: true, ..Config::default() };
    let mut always = key_with(config, MemoryStore::new());
    assert_eq!(versions(&mut always), ["FIDO_2_0", "FIDO_2_1"]);
    assert_eq!(send(&mut always, &register()).1, 0x6986);
}
