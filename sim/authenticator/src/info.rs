//! authenticatorGetInfo (0x04).
//!
//! [CTAP 2.1, 6.4](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetInfo)

use crate::cbor::{self, Value};
use crate::config::Config;
use crate::parameters::MAX_LIST;
use sk_cbor::{cbor_array, cbor_bytes_lit, cbor_map};

/// The longest credBlob in bytes (`maxCredBlobLength`).
pub const MAX_CRED_BLOB: usize = 32;

/// The longest credential ID in bytes that we make or accept; clients leave longer ones out of their lists.
const MAX_CREDENTIAL_ID: u64 = 64;

/// The reply to getInfo: the status byte `0x00` and CBOR. It depends on the settings alone, so the virtual
/// key answers with it at once, even when the phone is off.
pub fn encode(config: &Config) -> Vec<u8> {
    cbor::reply(cbor_map! {
        0x01 => cbor_array!["FIDO_2_0", "FIDO_2_1"], // versions
        0x03 => cbor_bytes_lit!(&config.aaguid),
        0x04 => cbor_map! { // options
            "rk" => true,
            "up" => true,
            "uv" => true, // built-in user verification is there and set up: the phone's unlock
            "plat" => false,
        },
        0x05 => config.max_msg_size as u64, // maxMsgSize
        0x07 => MAX_LIST as u64, // maxCredentialCountInList
        0x08 => MAX_CREDENTIAL_ID, // maxCredentialIdLength
        0x09 => cbor_array!["usb"], // transports
        0x0a => algorithms(config),
        0x0e => u64::from(config.firmware_version), // firmwareVersion
    })
}

fn algorithms(config: &Config) -> Value {
    let named = config.algorithms.iter().map(|algorithm| {
        cbor_map! { "alg" => algorithm.cose(), "type" => "public-key" }
    });
    Value::array(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential_id::SEALED;

    #[test]
    fn the_reply_byte_for_byte() {
        let reply = encode(&Config::default());
        let expected = [
            &[0x00, 0xa9][..],                             // OK, a map of nine
            &[0x01, 0x82],                                 // versions
            b"\x68FIDO_2_0\x68FIDO_2_1",                   //
            &[0x03, 0x50],                                 // aaguid
            &Config::AAGUID,                               //
            &[0x04, 0xa4],                                 // options, shorter keys first
            b"\x62rk\xf5\x62up\xf5\x62uv\xf5\x64plat\xf4", //
            &[0x05, 0x19, 0x04, 0xb0],                     // maxMsgSize 1200
            &[0x07, 0x08],                                 // maxCredentialCountInList
            &[0x08, 0x18, 0x40],                           // maxCredentialIdLength
            &[0x09, 0x81],                                 // transports
            b"\x63usb",                                    //
            &[0x0a, 0x83],                                 // algorithms
            b"\xa2\x63alg\x26\x64type\x6apublic-key",      // ES256
            b"\xa2\x63alg\x27\x64type\x6apublic-key",      // EdDSA
            b"\xa2\x63alg\x38\x22\x64type\x6apublic-key",  // ES384
            &[0x0e, 0x01],                                 // firmwareVersion
        ]
        .concat();
        assert_eq!(reply, expected);
        assert!(cbor::decode(&reply[1..]).is_ok());
    }

    #[test]
    fn our_credential_ids_fit_what_we_announce() {
        assert!(SEALED as u64 <= MAX_CREDENTIAL_ID);
    }
}
