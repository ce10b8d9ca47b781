//! authenticatorMakeCredential, as a client sees it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{Action, Algorithm, Attestation, Config, Counter, Event, MemoryStore, Status};
use sha2::{Digest, Sha256};

#[test]
fn the_person_sees_who_asks_before_anything_is_made() {
    let mut key = key();
    assert_eq!(key.ask(&REGISTER.bytes()), prompt(Action::Register, "user1", true));
    assert!(key.authenticator.is_waiting());
    assert_eq!(key.ask(&PASSKEY.bytes()), prompt(Action::Register, "user1", true));
    assert_eq!(key.authenticator.store(), &MemoryStore::new());
}

#[test]
fn self_attestation_covers_the_authenticator_data() {
    let mut key = key();
    let made = key.register(&REGISTER);
    assert_eq!(made.format, "packed");
    let mut statement = cbor::map(made.statement).unwrap();
    assert_eq!(statement.required("alg", cbor::integer), Ok(-7));
    verify(&made.public_key, &made.auth_data, &statement.required("sig", cbor::bytes).unwrap());
    assert_eq!(made.auth_data[..32], *Sha256::digest("demo.example"));
    assert_eq!(flags(&made.auth_data), UP | UV | AT, "verified although not asked to");
    assert_eq!(counter(&made.auth_data), 1);
    assert_eq!(made.auth_data[37..53], Config::AAGUID);
    assert!(!key.authenticator.is_waiting());
}

#[test]
fn none_attestation_is_an_empty_statement() {
    let config = Config { attestation: Attestation::None, ..Config::default() };
    let made = key_with(config, MemoryStore::new()).register(&REGISTER);
    assert_eq!(made.format, "none");
    assert_eq!(made.statement, Value::map(vec![]));
}

#[test]
fn the_first_supported_algorithm_is_chosen_and_kept() {
    let cases: [(&[i64], i64); 4] =
        [(&[-8, -7], -8), (&[-257, -35, -7], -35), (&[-7, -8], -7), (&[-65535, -8, -35], -8)];
    for (algorithms, chosen) in cases {
        for kind in [REGISTER, PASSKEY] {
            let mut key = key();
            let made = key.register(&Register { algorithms, ..kind });
            let mut statement = cbor::map(made.statement.clone()).unwrap();
            assert_eq!(statement.required("alg", cbor::integer), Ok(chosen));
            let signature = statement.required("sig", cbor::bytes).unwrap();
            verify(&made.public_key, &made.auth_data, &signature);
            let request = SignIn { allow: Some(vec![made.id.clone()]), ..SIGN_IN };
            Assertion::read(key.run(&request.bytes(), APPROVED).unwrap()).verify(&made);
        }
    }
}

#[test]
fn ml_dsa_is_there_for_who_asks_for_it() {
    let wishes: &[i64] = &[-49, -7];
    for kind in [REGISTER, PASSKEY] {
        let algorithms = vec![Algorithm::Es256, Algorithm::MlDsa65];
        let mut key = key_with(Config { algorithms, ..Config::default() }, MemoryStore::new());
        let made = key.register(&Register { algorithms: wishes, ..kind });
        assert!(matches!(made.public_key, PublicKey::MlDsa65(_)));
        let mut statement = cbor::map(made.statement.clone()).unwrap();
        assert_eq!(statement.required("alg", cbor::integer), Ok(-49));
        let signature = statement.required("sig", cbor::bytes).unwrap();
        assert_eq!(signature.len(), 3309);
        verify(&made.public_key, &made.auth_data, &signature);
        let request = SignIn { allow: Some(vec![made.id.clone()]), ..SIGN_IN };
        Assertion::read(key.run(&request.bytes(), APPROVED).unwrap()).verify(&made);
    }
    let by_default = key().register(&Register { algorithms: wishes, ..REGISTER });
    assert!(matches!(by_default.public_key, PublicKey::Es256(_)));
}

