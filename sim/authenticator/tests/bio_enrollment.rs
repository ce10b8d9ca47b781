//! authenticatorBioEnrollment: a finger is enrolled, recognised, named and removed.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{
    Action, Config, Event, MemoryStore, Quality, Sensor, Status, UserVerification,
};
use sk_cbor::{cbor_map, cbor_map_options};

const PIN: &str = "1234";
const LEFT: Event<'static> = Event::Sample { quality: Quality::Good, finger: b"left" };

fn bio(token: &PinToken, sub_command: u8, params: Option<Value>) -> Vec<u8> {
    let raw = params.clone().map(cbor::encode).unwrap_or_default();
    let param = token.param(&[&[1, sub_command], &raw[..]].concat());
    let number = u64::from(sub_command);
    message(0x09, cbor_map_options! { 1 => 1, 2 => number, 3 => params, 4 => token.protocol, 5 => param })
}

#[test]
fn a_finger_from_the_first_sample_to_its_removal() {
    let config = Config {
        user_verification: UserVerification::PhoneAndPin,
        fingerprint_sensor: Some(Sensor { max_templates: 1, samples: 2, max_name: 8 }),
        ..Config::default()
    };
    let mut key = key_with(config, MemoryStore::new());
    key.set_pin(2, PIN).unwrap();
    assert_eq!((key.option("bioEnroll"), key.option("uv")), (Some(false), Some(false)));
    let token = key.pin_token_for(2, PIN, BE, None).unwrap();
    assert_eq!(key.send(&bio(&token, 4, None)), Err(Status::InvalidOption));
    assert_eq!(key.ask(&bio(&token, 1, None)).action, Action::Enroll);
    let mut begun = cbor::map(key.reply(LEFT).unwrap()).unwrap();
    assert_eq!(begun.required(6, cbor::integer), Ok(1));
    let id = begun.required(4, cbor::bytes).unwrap();
    let named = |name: Option<&str>| Some(cbor_map_options! { 1 => id.clone(), 2 => name });
    let right = Event::Sample { quality: Quality::Good, finger: b"right" };
    let high = Event::Sample { quality: Quality::TooHigh, finger: b"left" };
    for (answer, status, left) in
        [(Event::TimedOut, 0x0d, 1), (right, 0x0a, 1), (high, 0x01, 1), (LEFT, 0, 0)]
    {
        let mut sample = cbor::map(key.run(&bio(&token, 2, named(None)), answer).unwrap()).unwrap();
        assert_eq!(sample.required(5, cbor::integer), Ok(status));
        assert_eq!(sample.required(6, cbor::integer), Ok(left));
    }
    assert_eq!((key.option("bioEnroll"), key.option("uv")), (Some(true), Some(true)));
    assert_eq!(key.send(&bio(&token, 1, None)), Err(Status::FingerprintDatabaseFull));
    assert_eq!(key.send(&bio(&token, 5, named(Some("much too long")))), Err(Status::InvalidLength));
    key.send(&bio(&token, 5, named(Some("left")))).unwrap();
    assert_eq!(key.run(&PASSKEY.bytes(), right), Err(Status::PuatRequired));
    key.run(&PASSKEY.bytes(), LEFT).unwrap();
    key.send(&bio(&token, 6, named(None))).unwrap();
    assert_eq!(key.send(&bio(&token, 6, named(None))), Err(Status::InvalidOption));
    assert_eq!(common::key().send(&message(0x09, cbor_map! { 6 => true })), Err(Status::InvalidCommand));
}

/// A key with a sensor, a PIN, and a token that may enroll.
fn enrolling(samples: u8) -> (Key, PinToken) {
    let config = Config {
        user_verification: UserVerification::PhoneAndPin,
        fingerprint_sensor: Some(Sensor { max_templates: 2, samples, max_name: 8 }),
        ..Config::default()
    };
    let mut key = key_with(config, MemoryStore::new());
    key.set_pin(2, PIN).unwrap();
    let token = key.pin_token_for(2, PIN, BE, None).unwrap();
    (key, token)
}

