//! Strict canonical CBOR: what a CTAP message may contain, and nothing else.
//!
//! [CTAP 2.1, 8 Message encoding](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#message-encoding)
//!
//! `sk-cbor` checks key order, shortest forms, UTF-8 and trailing bytes; the nesting limit and the ban on
//! tags are checked here. One liberty is taken: maps below the top level may have their keys in any order, since
//! Firefox (153) writes the options of a sign-in as `{uv, up}`.

use crate::status::Status;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
pub use sk_cbor::Value;

/// "The maximum nesting depth is four levels of any combination of CBOR maps and/or arrays."
pub const MAX_DEPTH: u8 = 4;

/// Reads one canonical item that fills `bytes` to the end, the order of keys in inner maps aside; anything else is
/// [`Status::InvalidCbor`].
pub fn decode(bytes: &[u8]) -> Result<Value, Status> {
    check_nesting(&mut Decoder::new(bytes), MAX_DEPTH).map_err(|_| Status::InvalidCbor)?;
    if let Ok(value) = sk_cbor::read(bytes) {
        return Ok(value);
    }
    let sorted = with_inner_maps_sorted(bytes).map_err(|_| Status::InvalidCbor)?;
    sk_cbor::read(&sorted).map_err(|_| Status::InvalidCbor)
}

/// `bytes` with the keys of inner maps in canonical order and all else as it is, for the strict reader to judge.
fn with_inner_maps_sorted(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut decoder = Decoder::new(bytes);
    let mut sorted = Vec::with_capacity(bytes.len());
    copy_sorted(&mut decoder, false, &mut sorted)?;
    sorted.extend_from_slice(&bytes[decoder.position()..]);
    Ok(sorted)
}

/// Copies one item; if it is a map, with its keys in order where `inner`. Its nesting has been checked.
fn copy_sorted(decoder: &mut Decoder, inner: bool, copy: &mut Vec<u8>) -> Result<(), Error> {
    let start = decoder.position();
    match decoder.datatype()? {
        Type::Map => {
            let pairs = decoder.map()?.unwrap_or(0);
            copy.extend_from_slice(&decoder.input()[start..decoder.position()]);
            let mut entries = Vec::new();
            for _ in 0..pairs {
                let (mut key, mut value) = (Vec::new(), Vec::new());
                copy_sorted(decoder, true, &mut key)?;
                copy_sorted(decoder, true, &mut value)?;
                entries.push((key, value));
            }
            if inner {
                // The lower major type, then the shorter, then the lower byte comes first.
                let order = |key: &[u8]| (key.first().map(|head| head >> 5), key.len(), key.to_vec());
                entries.sort_by_cached_key(|(key, _)| order(key));
            }
            copy.extend(entries.into_iter().flat_map(|(key, value)| [key, value]).flatten());
        }
        Type::Array => {
            let items = decoder.array()?.unwrap_or(0);
            copy.extend_from_slice(&decoder.input()[start..decoder.position()]);
            for _ in 0..items {
                copy_sorted(decoder, true, copy)?;
            }
        }
        _ => {
            decoder.skip()?;
            copy.extend_from_slice(&decoder.input()[start..decoder.position()]);
        }
    }
    Ok(())
}

fn check_nesting(decoder: &mut Decoder, levels_left: u8) -> Result<(), Error> {
    let deeper = || levels_left.checked_sub(1).ok_or(Error::message("nested too deeply"));
    match decoder.datatype()? {
        Type::Map => {
            let levels_left = deeper()?;
            for _ in 0..decoder.map()?.unwrap_or(0) {
                check_nesting(decoder, levels_left)?;
                check_nesting(decoder, levels_left)?;
            }
            Ok(())
        }
        Type::Array => {
            let levels_left = deeper()?;
            for _ in 0..decoder.array()?.unwrap_or(0) {
                check_nesting(decoder, levels_left)?;
            }
            Ok(())
        }
        Type::Tag => Err(Error::message("tagged item")),
        Type::MapIndef | Type::ArrayIndef | Type::BytesIndef | Type::StringIndef => {
            Err(Error::message("item of indefinite length"))
        }
        _ => decoder.skip(),
    }
}

/// Appends the canonical form of `value` to `reply`; keys are sorted.
pub fn encode_into(value: Value, reply: &mut Vec<u8>) {
    // The only errors are nesting beyond 127 levels and a key written twice, neither of which a reply of
    // ours has.
    let written = sk_cbor::write(value, reply);
    debug_assert_eq!(written, Ok(()));
}

/// The canonical form of `value`.
pub fn encode(value: Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes);
    bytes
}

/// A successful reply: the status byte and `value`.
pub(crate) fn reply(value: Value) -> Vec<u8> {
    let mut reply = vec![Status::Ok.into()];
    encode_into(value, &mut reply);
    reply
}

/// A map being taken apart field by field. Fields that nobody takes are ignored, as CTAP demands.
#[derive(Debug)]
pub struct Fields(Vec<(Value, Value)>);

impl Fields {
    /// Takes the value under `key` through `read` (such as [`text`]), if the key is there.
    pub fn optional<T>(
        &mut self,
        key: impl Into<Value>,
        read: impl FnOnce(Value) -> Result<T, Status>,
    ) -> Result<Option<T>, Status> {
        let key = key.into();
        let found = self.0.iter().position(|(name, _)| *name == key);
        found.map(|index| read(self.0.swap_remove(index).1)).transpose()
    }

