//! authenticatorClientPIN and the pinUvAuthTokens it gives out, as a platform uses them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{
    Action, Change, Config, Credential, Device, Event, MemoryStore, Status, Store, UserVerification,
};
use sk_cbor::{cbor_map, cbor_map_options};

const PIN: &str = "1234";
const RP: Option<&str> = Some("demo.example");

fn config(user_verification: UserVerification) -> Config {
    Config { user_verification, ..Config::default() }
}

fn key_with_pin(user_verification: UserVerification) -> Key {
    let mut key = key_with(config(user_verification), MemoryStore::new());
    key.set_pin(2, PIN).unwrap();
    key
}

fn phone_token() -> Key {
    key_with(Config { phone_token: true, ..Config::default() }, MemoryStore::new())
}

#[test]
fn a_pin_signs_in_with_either_protocol() {
    for protocol in [1, 2] {
        let mut key = key_with(config(UserVerification::Pin), MemoryStore::new());
        assert_eq!(key.option("clientPin"), Some(false));
        key.set_pin(protocol, PIN).unwrap();
        assert_eq!(key.option("clientPin"), Some(true));
        let token = Some(key.pin_token_for(protocol, PIN, MC, RP).unwrap());
        let request = Register { token, uv: None, ..PASSKEY };
        assert!(!key.ask(&request.bytes()).user_verification, "presence is all that is missing");
        let made = Made::read(key.reply(APPROVED).unwrap());
        assert_eq!(flags(&made.auth_data), UP | UV | AT);
        let token = Some(key.pin_token(protocol, PIN).unwrap());
        let assertion = key.run(&SignIn { token, ..SIGN_IN }.bytes(), APPROVED).unwrap();
        let assertion = Assertion::read(assertion);
        assertion.verify(&made);
        assert_eq!(flags(&assertion.auth_data), UP | UV);
    }
}

#[test]
fn a_token_vouches_once_for_one_relying_party() {
    let mut key = key_with_pin(UserVerification::Pin);
    let token = Some(key.pin_token(2, PIN).unwrap());
    let request = Register { token, uv: None, ..PASSKEY };
    key.run(&request.bytes(), Event::Denied).unwrap_err();
    let elsewhere = Register { rp_id: "other.example", ..request.clone() };
    assert_eq!(key.send(&elsewhere.bytes()), Err(Status::PinAuthInvalid), "bound by the first use");
    key.run(&request.bytes(), APPROVED).unwrap();
    assert_eq!(key.send(&request.bytes()), Err(Status::PinAuthInvalid), "spent");
}

#[test]
fn a_token_is_for_its_permissions_its_relying_party_and_its_time() {
    let mut key = key_with_pin(UserVerification::Pin);
    let register = |token: &PinToken| Register { token: Some(token.clone()), ..REGISTER }.bytes();
    let sign_in = |token: &PinToken| SignIn { token: Some(token.clone()), ..SIGN_IN }.bytes();

    let token = key.pin_token_for(2, PIN, GA, RP).unwrap();
    assert_eq!(key.send(&register(&token)), Err(Status::PinAuthInvalid), "no permission");
    assert_eq!(key.send(&sign_in(&token)), Err(Status::NoCredentials));
    let token = key.pin_token_for(2, PIN, MC, Some("other.example")).unwrap();
    assert_eq!(key.send(&register(&token)), Err(Status::PinAuthInvalid), "another relying party");

    let old = key.pin_token_for(2, PIN, MC, RP).unwrap();
    let new = key.pin_token_for(1, PIN, MC, RP).unwrap();
    assert_eq!(key.send(&register(&old)), Err(Status::PinAuthInvalid), "replaced");
    let other_protocol = PinToken { protocol: 2, ..new.clone() };
    assert_eq!(key.send(&register(&other_protocol)), Err(Status::PinAuthInvalid));
    key.world.now += 30_001;
    assert_eq!(key.send(&register(&new)), Err(Status::PinAuthInvalid), "unused for too long");

    let token = key.pin_token_for(2, PIN, MC, RP).unwrap();
    key.run(&register(&token), Event::Denied).unwrap_err();
    key.world.now += 600_000;
    key.run(&register(&token), Event::Denied).unwrap_err();
    key.world.now += 1;
    assert_eq!(key.send(&register(&token)), Err(Status::PinAuthInvalid), "ten minutes are over");

    let token = key.pin_token_for(2, PIN, MC, RP).unwrap();
    key.power_cycle();
    assert_eq!(key.send(&register(&token)), Err(Status::PinAuthInvalid));
}

