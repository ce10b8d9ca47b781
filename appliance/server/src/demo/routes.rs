//! `/api/v1/demo`. Options and credentials are the JSON of WebAuthn Level 3 §5.1: what
//! `PublicKeyCredential.parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()` take, and
//! `credential.toJSON()` gives.

use std::sync::Arc;

use axum::{Extension, extract::State};
use pocketkey_api::demo::{DemoOutcome, StartRegistration, StartSignIn};
use pocketkey_routes::{Routes, routes};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::service::{self, MOST, Running};
use crate::{
    App,
    problem::{ApiError, Json},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(start_registration, finish_registration, start_sign_in, finish_sign_in)
        .map(|router| router.layer(Extension(Arc::new(Running::new(MOST)))))
}

/// What a page gives to the browser.
#[derive(Debug, Serialize, ToSchema)]
struct Options {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
}

/// Begins a registration. Answers `{"publicKey": PublicKeyCredentialCreationOptionsJSON}`: binary members
/// (`challenge`, `user.id`, `excludeCredentials[].id`) are base64url without padding. Pass `publicKey` through
/// `PublicKeyCredential.parseCreationOptionsFromJSON()` to `navigator.credentials.create()`.
#[utoipa::path(post, path = "/api/v1/demo/register/start", tag = "demo", request_body = StartRegistration, responses(
    (status = 200, description = "Options for the browser", body = Options),
    (status = 409, description = "`demo_address`: the appliance is opened by IP address", body = pocketkey_api::Problem),
    (status = 422, description = "`invalid_fields`", body = pocketkey_api::Problem),
    (status = 503, description = "`demo_busy`", body = pocketkey_api::Problem),
))]
async fn start_registration(
    State(app): State<App>,
    Extension(ceremonies): Extension<Arc<Running>>,
    Json(start): Json<StartRegistration>,
) -> Result<Json<Options>, ApiError> {
    Ok(Json(Options { public_key: service::start_registration(&app, &ceremonies, &start).await? }))
}

/// Ends a registration. The body is `credential.toJSON()`, a `RegistrationResponseJSON`: `id`, `rawId`, `type`,
/// `response: {clientDataJSON, attestationObject, transports?, …}`, `clientExtensionResults`,
/// `authenticatorAttachment?`; binary members in base64url without padding. Which ceremony it ends follows from
/// the challenge in `clientDataJSON`.
#[utoipa::path(post, path = "/api/v1/demo/register/finish", tag = "demo", request_body = Object, responses(
    (status = 200, description = "Verified and stored", body = DemoOutcome),
    (status = 410, description = "`demo_ceremony_expired`", body = pocketkey_api::Problem),
    (status = 422, description = "`demo_malformed_credential`, or `demo_verification_failed`; the detail says what",
        body = pocketkey_api::Problem),
))]
async fn finish_registration(
    State(app): State<App>,
    Extension(ceremonies): Extension<Arc<Running>>,
    Json(response): Json<Value>,
) -> Result<Json<DemoOutcome>, ApiError> {
    Ok(Json(service::finish_registration(&app, &ceremonies, &response).await?))
}

/// Begins a sign-in. Answers `{"publicKey": PublicKeyCredentialRequestOptionsJSON}`; `allowCredentials` is empty
/// for passkeys. Pass `publicKey` through `PublicKeyCredential.parseRequestOptionsFromJSON()` to
/// `navigator.credentials.get()`.
#[utoipa::path(post, path = "/api/v1/demo/sign-in/start", tag = "demo", request_body = StartSignIn, responses(
    (status = 200, description = "Options for the browser", body = Options),
    (status = 404, description = "`demo_unknown_account`", body = pocketkey_api::Problem),
    (status = 409, description = "`demo_address`: the appliance is opened by IP address", body = pocketkey_api::Problem),
    (status = 422, description = "`invalid_fields`", body = pocketkey_api::Problem),
    (status = 503, description = "`demo_busy`", body = pocketkey_api::Problem),
))]
async fn start_sign_in(
    State(app): State<App>,
    Extension(ceremonies): Extension<Arc<Running>>,
    Json(start): Json<StartSignIn>,
) -> Result<Json<Options>, ApiError> {
    Ok(Json(Options { public_key: service::start_sign_in(&app, &ceremonies, &start).await? }))
}

/// Ends a sign-in. The body is `credential.toJSON()`, an `AuthenticationResponseJSON`: `id`, `rawId`, `type`,
/// `response: {clientDataJSON, authenticatorData, signature, userHandle?}`, `clientExtensionResults`,
/// `authenticatorAttachment?`. A signature counter that does not rise is refused.
#[utoipa::path(post, path = "/api/v1/demo/sign-in/finish", tag = "demo", request_body = Object, responses(
    (status = 200, description = "Verified", body = DemoOutcome),
    (status = 404, description = "`demo_unknown_credential`", body = pocketkey_api::Problem),
    (status = 410, description = "`demo_ceremony_expired`", body = pocketkey_api::Problem),
    (status = 422, description = "`demo_malformed_credential`, or `demo_verification_failed`; the detail says what",
        body = pocketkey_api::Problem),
))]
async fn finish_sign_in(
    State(app): State<App>,
    Extension(ceremonies): Extension<Arc<Running>>,
    Json(response): Json<Value>,
) -> Result<Json<DemoOutcome>, ApiError> {
    Ok(Json(service::finish_sign_in(&app, &ceremonies, &response).await?))
}
