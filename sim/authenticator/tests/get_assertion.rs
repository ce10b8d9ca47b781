//! authenticatorGetAssertion and authenticatorGetNextAssertion, as a client sees them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::{Action, Event, Status};
use sha2::{Digest, Sha256};

const NEXT: Event<'static> = Event::Request(&[0x08]);

fn allow(made: &Made) -> SignIn {
    SignIn { allow: Some(vec![vec![9; 32], made.id.clone()]), ..SIGN_IN }
}

fn register_two(key: &mut Key) {
    for user in [1, 2] {
        key.register(&Register { user, ..PASSKEY });
    }
}

#[test]
fn a_non_discoverable_credential_signs_in() {
    let mut key = key();
    let made = key.register(&REGISTER);
    assert_eq!(key.ask(&allow(&made).bytes()), prompt(Action::SignIn, "", false));
    let assertion = Assertion::read(key.reply(APPROVED).unwrap());
    assertion.verify(&made);
    assert_eq!(assertion.auth_data[..32], *Sha256::digest("demo.example"));
    assert_eq!(flags(&assertion.auth_data), UP);
    assert_eq!(counter(&assertion.auth_data), 2);
    assert_eq!(assertion.auth_data.len(), 37);
    assert_eq!(assertion.user_id, None);
    assert_eq!((assertion.number_of_credentials, assertion.user_selected), (None, None));
}

#[test]
fn an_allowed_discoverable_credential_names_its_user_but_no_choice() {
    let mut key = key();
    let made = key.register(&PASSKEY);
    let request = SignIn { uv: Some(true), ..allow(&made) };
    assert_eq!(key.ask(&request.bytes()), prompt(Action::SignIn, "user1", true));
    let assertion = Assertion::read(key.reply(VERIFIED).unwrap());
    assertion.verify(&made);
    assert_eq!(flags(&assertion.auth_data), UP | UV);
    assert_eq!((assertion.user_id, assertion.user_name), (Some(vec![1]), None));
    assert_eq!((assertion.number_of_credentials, assertion.user_selected), (None, None));
}

#[test]
fn the_only_discoverable_credential_is_selected_by_the_approval() {
    let mut key = key();
    let made = key.register(&PASSKEY);
    assert_eq!(key.ask(&SIGN_IN.bytes()), prompt(Action::SignIn, "user1", false));
    let assertion = Assertion::read(key.reply(APPROVED).unwrap());
    assertion.verify(&made);
    assert_eq!((assertion.number_of_credentials, assertion.user_selected), (None, Some(true)));
    assert_eq!((assertion.user_id, assertion.user_name), (Some(vec![1]), None));
    assert_eq!(key.reply(NEXT), Err(Status::NotAllowed));
}

#[test]
fn an_empty_allow_list_is_none() {
    let mut key = key();
    let made = key.register(&PASSKEY);
    let request = SignIn { allow: Some(vec![]), ..SIGN_IN };
    Assertion::read(key.run(&request.bytes(), APPROVED).unwrap()).verify(&made);
}

#[test]
fn a_silent_probe_neither_asks_nor_claims_anybody_was_there() {
    let mut key = key();
    for made in [key.register(&REGISTER), key.register(&PASSKEY)] {
        let probe = SignIn { up: Some(false), ..allow(&made) };
        let assertion = Assertion::read(key.reply(Event::Request(&probe.bytes())).unwrap());
        assertion.verify(&made);
        assert_eq!(flags(&assertion.auth_data), 0);
        assert!(!key.authenticator.is_waiting());
        let elsewhere = SignIn { rp_id: "other.example", ..probe };
        assert_eq!(key.reply(Event::Request(&elsewhere.bytes())), Err(Status::NoCredentials));
    }
    let discover = SignIn { up: Some(false), ..SIGN_IN };
    let assertion = Assertion::read(key.reply(Event::Request(&discover.bytes())).unwrap());
    assert_eq!((flags(&assertion.auth_data), assertion.user_selected), (0, None));
}

#[test]
fn verification_without_presence_still_asks() {
    let mut key = key();
    let made = key.register(&REGISTER);
    let request = SignIn { up: Some(false), uv: Some(true), ..allow(&made) };
    assert!(key.ask(&request.bytes()).user_verification);
    assert_eq!(flags(&Assertion::read(key.reply(VERIFIED).unwrap()).auth_data), UP | UV);
}

#[test]
fn several_credentials_come_one_after_the_other_newest_first() {
    let mut key = key();
    let made: Vec<Made> = [1, 2, 3].map(|user| key.register(&Register { user, ..PASSKEY })).into();
    key.register(&Register { rp_id: "other.example", ..PASSKEY });
    let request = SignIn { uv: Some(true), ..SIGN_IN };
    assert_eq!(key.ask(&request.bytes()), prompt(Action::SignIn, "user3, user2, user1", true));
    let first = Assertion::read(key.reply(VERIFIED).unwrap());
    first.verify(&made[2]);
    assert_eq!((first.number_of_credentials, first.user_selected), (Some(3), None));
    assert_eq!(first.user_name.as_deref(), Some("user3"));
    for index in [1, 0] {
        key.world.now += 30_000; // the timer starts anew each time
        let next = Assertion::read(key.reply(NEXT).unwrap());
        next.verify(&made[index]);
        assert_eq!(flags(&next.auth_data), UP | UV);
        assert_eq!(next.user_name, Some(format!("user{}", index + 1)));
        assert_eq!((next.number_of_credentials, next.user_selected), (None, None));
    }
    assert_eq!(key.reply(NEXT), Err(Status::NotAllowed));
}

#[test]
fn names_are_for_verified_persons() {
    let mut key = key();
    register_two(&mut key);
    let first = Assertion::read(key.run(&SIGN_IN.bytes(), VERIFIED).unwrap());
    let second = Assertion::read(key.reply(NEXT).unwrap());
    for assertion in [first, second] {
        assert_eq!(flags(&assertion.auth_data), UP);
        assert!(assertion.user_id.is_some() && assertion.user_name.is_none());
    }
}

#[test]
fn the_list_ends_after_30_seconds_or_with_another_command() {
    let mut key = key();
    register_two(&mut key);
    key.run(&SIGN_IN.bytes(), APPROVED).unwrap();
    key.world.now += 30_001;
    assert_eq!(key.reply(NEXT), Err(Status::NotAllowed));

    key.run(&SIGN_IN.bytes(), APPROVED).unwrap();
    key.reply(Event::Request(&[0x04])).unwrap();
    assert_eq!(key.reply(NEXT), Err(Status::NotAllowed));
}

#[test]
fn the_counter_grows_with_every_signature() {
    let mut key = key();
    let made = key.register(&REGISTER);
    let mut last = counter(&made.auth_data);
    for up in [true, false, true] {
        let request = SignIn { up: Some(up), ..allow(&made) }.bytes();
        let response = if up { key.run(&request, APPROVED) } else { key.reply(Event::Request(&request)) };
        let now = counter(&Assertion::read(response.unwrap()).auth_data);
        assert!(now > last);
        last = now;
    }
}
