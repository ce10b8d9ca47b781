//! `/api/v1/settings/sign-in`.

use axum::extract::State;
use pocketkey_api::{Problem, session::SignInSettings};
use pocketkey_routes::{Routes, routes};

use super::{Admin, second_step};
use crate::{
    App,
    problem::{ApiError, Json},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(show, set)
}

/// How every admin has to sign in.
#[utoipa::path(get, path = "/api/v1/settings/sign-in", tag = "settings", security(("session" = [])), responses(
    (status = 200, description = "The settings", body = SignInSettings),
    (status = 401, description = "`signed_out`", body = Problem),
    (status = 403, description = "`not_permitted`", body = Problem),
))]
async fn show(State(app): State<App>, _: Admin) -> Result<Json<SignInSettings>, ApiError> {
    Ok(Json(second_step::show(&app).await?))
}

/// Chooses whether every admin needs a second step: an authenticator app beside the password, or a passkey. For owners. It
/// holds at once: an admin who has neither is answered `second_step_missing` until they set one up, and a session that
/// began with a password alone, of an admin who has more, is over. API keys go on.
#[utoipa::path(put, path = "/api/v1/settings/sign-in", tag = "settings", security(("session" = [])),
    request_body = SignInSettings,
    responses(
        (status = 200, description = "The settings", body = SignInSettings),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 409, description = "`own_second_step`: this session began with a password alone", body = Problem),
    )
)]
async fn set(
    State(app): State<App>,
    by: Admin,
    Json(new): Json<SignInSettings>,
) -> Result<Json<SignInSettings>, ApiError> {
    Ok(Json(second_step::set(&app, by, new).await?))
}
