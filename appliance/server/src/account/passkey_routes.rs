//! `/api/v1/account/passkeys` and `/api/v1/session/passkey`. Options and credentials are the JSON of WebAuthn Level 3 §5.1:
//! what `PublicKeyCredential.parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()` take, and
//! `credential.toJSON()` gives.

use std::sync::Arc;

use axum::{Extension, extract::State, http::StatusCode, response::IntoResponse};
use pocketkey_api::{
    PasskeyId, Problem,
    account::{Passkey, PasskeyName},
    session::Session,
};
use pocketkey_routes::{Routes, routes};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::passkeys::{self, MOST, Running};
use crate::{
    App,
    admins::{Admin, Confirmed, Visitor, signed_in},
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(start, finish, rename, delete, confirm, start_sign_in, sign_in)
        .map(|router| router.layer(Extension(Arc::new(Running::new(MOST)))))
}

/// What a page gives to the browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyOptions)]
struct Options {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
}

/// Begins with a new passkey. Answers `{"publicKey": PublicKeyCredentialCreationOptionsJSON}`.
#[utoipa::path(post, path = "/api/v1/account/passkeys/start", tag = "account", security(("session" = [])),
    request_body = PasskeyName,
    responses(
        (status = 200, description = "Options for the browser", body = Options),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`confirm_first`", body = Problem),
        (status = 409, description = "`passkey_address`: the appliance is opened by IP address", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn start(
    State(app): State<App>,
    Extension(running): Extension<Arc<Running>>,
    Confirmed(admin): Confirmed,
    Json(new): Json<PasskeyName>,
) -> Result<Json<Options>, ApiError> {
    Ok(Json(Options { public_key: passkeys::start(&app, &running, admin, &new.name).await? }))
}

/// Ends with a new passkey. The body is `credential.toJSON()`, a `RegistrationResponseJSON`.
#[utoipa::path(post, path = "/api/v1/account/passkeys", tag = "account", security(("session" = [])),
    request_body = Object,
    responses(
        (status = 201, description = "The passkey", body = Passkey),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`confirm_first`", body = Problem),
        (status = 410, description = "`passkey_expired`", body = Problem),
        (status = 422, description = "`passkey_malformed`, or `passkey_refused`; the detail says what", body = Problem),
    )
)]
async fn finish(
    State(app): State<App>,
    Extension(running): Extension<Arc<Running>>,
    Confirmed(admin): Confirmed,
    Json(response): Json<Value>,
) -> Result<(StatusCode, Json<Passkey>), ApiError> {
    Ok((StatusCode::CREATED, Json(passkeys::finish(&app, &running, admin, &response).await?)))
}

/// Gives a passkey another name.
#[utoipa::path(patch, path = "/api/v1/account/passkeys/{id}", tag = "account", security(("session" = [])),
    params(("id" = PasskeyId, Path, description = "The passkey")), request_body = PasskeyName,
    responses(
        (status = 200, description = "The passkey", body = Passkey),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn rename(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<PasskeyId>,
    Json(new): Json<PasskeyName>,
) -> Result<Json<Passkey>, ApiError> {
    Ok(Json(passkeys::rename(&app, admin, id, &new.name).await?))
}

/// Deletes a passkey: it signs in nobody any more.
#[utoipa::path(delete, path = "/api/v1/account/passkeys/{id}", tag = "account", security(("session" = [])),
    params(("id" = PasskeyId, Path, description = "The passkey")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`confirm_first`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`last_second_step`: every admin needs one, and there is no other", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    Confirmed(admin): Confirmed,
    Path(id): Path<PasskeyId>,
) -> Result<StatusCode, ApiError> {
    passkeys::delete(&app, admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirms with a passkey that it is them, as `POST /api/v1/account/confirm` does with the password. The body is
/// `credential.toJSON()`, for options of `POST /api/v1/session/passkey/start`.
#[utoipa::path(post, path = "/api/v1/account/confirm/passkey", tag = "account", security(("session" = [])),
    request_body = Object,
    responses(
        (status = 204, description = "Confirmed"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`passkey_unknown`", body = Problem),
        (status = 410, description = "`passkey_expired`", body = Problem),
        (status = 422, description = "`passkey_malformed`, or `passkey_refused`; the detail says what", body = Problem),
    )
)]
async fn confirm(
    State(app): State<App>,
    Extension(running): Extension<Arc<Running>>,
    admin: Admin,
    Json(response): Json<Value>,
) -> Result<StatusCode, ApiError> {
    passkeys::confirm(&app, &running, &response, admin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins a sign-in with a passkey. Answers `{"publicKey": PublicKeyCredentialRequestOptionsJSON}`.
#[utoipa::path(post, path = "/api/v1/session/passkey/start", tag = "session", responses(
    (status = 200, description = "Options for the browser", body = Options),
    (status = 409, description = "`passkey_address`: the appliance is opened by IP address", body = Problem),
    (status = 429, description = "`too_many_tries`", body = Problem),
    (status = 503, description = "`passkey_busy`", body = Problem),
))]
async fn start_sign_in(
    State(app): State<App>,
    Extension(running): Extension<Arc<Running>>,
    visitor: Visitor,
) -> Result<Json<Options>, ApiError> {
    Ok(Json(Options { public_key: passkeys::start_sign_in(&app, &running, &visitor)? }))
}

/// Signs in with a passkey, which is both steps in one. The body is `credential.toJSON()`, an `AuthenticationResponseJSON`.
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "session", request_body = Object, responses(
    (status = 200, description = "Signed in; sets the session cookie", body = Session),
    (status = 403, description = "`blocked`", body = Problem),
    (status = 404, description = "`passkey_unknown`", body = Problem),
    (status = 410, description = "`passkey_expired`", body = Problem),
    (status = 422, description = "`passkey_malformed`, or `passkey_refused`; the detail says what", body = Problem),
))]
async fn sign_in(
    State(app): State<App>,
    Extension(running): Extension<Arc<Running>>,
    visitor: Visitor,
    Json(response): Json<Value>,
) -> Result<impl IntoResponse, ApiError> {
    let token = passkeys::sign_in(&app, &running, &response, visitor).await?;
    Ok(signed_in(&app, &token).await?)
}
