//! What a browser does between a site and a security key: WebAuthn's JSON in, CTAP2 out, and back.
//!
//! [WebAuthn 3, 5.1.3 and 5.1.4](https://www.w3.org/TR/webauthn-3/#sctn-createCredential). Extensions other than
//! `credProps` are not supported; of several accounts the phone's first (newest) is taken.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    ctap::{Asserted, GetAssertion, Made, MakeCredential},
    failure::Failure,
};

/// How long a ceremony may take unless the site says otherwise, and at most, in milliseconds.
const TIMEOUT: u32 = pocketkey_link::frame::MAX_TTL_MS;

const PUBLIC_KEY: &str = "public-key";

/// Where the page is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// For example `https://keys.example.org:8443`.
    pub origin: String,
    /// For example `keys.example.org`.
    pub host: String,
}

impl Origin {
    /// Whether the page may ask in the name of `rp_id`: its own host or a domain above it.
    fn may_ask_for(&self, rp_id: &str) -> bool {
        let above = |rest: &str| rest.ends_with('.') && rp_id.contains('.');
        self.host.strip_suffix(rp_id).is_some_and(|rest| rest.is_empty() || above(rest))
    }
}

/// A ceremony whose request is written.
#[derive(Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// The CTAP2 request: command byte and CBOR.
    pub ctap: Vec<u8>,
    /// How long to wait, in milliseconds.
    pub timeout: u32,
    rp_id: String,
    client_data: String,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Create { attested: bool, cred_props: bool, resident_key: bool },
    Get { only: Option<Vec<u8>> },
}

#[derive(Debug)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).map(Self).map_err(de::Error::custom)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreationOptions {
    rp: Rp,
    user: User,
    challenge: Bytes,
    pub_key_cred_params: Vec<Parameter>,
    timeout: Option<u32>,
    exclude_credentials: Option<Vec<Descriptor>>,
    #[serde(default)]
    authenticator_selection: Selection,
    attestation: Option<String>,
    #[serde(default)]
    extensions: Value,
}

#[derive(Deserialize)]
struct Rp {
    id: Option<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Bytes,
    name: String,
    display_name: String,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "type")]
    kind: String,
    alg: i64,
}

#[derive(Deserialize)]
struct Descriptor {
    id: Bytes,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: Option<String>,
    #[serde(default)]
    require_resident_key: bool,
    user_verification: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestOptions {
    challenge: Bytes,
    timeout: Option<u32>,
    rp_id: Option<String>,
    allow_credentials: Option<Vec<Descriptor>>,
    user_verification: Option<String>,
}

fn ids(descriptors: Option<Vec<Descriptor>>) -> Vec<Vec<u8>> {
    let ours = descriptors.into_iter().flatten().filter(|descriptor| descriptor.kind == PUBLIC_KEY);
    ours.map(|descriptor| descriptor.id.0).collect()
}

/// The phone can verify its owner, so anything but "discouraged" asks it to.
fn verify(user_verification: Option<&str>) -> bool {
    user_verification != Some("discouraged")
}

/// WebAuthn 5.8.1.1: the exact text whose hash is signed.
fn client_data(kind: &str, challenge: &[u8], origin: &Origin) -> String {
    let challenge = BASE64URL_NOPAD.encode(challenge);
    let origin = Value::from(origin.origin.as_str()); // quoted and escaped
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":{origin},"crossOrigin":false}}"#)
}

fn read<'de, T: Deserialize<'de>>(options: &'de Value) -> Result<T, Failure> {
    T::deserialize(options).map_err(|_| Failure::Options)
}

impl Ceremony {
    /// Begins a registration from PublicKeyCredentialCreationOptionsJSON.
    ///
    /// # Errors
    /// [`Failure::Options`], or [`Failure::Origin`] if the page may not ask in this name.
    pub fn create(options: &Value, origin: &Origin) -> Result<Self, Failure> {
        let options: CreationOptions = read(options)?;
        let rp_id = options.rp.id.unwrap_or_else(|| origin.host.clone());
        if !origin.may_ask_for(&rp_id) {
            return Err(Failure::Origin);
        }
        let selection = options.authenticator_selection;
        let resident_key = match selection.resident_key.as_deref() {
            Some(wish) => wish == "required" || wish == "preferred",
            None => selection.require_resident_key,
        };
        let algorithms: Vec<i64> = options
            .pub_key_cred_params
            .iter()
            .filter(|parameter| parameter.kind == PUBLIC_KEY)
            .map(|parameter| parameter.alg)
            .collect();
        let client_data = client_data("webauthn.create", &options.challenge.0, origin);
        let ctap = MakeCredential {
            client_data_hash: Sha256::digest(&client_data).into(),
            rp_id: &rp_id,
            rp_name: &options.rp.name,
            user_id: &options.user.id.0,
            user_name: &options.user.name,
            user_display_name: &options.user.display_name,
            algorithms: &algorithms,
            exclude: &ids(options.exclude_credentials),
            resident_key,
            // As browsers do for keys that verify: the phone would ask for its unlock anyway.
            user_verification: resident_key || verify(selection.user_verification.as_deref()),
        }
        .encode();
        Ok(Self {
            ctap,
            timeout: options.timeout.unwrap_or(TIMEOUT).min(TIMEOUT),
            rp_id,
            client_data,
            kind: Kind::Create {
                attested: options.attestation.is_some_and(|conveyance| conveyance != "none"),
                cred_props: options.extensions["credProps"] == true,
                resident_key,
            },
        })
    }