#[test]
fn three_wrong_pins_need_power_and_eight_are_the_end() {
    let mut key = key_with_pin(UserVerification::Pin);
    let wrong = |key: &mut Key| key.pin_token(2, "4321").unwrap_err();
    assert_eq!([wrong(&mut key), wrong(&mut key)], [Status::PinInvalid, Status::PinInvalid]);
    key.pin_token(2, PIN).unwrap();
    assert_eq!(key.pin_retries(), 8);
    let mut left = 8;
    for expected in [
        Status::PinInvalid,
        Status::PinInvalid,
        Status::PinAuthBlocked,
        Status::PinInvalid,
        Status::PinInvalid,
        Status::PinAuthBlocked,
        Status::PinInvalid,
        Status::PinBlocked,
    ] {
        assert_eq!(wrong(&mut key), expected);
        left -= 1;
        assert_eq!(key.pin_retries(), left);
        if expected == Status::PinAuthBlocked {
            assert_eq!(key.pin_token(2, PIN).unwrap_err(), Status::PinAuthBlocked, "even the right one");
            assert_eq!(key.pin_retries(), left, "and it costs nothing");
            let reply = key.send(&message(0x06, cbor_map! { 2 => 1 })).unwrap();
            assert_eq!(cbor::map(reply).unwrap().optional(4, cbor::boolean), Ok(Some(true)));
            key.power_cycle();
        }
    }
    key.power_cycle();
    assert_eq!(key.pin_token(2, PIN).unwrap_err(), Status::PinBlocked);
    assert_eq!(key.change_pin(2, PIN, "5678"), Err(Status::PinBlocked));
    let bytes = key.authenticator.store().to_bytes();
    let mut restarted = key_with(config(UserVerification::Pin), MemoryStore::from_bytes(&bytes).unwrap());
    assert_eq!(restarted.pin_token(2, PIN).unwrap_err(), Status::PinBlocked);
}

#[test]
fn a_wrong_pin_changes_the_key_agreement_key() {
    let mut key = key_with_pin(UserVerification::Pin);
    let get = message(0x06, cbor_map! { 1 => 2, 2 => 2 });
    let before = key.send(&get).unwrap();
    assert_eq!(key.send(&get), Ok(before.clone()));
    key.pin_token(2, "4321").unwrap_err();
    assert_ne!(key.send(&get), Ok(before));
}

#[test]
fn pins_are_measured_in_characters_and_bytes() {
    let long = "a".repeat(63);
    for (pin, fits) in [
        ("123", false),
        ("üüü", false),
        ("üüüü", true),
        ("1234", true),
        (long.as_str(), true),
        ("", false),
        (&"a".repeat(64), false),
    ] {
        let mut key = key_with(config(UserVerification::Pin), MemoryStore::new());
        let expected = if fits { Ok(Value::null_value()) } else { Err(Status::PinPolicyViolation) };
        assert_eq!(key.set_pin(1, pin), expected, "{pin}");
        assert_eq!(key.authenticator.store().device().unwrap().pin.is_some(), fits);
    }
    let config = Config { min_pin_length: 6, ..config(UserVerification::Pin) };
    let mut key = key_with(config, MemoryStore::new());
    assert_eq!(key.set_pin(2, "12345"), Err(Status::PinPolicyViolation));
    assert!(key.set_pin(2, "123456").is_ok());
}