    /// Like [`Fields::optional`], but an absent key is [`Status::MissingParameter`].
    pub fn required<T>(
        &mut self,
        key: impl Into<Value>,
        read: impl FnOnce(Value) -> Result<T, Status>,
    ) -> Result<T, Status> {
        self.optional(key, read)?.ok_or(Status::MissingParameter)
    }
}

/// Reads a map; anything else is [`Status::CborUnexpectedType`], as in the functions below.
pub fn map(value: Value) -> Result<Fields, Status> {
    value.extract_map().map(Fields).ok_or(Status::CborUnexpectedType)
}

/// Reads an array, each element through `read`.
pub fn array<T>(value: Value, read: impl Fn(Value) -> Result<T, Status>) -> Result<Vec<T>, Status> {
    value.extract_array().ok_or(Status::CborUnexpectedType)?.into_iter().map(read).collect()
}

/// Reads a byte string.
pub fn bytes(value: Value) -> Result<Vec<u8>, Status> {
    value.extract_byte_string().ok_or(Status::CborUnexpectedType)
}

/// Reads a text string.
pub fn text(value: Value) -> Result<String, Status> {
    value.extract_text_string().ok_or(Status::CborUnexpectedType)
}

/// Reads an integer of either sign.
pub fn integer(value: Value) -> Result<i64, Status> {
    value.extract_integer().ok_or(Status::CborUnexpectedType)
}

/// Reads true or false.
pub fn boolean(value: Value) -> Result<bool, Status> {
    value.extract_bool().ok_or(Status::CborUnexpectedType)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sk_cbor::cbor_map;

    #[test]
    fn what_is_not_canonical_is_refused() {
        let cases: &[(&str, &[u8])] = &[
            ("nothing", &[]),
            ("cut short", &[0xa1, 0x01]),
            ("trailing byte", &[0xa0, 0x00]),
            ("long form of 1", &[0x18, 0x01]),
            ("long form of a length", &[0x58, 0x01, 0xff]),
            ("keys out of order", &[0xa2, 0x02, 0x00, 0x01, 0x00]),
            ("longer text key before the shorter", &[0xa2, 0x62, b'a', b'a', 0x00, 0x61, b'b', 0x00]),
            ("negative key before the positive", &[0xa2, 0x20, 0x00, 0x01, 0x00]),
            ("key twice", &[0xa2, 0x01, 0x00, 0x01, 0x00]),
            ("indefinite array", &[0x9f, 0xff]),
            ("indefinite text", &[0x7f, 0x61, b'a', 0xff]),
            ("float", &[0xf9, 0x3c, 0x00]),
            ("tag", &[0xc1, 0x00]),
            ("text that is not UTF-8", &[0x61, 0xff]),
            ("announces more than there is", &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ("inner key twice", &[0xa1, 0x01, 0xa2, 0x61, b'a', 0x00, 0x61, b'a', 0x00]),
            ("long form of an inner key", &[0xa1, 0x01, 0xa2, 0x61, b'b', 0x00, 0x78, 0x01, b'a', 0x00]),
            (
                "inner keys out of order, and a trailing byte",
                &[0xa1, 1, 0xa2, 0x61, b'b', 0, 0x61, b'a', 0, 0],
            ),
            ("five arrays deep", &[0x81, 0x81, 0x81, 0x81, 0x80]),
            ("five maps deep", &[0xa1, 0, 0xa1, 0, 0xa1, 0, 0xa1, 0, 0xa0]),
        ];
        for (what, bytes) in cases {
            assert_eq!(decode(bytes), Err(Status::InvalidCbor), "{what}");
        }
    }

    #[test]
    fn four_levels_and_simple_values_pass() {
        for bytes in [&[0x81, 0x81, 0x81, 0x81, 0x01][..], &[0xa1, 0x01, 0xf5], &[0xf6], &[0x20]] {
            assert_eq!(decode(bytes).map(encode), Ok(bytes.to_vec()));
        }
    }

    #[test]
    fn inner_maps_may_be_out_of_order() {
        let from_firefox = b"\xa1\x05\xa2\x62uv\xf5\x62up\xf5";
        let canonical = b"\xa1\x05\xa2\x62up\xf5\x62uv\xf5";
        assert_eq!(decode(from_firefox).map(encode), Ok(canonical.to_vec()));
    }

    #[test]
    fn fields_tell_absent_from_wrong() {
        let mut fields = map(cbor_map! { 1 => "one", "two" => 2 }).unwrap();
        assert_eq!(fields.required(1, bytes), Err(Status::CborUnexpectedType));
        assert_eq!(fields.required(3, bytes), Err(Status::MissingParameter));
        assert_eq!(fields.optional(3, bytes), Ok(None));
        assert_eq!(fields.required("two", integer), Ok(2));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_canonical(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = decode(&bytes) {
                prop_assert_eq!(Ok(encode(value)), with_inner_maps_sorted(&bytes).map_err(|_| ()));
            }
        }

        #[test]
        fn sorting_takes_anything(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if check_nesting(&mut Decoder::new(&bytes), MAX_DEPTH).is_ok() {
                prop_assert_eq!(with_inner_maps_sorted(&bytes).map(|sorted| sorted.len()).ok(), Some(bytes.len()));
            }
        }
    }
}
