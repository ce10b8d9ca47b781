//! Attestation with certificates, enterprise attestation, and faults on demand.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{
    Attestation, Certified, Config, EnterpriseAttestation, Event, Fault, MemoryStore, Output, Secret, Status,
};
use sk_cbor::cbor_map_options;

fn certified(byte: u8) -> (Certified, PublicKey) {
    let private_key = Secret::new([byte; 32]);
    let signing = p256::ecdsa::SigningKey::from_slice(private_key.bytes()).unwrap();
    let certificates = vec![vec![0x30, byte], vec![0x30, 0x00]];
    (Certified { certificates, private_key }, PublicKey::Es256(*signing.verifying_key()))
}

/// The certificates in a packed statement whose signature `key` made.
fn certificates(made: &Made, key: &PublicKey) -> Vec<Vec<u8>> {
    assert_eq!(made.format, "packed");
    let mut statement = cbor::map(made.statement.clone()).unwrap();
    assert_eq!(statement.required("alg", cbor::integer), Ok(-7));
    verify(key, &made.auth_data, &statement.required("sig", cbor::bytes).unwrap());
    statement.required("x5c", |list: Value| cbor::array(list, cbor::bytes)).unwrap()
}

#[test]
fn a_certificates_key_signs_whatever_the_credentials_algorithm() {
    let (certified, public_key) = certified(0x31);
    let config =
        Config { aaguid: [9; 16], attestation: Attestation::Packed(certified.clone()), ..Config::default() };
    for algorithms in [&[-7][..], &[-8], &[-35]] {
        let mut key = key_with(config.clone(), MemoryStore::new());
        let made = key.register(&Register { algorithms, ..PASSKEY });
        assert_eq!(certificates(&made, &public_key), certified.certificates);
        assert_eq!(made.auth_data[37..53], [9; 16]);
        Assertion::read(key.run(&SIGN_IN.bytes(), APPROVED).unwrap()).verify(&made);
    }
}

#[test]
fn a_certificate_without_a_key_is_an_error() {
    let certified = Certified { certificates: vec![], private_key: Secret::new([0; 32]) };
    let config = Config { attestation: Attestation::Packed(certified), ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    assert_eq!(key.run(&PASSKEY.bytes(), VERIFIED), Err(Status::Other));
    assert_eq!(key.authenticator.store(), &MemoryStore::new());
}

fn enterprise_key(platform_managed: bool) -> (Key, PublicKey) {
    let (attestation, public_key) = certified(0x32);
    let rp_ids = vec!["demo.example".into()];
    let config = Config {
        phone_token: true,
        enterprise_attestation: Some(EnterpriseAttestation { attestation, rp_ids, platform_managed }),
        ..Config::default()
    };
    (key_with(config, MemoryStore::new()), public_key)
}

fn enable(key: &mut Key) {
    let token = key.uv_token_for(ACFG, None).unwrap();
    let param = token.param(&[&[0xff; 32][..], &[0x0d, 0x01]].concat());
    key.send(&message(0x0d, cbor_map_options! { 1 => 1, 3 => 2, 4 => param })).unwrap();
}

fn wanting(request: &Register, kind: u64) -> Vec<u8> {
    let mut fields = request.fields();
    fields.push((0x0a.into(), kind.into()));
    message(0x01, Value::map(fields))
}

#[test]
fn enterprise_attestation_is_for_those_on_a_list_once_it_is_enabled() {
    let (mut key, public_key) = enterprise_key(false);
    assert_eq!(key.option("ep"), Some(false));
    assert_eq!(key.send(&wanting(&PASSKEY, 1)), Err(Status::InvalidParameter), "not enabled");
    enable(&mut key);
    assert_eq!(key.option("ep"), Some(true));
    assert_eq!(key.send(&wanting(&PASSKEY, 3)), Err(Status::InvalidOption));

    let made = Made::read(key.run(&wanting(&PASSKEY, 1), VERIFIED).unwrap());
    assert_eq!(made.enterprise, Some(true));
    assert_eq!(certificates(&made, &public_key)[0], [0x30, 0x32]);
    let elsewhere = Register { rp_id: "other.example", ..PASSKEY };
    for (request, kind) in [(&elsewhere, 1), (&PASSKEY, 2)] {
        let made = Made::read(key.run(&wanting(request, kind), VERIFIED).unwrap());
        assert_eq!(made.enterprise, None);
        let mut statement = cbor::map(made.statement).unwrap();
        assert_eq!(statement.optional("x5c", Ok), Ok(None));
    }
    let (mut key, public_key) = enterprise_key(true);
    enable(&mut key);
    let made = Made::read(key.run(&wanting(&elsewhere, 2), VERIFIED).unwrap());
    certificates(&made, &public_key);
    assert_eq!(key.register(&PASSKEY).enterprise, None, "nobody asked");
}

fn faulty(fault: Fault) -> Key {
    key_with(Config { fault: Some(fault), ..Config::default() }, MemoryStore::new())
}

fn sign_in(key: &mut Key) -> Assertion {
    Assertion::read(key.run(&SIGN_IN.bytes(), APPROVED).unwrap())
}

fn verifies(key: &PublicKey, auth_data: &[u8], signature: &[u8]) -> bool {
    key.verifies(&[auth_data, &HASH].concat(), signature)
}

#[test]
fn each_fault_spoils_one_thing() {
    for fault in [Fault::BadSignature, Fault::CounterRollback, Fault::WrongRpIdHash, Fault::WrongAttestation]
    {
        let mut key = faulty(fault);
        let made = key.register(&PASSKEY);
        let mut statement = cbor::map(made.statement.clone()).unwrap();
        let attested = statement.required("sig", cbor::bytes).unwrap();
        assert_eq!(
            verifies(&made.public_key, &made.auth_data, &attested),
            fault != Fault::WrongAttestation,
            "{fault:?}"
        );
        let assertion = sign_in(&mut key);
        assert_eq!(
            verifies(&made.public_key, &assertion.auth_data, &assertion.signature),
            fault != Fault::BadSignature,
            "{fault:?}"
        );
        let grows = counter(&assertion.auth_data) > counter(&made.auth_data);
        assert_eq!(grows, fault != Fault::CounterRollback);
        let hash = &common::key().register(&PASSKEY).auth_data[..32];
        for auth_data in [&made.auth_data, &assertion.auth_data] {
            assert_eq!(&auth_data[..32] == hash, fault != Fault::WrongRpIdHash);
        }
    }
}

#[test]
fn a_malformed_reply_says_ok_and_is_no_cbor() {
    let mut key = faulty(Fault::MalformedReply);
    for request in [PASSKEY.bytes(), SIGN_IN.bytes()] {
        key.ask(&request);
        let Output::Reply(reply) = key.step(VERIFIED) else { panic!() };
        assert_eq!(reply[0], 0);
        assert!(cbor::decode(&reply[1..]).is_err());
    }
    key.reply(Event::Request(&[0x04])).unwrap();
}
