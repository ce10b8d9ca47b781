//! authenticatorCredentialManagement, authenticatorConfig and authenticatorReset.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Fields, Value};
use pocketkey_authenticator::{Action, Config, Event, MemoryStore, Status, Store, UserVerification};
use sha2::{Digest, Sha256};
use sk_cbor::{cbor_array, cbor_map, cbor_map_options};

const PIN: &str = "1234";

fn pin_key() -> Key {
    let config = Config { user_verification: UserVerification::PhoneAndPin, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    key.set_pin(2, PIN).unwrap();
    key
}

fn hash(rp_id: &str) -> Vec<u8> {
    Sha256::digest(rp_id).to_vec()
}

/// A request of credential management, signed with `token`.
fn manage(token: &PinToken, sub_command: u8, params: Option<Value>) -> Vec<u8> {
    let raw = params.clone().map(cbor::encode).unwrap_or_default();
    let param = token.param(&[&[sub_command], &raw[..]].concat());
    message(
        0x0a,
        cbor_map_options! { 1 => u64::from(sub_command), 2 => params, 3 => token.protocol, 4 => param },
    )
}

/// A request of authenticatorConfig, signed with `token`.
fn configure(token: &PinToken, sub_command: u8, params: Option<Value>) -> Vec<u8> {
    let raw = params.clone().map(cbor::encode).unwrap_or_default();
    let param = token.param(&[&[0xff; 32], &[0x0d, sub_command][..], &raw].concat());
    message(
        0x0d,
        cbor_map_options! { 1 => u64::from(sub_command), 2 => params, 3 => token.protocol, 4 => param },
    )
}

fn fields(reply: Result<Value, Status>) -> Fields {
    cbor::map(reply.unwrap()).unwrap()
}

fn cm(key: &mut Key, rp_id: Option<&str>) -> PinToken {
    key.pin_token_for(2, PIN, CM, rp_id).unwrap()
}

fn acfg(key: &mut Key) -> PinToken {
    key.pin_token_for(1, PIN, ACFG, None).unwrap()
}

fn three_credentials(key: &mut Key) -> Vec<Made> {
    let extensions =
        Some(cbor_map! { "credProtect" => 3, "largeBlobKey" => true, "thirdPartyPayment" => true });
    [
        PASSKEY,
        Register { user: 2, extensions, algorithms: &[-8], ..PASSKEY },
        Register { rp_id: "other.example", ..PASSKEY },
    ]
    .iter()
    .map(|request| key.register(request))
    .collect()
}

#[test]
fn everything_is_listed_relying_party_by_relying_party() {
    let mut key = pin_key();
    let made = three_credentials(&mut key);
    key.register(&REGISTER);
    let token = cm(&mut key, None);
    let mut metadata = fields(key.send(&manage(&token, 1, None)));
    assert_eq!(metadata.required(1, cbor::integer), Ok(3));
    assert_eq!(metadata.required(2, cbor::integer), Ok(97));

    let mut first = fields(key.send(&manage(&token, 2, None)));
    assert_eq!(first.required(5, cbor::integer), Ok(2));
    let next = message(0x0a, cbor_map! { 1 => 3 });
    let mut second = fields(key.send(&next));
    assert_eq!(second.optional(5, cbor::integer), Ok(None));
    for (rp, rp_id) in [(&mut first, "other.example"), (&mut second, "demo.example")] {
        let mut entity = rp.required(3, cbor::map).unwrap();
        assert_eq!(entity.required("id", cbor::text).as_deref(), Ok(rp_id));
        assert_eq!(rp.required(4, cbor::bytes), Ok(hash(rp_id)));
    }
    assert_eq!(key.send(&next), Err(Status::NotAllowed));

    let params = Some(cbor_map! { 1 => hash("demo.example") });
    let mut newest = fields(key.send(&manage(&token, 4, params)));
    assert_eq!(newest.required(9, cbor::integer), Ok(2));
    let next = message(0x0a, cbor_map! { 1 => 5 });
    let mut oldest = fields(key.send(&next));
    assert_eq!(key.send(&next), Err(Status::NotAllowed));
    for (found, made, user, level) in
        [(&mut newest, &made[1], "user2", 3), (&mut oldest, &made[0], "user1", 1)]
    {
        let mut entity = found.required(6, cbor::map).unwrap();
        assert_eq!(entity.required("name", cbor::text).as_deref(), Ok(user));
        let mut id = found.required(7, cbor::map).unwrap();
        assert_eq!(id.required("id", cbor::bytes).as_ref(), Ok(&made.id));
        let public_key = PublicKey::read(&mut found.required(8, cbor::map).unwrap());
        let mut statement = cbor::map(made.statement.clone()).unwrap();
        verify(&public_key, &made.auth_data, &statement.required("sig", cbor::bytes).unwrap());
        assert_eq!(found.required(10, cbor::integer), Ok(level));
        assert_eq!(found.optional(11, cbor::bytes).unwrap(), made.large_blob_key);
        assert_eq!(found.optional(12, cbor::boolean), Ok((level == 3).then_some(true)));
    }
}

#[test]
fn another_command_ends_the_enumeration() {
    let mut key = pin_key();
    three_credentials(&mut key);
    let token = cm(&mut key, None);
    key.send(&manage(&token, 2, None)).unwrap();
    key.send(&[0x04]).unwrap();
    assert_eq!(key.send(&message(0x0a, cbor_map! { 1 => 3 })), Err(Status::NotAllowed));
    key.send(&manage(&token, 2, None)).unwrap();
    assert_eq!(key.send(&message(0x0a, cbor_map! { 1 => 5 })), Err(Status::NotAllowed), "the other list");
}

#[test]
fn credentials_are_deleted_and_renamed() {
    let mut key = pin_key();
    let made = three_credentials(&mut key);
    let token = cm(&mut key, None);
    let descriptor = |made: &Made| cbor_map! { "id" => made.id.clone(), "type" => "public-key" };
    let params = Some(cbor_map! { 2 => descriptor(&made[2]) });
    key.send(&manage(&token, 6, params.clone())).unwrap();
    assert_eq!(key.send(&manage(&token, 6, params)), Err(Status::NoCredentials));
    assert_eq!(key.authenticator.credentials().len(), 2);

    let user = |id: u8| cbor_map! { "id" => vec![id], "name" => "bea" };
    let params = |id: u8| Some(cbor_map! { 2 => descriptor(&made[0]), 3 => user(id) });
    key.send(&manage(&token, 7, params(1))).unwrap();
    assert_eq!(key.authenticator.credentials()[1].account, "bea", "in its old place");
    assert_eq!(key.send(&manage(&token, 7, params(2))), Err(Status::InvalidParameter));
    let unknown = cbor_map! { "id" => vec![1u8], "type" => "public-key" };
    let params = Some(cbor_map! { 2 => unknown, 3 => user(1) });
    assert_eq!(key.send(&manage(&token, 7, params)), Err(Status::NoCredentials));
    let Ok(stored) = key.authenticator.store().credentials();
    assert_eq!(stored[1].user.display_name, None, "an absent name goes");
}

#[test]
fn a_token_for_one_relying_party_manages_that_one() {
    let mut key = pin_key();
    let made = three_credentials(&mut key);
    let token = cm(&mut key, Some("demo.example"));
    for sub_command in [1, 2] {
        assert_eq!(key.send(&manage(&token, sub_command, None)), Err(Status::PinAuthInvalid));
    }
    let list = |rp_id: &str| Some(cbor_map! { 1 => hash(rp_id) });
    key.send(&manage(&token, 4, list("demo.example"))).unwrap();
    assert_eq!(key.send(&manage(&token, 4, list("other.example"))), Err(Status::PinAuthInvalid));
    let delete =
        |made: &Made| Some(cbor_map! { 2 => cbor_map! { "id" => made.id.clone(), "type" => "public-key" } });
    assert_eq!(key.send(&manage(&token, 6, delete(&made[2]))), Err(Status::PinAuthInvalid));
    key.send(&manage(&token, 6, delete(&made[0]))).unwrap();
}

#[test]
fn management_refusals() {
    use Status::*;
    let mut key = pin_key();
    let token = cm(&mut key, None);
    for sub_command in [2, 4] {
        let params = (sub_command == 4).then(|| cbor_map! { 1 => hash("demo.example") });
        assert_eq!(key.send(&manage(&token, sub_command, params)), Err(NoCredentials));
    }
    assert_eq!(key.send(&manage(&token, 4, None)), Err(MissingParameter));
    assert_eq!(key.send(&manage(&token, 6, None)), Err(MissingParameter));
    assert_eq!(key.send(&manage(&token, 7, Some(cbor_map! {}))), Err(MissingParameter));
    assert_eq!(key.send(&manage(&token, 8, None)), Err(InvalidSubcommand));
    let wrong_type = cbor_map! { 2 => cbor_map! { "id" => vec![1u8], "type" => "other" } };
    assert_eq!(key.send(&manage(&token, 6, Some(wrong_type))), Err(InvalidParameter));
    let raw = |parameters: Value| message(0x0a, parameters);
    assert_eq!(key.send(&raw(cbor_map! {})), Err(MissingParameter));
    assert_eq!(key.send(&raw(cbor_map! { 1 => "1" })), Err(CborUnexpectedType));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 1 })), Err(PuatRequired));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 1, 4 => vec![0u8; 32] })), Err(MissingParameter));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 1, 3 => 9, 4 => vec![0u8; 32] })), Err(InvalidParameter));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 1, 3 => 2, 4 => vec![0u8; 32] })), Err(PinAuthInvalid));
    let other = key.pin_token_for(2, PIN, LBW, None).unwrap();
    assert_eq!(key.send(&manage(&other, 1, None)), Err(PinAuthInvalid), "no permission");
    // The preview's command byte.
    let token = cm(&mut key, None);
    let mut preview = manage(&token, 1, None);
    preview[0] = 0x41;
    key.send(&preview).unwrap();
}