#[test]
fn what_needs_no_token_is_said_to_anybody_under_both_command_bytes() {
    let (mut key, _) = enrolling(3);
    for command in [0x09, 0x40] {
        let modality = key.send(&message(command, cbor_map! { 6 => true })).unwrap();
        assert_eq!(cbor::map(modality).unwrap().required(1, cbor::integer), Ok(1));
        let mut info = cbor::map(key.send(&message(command, cbor_map! { 1 => 1, 2 => 7 })).unwrap()).unwrap();
        assert_eq!(info.required(2, cbor::integer), Ok(1), "a touch sensor");
        assert_eq!(info.required(3, cbor::integer), Ok(3), "samples");
        assert_eq!(info.required(8, cbor::integer), Ok(8), "the longest name");
    }
}

#[test]
fn every_refusal() {
    let (mut key, token) = enrolling(1);
    let wrong = key.pin_token_for(2, PIN, MC, Some("demo.example")).unwrap();
    let token_again = |key: &mut Key| key.pin_token_for(2, PIN, BE, None).unwrap();
    assert_eq!(key.send(&bio(&token, 4, None)), Err(Status::PinAuthInvalid), "a token that was replaced");
    assert_eq!(key.send(&bio(&wrong, 1, None)), Err(Status::PinAuthInvalid), "a token for something else");
    let token = token_again(&mut key);
    let of_nobody = Some(cbor_map! { 1 => vec![9_u8; 8], 2 => "name" });
    for (what, request, status) in [
        ("no subcommand", message(0x09, cbor_map! { 1 => 1 }), Status::MissingParameter),
        ("no modality", message(0x09, cbor_map! { 2 => 7 }), Status::MissingParameter),
        ("another modality", message(0x09, cbor_map! { 1 => 2, 2 => 7 }), Status::InvalidParameter),
        ("no such subcommand", bio(&token, 9, None), Status::InvalidSubcommand),
        ("no token", message(0x09, cbor_map! { 1 => 1, 2 => 1 }), Status::PuatRequired),
        ("no template", bio(&token, 2, None), Status::MissingParameter),
        ("nothing is being enrolled", bio(&token, 2, of_nobody.clone()), Status::InvalidParameter),
        ("nothing is enrolled", bio(&token, 4, None), Status::InvalidOption),
        ("no name", bio(&token, 5, Some(cbor_map! { 1 => vec![9_u8; 8] })), Status::MissingParameter),
        ("a name for nobody", bio(&token, 5, of_nobody.clone()), Status::InvalidOption),
        ("removing nobody", bio(&token, 6, of_nobody), Status::InvalidOption),
        (
            "a template that is a text",
            bio(&token, 6, Some(cbor_map! { 1 => "id" })),
            Status::CborUnexpectedType,
        ),
    ] {
        assert_eq!(key.send(&request), Err(status), "{what}");
    }
}

#[test]
fn a_finger_is_enrolled_once_listed_and_gone_after_a_reset() {
    let (mut key, token) = enrolling(1);
    key.run(&bio(&token, 1, None), LEFT).unwrap();
    let mut again = cbor::map(key.run(&bio(&token, 1, None), LEFT).unwrap()).unwrap();
    assert_eq!(again.required(5, cbor::integer), Ok(0x0b), "this finger is there already");
    let mut listed = cbor::map(key.send(&bio(&token, 4, None)).unwrap()).unwrap();
    assert_eq!(listed.required(7, |list| cbor::array(list, Ok)).unwrap().len(), 1);

    let store = key.authenticator.store().clone();
    assert_eq!(MemoryStore::from_bytes(&store.to_bytes()), Ok(store));
    key.power_cycle();
    key.run(&[0x07], Event::Approved { user_verified: false }).unwrap();
    assert_eq!(key.option("bioEnroll"), Some(false));
}

#[test]
fn an_enrollment_ends_when_cancelled_denied_or_interrupted() {
    for end in [3, 7] {
        let (mut key, token) = enrolling(2);
        let mut begun = cbor::map(key.run(&bio(&token, 1, None), LEFT).unwrap()).unwrap();
        let id = begun.required(4, cbor::bytes).unwrap();
        key.send(&message(0x09, cbor_map! { 1 => 1, 2 => end })).unwrap();
        let next = bio(&token, 2, Some(cbor_map! { 1 => id }));
        assert_eq!(key.send(&next), Err(Status::InvalidParameter), "subcommand {end} came in between");
    }
    let (mut key, token) = enrolling(2);
    assert_eq!(key.run(&bio(&token, 1, None), Event::Denied), Err(Status::OperationDenied));
    assert_eq!(key.send(&bio(&token, 4, None)), Err(Status::InvalidOption), "and nothing is enrolled");
}