#[test]
fn a_pin_is_changed_by_who_knows_it() {
    let mut key = key_with_pin(UserVerification::Pin);
    assert_eq!(key.set_pin(2, "5678"), Err(Status::PinAuthInvalid), "it is set already");
    assert_eq!(key.change_pin(2, "0000", "5678"), Err(Status::PinInvalid));
    assert_eq!(key.change_pin(2, PIN, "56"), Err(Status::PinPolicyViolation));
    assert_eq!(key.pin_retries(), 8, "the old PIN was right");
    let token = Some(key.pin_token(2, PIN).unwrap());
    key.change_pin(1, PIN, "5678").unwrap();
    assert_eq!(key.send(&Register { token, ..REGISTER }.bytes()), Err(Status::PinAuthInvalid));
    assert_eq!(key.pin_token(2, PIN).unwrap_err(), Status::PinInvalid);
    key.pin_token(2, "5678").unwrap();
}

#[test]
fn with_a_pin_set_a_request_without_proof_is_sent_for_it() {
    let mut key = key_with(config(UserVerification::Pin), MemoryStore::new());
    // Nothing protects it yet: presence is enough.
    let made = Made::read(key.run(&Register { uv: None, ..PASSKEY }.bytes(), APPROVED).unwrap());
    assert_eq!(flags(&made.auth_data), UP | AT);
    assert_eq!(key.send(&PASSKEY.bytes()), Err(Status::InvalidOption), "the phone does not verify");
    assert_eq!(key.send(&SignIn { uv: Some(true), ..SIGN_IN }.bytes()), Err(Status::InvalidOption));
    key.set_pin(2, PIN).unwrap();
    assert_eq!(key.send(&Register { uv: None, ..PASSKEY }.bytes()), Err(Status::PuatRequired));
    // makeCredUvNotRqd.
    let made = Made::read(key.run(&REGISTER.bytes(), APPROVED).unwrap());
    assert_eq!(flags(&made.auth_data), UP | AT);
    let assertion = Assertion::read(key.run(&SIGN_IN.bytes(), APPROVED).unwrap());
    assert_eq!(flags(&assertion.auth_data), UP);
}

#[test]
fn always_uv_leaves_nobody_unverified() {
    let always = |user_verification| Config { always_uv: true, ..config(user_verification) };
    let mut key = key_with(always(UserVerification::Pin), MemoryStore::new());
    assert_eq!(key.option("makeCredUvNotRqd"), None);
    assert_eq!(key.send(&REGISTER.bytes()), Err(Status::PuatRequired), "and so to a first PIN");
    key.set_pin(2, PIN).unwrap();
    assert_eq!(key.send(&REGISTER.bytes()), Err(Status::PuatRequired));
    let token = Some(key.pin_token(2, PIN).unwrap());
    let made = Made::read(key.run(&Register { token, ..REGISTER }.bytes(), APPROVED).unwrap());
    let allow = Some(vec![made.id.clone()]);
    let sign_in = SignIn { allow, ..SIGN_IN };
    assert_eq!(key.send(&sign_in.bytes()), Err(Status::PuatRequired));
    let silent = SignIn { up: Some(false), ..sign_in };
    assert_eq!(flags(&Assertion::read(key.send(&silent.bytes()).unwrap()).auth_data), 0);

    let mut key = key_with(always(UserVerification::Phone), MemoryStore::new());
    let made = key.register(&REGISTER);
    let sign_in = SignIn { allow: Some(vec![made.id.clone()]), ..SIGN_IN };
    assert!(key.ask(&sign_in.bytes()).user_verification);
    assert_eq!(flags(&Assertion::read(key.reply(VERIFIED).unwrap()).auth_data), UP | UV);
}

