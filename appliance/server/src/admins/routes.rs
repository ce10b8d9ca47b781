//! `/api/v1/setup` and `/api/v1/session`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use pocketkey_api::{
    Problem,
    session::{SecondStep, Session, SessionState, Setup, SignIn},
};
use pocketkey_routes::{Routes, routes};

use super::{
    AdminError, manage_routes,
    model::Visitor,
    second_step_routes, service, session,
    sign_in::{self, Outcome},
};
use crate::{
    App,
    problem::{ApiError, Json},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(set_up, show, sign_in, sign_out, second_step)
        .merge(manage_routes::routes())
        .merge(second_step_routes::routes())
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
    visitor: Visitor,
    Json(setup): Json<Setup>,
) -> Result<Response, ApiError> {
    let token = service::set_up(&app, setup, visitor).await?;
    Ok((StatusCode::CREATED, signed_in(&app, &token).await?).into_response())
}

/// What the console should show first.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, description = "Where this browser stands", body = Session),
))]
async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Json<Session>, ApiError> {
    Ok(Json(service::state(&app, session::token(&app, &headers).as_deref()).await?))
}

/// Signs in with a password. Where the admin has turned two-step sign-in on, the answer's state is `second_step` and no cookie
/// is set: a code has to follow.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, responses(
    (status = 200, description = "Signed in, and the session cookie is set; or `second_step`", body = Session),
    (status = 401, description = "`wrong_password`: unknown address or wrong password", body = Problem),
    (status = 403, description = "`blocked`; `passkey_needed`: every admin needs a second step, and a passkey is theirs",
        body = Problem),
    (status = 429, description = "`too_many_tries`: from this network address, or ten in a row with this e-mail address",
        body = Problem),
))]
async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    Json(given): Json<SignIn>,
) -> Result<Response, ApiError> {
    match sign_in::sign_in(&app, given, visitor).await? {
        Outcome::SignedIn(token) => Ok(signed_in(&app, &token).await?.into_response()),
        Outcome::SecondStep(owing) => {
            let session = service::state(&app, None).await?;
            let session = Session { state: SessionState::SecondStep, second_step: Some(owing), ..session };
            Ok(Json(session).into_response())
        }
    }
}

/// Ends a sign-in with a code of the authenticator app, or with a recovery code.
#[utoipa::path(post, path = "/api/v1/session/code", tag = "session", request_body = SecondStep, responses(
    (status = 200, description = "Signed in; sets the session cookie", body = Session),
    (status = 401, description = "`wrong_code`; `sign_in_over`: the password was given more than five minutes ago",
        body = Problem),
    (status = 429, description = "`too_many_tries`", body = Problem),
))]
async fn second_step(
    State(app): State<App>,
    visitor: Visitor,
    Json(given): Json<SecondStep>,
) -> Result<impl IntoResponse, ApiError> {
    let token = sign_in::second_step(&app, given, visitor).await?;
    Ok(signed_in(&app, &token).await?)
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses(
    (status = 204, description = "Signed out; takes the session cookie away"),
))]
async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(token) = session::token(&app, &headers) {
        service::sign_out(&app, &token, visitor).await?;
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, session::set_cookie(&app, None))])))
}

/// The session of `token` and its cookie.
///
/// # Errors
/// If the database fails.
pub async fn signed_in(app: &App, token: &str) -> Result<impl IntoResponse + use<>, AdminError> {
    let cookie = session::set_cookie(app, Some(token));
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(service::state(app, Some(token)).await?)))
}
