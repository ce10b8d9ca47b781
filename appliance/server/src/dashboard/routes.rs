//! `GET /api/v1/dashboard`.

use axum::extract::State;
use pocketkey_api::{Problem, dashboard::Dashboard};
use pocketkey_routes::{Routes, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(show)
}

/// How things stand, in numbers.
#[utoipa::path(get, path = "/api/v1/dashboard", tag = "logs", security(("session" = [])), responses(
    (status = 200, description = "The numbers", body = Dashboard),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn show(State(app): State<App>, _: Admin) -> Result<Json<Dashboard>, ApiError> {
    Ok(Json(service::show(&app).await?))
}
