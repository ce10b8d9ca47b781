//! Every way to be refused, and the status that says why.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::Value;
use pocketkey_authenticator::store::MemoryStore;
use pocketkey_authenticator::{Change, Config, Credential, Device, Event, Output, Status, Store};
use sk_cbor::{cbor_array, cbor_map};

/// `fields` without `key`, or with another value there.
fn with(fields: Vec<(Value, Value)>, key: u64, value: Option<Value>) -> Value {
    let mut fields = fields;
    fields.retain(|(name, _)| *name != Value::from(key));
    fields.extend(value.map(|value| (Value::from(key), value)));
    Value::map(fields)
}

fn status(request: &[u8]) -> Status {
    let mut key = key();
    key.register(&PASSKEY);
    let before = key.authenticator.store().clone();
    match key.step(Event::Request(request)) {
        Output::Ask(prompt) => panic!("asked: {prompt:?}"),
        Output::Reply(reply) => {
            assert!(!key.authenticator.is_waiting());
            assert_eq!(key.authenticator.store(), &before, "a refused request changes nothing");
            read(&reply).expect_err("an error")
        }
    }
}

fn public_key(algorithm: Value) -> Value {
    cbor_map! { "alg" => algorithm, "type" => "public-key" }
}

#[test]
fn make_credential() {
    use Status::*;
    let int = || Some(Value::from(1u64));
    let hash = |length| Some(Value::from(vec![0u8; length]));
    let map = |value: Value| Some(value);
    #[rustfmt::skip]
    let cases: Vec<(&str, u64, Option<Value>, Status)> = vec![
        ("no clientDataHash", 1, None, MissingParameter),
        ("clientDataHash of the wrong type", 1, Some("hash".into()), CborUnexpectedType),
        ("short clientDataHash", 1, hash(31), InvalidLength),
        ("long clientDataHash", 1, hash(33), InvalidLength),
        ("no rp", 2, None, MissingParameter),
        ("rp of the wrong type", 2, int(), CborUnexpectedType),
        ("rp without id", 2, map(cbor_map! { "name" => "Demo" }), MissingParameter),
        ("rp.id of the wrong type", 2, map(cbor_map! { "id" => 5 }), CborUnexpectedType),
        ("rp.name of the wrong type", 2, map(cbor_map! { "id" => "a", "name" => 5 }), CborUnexpectedType),
        ("no user", 3, None, MissingParameter),
        ("user of the wrong type", 3, int(), CborUnexpectedType),
        ("user without id", 3, map(cbor_map! { "name" => "a" }), MissingParameter),
        ("user.id of the wrong type", 3, map(cbor_map! { "id" => "a" }), CborUnexpectedType),
        ("user.id too long", 3, map(cbor_map! { "id" => vec![0u8; 65] }), InvalidLength),
        ("user.displayName of the wrong type", 3, map(cbor_map! { "id" => vec![1u8], "displayName" => 1 }), CborUnexpectedType),
        ("no pubKeyCredParams", 4, None, MissingParameter),
        ("pubKeyCredParams of the wrong type", 4, int(), CborUnexpectedType),
        ("empty pubKeyCredParams", 4, map(cbor_array![]), UnsupportedAlgorithm),
        ("only an unknown algorithm", 4, map(cbor_array![public_key((-257).into())]), UnsupportedAlgorithm),
        ("only an unknown type", 4, map(cbor_array![cbor_map! { "alg" => -7, "type" => "other" }]), UnsupportedAlgorithm),
        ("algorithm of the wrong type", 4, map(cbor_array![public_key("ES256".into())]), CborUnexpectedType),
        ("bad element behind a good one", 4, map(cbor_array![public_key((-7).into()), 5]), CborUnexpectedType),
        ("element without alg", 4, map(cbor_array![cbor_map! { "type" => "public-key" }]), MissingParameter),
        ("element without type", 4, map(cbor_array![cbor_map! { "alg" => -7 }]), MissingParameter),
        ("excludeList of the wrong type", 5, int(), CborUnexpectedType),
        ("excludeList of the wrong elements", 5, map(cbor_array![1]), CborUnexpectedType),
        ("descriptor without type", 5, map(cbor_array![cbor_map! { "id" => vec![1u8] }]), MissingParameter),
        ("excludeList too long", 5, map(descriptors(&vec![vec![1]; 9])), LimitExceeded),
        ("extensions of the wrong type", 6, int(), CborUnexpectedType),
        ("credProtect of the wrong type", 6, map(cbor_map! { "credProtect" => true }), CborUnexpectedType),
        ("credProtect beyond 3", 6, map(cbor_map! { "credProtect" => 4 }), InvalidOption),
        ("credBlob of the wrong type", 6, map(cbor_map! { "credBlob" => "blob" }), CborUnexpectedType),
        ("hmac-secret of the wrong type", 6, map(cbor_map! { "hmac-secret" => 1 }), CborUnexpectedType),
        ("hmac-secret-mc of the wrong type", 6, map(cbor_map! { "hmac-secret-mc" => true }), CborUnexpectedType),
        ("minPinLength of the wrong type", 6, map(cbor_map! { "minPinLength" => 4 }), CborUnexpectedType),
        ("options of the wrong type", 7, int(), CborUnexpectedType),
        ("option of the wrong type", 7, map(cbor_map! { "rk" => 1 }), CborUnexpectedType),
        ("up false", 7, map(cbor_map! { "up" => false }), InvalidOption),
        ("pinUvAuthParam of the wrong type", 8, int(), CborUnexpectedType),
        ("pinUvAuthParam without protocol", 8, hash(16), MissingParameter),
        ("pinUvAuthProtocol of the wrong type", 9, Some("2".into()), CborUnexpectedType),
        ("enterprise attestation", 10, int(), InvalidParameter),
        ("enterprise attestation of the wrong type", 10, Some("1".into()), CborUnexpectedType),
    ];
    for (what, key, value, expected) in cases {
        assert_eq!(status(&message(0x01, with(REGISTER.fields(), key, value))), expected, "{what}");
    }
}

