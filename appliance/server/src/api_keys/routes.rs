//! `/api/v1/api-keys`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    ApiKeyId, Problem,
    api_key::{ApiKey, ApiKeySecret, NewApiKey},
};
use pocketkey_routes::{Routes, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(create, list, revoke)
}

/// Makes an API key that acts for you. Its secret is in the answer and is not shown again.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "api-keys", security(("session" = [])),
    request_body = NewApiKey,
    responses(
        (status = 201, description = "The key and its secret", body = ApiKeySecret),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    admin: Admin,
    Json(new): Json<NewApiKey>,
) -> Result<(StatusCode, Json<ApiKeySecret>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, &admin, new).await?)))
}

/// Every API key, newest first.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "api-keys", security(("session" = [])), responses(
    (status = 200, description = "The keys", body = Vec<ApiKey>),
))]
async fn list(State(app): State<App>, _: Admin) -> Result<Json<Vec<ApiKey>>, ApiError> {
    Ok(Json(service::list(&app).await?))
}

/// Revokes an API key: it lets nobody in from now on.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "api-keys", security(("session" = [])),
    params(("id" = ApiKeyId, Path, description = "The key")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn revoke(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, ApiError> {
    service::revoke(&app, &admin.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