#[test]
fn unlocking_the_phone_once_is_enough_for_token_and_credential() {
    let mut key = phone_token();
    assert_eq!((key.option("uv"), key.option("pinUvAuthToken")), (Some(true), Some(true)));
    let (_, request) = key.uv_token_request(MC, RP);
    let prompt = key.ask(&request);
    assert_eq!((prompt.action, prompt.rp_id.as_str()), (Action::Register, "demo.example"));
    assert!(prompt.user_verification);
    let token = key.uv_token_for(MC, RP).unwrap();
    key.world.now += 30_000;
    let request = Register { token: Some(token.clone()), ..REGISTER }.bytes();
    let made = Made::read(key.send(&request).unwrap());
    assert_eq!(flags(&made.auth_data), UP | UV | AT);
    assert_eq!(key.send(&request), Err(Status::PinAuthInvalid), "spent");

    let token = Some(key.uv_token_for(GA, RP).unwrap());
    let sign_in = SignIn { token, allow: Some(vec![made.id.clone()]), ..SIGN_IN };
    // The look for credentials that platforms take first spends nothing.
    let silent = SignIn { up: Some(false), ..sign_in.clone() };
    assert_eq!(flags(&Assertion::read(key.send(&silent.bytes()).unwrap()).auth_data), UV);
    let assertion = Assertion::read(key.send(&sign_in.bytes()).unwrap());
    assertion.verify(&made);
    assert_eq!(flags(&assertion.auth_data), UP | UV);
    assert_eq!(key.send(&sign_in.bytes()), Err(Status::PinAuthInvalid));
}

#[test]
fn presence_ends_after_30_seconds_and_is_asked_for_again() {
    let mut key = phone_token();
    let token = key.uv_token_for(MC | GA, RP).unwrap();
    let probe = SignIn { token: Some(token.clone()), up: Some(false), ..SIGN_IN };
    assert_eq!(key.send(&probe.bytes()), Err(Status::NoCredentials));
    key.world.now += 30_001;
    let request = Register { token: Some(token), ..REGISTER };
    assert!(!key.ask(&request.bytes()).user_verification);
    assert_eq!(flags(&Made::read(key.reply(APPROVED).unwrap()).auth_data), UP | UV | AT);
}

#[test]
fn an_excluded_credential_is_admitted_at_once_to_who_is_present() {
    let mut key = phone_token();
    let made = key.register(&REGISTER);
    let token = Some(key.uv_token_for(MC, RP).unwrap());
    let request = Register { token, exclude: Some(vec![made.id]), ..REGISTER };
    assert_eq!(key.send(&request.bytes()), Err(Status::CredentialExcluded));
}

#[test]
fn failing_to_unlock_leads_to_the_pin() {
    let mut key = key_with_pin(UserVerification::PhoneAndPin);
    let retries = |key: &mut Key| {
        let reply = key.send(&message(0x06, cbor_map! { 2 => 7 })).unwrap();
        cbor::map(reply).unwrap().required(5, cbor::integer).unwrap()
    };
    assert_eq!(key.run(&PASSKEY.bytes(), APPROVED), Err(Status::PuatRequired));
    assert_eq!(retries(&mut key), 7);
    key.register(&PASSKEY);
    assert_eq!(retries(&mut key), 8);
    let (_, request) = key.uv_token_request(MC, RP);
    for left in (1..8).rev() {
        assert_eq!(key.run(&request, APPROVED), Err(Status::UvInvalid));
        assert_eq!(retries(&mut key), left);
    }
    assert_eq!(key.run(&request, APPROVED), Err(Status::UvBlocked));
    assert_eq!(key.send(&request), Err(Status::UvBlocked));
    assert_eq!(key.send(&PASSKEY.bytes()), Err(Status::PuatRequired));
    assert_eq!(key.send(&SignIn { uv: Some(true), ..SIGN_IN }.bytes()), Err(Status::PuatRequired));
    key.pin_token(2, PIN).unwrap();
    assert_eq!(retries(&mut key), 8);
    key.uv_token_for(MC, RP).unwrap();
}

#[test]
fn without_a_pin_the_phones_own_lock_is_the_limit() {
    let mut key = phone_token();
    for _ in 0..20 {
        assert_eq!(key.run(&PASSKEY.bytes(), APPROVED), Err(Status::OperationDenied));
    }
    key.register(&PASSKEY);
}

