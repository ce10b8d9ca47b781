//! Requests with something missing or of the wrong type: refused by both, or else listed with the specification's
//! reason, so that a new difference is a failure.

use pocketkey_authenticator::cbor::Value;
use sk_cbor::{cbor_array, cbor_map};

use crate::common::{PASSKEY, REGISTER, SIGN_IN, message};
use crate::pair::Pair;

/// `fields` without `key`, or with another value there.
fn with(mut fields: Vec<(Value, Value)>, key: u64, value: Option<Value>) -> Value {
    fields.retain(|(name, _)| *name != Value::from(key));
    fields.extend(value.map(|value| (Value::from(key), value)));
    Value::map(fields)
}

/// What the two say to one field of a request that is otherwise good.
type Case = (&'static str, u64, Option<Value>);

fn answers(command: u8, (_, key, value): &Case) -> [u8; 2] {
    let mut pair = Pair::new();
    assert_eq!(pair.statuses(&PASSKEY.bytes()), [0, 0]);
    let fields = if command == 0x01 { REGISTER.fields() } else { SIGN_IN.fields() };
    pair.statuses(&message(command, with(fields, *key, value.clone())))
}

fn both_refuse(command: u8, cases: Vec<Case>) {
    for case in cases {
        let [ours, other] = answers(command, &case);
        assert!(ours != 0 && other != 0, "{}: ours {ours:#04x}, the other {other:#04x}", case.0);
    }
}

fn hash() -> Option<Value> {
    Some(vec![0_u8; 32].into())
}

fn public_key(algorithm: Value) -> Value {
    cbor_map! { "alg" => algorithm, "type" => "public-key" }
}

fn descriptor(id: Value) -> Option<Value> {
    Some(cbor_array![cbor_map! { "id" => id, "type" => "public-key" }])
}

#[test]
fn make_credential() {
    let user = |id: Value| Some(cbor_map! { "id" => id, "name" => "a", "displayName" => "b" });
    both_refuse(
        0x01,
        vec![
            ("no clientDataHash", 1, None),
            ("clientDataHash, a map", 1, Some(cbor_map! {})),
            ("no rp", 2, None),
            ("rp, a number", 2, Some(5.into())),
            ("rp without id", 2, Some(cbor_map! { "name" => "Demo" })),
            ("rp.id, a number", 2, Some(cbor_map! { "id" => 5 })),
            ("rp.id, bytes", 2, Some(cbor_map! { "id" => vec![0xff_u8] })),
            ("rp.name, a number", 2, Some(cbor_map! { "id" => "a", "name" => 5 })),
            ("no user", 3, None),
            ("user, a number", 3, Some(5.into())),
            ("user without id", 3, Some(cbor_map! { "name" => "a", "displayName" => "b" })),
            ("user.id, a number", 3, user(5.into())),
            ("no pubKeyCredParams", 4, None),
            ("pubKeyCredParams, a number", 4, Some(5.into())),
            ("an element without type", 4, Some(cbor_array![cbor_map! { "alg" => -7 }])),
            ("pubKeyCredParams, empty", 4, Some(cbor_array![])),
            ("an unknown algorithm", 4, Some(cbor_array![public_key(12345.into())])),
            ("an algorithm in words", 4, Some(cbor_array![public_key("ES256".into())])),
            ("extensions, a number", 6, Some(5.into())),
            ("options, a number", 7, Some(5.into())),
            ("options.rk, a number", 7, Some(cbor_map! { "rk" => 5 })),
            ("options.up, false", 7, Some(cbor_map! { "up" => false })),
        ],
    );
}

#[test]
fn get_assertion() {
    both_refuse(
        0x02,
        vec![
            ("no rpId", 1, None),
            ("rpId, a number", 1, Some(5.into())),
            ("no clientDataHash", 2, None),
            ("clientDataHash, a map", 2, Some(cbor_map! {})),
            ("options, a number", 5, Some(5.into())),
            ("options.up, a number", 5, Some(cbor_map! { "up" => 5 })),
            ("options.uv, text", 5, Some(cbor_map! { "uv" => "true" })),
        ],
    );
}

/// Our status, the other's status, and why ours is as it is.
type Difference = (Case, [u8; 2], &'static str);

fn differ(command: u8, differences: Vec<Difference>) {
    let mut failures = Vec::new();
    for (case, expected, reason) in differences {
        let found = answers(command, &case);
        if found != expected {
            failures.push(format!("{}: {found:02x?}, not {expected:02x?} ({reason})", case.0));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
#[rustfmt::skip]
fn where_they_differ_in_make_credential() {
    const TYPE: &str = "8: a parameter of the wrong type is refused, CTAP2_ERR_CBOR_UNEXPECTED_TYPE";
    const ELEMENT: &str = "6.1.2 step 3: an element with a missing or wrongly typed member is an error";
    const ID: &str = "WebAuthn 5.4.3: a user handle has 1 to 64 bytes";
    const HASH: &str = "6.1: clientDataHash is a SHA-256 digest";
    let user = |id: Value| Some(cbor_map! { "id" => id, "name" => "a", "displayName" => "b" });
    differ(0x01, vec![
        (("clientDataHash, text", 1, Some("hash".into())), [0x11, 0x00], TYPE),
        (("clientDataHash, 31 bytes", 1, Some(vec![0_u8; 31].into())), [0x03, 0x00], HASH),
        (("user.id, text", 3, user("abcd".into())), [0x11, 0x00], TYPE),
        (("user.id, empty", 3, user(Vec::<u8>::new().into())), [0x03, 0x00], ID),
        (("user.id, 65 bytes", 3, user(vec![1_u8; 65].into())), [0x03, 0x00], ID),
        (("user without names", 3, Some(cbor_map! { "id" => vec![1_u8] })), [0x00, 0x12], "6.1: only user.id is required"),
        (("an algorithm as digits", 4, Some(cbor_array![public_key("-7".into())])), [0x11, 0x00], TYPE),
        (("a bad element behind a good one", 4, Some(cbor_array![public_key((-7).into()), 5])), [0x11, 0x00], ELEMENT),
        (("another type of credential", 4, Some(cbor_array![cbor_map! { "alg" => -7, "type" => "x" }])), [0x26, 0x00], "6.1.2 step 3: only known types count"),
        (("excludeList, a number", 5, Some(5.into())), [0x11, 0x00], TYPE),
        (("excludeList with a number", 5, Some(cbor_array![5])), [0x11, 0x00], TYPE),
        (("an ID as text", 5, descriptor("abcd".into())), [0x11, 0x00], TYPE),
    ]);
}

#[test]
#[rustfmt::skip]
fn where_they_differ_in_get_assertion() {
    const TYPE: &str = "8: a parameter of the wrong type is refused, CTAP2_ERR_CBOR_UNEXPECTED_TYPE";
    differ(0x02, vec![
        (("clientDataHash, text", 2, Some("hash".into())), [0x11, 0x00], TYPE),
        (("clientDataHash, 33 bytes", 2, Some(vec![0_u8; 33].into())), [0x03, 0x00], "6.2: clientDataHash is a SHA-256 digest"),
        (("allowList, a number", 3, Some(5.into())), [0x11, 0x00], TYPE),
        (("allowList with a number", 3, Some(cbor_array![5])), [0x11, 0x00], TYPE),
        (("an ID as text", 3, descriptor("abcd".into())), [0x11, 0x2e], TYPE),
        (("extensions, a number", 4, Some(5.into())), [0x11, 0x00], TYPE),
        (("options.rk", 5, Some(cbor_map! { "rk" => true })), [0x2b, 0x00], "6.2.2 step 4: rk is refused"),
    ]);
}

/// The other reads CBOR that is not canonical; 8 lets an authenticator refuse it, and names the status.
#[test]
fn where_they_differ_in_cbor() {
    let request = message(0x02, Value::map(SIGN_IN.fields()));
    let mut pair = Pair::new();
    assert_eq!(pair.statuses(&PASSKEY.bytes()), [0, 0]);
    assert_eq!(pair.statuses(&request), [0, 0]);
    let mut trailing = request.clone();
    trailing.push(0);
    assert_eq!(pair.statuses(&trailing), [0x12, 0x00], "bytes after the map");
    let mut long = request.clone();
    long.splice(1..2, [0xb8, 0x02]);
    assert_eq!(pair.statuses(&long), [0x12, 0x00], "a length that is not the shortest");
    assert_eq!(pair.statuses(&request[..request.len() - 1]), [0x12, 0x12], "cut short");
    let backwards = [&[0x02, 0xa2, 0x02, 0x58, 0x20][..], &[9; 32], b"\x01\x6cdemo.example"].concat();
    assert_eq!(pair.statuses(&backwards), [0x12, 0x00], "keys out of order");
    assert_eq!(pair.statuses(&message(0x02, with(SIGN_IN.fields(), 2, hash()))), [0, 0]);
}