    /// Begins a sign-in from PublicKeyCredentialRequestOptionsJSON.
    ///
    /// # Errors
    /// As [`Ceremony::create`].
    pub fn get(options: &Value, origin: &Origin) -> Result<Self, Failure> {
        let options: RequestOptions = read(options)?;
        let rp_id = options.rp_id.unwrap_or_else(|| origin.host.clone());
        if !origin.may_ask_for(&rp_id) {
            return Err(Failure::Origin);
        }
        let allow = ids(options.allow_credentials);
        let client_data = client_data("webauthn.get", &options.challenge.0, origin);
        let ctap = GetAssertion {
            rp_id: &rp_id,
            client_data_hash: Sha256::digest(&client_data).into(),
            allow: &allow,
            user_verification: verify(options.user_verification.as_deref()),
        }
        .encode();
        let only = (allow.len() == 1).then(|| allow[0].clone());
        let timeout = options.timeout.unwrap_or(TIMEOUT).min(TIMEOUT);
        Ok(Self { ctap, timeout, rp_id, client_data, kind: Kind::Get { only } })
    }

    /// Ends the ceremony with the CTAP2 reply: RegistrationResponseJSON or AuthenticationResponseJSON.
    ///
    /// # Errors
    /// What the reply's status says, or [`Failure::Nonsense`].
    pub fn finish(&self, reply: &[u8]) -> Result<Value, Failure> {
        let base64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let client_data = base64(self.client_data.as_bytes());
        let (id, response, extensions) = match &self.kind {
            Kind::Create { attested, cred_props, resident_key } => {
                let made = Made::decode(reply, &self.rp_id)?;
                let made = if *attested { made } else { made.anonymous() };
                let id = made.auth_data.credential().ok_or(Failure::Nonsense)?.to_vec();
                let response = json!({
                    "clientDataJSON": client_data,
                    "attestationObject": base64(&made.attestation_object()),
                    "authenticatorData": base64(made.auth_data.bytes()),
                    "transports": ["usb"],
                });
                (
                    id,
                    response,
                    if *cred_props { json!({ "credProps": { "rk": resident_key } }) } else { json!({}) },
                )
            }
            Kind::Get { only } => {
                let asserted = Asserted::decode(reply, &self.rp_id)?;
                let id = asserted.credential.or_else(|| only.clone()).ok_or(Failure::Nonsense)?;
                let mut response = json!({
                    "clientDataJSON": client_data,
                    "authenticatorData": base64(asserted.auth_data.bytes()),
                    "signature": base64(&asserted.signature),
                });
                if let Some(user) = asserted.user {
                    response["userHandle"] = base64(&user).into();
                }
                (id, response, json!({}))
            }
        };
        Ok(json!({
            "id": base64(&id),
            "rawId": base64(&id),
            "type": PUBLIC_KEY,
            "authenticatorAttachment": "cross-platform",
            "response": response,
            "clientExtensionResults": extensions,
        }))
    }
}
