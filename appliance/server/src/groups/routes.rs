//! `/api/v1/groups`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Problem,
    group::{Group, NewGroup},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list))
}

/// Makes a group.
#[utoipa::path(post, path = "/api/v1/groups", tag = "groups", security(("session" = [])), request_body = NewGroup,
    responses(
        (status = 201, description = "The group", body = Group),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    _: Admin,
    Json(new): Json<NewGroup>,
) -> Result<(StatusCode, Json<Group>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, new).await?)))
}

/// Every group, by name.
#[utoipa::path(get, path = "/api/v1/groups", tag = "groups", security(("session" = [])), responses(
    (status = 200, description = "The groups", body = Vec<Group>),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn list(State(app): State<App>, _: Admin) -> Result<Json<Vec<Group>>, ApiError> {
    Ok(Json(service::list(&app).await?))
}