#[test]
fn always_uv_is_toggled() {
    let mut key = pin_key();
    assert_eq!(key.option("alwaysUv"), Some(false));
    for expected in [true, false] {
        let token = acfg(&mut key);
        key.send(&configure(&token, 2, None)).unwrap();
        assert_eq!(key.option("alwaysUv"), Some(expected));
    }
    // Nothing protects it yet: it may be turned on, but not off again.
    let config = Config { user_verification: UserVerification::Pin, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    let toggle = message(0x0d, cbor_map! { 1 => 2 });
    key.send(&toggle).unwrap();
    assert_eq!(key.send(&toggle), Err(Status::PuatRequired));
}

#[test]
fn the_minimum_pin_length_rises_and_is_told_to_some() {
    let mut key = pin_key();
    let set = |key: &mut Key, params: Value| {
        let token = acfg(key);
        key.send(&configure(&token, 3, Some(params)))
    };
    assert_eq!(set(&mut key, cbor_map! { 1 => 3 }), Err(Status::PinPolicyViolation));
    assert_eq!(set(&mut key, cbor_map! { 1 => 64 }), Err(Status::PinPolicyViolation));
    let many: Vec<Value> = (0..9).map(|n| Value::from(format!("{n}.example"))).collect();
    assert_eq!(set(&mut key, cbor_map! { 2 => Value::array(many) }), Err(Status::KeyStoreFull));
    set(&mut key, cbor_map! { 1 => 4, 2 => cbor_array!["demo.example"] }).unwrap();
    key.pin_token(2, PIN).unwrap();

    let extensions = Some(cbor_map! { "minPinLength" => true });
    for (rp_id, told) in [("demo.example", Some(4)), ("other.example", None)] {
        let made = key.register(&Register { rp_id, extensions: extensions.clone(), ..PASSKEY });
        let outputs = made.extensions.map(|outputs| cbor::map(outputs).unwrap());
        let length = outputs.and_then(|mut outputs| outputs.optional("minPinLength", cbor::integer).unwrap());
        assert_eq!(length, told);
    }

    // A PIN that is now too short must be changed before it is good for anything.
    let token = acfg(&mut key);
    key.send(&configure(&token, 3, Some(cbor_map! { 1 => 6 }))).unwrap();
    assert_eq!(key.send(&configure(&token, 2, None)), Err(Status::PinAuthInvalid), "all tokens are gone");
    let mut info = fields(key.send(&[0x04]));
    assert_eq!(info.required(0x0c, cbor::boolean), Ok(true));
    assert_eq!(info.required(0x0d, cbor::integer), Ok(6));
    assert_eq!(key.pin_token(2, PIN).unwrap_err(), Status::PinInvalid);
    assert_eq!(key.change_pin(2, PIN, "12345"), Err(Status::PinPolicyViolation));
    key.change_pin(2, PIN, "123456").unwrap();
    key.pin_token(2, "123456").unwrap();
}

#[test]
fn a_forced_change_takes_another_pin() {
    let mut key = pin_key();
    let token = acfg(&mut key);
    key.send(&configure(&token, 3, Some(cbor_map! { 3 => true }))).unwrap();
    assert_eq!(key.pin_token_for(2, PIN, MC, Some("demo.example")).unwrap_err(), Status::PinInvalid);
    assert_eq!(key.change_pin(2, PIN, PIN), Err(Status::PinPolicyViolation));
    key.change_pin(2, PIN, "5678").unwrap();
    key.pin_token(2, "5678").unwrap();
}

#[test]
fn config_refusals() {
    use Status::*;
    let mut key = pin_key();
    let token = acfg(&mut key);
    for sub_command in [0, 1, 4, 0xff] {
        assert_eq!(key.send(&configure(&token, sub_command, None)), Err(InvalidParameter));
    }
    let raw = |parameters: Value| message(0x0d, parameters);
    assert_eq!(key.send(&raw(cbor_map! {})), Err(MissingParameter));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 2 })), Err(PuatRequired));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 2, 4 => vec![0u8; 32] })), Err(MissingParameter));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 2, 3 => 2, 4 => vec![0u8; 32] })), Err(PinAuthInvalid));
    assert_eq!(key.send(&raw(cbor_map! { 1 => 3, 2 => 5 })), Err(CborUnexpectedType));
    let token = cm(&mut key, None);
    assert_eq!(key.send(&configure(&token, 2, None)), Err(PinAuthInvalid), "no permission");
    // Without a PIN there is none to force a change of.
    let config = Config { user_verification: UserVerification::PhoneAndPin, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    let token = key.uv_token_for(ACFG, None).unwrap();
    assert_eq!(key.send(&configure(&token, 3, Some(cbor_map! { 3 => true }))), Err(PinNotSet));
}

