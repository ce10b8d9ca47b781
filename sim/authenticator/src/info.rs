//! authenticatorGetInfo (0x04).
//!
//! [CTAP 2.1, 6.4](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetInfo)

use crate::cbor::{self, Value};
use crate::config::Config;
use crate::extensions;
use crate::parameters::MAX_LIST;
use crate::pin_protocol::Protocol;
use crate::policy::Policy;
use crate::store::Device;
use sk_cbor::{cbor_array, cbor_bytes_lit, cbor_map, cbor_map_options};

/// The longest credBlob in bytes (`maxCredBlobLength`).
pub const MAX_CRED_BLOB: usize = 32;

/// How many relying parties may learn the minimum PIN length (`maxRPIDsForSetMinPINLength`).
pub(crate) const MAX_MIN_PIN_LENGTH_RP_IDS: usize = 8;

/// The longest credential ID in bytes that we make or accept; clients leave longer ones out of their lists.
const MAX_CREDENTIAL_ID: u64 = 64;

/// `USER_VERIFY_FINGERPRINT_INTERNAL` of the FIDO registry.
const UV_FINGERPRINT: u64 = 0x02;

/// The shortest PIN that the specification allows, in Unicode code points.
const MIN_PIN_LENGTH: u8 = 4;

/// The reply to getInfo: the status byte `0x00` and CBOR. It depends on the settings, the stored state and the number
/// of discoverable credentials alone, so that the virtual key can answer with what the phone last said, even when the
/// phone is off.
pub fn encode(config: &Config, device: &Device, credentials: usize) -> Vec<u8> {
    let remaining = config.max_credentials.saturating_sub(credentials);
    let with_pin = config.user_verification.with_pin();
    let policy = Policy::new(config, device);
    cbor::reply(cbor_map_options! {
        0x01 => versions(config, policy),
        0x02 => Value::array(extensions::supported(config, policy).into_iter().map(Value::from).collect()),
        0x03 => cbor_bytes_lit!(&config.aaguid),
        0x04 => options(config, device),
        0x05 => config.max_msg_size as u64, // maxMsgSize
        0x06 => Value::array(Protocol::SUPPORTED.iter().map(|known| known.number().into()).collect()),
        0x07 => MAX_LIST as u64, // maxCredentialCountInList
        0x08 => MAX_CREDENTIAL_ID, // maxCredentialIdLength
        0x09 => cbor_array!["usb"], // transports
        0x0a => algorithms(config),
        0x0b => policy.large_blobs(config).then_some(config.large_blob_size as u64), // maxSerializedLargeBlobArray
        0x0c => with_pin.then_some(device.force_pin_change), // forcePINChange
        0x0d => with_pin.then(|| u64::from(min_pin_length(config, device))), // minPINLength
        0x0e => u64::from(config.firmware_version), // firmwareVersion
        0x0f => MAX_CRED_BLOB as u64, // maxCredBlobLength
        0x10 => with_pin.then_some(MAX_MIN_PIN_LENGTH_RP_IDS as u64), // maxRPIDsForSetMinPINLength
        0x12 => policy.bio_enroll.map(|_| UV_FINGERPRINT), // uvModality
        0x14 => remaining as u64, // remainingDiscoverableCredentials
    })
}

/// minPINLength in Unicode code points.
pub(crate) fn min_pin_length(config: &Config, device: &Device) -> u8 {
    config.min_pin_length.max(device.min_pin_length.unwrap_or_default()).max(MIN_PIN_LENGTH)
}

fn versions(config: &Config, policy: Policy) -> Value {
    let u2f = config.u2f && !policy.always_uv;
    let all = [("U2F_V2", u2f), ("FIDO_2_0", true), ("FIDO_2_1", true)];
    Value::array(all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.into()).collect())
}