#[test]
fn refusals() {
    use Status::*;
    let platform = |key: &mut Key| Platform::agree(key, 2);
    type Change<'a> = (&'a str, i64, u64, Option<Value>, Status);
    let bytes = |length: usize| Some(Value::from(vec![0u8; length]));
    let cases: Vec<Change> = vec![
        ("getKeyAgreement without protocol", 2, 1, None, MissingParameter),
        ("getKeyAgreement, unknown protocol", 2, 1, Some(3.into()), InvalidParameter),
        ("protocol of the wrong type", 2, 1, Some("2".into()), CborUnexpectedType),
        ("changePIN without protocol", 4, 1, None, MissingParameter),
        ("changePIN without keyAgreement", 4, 3, None, MissingParameter),
        ("keyAgreement of the wrong type", 4, 3, Some(1.into()), CborUnexpectedType),
        ("changePIN without pinUvAuthParam", 4, 4, None, MissingParameter),
        ("changePIN with a wrong pinUvAuthParam", 4, 4, bytes(32), PinAuthInvalid),
        ("changePIN without newPinEnc", 4, 5, None, MissingParameter),
        ("changePIN without pinHashEnc", 4, 6, None, MissingParameter),
        ("setPIN where one is set", 3, 99, None, PinAuthInvalid),
        ("setPIN without newPinEnc", 3, 5, None, MissingParameter),
        ("getPinToken without pinHashEnc", 5, 6, None, MissingParameter),
        ("getPinToken without keyAgreement", 5, 3, None, MissingParameter),
        ("getPinToken with permissions", 5, 99, None, InvalidParameter),
        ("pinHashEnc of no length", 9, 6, bytes(0), PinInvalid),
        ("pinHashEnc of an odd length", 9, 6, bytes(33), PinInvalid),
        ("pinHashEnc of two blocks", 9, 6, bytes(48), PinInvalid),
        ("token with PIN, no permissions", 9, 9, None, MissingParameter),
        ("token with PIN, empty permissions", 9, 9, Some(0.into()), InvalidParameter),
        ("token with PIN, unknown permissions only", 9, 9, Some(0x40.into()), InvalidParameter),
        ("token with PIN, negative permissions", 9, 9, Some((-1).into()), InvalidParameter),
        ("token with PIN, bio enrollment", 9, 9, Some(BE.into()), UnauthorizedPermission),
        ("token with PIN, no rpId", 9, 10, None, MissingParameter),
        ("token with UV, no keyAgreement", 6, 3, None, MissingParameter),
        ("token with UV, no permissions", 6, 9, None, MissingParameter),
        ("token with UV, bio enrollment", 6, 9, Some(BE.into()), UnauthorizedPermission),
        ("token with UV, no rpId", 6, 10, None, MissingParameter),
        ("token with UV, which the phone does not do", 6, 99, None, NotAllowed),
        ("getUVRetries, which the phone does not do", 7, 99, None, InvalidSubcommand),
        ("unknown subcommand", 8, 99, None, InvalidSubcommand),
        ("subcommand of the wrong type", 2, 2, Some("2".into()), CborUnexpectedType),
    ];
    for (what, sub_command, name, value, expected) in cases {
        let mut key = key_with_pin(UserVerification::Pin);
        let platform = platform(&mut key);
        let mut fields: Vec<(Value, Value)> = vec![
            (1.into(), 2.into()),
            (2.into(), sub_command.into()),
            (3.into(), platform.public.clone()),
            (4.into(), platform.authenticate(b"something").into()),
            (5.into(), platform.new_pin("5678").into()),
            (6.into(), platform.pin_hash(PIN).into()),
            (9.into(), MC.into()),
            (10.into(), "demo.example".into()),
        ];
        fields.retain(|(key, _)| *key != Value::from(name));
        fields.extend(value.map(|value| (name.into(), value)));
        assert_eq!(key.send(&message(0x06, Value::map(fields))), Err(expected), "{what}");
    }
    let mut key = key_with(config(UserVerification::Pin), MemoryStore::new());
    assert_eq!(key.pin_token(2, PIN).unwrap_err(), PinNotSet);
    assert_eq!(key.pin_token_for(2, PIN, MC, RP).unwrap_err(), PinNotSet);
    assert_eq!(key.change_pin(2, PIN, PIN), Err(PinNotSet));
    let mut key = phone_token();
    assert_eq!(key.set_pin(2, PIN), Err(InvalidSubcommand));
    let mut key = common::key();
    let platform = Platform::agree(&mut key, 1);
    let request = cbor_map_options! { 1 => 1, 2 => 6, 3 => platform.public, 9 => MC, 10 => RP };
    assert_eq!(key.send(&message(0x06, request)), Err(InvalidSubcommand), "no tokens are announced");
}

