//! authenticatorLargeBlobs, as a platform uses it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor::{self, Value};
use pocketkey_authenticator::{Config, MemoryStore, Status, UserVerification};
use sha2::{Digest, Sha256};
use sk_cbor::{cbor_map, cbor_map_options};

fn key_with_token() -> (Key, PinToken) {
    let config = Config { phone_token: true, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    let token = key.uv_token_for(LBW, None).unwrap();
    (key, token)
}

/// An array of one byte string, with its digest; `length` bytes in all.
fn array(length: usize) -> Vec<u8> {
    let contents = vec![7; length - 16];
    [&contents[..], &Sha256::digest(&contents)[..16]].concat()
}

fn write(token: Option<&PinToken>, fragment: &[u8], offset: usize, length: Option<usize>) -> Vec<u8> {
    let little = u32::try_from(offset).unwrap().to_le_bytes();
    let signed = [&[0xff; 32], &[0x0c, 0x00][..], &little, &Sha256::digest(fragment)].concat();
    let parameters = cbor_map_options! {
        2 => fragment,
        3 => offset as u64,
        4 => length.map(|length| length as u64),
        5 => token.map(|token| token.param(&signed)),
        6 => token.map(|token| token.protocol),
    };
    message(0x0c, parameters)
}

fn read_from(key: &mut Key, offset: u64, count: u64) -> Result<Vec<u8>, Status> {
    let reply = key.send(&message(0x0c, cbor_map! { 1 => count, 3 => offset }))?;
    cbor::map(reply).unwrap().required(1, cbor::bytes)
}

#[test]
fn at_first_there_is_an_empty_array() {
    let (mut key, _) = key_with_token();
    let initial = [&[0x80][..], &Sha256::digest([0x80])[..16]].concat();
    assert_eq!(read_from(&mut key, 0, 1136), Ok(initial.clone()));
    assert_eq!(read_from(&mut key, 1, 5), Ok(initial[1..6].to_vec()));
    assert_eq!(read_from(&mut key, 17, 5), Ok(vec![]));
}

#[test]
fn an_array_is_written_in_fragments_and_lasts() {
    let (mut key, token) = key_with_token();
    let array = array(2048);
    let fragments: Vec<Vec<u8>> = array
        .chunks(1000)
        .enumerate()
        .map(|(index, fragment)| {
            write(Some(&token), fragment, index * 1000, (index == 0).then_some(array.len()))
        })
        .collect();
    for fragment in &fragments[..2] {
        key.send(fragment).unwrap();
    }
    assert_eq!(read_fragment(&mut key).len(), 17, "not before all of it is there");
    assert_eq!(key.send(&fragments[2]), Err(Status::InvalidSequence), "another request ended the writing");
    for fragment in &fragments {
        key.send(fragment).unwrap();
    }
    let bytes = key.authenticator.store().to_bytes();
    let config = Config { phone_token: true, ..Config::default() };
    let mut restarted = key_with(config, MemoryStore::from_bytes(&bytes).unwrap());
    let read = [read_from(&mut restarted, 0, 1136).unwrap(), read_from(&mut restarted, 1136, 1136).unwrap()];
    assert_eq!(read.concat(), array);
}

fn read_fragment(key: &mut Key) -> Vec<u8> {
    read_from(key, 0, 1136).unwrap()
}

#[test]
fn refusals() {
    use Status::*;
    let raw = |parameters: Value| message(0x0c, parameters);
    let bytes = || vec![0u8; 20];
    let (mut key, token) = key_with_token();
    let good = array(40);
    let mut damaged = good.clone();
    damaged[0] ^= 1;
    let wrong = PinToken { value: vec![0; 32], ..token.clone() };
    let cases: Vec<(&str, Vec<u8>, Status)> = vec![
        ("no offset", raw(cbor_map! { 1 => 5 }), InvalidParameter),
        ("negative offset", raw(cbor_map! { 1 => 5, 3 => -1 }), InvalidParameter),
        ("neither get nor set", raw(cbor_map! { 3 => 0 }), InvalidParameter),
        ("get and set", raw(cbor_map! { 1 => 5, 2 => bytes(), 3 => 0 }), InvalidParameter),
        ("get of the wrong type", raw(cbor_map! { 1 => "5", 3 => 0 }), CborUnexpectedType),
        ("get with length", raw(cbor_map! { 1 => 5, 3 => 0, 4 => 20 }), InvalidParameter),
        ("get with pinUvAuthParam", raw(cbor_map! { 1 => 5, 3 => 0, 5 => bytes() }), InvalidParameter),
        ("get with pinUvAuthProtocol", raw(cbor_map! { 1 => 5, 3 => 0, 6 => 2 }), InvalidParameter),
        ("get of too much", raw(cbor_map! { 1 => 1137, 3 => 0 }), InvalidLength),
        ("get from beyond", raw(cbor_map! { 1 => 5, 3 => 18 }), InvalidParameter),
        ("set of too much", raw(cbor_map! { 2 => vec![0u8; 1137], 3 => 0, 4 => 1200 }), InvalidLength),
        ("set without length", write(Some(&token), &good, 0, None), InvalidParameter),
        (
            "set of more than there is room for",
            write(Some(&token), &good, 0, Some(2049)),
            LargeBlobStorageFull,
        ),
        ("set of less than a digest", write(Some(&token), &good, 0, Some(16)), InvalidParameter),
        ("a later fragment with length", write(Some(&token), &good, 40, Some(80)), InvalidParameter),
        ("a later fragment without the first", write(Some(&token), &good, 40, None), InvalidSequence),
        ("set without pinUvAuthParam", write(None, &good, 0, Some(40)), PuatRequired),
        ("set with a wrong pinUvAuthParam", write(Some(&wrong), &good, 0, Some(40)), PinAuthInvalid),
        ("more than announced", write(Some(&token), &good, 0, Some(39)), InvalidParameter),
        ("a digest that does not fit", write(Some(&token), &damaged, 0, Some(40)), IntegrityFailure),
    ];
    for (what, request, expected) in cases {
        assert_eq!(key.send(&request), Err(expected), "{what}");
        assert_eq!(read_fragment(&mut key).len(), 17);
    }
    key.send(&write(Some(&token), &good[..20], 0, Some(40))).unwrap();
    assert_eq!(key.send(&write(Some(&token), &good[20..], 21, None)), Err(InvalidSequence));
    let token = key.uv_token_for(CM, None).unwrap();
    assert_eq!(key.send(&write(Some(&token), &good, 0, Some(40))), Err(PinAuthInvalid), "no permission");
}

#[test]
fn a_spent_token_still_writes() {
    let (mut key, _) = key_with_token();
    let token = key.uv_token_for(MC | LBW, Some("demo.example")).unwrap();
    key.send(&Register { token: Some(token.clone()), ..PASSKEY }.bytes()).unwrap();
    key.send(&write(Some(&token), &array(40), 0, Some(40))).unwrap();
}

#[test]
fn what_nothing_protects_anybody_may_write() {
    let config = Config { user_verification: UserVerification::Pin, ..Config::default() };
    let mut key = key_with(config, MemoryStore::new());
    key.send(&write(None, &array(40), 0, Some(40))).unwrap();
    key.set_pin(2, "1234").unwrap();
    assert_eq!(key.send(&write(None, &array(40), 0, Some(40))), Err(Status::PuatRequired));
}
