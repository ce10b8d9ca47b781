//! `/api/v1/users/{id}/keys` and `/api/v1/keys/{id}`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    KeyId, Problem, UserId,
    key::{Key, NewKey},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(assign)).routes(routes!(delete)).routes(routes!(block, unblock))
}

/// Assigns a key to a user.
#[utoipa::path(post, path = "/api/v1/users/{id}/keys", tag = "keys", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")), request_body = NewKey,
    responses(
        (status = 201, description = "The key", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn assign(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    Json(new): Json<NewKey>,
) -> Result<(StatusCode, Json<Key>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::assign(&app, id, new, &admin.actor).await?)))
}

/// Deletes a key. Its phone is signed out and unknown from now on; requests it is being asked fail at once.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(State(app): State<App>, admin: Admin, Path(id): Path<KeyId>) -> Result<StatusCode, ApiError> {
    service::delete(&app, id, &admin.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks a key: requests in flight fail at both ends, and its phone stays out until it is unblocked. Blocking a blocked
/// key changes nothing.
#[utoipa::path(put, path = "/api/v1/keys/{id}/block", tag = "keys", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")),
    responses(
        (status = 200, description = "The key, blocked", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn block(State(app): State<App>, admin: Admin, Path(id): Path<KeyId>) -> Result<Json<Key>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, true, &admin.actor).await?))
}

/// Unblocks a key: its phone comes back by itself within a minute. The block of its user, if any, stays.
#[utoipa::path(delete, path = "/api/v1/keys/{id}/block", tag = "keys", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")),
    responses(
        (status = 200, description = "The key", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn unblock(State(app): State<App>, admin: Admin, Path(id): Path<KeyId>) -> Result<Json<Key>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, false, &admin.actor).await?))
}
