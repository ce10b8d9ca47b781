//! Extensions, as relying parties see them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{Config, Event, MemoryStore, Status, UserVerification};
use sk_cbor::{cbor_map, cbor_map_options};

const SALTS: [u8; 64] = [0x5a; 64];

fn register_with(key: &mut Key, kind: &Register, extensions: Value) -> Made {
    key.register(&Register { extensions: Some(extensions), ..kind.clone() })
}

fn allow(made: &Made) -> SignIn {
    SignIn { allow: Some(vec![made.id.clone()]), ..SIGN_IN }
}

fn output<T>(outputs: &Option<Value>, name: &str, read: impl Fn(Value) -> Result<T, Status>) -> Option<T> {
    cbor::map(outputs.clone()?).unwrap().optional(name, read).unwrap()
}

fn salts(platform: &Platform, salts: &[u8]) -> Value {
    let encrypted = platform.encrypt(salts);
    let auth = platform.authenticate(&encrypted);
    cbor_map_options! {
        1 => platform.public.clone(), 2 => encrypted, 3 => auth,
        4 => (platform.protocol == 2).then_some(2),
    }
}

/// What hmac-secret answers to one or two salts.
fn secret(key: &mut Key, request: &SignIn, protocol: i64, length: usize, answer: Event) -> Option<Vec<u8>> {
    let platform = Platform::agree(key, protocol);
    let extensions = Some(cbor_map! { "hmac-secret" => salts(&platform, &SALTS[..length]) });
    let reply = key.run(&SignIn { extensions, ..request.clone() }.bytes(), answer).unwrap();
    let assertion = Assertion::read(reply);
    Some(platform.decrypt(&output(&assertion.extensions, "hmac-secret", cbor::bytes)?))
}

#[test]
fn cred_protect_hides_credentials_from_the_unverified() {
    for kind in [REGISTER, PASSKEY] {
        for level in [1u64, 2, 3] {
            let mut key = key();
            let made = register_with(&mut key, &kind, cbor_map! { "credProtect" => level });
            assert_eq!(
                output(&made.extensions, "credProtect", cbor::integer),
                Some(level.try_into().unwrap())
            );
            let discoverable = kind.rk == Some(true);
            let listed = allow(&made);
            for (request, seen) in [(SIGN_IN, discoverable && level == 1), (listed.clone(), level < 3)] {
                let silent = SignIn { up: Some(false), ..request.clone() };
                let expected = if seen { None } else { Some(Status::NoCredentials) };
                assert_eq!(key.send(&silent.bytes()).err(), expected, "level {level}");
                let verified = SignIn { uv: Some(true), ..request };
                if discoverable || verified.allow.is_some() {
                    key.run(&verified.bytes(), VERIFIED).unwrap();
                }
            }
            // An excludeList finds it in any case: whoever registers is verified.
            let again = Register { exclude: Some(vec![made.id]), ..REGISTER };
            assert_eq!(key.ask(&again.bytes()).user_verification, level == 3);
            assert_eq!(key.reply(VERIFIED), Err(Status::CredentialExcluded));
        }
    }
}