fn options(config: &Config, device: &Device) -> Value {
    let policy = Policy::new(config, device);
    cbor_map_options! {
        "ep" => config.enterprise_attestation.is_some().then_some(device.enterprise_attestation),
        "rk" => true,
        "up" => true,
        // There and set up: the phone's unlock. A sensor must know a finger first.
        "uv" => policy.bio_enroll.or(policy.built_in.then_some(true)),
        "plat" => false,
        // With tokens come the commands that take them.
        "alwaysUv" => (policy.token || policy.always_uv).then_some(policy.always_uv),
        "authnrCfg" => policy.token.then_some(true),
        "credMgmt" => policy.token.then_some(true),
        "bioEnroll" => policy.bio_enroll,
        "uvBioEnroll" => policy.bio_enroll.filter(|enrolled| *enrolled),
        "largeBlobs" => policy.large_blobs(config).then_some(true),
        "setMinPINLength" => policy.client_pin.map(|_| true),
        "uvAcfg" => (policy.token && policy.built_in).then_some(true),
        "clientPin" => policy.client_pin,
        "pinUvAuthToken" => policy.token.then_some(true),
        "makeCredUvNotRqd" => policy.make_cred_uv_not_required().then_some(true),
    }
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
    use crate::config::UserVerification;
    use crate::credential_id::SEALED;
    use crate::store::StoredPin;

    #[test]
    fn the_reply_byte_for_byte() {
        let reply = encode(&Config::default(), &Device::default(), 1);
        let expected = [
            &[0x00, 0xad][..],                             // OK, a map of thirteen
            &[0x01, 0x82],                                 // versions
            b"\x68FIDO_2_0\x68FIDO_2_1",                   //
            &[0x02, 0x85],                                 // extensions
            b"\x68credBlob\x6bcredProtect",                //
            b"\x6bhmac-secret\x6ehmac-secret-mc",          //
            b"\x71thirdPartyPayment",                      //
            &[0x03, 0x50],                                 // aaguid
            &Config::AAGUID,                               //
            &[0x04, 0xa4],                                 // options, shorter keys first
            b"\x62rk\xf5\x62up\xf5\x62uv\xf5\x64plat\xf4", //
            &[0x05, 0x19, 0x04, 0xb0],                     // maxMsgSize 1200
            &[0x06, 0x82, 0x02, 0x01],                     // pinUvAuthProtocols
            &[0x07, 0x08],                                 // maxCredentialCountInList
            &[0x08, 0x18, 0x40],                           // maxCredentialIdLength
            &[0x09, 0x81],                                 // transports
            b"\x63usb",                                    //
            &[0x0a, 0x83],                                 // algorithms
            b"\xa2\x63alg\x26\x64type\x6apublic-key",      // ES256
            b"\xa2\x63alg\x27\x64type\x6apublic-key",      // EdDSA
            b"\xa2\x63alg\x38\x22\x64type\x6apublic-key",  // ES384
            &[0x0e, 0x01],                                 // firmwareVersion
            &[0x0f, 0x18, 0x20],                           // maxCredBlobLength
            &[0x14, 0x18, 0x63],                           // remainingDiscoverableCredentials
        ]
        .concat();
        assert_eq!(reply, expected);
        assert!(cbor::decode(&reply[1..]).is_ok());
    }

    #[test]
    fn the_options_follow_policy_and_state() {
        use UserVerification::{Phone, PhoneAndPin, Pin};
        let with_pin = Device { pin: Some(StoredPin { hash: [0; 16], length: 4 }), ..Device::default() };
        let always = Device { always_uv: Some(true), ..Device::default() };
        let none = Device::default();
        const TOKEN: (&str, bool) = ("pinUvAuthToken", true);
        const NOT_REQUIRED: (&str, bool) = ("makeCredUvNotRqd", true);
        type Options<'a> = &'a [(&'a str, bool)];
        let cases: &[(UserVerification, bool, &Device, Options)] = &[
            (Phone, false, &none, &[("uv", true)]),
            (Phone, true, &none, &[("uv", true), TOKEN, ("alwaysUv", false)]),
            (Phone, false, &always, &[("uv", true), ("alwaysUv", true)]),
            (Pin, false, &none, &[("clientPin", false), TOKEN, ("alwaysUv", false), NOT_REQUIRED]),
            (Pin, false, &with_pin, &[("clientPin", true), TOKEN, ("alwaysUv", false), NOT_REQUIRED]),
            (Pin, false, &always, &[("clientPin", false), TOKEN, ("alwaysUv", true)]),
            (PhoneAndPin, false, &with_pin, &[("uv", true), ("clientPin", true), TOKEN, ("alwaysUv", false)]),
        ];
        for (user_verification, phone_token, device, expected) in cases {
            let config = Config {
                user_verification: *user_verification,
                phone_token: *phone_token,
                ..Config::default()
            };
            let mut found = cbor::map(options(&config, device)).unwrap();
            if found.optional("credMgmt", cbor::boolean) == Ok(Some(true)) {
                let commands = ["authnrCfg", "largeBlobs"].map(|name| found.required(name, cbor::boolean));
                assert_eq!(commands, [Ok(true), Ok(true)]);
            }
            for option in ["uv", "clientPin", "pinUvAuthToken", "alwaysUv", "makeCredUvNotRqd"] {
                let expected = expected.iter().find(|(name, _)| *name == option).map(|(_, value)| *value);
                assert_eq!(found.optional(option, cbor::boolean), Ok(expected), "{option} of {config:?}");
            }
        }
    }

    #[test]
    fn our_credential_ids_fit_what_we_announce() {
        assert!(SEALED as u64 <= MAX_CREDENTIAL_ID);
    }
}
