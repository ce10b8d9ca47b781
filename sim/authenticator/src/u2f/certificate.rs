//! The smallest X.509 certificate there can be, for U2F registrations without an attestation certificate.
//!
//! [RFC 5280, 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)

use crate::keys::PrivateKey;
use crate::status::Status;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0] EXPLICIT`.
const VERSION: u8 = 0xa0;

/// ecdsa-with-SHA256, 1.2.840.10045.4.3.2.
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// id-ecPublicKey, 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// secp256r1, 1.2.840.10045.3.1.7.
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// id-at-commonName, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// A certificate over `point`, an uncompressed P-256 point, signed with its own `key`.
pub(super) fn self_signed(key: &PrivateKey, point: &[u8]) -> Result<Vec<u8>, Status> {
    let algorithm = der(SEQUENCE, &[der(OID, &[ECDSA_WITH_SHA256])?])?;
    let attribute = der(SEQUENCE, &[der(OID, &[COMMON_NAME])?, der(UTF8_STRING, &[b"Pocketkey U2F"])?])?;
    let name = der(SEQUENCE, &[der(SET, &[attribute])?])?;
    // From 2025 until "no well-defined expiration date" (4.1.2.5).
    let validity =
        der(SEQUENCE, &[der(UTC_TIME, &[b"250101000000Z"])?, der(GENERALIZED_TIME, &[b"99991231235959Z"])?])?;
    let curve = der(SEQUENCE, &[der(OID, &[EC_PUBLIC_KEY])?, der(OID, &[P256])?])?;
    let public_key = der(SEQUENCE, &[curve, der(BIT_STRING, &[&[0], point])?])?;
    let version = der(VERSION, &[der(INTEGER, &[[2]])?])?;
    let serial = der(INTEGER, &[[1]])?;
    let parts = [version, serial, algorithm.clone(), name.clone(), validity, name, public_key];
    let certificate = der(SEQUENCE, &parts)?;
    let signature = der(BIT_STRING, &[&[0][..], &key.sign(&[&certificate])?])?;
    der(SEQUENCE, &[certificate, algorithm, signature])
}

/// One element in DER.
fn der(tag: u8, contents: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, Status> {
    let contents: Vec<u8> = contents.iter().flat_map(|part| part.as_ref().iter().copied()).collect();
    let length = u16::try_from(contents.len()).map_err(|_| Status::Other)?;
    let [high, low] = length.to_be_bytes();
    let mut element = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    element.extend(contents);
    Ok(element)
}