#[test]
fn get_assertion() {
    use Status::*;
    let int = || Some(Value::from(1u64));
    let unknown_type = cbor_array![cbor_map! { "id" => vec![1u8; 32], "type" => "other" }];
    let cases: Vec<(&str, u64, Option<Value>, Status)> = vec![
        ("no rpId", 1, None, MissingParameter),
        ("rpId of the wrong type", 1, int(), CborUnexpectedType),
        ("unknown rpId", 1, Some("other.example".into()), NoCredentials),
        ("no clientDataHash", 2, None, MissingParameter),
        ("clientDataHash of the wrong type", 2, int(), CborUnexpectedType),
        ("short clientDataHash", 2, Some(vec![0u8; 31].into()), InvalidLength),
        ("allowList of the wrong type", 3, int(), CborUnexpectedType),
        (
            "nothing known in allowList",
            3,
            Some(descriptors(&[vec![1; 32], vec![1; 61], vec![]])),
            NoCredentials,
        ),
        ("only an unknown type in allowList", 3, Some(unknown_type), NoCredentials),
        ("allowList too long", 3, Some(descriptors(&vec![vec![1]; 9])), LimitExceeded),
        ("extensions of the wrong type", 4, int(), CborUnexpectedType),
        ("hmac-secret of the wrong type", 4, Some(cbor_map! { "hmac-secret" => true }), CborUnexpectedType),
        ("hmac-secret without salts", 4, Some(cbor_map! { "hmac-secret" => cbor_map! {} }), MissingParameter),
        ("options of the wrong type", 5, int(), CborUnexpectedType),
        ("rk", 5, Some(cbor_map! { "rk" => false }), UnsupportedOption),
        ("uv of the wrong type", 5, Some(cbor_map! { "uv" => "yes" }), CborUnexpectedType),
        ("pinUvAuthParam without protocol", 6, Some(vec![0u8; 16].into()), MissingParameter),
        ("pinUvAuthProtocol of the wrong type", 7, Some("2".into()), CborUnexpectedType),
    ];
    for (what, key, value, expected) in cases {
        assert_eq!(status(&message(0x02, with(SIGN_IN.fields(), key, value))), expected, "{what}");
    }
}

#[test]
fn messages() {
    let too_long = [REGISTER.bytes(), vec![0; 1200]].concat();
    let cases: &[(&str, &[u8], Status)] = &[
        ("nothing at all", &[], Status::InvalidLength),
        ("longer than maxMsgSize", &too_long, Status::RequestTooLarge),
        ("command without parameters", &[0x01], Status::InvalidCbor),
        ("parameters that are no map", &[0x02, 0x80], Status::CborUnexpectedType),
        ("no parameters in the map", &[0x01, 0xa0], Status::MissingParameter),
        ("a byte behind the map", &[0x01, 0xa0, 0x00], Status::InvalidCbor),
        ("unsorted keys", &[0x02, 0xa2, 0x02, 0x00, 0x01, 0x00], Status::InvalidCbor),
        ("reset", &[0x07], Status::NotAllowed),
        ("credential management without tokens", &[0x0a, 0xa1, 0x01, 0x01], Status::InvalidCommand),
        ("large blobs without tokens", &[0x0c, 0xa1, 0x01, 0x01], Status::InvalidCommand),
        ("authenticatorConfig without tokens", &[0x0d, 0xa1, 0x01, 0x02], Status::InvalidCommand),
        ("bio enrollment", &[0x09, 0xa0], Status::InvalidCommand),
        ("getNextAssertion out of the blue", &[0x08], Status::NotAllowed),
        ("client PIN without a subcommand", &[0x06, 0xa0], Status::MissingParameter),
        ("client PIN where there is none", &[0x06, 0xa1, 0x02, 0x01], Status::InvalidSubcommand),
        ("unknown command", &[0x55], Status::InvalidCommand),
    ];
    for (what, request, expected) in cases {
        assert_eq!(status(request), *expected, "{what}");
    }
}