#[test]
fn an_algorithm_that_is_switched_off_is_not_supported() {
    let config = Config { algorithms: vec![Algorithm::EdDsa], ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    assert_eq!(key.reply(Event::Request(&REGISTER.bytes())), Err(Status::UnsupportedAlgorithm));
}

#[test]
fn each_credential_may_have_a_counter_of_its_own() {
    let config = Config { counter: Counter::PerCredential, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    let first = key.register(&PASSKEY);
    let second = key.register(&Register { user: 2, ..PASSKEY });
    assert_eq!((counter(&first.auth_data), counter(&second.auth_data)), (1, 1));
    for (made, expected) in [(&first, 2), (&first, 3), (&second, 2)] {
        let request = SignIn { allow: Some(vec![made.id.clone()]), ..SIGN_IN };
        let assertion = Assertion::read(key.run(&request.bytes(), APPROVED).unwrap());
        assertion.verify(made);
        assert_eq!(counter(&assertion.auth_data), expected);
    }
    let listed = key.authenticator.credentials();
    assert_eq!(listed[0].account, "user2", "the order stays");
}

#[test]
fn a_non_discoverable_credential_is_nowhere_but_in_its_id() {
    let mut key = key();
    let made = key.register(&REGISTER);
    assert!(key.authenticator.credentials().is_empty());
    assert!(made.id.len() <= 64);
    assert_eq!(key.reply(Event::Request(&SIGN_IN.bytes())), Err(Status::NoCredentials));
}

#[test]
fn a_discoverable_credential_is_listed_and_made_by_a_verified_person() {
    let mut key = key();
    let made = key.register(&PASSKEY);
    assert_eq!(flags(&made.auth_data), UP | UV | AT);
    let listed = key.authenticator.credentials();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].rp_id.as_str(), listed[0].account.as_str()), ("demo.example", "user1"));
    assert_eq!(listed[0].created_at, key.world.now);
}

#[test]
fn the_same_account_replaces_its_credential() {
    let mut key = key();
    let old = key.register(&PASSKEY);
    let new = key.register(&PASSKEY);
    key.register(&Register { user: 2, ..PASSKEY });
    assert_eq!(key.authenticator.credentials().len(), 2);
    let allow = |id: &Vec<u8>| SignIn { allow: Some(vec![id.clone()]), ..SIGN_IN }.bytes();
    assert_eq!(key.reply(Event::Request(&allow(&old.id))), Err(Status::NoCredentials));
    Assertion::read(key.run(&allow(&new.id), APPROVED).unwrap()).verify(&new);
}

#[test]
fn a_full_store_says_so_and_still_lets_an_account_renew() {
    let config = Config { max_credentials: 1, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    key.register(&PASSKEY);
    let before = key.authenticator.store().clone();
    let other = Register { user: 2, ..PASSKEY };
    assert_eq!(key.run(&other.bytes(), VERIFIED), Err(Status::KeyStoreFull));
    assert_eq!(key.authenticator.store(), &before);
    key.register(&PASSKEY);
    key.register(&REGISTER);
    assert_eq!(key.authenticator.credentials().len(), 1);
}

#[test]
fn an_excluded_credential_is_admitted_to_who_is_there() {
    for kind in [REGISTER, PASSKEY] {
        let mut key = key();
        let made = key.register(&kind);
        let again = Register { exclude: Some(vec![vec![7; 32], made.id.clone()]), ..REGISTER };
        let verified = Register { uv: Some(true), ..again.clone() };
        for (request, answer, status) in [
            (&again, APPROVED, Status::CredentialExcluded),
            (&again, Event::TimedOut, Status::CredentialExcluded),
            (&again, Event::Denied, Status::OperationDenied),
            (&again, Event::Cancelled, Status::KeepaliveCancel),
            (&verified, VERIFIED, Status::CredentialExcluded),
            (&verified, APPROVED, Status::OperationDenied),
            (&verified, Event::TimedOut, Status::UserActionTimeout),
        ] {
            assert_eq!(key.run(&request.bytes(), answer), Err(status), "{answer:?}");
        }
        // Another relying party's list does not reveal it.
        key.register(&Register { rp_id: "other.example", ..again });
    }
}

#[test]
fn the_credentials_outlive_a_restart() {
    let mut first = key();
    let (wrapped, stored) = (first.register(&REGISTER), first.register(&PASSKEY));
    let bytes = first.authenticator.store().to_bytes();
    let mut second = key_with(Config::default(), MemoryStore::from_bytes(&bytes).unwrap());
    for made in [wrapped, stored] {
        let request = SignIn { allow: Some(vec![made.id.clone()]), ..SIGN_IN };
        let assertion = Assertion::read(second.run(&request.bytes(), APPROVED).unwrap());
        assertion.verify(&made);
        assert!(counter(&assertion.auth_data) > counter(&made.auth_data));
    }
}
