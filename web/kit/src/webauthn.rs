//! `navigator.credentials` with the JSON of WebAuthn 3; by hand where a browser lacks the conversions. The JSON is handed
//! on unread, as `JSON.parse` gives it.

use data_encoding::BASE64URL_NOPAD;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// Name of the error where the browser has no WebAuthn (for this page).
pub const MISSING: &str = "NotSupportedHere";

/// What the browser threw: a `DOMException`'s name and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thrown {
    /// For example `NotAllowedError`.
    pub name: String,
    /// In the browser's words.
    pub message: String,
}

impl From<JsValue> for Thrown {
    fn from(error: JsValue) -> Self {
        let text = |key: &str| Reflect::get(&error, &key.into()).ok().and_then(|value| value.as_string());
        Self {
            name: text("name").unwrap_or_else(|| "Error".to_owned()),
            message: text("message").unwrap_or_default(),
        }
    }
}

/// Whether this browser has WebAuthn for this page.
#[must_use]
pub fn is_there() -> bool {
    property(&window(), "PublicKeyCredential").is_some_and(|class| class.is_function())
}

/// The options in what a site answers: its `publicKey`.
#[must_use]
pub fn public_key(answer: &JsValue) -> JsValue {
    property(answer, "publicKey").unwrap_or_default()
}

/// `navigator.credentials.create`: PublicKeyCredentialCreationOptionsJSON → RegistrationResponseJSON.
///
/// # Errors
/// What the browser throws.
pub async fn create(options: JsValue, signal: Option<&AbortSignal>) -> Result<JsValue, Thrown> {
    ask("create", "parseCreationOptionsFromJSON", options, signal).await
}

/// `navigator.credentials.get`: PublicKeyCredentialRequestOptionsJSON → AuthenticationResponseJSON.
///
/// # Errors
/// What the browser throws.
pub async fn get(options: JsValue, signal: Option<&AbortSignal>) -> Result<JsValue, Thrown> {
    ask("get", "parseRequestOptionsFromJSON", options, signal).await
}

async fn ask(
    method: &str,
    parser: &str,
    options: JsValue,
    signal: Option<&AbortSignal>,
) -> Result<JsValue, Thrown> {
    let missing = || Thrown { name: MISSING.to_owned(), message: String::new() };
    let class =
        property(&window(), "PublicKeyCredential").filter(JsValue::is_function).ok_or_else(missing)?;
    let container = property(&window().navigator(), "credentials").ok_or_else(missing)?;

    let public_key = match method_of(&class, parser) {
        Some(parse) => parse.call1(&class, &options)?,
        None => decode_options(options)?,
    };
    let request = Object::new();
    Reflect::set(&request, &"publicKey".into(), &public_key)?;
    if let Some(signal) = signal {
        Reflect::set(&request, &"signal".into(), signal)?;
    }
    let method = method_of(&container, method).ok_or_else(missing)?;
    let promise: Promise = method.call1(&container, &request)?.dyn_into()?;
    let credential = JsFuture::from(promise).await?;

    Ok(match method_of(&credential, "toJSON") {
        Some(to_json) => to_json.call0(&credential)?,
        None => encode_credential(&credential)?,
    })
}

fn property(object: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(object, &key.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn method_of(object: &JsValue, key: &str) -> Option<Function> {
    property(object, key)?.dyn_into().ok()
}

/// Turns base64url text under `key` into bytes, where there is any.
fn decode(object: &JsValue, key: &str) -> Result<(), JsValue> {
    if let Some(text) = property(object, key).and_then(|value| value.as_string()) {
        let bytes = BASE64URL_NOPAD
            .decode(text.trim_end_matches('=').as_bytes())
            .map_err(|error| js_sys::TypeError::new(&error.to_string()))?;
        Reflect::set(object, &key.into(), &Uint8Array::from(bytes.as_slice()))?;
    }
    Ok(())
}

fn decode_options(options: JsValue) -> Result<JsValue, JsValue> {
    decode(&options, "challenge")?;
    if let Some(user) = property(&options, "user") {
        decode(&user, "id")?;
    }
    for list in ["excludeCredentials", "allowCredentials"] {
        if let Some(list) = property(&options, list) {
            for descriptor in Array::from(&list) {
                decode(&descriptor, "id")?;
            }
        }
    }
    Ok(options)
}

/// Copies `keys` of `from` into `to`, bytes as base64url.
fn encode(from: &JsValue, to: &Object, keys: &[&str]) -> Result<(), JsValue> {
    for key in keys {
        if let Some(value) = property(from, key) {
            let value = match value.dyn_into::<js_sys::ArrayBuffer>() {
                Ok(buffer) => BASE64URL_NOPAD.encode(&Uint8Array::new(&buffer).to_vec()).into(),
                Err(other) => other,
            };
            Reflect::set(to, &(*key).into(), &value)?;
        }
    }
    Ok(())
}

fn encode_credential(credential: &JsValue) -> Result<JsValue, JsValue> {
    let json = Object::new();
    encode(credential, &json, &["id", "rawId", "type", "authenticatorAttachment"])?;
    Reflect::set(&json, &"clientExtensionResults".into(), &Object::new())?;
    let response = Object::new();
    if let Some(from) = property(credential, "response") {
        encode(
            &from,
            &response,
            &["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"],
        )?;
        if let Some(transports) = method_of(&from, "getTransports") {
            Reflect::set(&response, &"transports".into(), &transports.call0(&from)?)?;
        }
    }
    Reflect::set(&json, &"response".into(), &response)?;
    Ok(json.into())
}