#[test]
fn managing_with_the_phone_says_so_on_its_screen() {
    let mut key = key_with(Config { phone_token: true, ..Config::default() }, MemoryStore::new());
    three_credentials(&mut key);
    let (_, request) = key.uv_token_request(CM, None);
    let prompt = key.ask(&request);
    assert_eq!((prompt.action, prompt.user_verification), (Action::Manage, true));
    let token = key.uv_token_for(CM, None).unwrap();
    key.send(&manage(&token, 1, None)).unwrap();
    let token = key.uv_token_for(ACFG, None).unwrap();
    key.send(&configure(&token, 2, None)).unwrap();
    assert_eq!(key.send(&configure(&token, 3, None)), Err(Status::InvalidParameter), "no PIN, no length");
}

#[test]
fn a_reset_needs_fresh_power_and_a_touch() {
    let mut key = pin_key();
    let wrapped = key.register(&REGISTER);
    three_credentials(&mut key);
    assert_eq!(key.send(&[0x07]), Err(Status::NotAllowed), "never told of power");
    key.power_cycle();
    key.world.now += 10_001;
    assert_eq!(key.send(&[0x07]), Err(Status::NotAllowed));
    key.power_cycle();
    key.world.now += 10_000;
    for (answer, expected) in [
        (Event::Denied, Status::OperationDenied),
        (Event::TimedOut, Status::UserActionTimeout),
        (Event::Cancelled, Status::KeepaliveCancel),
    ] {
        assert_eq!(key.run(&[0x07], answer), Err(expected));
        assert_eq!(key.authenticator.credentials().len(), 3);
    }
    assert_eq!(key.ask(&[0x07]).action, Action::Reset);
    key.reply(APPROVED).unwrap();
    assert_eq!(key.authenticator.store(), &MemoryStore::new());
    assert_eq!(key.option("clientPin"), Some(false));
    let request = SignIn { allow: Some(vec![wrapped.id]), ..SIGN_IN };
    key.register(&REGISTER);
    assert_eq!(key.send(&request.bytes()), Err(Status::NoCredentials), "sealed with a key that is gone");
}
