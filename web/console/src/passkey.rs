//! Passkeys in this browser: the appliance's options, the browser's credential.

use pocketkey_api::{
    Problem,
    account::{Passkey, PasskeyName},
};
use pocketkey_kit::{
    api,
    webauthn::{self, Thrown},
};
use wasm_bindgen::JsValue;

use crate::strings;

/// Has the browser use a passkey: an `AuthenticationResponseJSON`. `url` is the appliance's public address.
///
/// # Errors
/// In words.
pub async fn assertion(url: &str) -> Result<JsValue, Problem> {
    let options = api::post_for_json("/api/v1/session/passkey/start", &()).await?;
    webauthn::get(webauthn::public_key(&options), None).await.map_err(|thrown| in_words(&thrown, url))
}

/// Has the browser make a passkey, and adds it to the account.
///
/// # Errors
/// In words.
pub async fn add(name: String, url: &str) -> Result<Passkey, Problem> {
    let options = api::post_for_json("/api/v1/account/passkeys/start", &PasskeyName { name }).await?;
    let created = webauthn::create(webauthn::public_key(&options), None).await;
    let created = created.map_err(|thrown| in_words(&thrown, url))?;
    api::post_as_json("/api/v1/account/passkeys", &created).await
}

fn in_words(thrown: &Thrown, url: &str) -> Problem {
    let (title, detail) = match thrown.name.as_str() {
        "NotAllowedError" | "AbortError" => {
            (strings::passkey_failed(), strings::passkey_failed_text().to_owned())
        }
        "InvalidStateError" => (strings::passkey_already(), strings::passkey_already_text().to_owned()),
        "SecurityError" => (strings::passkey_wrong_site(), strings::open_at(url)),
        webauthn::MISSING => (strings::passkey_not_here(), strings::passkey_not_here_text().to_owned()),
        _ => (strings::passkey_failed(), thrown.message.clone()),
    };
    Problem {
        kind: "about:blank".to_owned(),
        status: 0,
        code: thrown.name.clone(),
        title: title.to_owned(),
        detail: Some(detail),
        fields: Vec::new(),
    }
}