#[test]
fn without_room_for_large_blobs_nobody_may_write_them() {
    let config = Config { large_blob_size: 0, ..config(UserVerification::Pin) };
    let mut key = key_with(config, MemoryStore::new());
    key.set_pin(2, PIN).unwrap();
    assert_eq!(key.pin_token_for(2, PIN, LBW, None).unwrap_err(), Status::UnauthorizedPermission);
    assert_eq!(key.pin_retries(), 8, "the PIN was not looked at");
    assert_eq!(key.send(&message(0x0c, cbor_map! { 1 => 5, 3 => 0 })), Err(Status::InvalidCommand));
}

#[test]
fn other_settings_end_what_was_allowed_under_the_old_ones() {
    let mut key = key_with_pin(UserVerification::Pin);
    let token = Some(key.pin_token(2, PIN).unwrap());
    key.ask(&Register { token: token.clone(), ..REGISTER }.bytes());
    key.authenticator.configure(config(UserVerification::PhoneAndPin));
    assert_eq!(key.reply(APPROVED), Err(Status::NotAllowed), "nothing waits any more");
    assert_eq!(key.send(&Register { token, ..REGISTER }.bytes()), Err(Status::PinAuthInvalid));
    assert_eq!((key.option("uv"), key.option("clientPin")), (Some(true), Some(true)));
    key.register(&PASSKEY);
}

#[test]
fn a_zero_length_pin_uv_auth_param_says_that_a_pin_is_set() {
    let mut key = key_with_pin(UserVerification::Pin);
    let mut fields = REGISTER.fields();
    fields.push((8.into(), Vec::<u8>::new().into()));
    assert_eq!(key.run(&message(0x01, Value::map(fields)), APPROVED), Err(Status::PinInvalid));
}

/// Fails from the `n`th commit on, as a phone that loses power does.
struct Dying {
    store: MemoryStore,
    commits_left: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("no power")]
struct NoPower;

impl Store for Dying {
    type Error = NoPower;
    fn device(&self) -> Result<Device, NoPower> {
        let Ok(device) = self.store.device();
        Ok(device)
    }
    fn credentials(&self) -> Result<Vec<Credential>, NoPower> {
        let Ok(credentials) = self.store.credentials();
        Ok(credentials)
    }
    fn commit(&mut self, change: Change) -> Result<(), NoPower> {
        self.commits_left = self.commits_left.checked_sub(1).ok_or(NoPower)?;
        let Ok(()) = self.store.commit(change);
        Ok(())
    }
}

#[test]
fn cutting_the_power_gains_no_try() {
    let mut store = key_with_pin(UserVerification::Pin).authenticator.store().clone();
    let mut looked_at = 0;
    // Whatever commit the power fails at: no more than eight wrong PINs are ever compared.
    for attempt in 0..60 {
        let dying = Dying { store: store.clone(), commits_left: attempt % 3 };
        let mut key = key_with(config(UserVerification::Pin), dying);
        key.power_cycle();
        let status = key.pin_token(2, "4321").unwrap_err();
        if matches!(status, Status::PinInvalid | Status::PinBlocked) && looked_at < 8 {
            looked_at += 1;
        } else {
            assert!(matches!(status, Status::Other | Status::PinBlocked), "{status}");
        }
        store = key.authenticator.store().store.clone();
        let Ok(device) = store.device();
        assert_eq!(device.pin_retries(), 8 - looked_at);
    }
    assert_eq!(looked_at, 8);
}

#[test]
fn a_right_pin_whose_success_is_not_kept_opens_nothing() {
    let store = key_with_pin(UserVerification::Pin).authenticator.store().clone();
    let mut key = key_with(config(UserVerification::Pin), Dying { store, commits_left: 1 });
    assert_eq!(key.pin_token(2, PIN).unwrap_err(), Status::Other);
    assert_eq!(key.pin_retries(), 7);
}
