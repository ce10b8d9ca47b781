//! `/api/v1/setup` and `/api/v1/session`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use pocketkey_api::{
    Problem,
    session::{Session, Setup, SignIn},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{service, session};
use crate::{
    App,
    limit::ClientIp,
    problem::{ApiError, Json},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(set_up)).routes(routes!(show, sign_in, sign_out))
}

/// Makes the first admin and signs them in. Works once, with the token of the set-up link.
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", request_body = Setup, responses(
    (status = 201, description = "Set up and signed in; sets the session cookie", body = Session),
    (status = 403, description = "`wrong_setup_token`", body = Problem),
    (status = 410, description = "`already_set_up`", body = Problem),
    (status = 422, description = "`invalid_fields`", body = Problem),
))]
async fn set_up(
    State(app): State<App>,
    ClientIp(from): ClientIp,
    Json(setup): Json<Setup>,
) -> Result<impl IntoResponse, ApiError> {
    let token = service::set_up(&app, setup, from).await?;
    Ok((StatusCode::CREATED, signed_in(&app, &token).await?))
}

/// What the console should show first.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, description = "Where this browser stands", body = Session),
))]
async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Json<Session>, ApiError> {
    Ok(Json(service::state(&app, session::token(&app, &headers).as_deref()).await?))
}

/// Signs in.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, responses(
    (status = 200, description = "Signed in; sets the session cookie", body = Session),
    (status = 401, description = "`wrong_password`: unknown address or wrong password", body = Problem),
    (status = 429, description = "`too_many_tries`", body = Problem),
))]
async fn sign_in(
    State(app): State<App>,
    ClientIp(from): ClientIp,
    Json(given): Json<SignIn>,
) -> Result<impl IntoResponse, ApiError> {
    let token = service::sign_in(&app, given, from).await?;
    signed_in(&app, &token).await
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses(
    (status = 204, description = "Signed out; takes the session cookie away"),
))]
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<impl IntoResponse, ApiError> {
    if let Some(token) = session::token(&app, &headers) {
        service::sign_out(&app, &token).await?;
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, session::set_cookie(&app, None))])))
}

async fn signed_in(app: &App, token: &str) -> Result<impl IntoResponse + use<>, ApiError> {
    let cookie = session::set_cookie(app, Some(token));
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(service::state(app, Some(token)).await?)))
}
