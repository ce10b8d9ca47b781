//! The same bytes to our authenticator and to another implementation, 1Password's `passkey-authenticator`.
//!
//! It is a CTAP 2.0 authenticator without PINs, so what both can do is compared: getInfo, makeCredential and
//! getAssertion. Where they differ, the difference has a line here, and a reason.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;
#[path = "differential/other.rs"]
mod other;
#[path = "differential/pair.rs"]
mod pair;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/refusals.rs"]
mod refusals;

use common::*;
use pair::{Both, Credential, Pair};
use passkey_types::ctap2::get_info::Extension;
use passkey_types::ctap2::{get_assertion, get_info, make_credential};

const EXCLUDED: u8 = 0x19;
const UNSUPPORTED_ALGORITHM: u8 = 0x26;
const INVALID_OPTION: u8 = 0x2c;
const NO_CREDENTIALS: u8 = 0x2e;

/// The IDs of both, so that a list holds something for either.
fn ids(credential: &Both<Credential>) -> Vec<Vec<u8>> {
    credential.iter().map(|one| one.id.clone()).collect()
}

#[test]
fn a_discoverable_credential() {
    let mut pair = Pair::new();
    let made = [pair.register(&PASSKEY).unwrap()];
    let sign_ins = [
        SIGN_IN,
        SignIn { uv: Some(true), ..SIGN_IN },
        SignIn { up: Some(false), ..SIGN_IN },
        SignIn { allow: Some(ids(&made[0])), ..SIGN_IN },
    ];
    for sign_in in sign_ins {
        assert_eq!(pair.sign_in(&sign_in, &made), Ok(Some(vec![1])));
    }
    let elsewhere = SignIn { rp_id: "other.example", ..SIGN_IN };
    assert_eq!(pair.sign_in(&elsewhere, &made), Err([NO_CREDENTIALS; 2]));
}

#[test]
fn a_credential_that_is_not_discoverable() {
    let mut pair = Pair::new();
    let made = [pair.register(&REGISTER).unwrap()];
    assert_eq!(pair.sign_in(&SIGN_IN, &made), Err([NO_CREDENTIALS; 2]));
    let named = SignIn { allow: Some(ids(&made[0])), ..SIGN_IN };
    assert_eq!(pair.sign_in(&named, &made), Ok(None));
    let elsewhere = SignIn { rp_id: "other.example", ..named };
    assert_eq!(pair.sign_in(&elsewhere, &made), Err([NO_CREDENTIALS; 2]));
}

#[test]
fn refused_by_both_with_the_same_status() {
    let mut pair = Pair::new();
    let made = pair.register(&PASSKEY).unwrap();
    let refusal = |pair: &mut Pair, request: Register| pair.register(&request).map(drop);
    let again = Register { exclude: Some(ids(&made)), user: 2, ..REGISTER };
    assert_eq!(refusal(&mut pair, again.clone()), Err([EXCLUDED; 2]));
    assert_eq!(refusal(&mut pair, Register { rp_id: "other.example", ..again }), Ok(()));
    for algorithms in [&[][..], &[-257], &[-257, -37]] {
        let request = Register { algorithms, ..REGISTER };
        assert_eq!(refusal(&mut pair, request), Err([UNSUPPORTED_ALGORITHM; 2]), "{algorithms:?}");
    }
    let absent = Register { up: Some(false), ..REGISTER };
    assert_eq!(refusal(&mut pair, absent), Err([INVALID_OPTION; 2]));
}

#[test]
fn get_info_in_the_words_of_the_other() {
    let [ours, other] = Pair::new().send(&[0x04]).map(|reply| reply.unwrap_or_else(|e| panic!("{e:#04x}")));
    let theirs: get_info::Response = other.typed().unwrap();
    let info: get_info::Response = ours.typed().unwrap();
    assert_eq!(info.versions, theirs.versions);
    assert_eq!(info.aaguid, theirs.aaguid);
    assert_eq!(info.algorithms, theirs.algorithms);
    let extensions = info.extensions.unwrap();
    assert_eq!(extensions.len(), 5);
    for known in [Extension::HmacSecret, Extension::HmacSecretMakeCredential] {
        assert!(extensions.contains(&known), "{extensions:?}");
    }
    let [options, their_options] = [info.options, theirs.options].map(Option::unwrap);
    assert_eq!((options.rk, options.up, options.uv), (true, true, Some(true)));
    assert_eq!(options, their_options);
    assert_eq!(info.pin_protocols, Some(vec![2, 1]));
    assert_eq!(info.max_msg_size.map(u128::from), Some(1200));
    assert_eq!(info.firmware_version, Some(1));
    assert_eq!(info.max_cred_blob_length, Some(32));
    assert_eq!(info.remaining_discoverable_credentials, Some(100));
}

#[test]
fn our_replies_in_the_words_of_the_other() {
    let mut pair = Pair::new();
    let [ours, _] = pair.send(&PASSKEY.bytes());
    let ours = ours.unwrap_or_else(|status| panic!("{status:#04x}"));
    let made: make_credential::Response = ours.typed().unwrap();
    assert_eq!(made.fmt, "packed");
    assert_eq!(made.auth_data.to_vec(), ours.bytes(2), "authenticator data survives their reading it");
    assert_eq!((made.ep_att, made.large_blob_key), (None, None));

    let id = made.auth_data.attested_credential_data.unwrap().credential_id().to_vec();
    let [ours, _] = pair.send(&SIGN_IN.bytes());
    let ours = ours.unwrap_or_else(|status| panic!("{status:#04x}"));
    // 6.2.2 step 12 keeps the names back where nobody has to choose; their type, which is WebAuthn's, requires them.
    let error = ours.typed::<get_assertion::Response>().unwrap_err();
    assert!(error.contains("displayName"), "{error}");
    let assertion: get_assertion::Response = ours.without(4).typed().unwrap();
    let credential = assertion.credential.unwrap();
    assert!(credential.is_known());
    assert_eq!(credential.id.to_vec(), id);
    assert_eq!(assertion.auth_data.to_vec(), ours.bytes(2));
    assert_eq!(assertion.signature.to_vec(), ours.bytes(3));
    assert_eq!((assertion.number_of_credentials, assertion.user_selected), (None, Some(true)));
}