#[test]
fn the_answers_of_a_person() {
    let mut key = key();
    let made = key.register(&PASSKEY);
    let allow = Some(vec![made.id]);
    let sign_in = SignIn { allow, ..SIGN_IN };
    let verified = SignIn { uv: Some(true), ..sign_in.clone() };
    let before = key.authenticator.store().clone();
    for request in [REGISTER.bytes(), PASSKEY.bytes(), sign_in.bytes(), verified.bytes(), vec![0x0b]] {
        for (answer, expected) in [
            (Event::Denied, Status::OperationDenied),
            (Event::TimedOut, Status::UserActionTimeout),
            (Event::Cancelled, Status::KeepaliveCancel),
        ] {
            assert_eq!(key.run(&request, answer), Err(expected));
            assert!(!key.authenticator.is_waiting());
            assert_eq!(key.reply(VERIFIED), Err(Status::NotAllowed), "too late");
        }
    }
    for request in [PASSKEY.bytes(), verified.bytes()] {
        assert_eq!(key.run(&request, APPROVED), Err(Status::OperationDenied), "not unlocked");
    }
    assert_eq!(key.authenticator.store(), &before);
}

#[test]
fn a_new_request_takes_the_place_of_a_waiting_one() {
    let mut key = key();
    key.ask(&PASSKEY.bytes());
    key.ask(&[0x0b]);
    assert_eq!(key.reply(VERIFIED), Ok(Value::null_value()));
    assert!(key.authenticator.credentials().is_empty());
    key.ask(&PASSKEY.bytes());
    assert_eq!(key.reply(Event::Request(&[0x55])), Err(Status::InvalidCommand));
    assert!(!key.authenticator.is_waiting());
}

#[test]
fn a_zero_length_pin_uv_auth_param_asks_for_a_touch() {
    for request in [
        message(0x01, with(REGISTER.fields(), 8, Some(Vec::<u8>::new().into()))),
        message(0x02, with(SIGN_IN.fields(), 6, Some(Vec::<u8>::new().into()))),
    ] {
        let mut key = key();
        assert!(key.ask(&request).rp_id.is_empty());
        assert_eq!(key.reply(APPROVED), Err(Status::PinNotSet));
        assert_eq!(key.run(&request, Event::Denied), Err(Status::OperationDenied));
    }
    let mut fields = REGISTER.fields();
    fields.extend([(8.into(), vec![0u8; 16].into()), (9.into(), 2.into())]);
    assert_eq!(status(&message(0x01, Value::map(fields))), Status::PinAuthInvalid);
}

#[test]
fn what_we_do_not_know_is_ignored() {
    let mut fields = REGISTER.fields();
    fields.retain(|(name, _)| *name != Value::from(2));
    fields.extend([
        (2.into(), cbor_map! { "id" => "demo.example", "icon" => 5 }),
        (6.into(), cbor_map! { "future" => 2, "uvm" => true }),
        (7.into(), cbor_map! { "future" => "yes", "up" => true }),
        (0x44.into(), "a parameter of CTAP 3".into()),
        ("text".into(), u64::MAX.into()),
    ]);
    let made = Made::read(key().run(&message(0x01, Value::map(fields)), VERIFIED).unwrap());
    assert_eq!(flags(&made.auth_data), UP | UV | AT);
}

/// Reads well, keeps nothing.
struct Broken(MemoryStore);

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct DiskFull;

impl Store for Broken {
    type Error = DiskFull;
    fn device(&self) -> Result<Device, DiskFull> {
        let Ok(device) = self.0.device();
        Ok(device)
    }
    fn credentials(&self) -> Result<Vec<Credential>, DiskFull> {
        let Ok(credentials) = self.0.credentials();
        Ok(credentials)
    }
    fn commit(&mut self, _: Change) -> Result<(), DiskFull> {
        Err(DiskFull)
    }
}

#[test]
fn nothing_is_replied_that_was_not_kept() {
    let mut whole = key();
    whole.register(&PASSKEY);
    let mut key = key_with(Config::default(), Broken(whole.authenticator.store().clone()));
    for (request, answer) in
        [(PASSKEY.bytes(), VERIFIED), (REGISTER.bytes(), VERIFIED), (SIGN_IN.bytes(), APPROVED)]
    {
        assert_eq!(key.run(&request, answer), Err(Status::Other));
    }
}