#[test]
fn a_hidden_credential_excludes_nobody_who_is_not_verified() {
    let config = Config { user_verification: UserVerification::Pin, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    let hidden = Register { extensions: Some(cbor_map! { "credProtect" => 3 }), ..REGISTER };
    let made = Made::read(key.run(&hidden.bytes(), APPROVED).unwrap());
    let again = Register { exclude: Some(vec![made.id]), ..REGISTER };
    key.run(&again.bytes(), APPROVED).unwrap();
    key.set_pin(2, "1234").unwrap();
    let token = Some(key.pin_token(2, "1234").unwrap());
    let verified = Register { token, ..again };
    assert_eq!(key.run(&verified.bytes(), APPROVED), Err(Status::CredentialExcluded));
}

#[test]
fn hmac_secret_is_the_same_each_time_and_differs_with_verification() {
    for kind in [REGISTER, PASSKEY] {
        let mut key = key();
        let made = register_with(&mut key, &kind, cbor_map! { "hmac-secret" => true });
        assert_eq!(output(&made.extensions, "hmac-secret", cbor::boolean), Some(true));
        let request = allow(&made);
        let verified = SignIn { uv: Some(true), ..request.clone() };
        let first = secret(&mut key, &request, 1, 32, APPROVED).unwrap();
        assert_eq!(first.len(), 32);
        let both = secret(&mut key, &request, 2, 64, APPROVED).unwrap();
        assert_eq!(both, [&first[..], &first].concat(), "both salts are the same here");
        let with_uv = secret(&mut key, &verified, 2, 32, VERIFIED).unwrap();
        assert_ne!(with_uv, first);
        let other =
            register_with(&mut key, &Register { user: 2, ..kind }, cbor_map! { "hmac-secret" => true });
        assert_ne!(secret(&mut key, &allow(&other), 1, 32, APPROVED).unwrap(), first);
    }
}

#[test]
fn hmac_secret_answers_only_for_credentials_made_with_it() {
    let mut key = key();
    let made = key.register(&PASSKEY);
    assert_eq!(secret(&mut key, &allow(&made), 2, 32, APPROVED), None);
}

#[test]
fn a_registration_can_answer_salts_at_once() {
    for kind in [REGISTER, PASSKEY] {
        let mut key = key();
        let platform = Platform::agree(&mut key, 2);
        let inputs = cbor_map! { "hmac-secret" => true, "hmac-secret-mc" => salts(&platform, &SALTS[..32]) };
        let made = register_with(&mut key, &kind, inputs);
        let answer = output(&made.extensions, "hmac-secret-mc", cbor::bytes).unwrap();
        let verified = SignIn { uv: Some(true), ..allow(&made) };
        let later = secret(&mut key, &verified, 2, 32, VERIFIED).unwrap();
        assert_eq!(platform.decrypt(&answer), later);
    }
    let mut key = key();
    let platform = Platform::agree(&mut key, 2);
    let extensions = Some(cbor_map! { "hmac-secret-mc" => salts(&platform, &SALTS[..32]) });
    assert_eq!(key.send(&Register { extensions, ..REGISTER }.bytes()), Err(Status::InvalidParameter));
}

#[test]
fn salts_that_are_none() {
    let mut key = key();
    let made = register_with(&mut key, &PASSKEY, cbor_map! { "hmac-secret" => true });
    let platform = Platform::agree(&mut key, 2);
    let good = salts(&platform, &SALTS[..32]);
    let with = |name: u64, value: Option<Value>| {
        let mut fields = good.clone().extract_map().unwrap();
        fields.retain(|(known, _)| *known != Value::from(name));
        fields.extend(value.map(|value| (name.into(), value)));
        Value::map(fields)
    };
    let cases: Vec<(&str, Value, Status)> = vec![
        ("wrong saltAuth", with(3, Some(vec![0u8; 32].into())), Status::PinAuthInvalid),
        ("no saltAuth", with(3, None), Status::MissingParameter),
        ("no saltEnc", with(2, None), Status::MissingParameter),
        ("no keyAgreement", with(1, None), Status::MissingParameter),
        ("unknown protocol", with(4, Some(3.into())), Status::InvalidParameter),
        ("another protocol", with(4, Some(1.into())), Status::PinAuthInvalid),
        ("no salt", salts(&platform, &[]), Status::InvalidLength),
        ("half a salt", salts(&platform, &SALTS[..16]), Status::InvalidLength),
        ("a salt and a half", salts(&platform, &SALTS[..48]), Status::InvalidLength),
    ];
    for (what, input, expected) in cases {
        let extensions = Some(cbor_map! { "hmac-secret" => input });
        assert_eq!(key.send(&SignIn { extensions, ..allow(&made) }.bytes()), Err(expected), "{what}");
    }
    let extensions = Some(cbor_map! { "hmac-secret" => good });
    let silent = SignIn { extensions, up: Some(false), ..allow(&made) };
    assert_eq!(key.send(&silent.bytes()), Err(Status::UnsupportedOption));
}

#[test]
fn a_cred_blob_is_kept_with_discoverable_credentials() {
    let mut key = key();
    let blob = |length: usize| cbor_map! { "credBlob" => vec![7u8; length] };
    let kept = |made: &Made| output(&made.extensions, "credBlob", cbor::boolean);
    assert_eq!(kept(&register_with(&mut key, &REGISTER, blob(32))), Some(false));
    assert_eq!(kept(&register_with(&mut key, &PASSKEY, blob(33))), Some(false));
    let without = key.register(&Register { user: 2, ..PASSKEY });
    let made = register_with(&mut key, &PASSKEY, blob(32));
    assert_eq!(kept(&made), Some(true));
    for (made, length) in [(&made, 32), (&without, 0)] {
        let request = SignIn { extensions: Some(cbor_map! { "credBlob" => true }), ..allow(made) };
        let assertion = Assertion::read(key.run(&request.bytes(), APPROVED).unwrap());
        assertion.verify(made);
        assert_eq!(output(&assertion.extensions, "credBlob", cbor::bytes), Some(vec![7; length]));
    }
}

#[test]
fn a_large_blob_key_comes_with_discoverable_credentials() {
    let config = Config { phone_token: true, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    let wanted = || Some(cbor_map! { "largeBlobKey" => true });
    for (kind, extensions) in [(REGISTER, wanted()), (PASSKEY, Some(cbor_map! { "largeBlobKey" => false }))] {
        assert_eq!(key.send(&Register { extensions, ..kind }.bytes()), Err(Status::InvalidOption));
    }
    let made = register_with(&mut key, &PASSKEY, wanted().unwrap());
    let blob_key = made.large_blob_key.clone().unwrap();
    assert_eq!((blob_key.len(), &made.extensions), (32, &None));
    let request = SignIn { extensions: wanted(), ..allow(&made) };
    let assertion = Assertion::read(key.run(&request.bytes(), APPROVED).unwrap());
    assert_eq!(assertion.large_blob_key, Some(blob_key));
    let without = Assertion::read(key.run(&allow(&made).bytes(), APPROVED).unwrap());
    assert_eq!(without.large_blob_key, None);
    let refused = SignIn { extensions: Some(cbor_map! { "largeBlobKey" => false }), ..allow(&made) };
    assert_eq!(key.send(&refused.bytes()), Err(Status::InvalidOption));
    // Without large blobs, the extension is one that we do not know.
    assert_eq!(register_with(&mut common::key(), &REGISTER, wanted().unwrap()).large_blob_key, None);
}

#[test]
fn third_party_payment_is_remembered() {
    for kind in [REGISTER, PASSKEY] {
        for enabled in [true, false] {
            let mut key = key();
            let made = register_with(&mut key, &kind, cbor_map! { "thirdPartyPayment" => enabled });
            let extensions = Some(cbor_map! { "thirdPartyPayment" => true });
            let assertion = key.run(&SignIn { extensions, ..allow(&made) }.bytes(), APPROVED).unwrap();
            let outputs = Assertion::read(assertion).extensions;
            assert_eq!(output(&outputs, "thirdPartyPayment", cbor::boolean), Some(enabled));
        }
    }
}

#[test]
fn extensions_go_on_through_the_list() {
    let mut key = key();
    for user in [1, 2] {
        let kind = Register { user, ..PASSKEY };
        register_with(&mut key, &kind, cbor_map! { "credBlob" => vec![user], "hmac-secret" => true });
    }
    let platform = Platform::agree(&mut key, 2);
    let extensions = cbor_map! { "credBlob" => true, "hmac-secret" => salts(&platform, &SALTS[..32]) };
    let first = key.run(&SignIn { extensions: Some(extensions), ..SIGN_IN }.bytes(), APPROVED).unwrap();
    let second = key.send(&[0x08]).unwrap();
    let [first, second] = [first, second].map(|reply| Assertion::read(reply).extensions);
    assert_eq!(output(&first, "credBlob", cbor::bytes), Some(vec![2]));
    assert_eq!(output(&second, "credBlob", cbor::bytes), Some(vec![1]));
    let [first, second] = [first, second].map(|outputs| output(&outputs, "hmac-secret", cbor::bytes));
    assert!(first.is_some() && second.is_some() && first != second);
}
