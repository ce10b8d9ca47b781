//! A small software authenticator behind a browser that says whatever it is told to.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One credential, and how its answers are made.
pub struct Authenticator {
    /// Its private key.
    pub key: SigningKey,
    /// The credential's id.
    pub id: Vec<u8>,
    /// Its signature counter.
    pub counter: u32,
    /// Whether it verifies its user.
    pub verifies: bool,
    /// Whether it attests for itself.
    pub packed: bool,
    /// Where the browser says it is.
    pub origin: String,
    /// The RP ID that it signs for.
    pub rp_id: String,
    /// The user handle that it was given.
    pub handle: Value,
}

fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// A CBOR byte string of 24 to 255 bytes.
fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    [&[0x58, u8::try_from(bytes.len()).expect("it fits")], bytes].concat()
}

impl Authenticator {
    /// A fresh one at `url`; ones of another seed differ.
    #[must_use]
    pub fn new(url: &str, seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).expect("it fits"),
            id: vec![seed; 32],
            counter: 0,
            verifies: true,
            packed: false,
            origin: url.to_owned(),
            rp_id: "localhost".to_owned(),
            handle: Value::Null,
        }
    }

    /// What the browser says of a ceremony.
    #[must_use]
    pub fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false, "extra": 1})
            .to_string()
            .into_bytes()
    }

    /// Authenticator data without the attested credential.
    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let flags = flags | 1 | if self.verifies { 4 } else { 0 };
        let rp_id = Sha256::digest(self.rp_id.as_bytes());
        [rp_id.as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let message = [data, Sha256::digest(client_data).as_slice()].concat();
        let signature: Signature = self.key.sign(&message);
        signature.to_der().as_bytes().to_vec()
    }

    /// `navigator.credentials.create`.
    pub fn create(&mut self, options: &Value) -> Value {
        self.handle = options["publicKey"]["user"]["id"].clone();
        let client_data = self.client_data("webauthn.create", options);
        let point = self.key.verifying_key().to_encoded_point(false);
        // COSE key: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        let cose = [
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..],
            point.x().expect("it fits").as_slice(),
            &[0x22, 0x58, 32],
            point.y().expect("it fits").as_slice(),
        ]
        .concat();
        let length = u16::try_from(self.id.len()).expect("it fits").to_be_bytes();
        let data = [self.data(0x40), vec![0xab; 16], length.to_vec(), self.id.clone(), cose].concat();
        let (format, statement) = if self.packed {
            let signature = self.sign(&data, &client_data);
            // {"alg": -7, "sig": …}
            ("packed", [b"\xa2\x63alg\x26\x63sig".as_slice(), &cbor_bytes(&signature)].concat())
        } else {
            ("none", vec![0xa0])
        };
        let object = [
            b"\xa3\x63fmt".as_slice(),
            &[0x60 | u8::try_from(format.len()).expect("it fits")],
            format.as_bytes(),
            b"\x67attStmt",
            &statement,
            b"\x68authData",
            &cbor_bytes(&data),
        ]
        .concat();
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key",
            "authenticatorAttachment": "cross-platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(&client_data), "attestationObject": b64(&object), "transports": ["usb"],
            },
        })
    }

    /// `navigator.credentials.get`.
    pub fn get(&mut self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let signature = self.sign(&data, &client_data);
        let passkey = options["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty);
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key",
            "authenticatorAttachment": "cross-platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(&client_data), "authenticatorData": b64(&data), "signature": b64(&signature),
                "userHandle": if passkey { self.handle.clone() } else { Value::Null },
            },
        })
    }
}
