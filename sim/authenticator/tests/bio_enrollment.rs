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
