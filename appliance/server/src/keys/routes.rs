//! `/api/v1/users/{id}/keys` and `/api/v1/keys`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    KeyId, Page, Problem, UserId,
    key::{Key, KeyFilter, KeyOfUser, NewKey},
};
use pocketkey_routes::{Routes, routes};

use super::{ListKeys, service};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(assign, list, show, delete, replace, block, unblock)
}

/// Assigns a key to a user.
#[utoipa::path(post, path = "/api/v1/users/{id}/keys", tag = "keys", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")), request_body = NewKey,
    responses(
        (status = 201, description = "The key", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
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

/// One page of the keys that meet every condition given.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", security(("session" = [])), params(KeyFilter, ListKeys),
    responses(
        (status = 200, description = "The keys, each with whose it is", body = Page<KeyOfUser>),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<KeyFilter>,
    Query(page): Query<ListKeys>,
) -> Result<Json<Page<KeyOfUser>>, ApiError> {
    Ok(Json(service::list(&app, filter, page).await?))
}

/// A key with whose it is.
#[utoipa::path(get, path = "/api/v1/keys/{id}", tag = "keys", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")),
    responses(
        (status = 200, description = "The key", body = KeyOfUser),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show(State(app): State<App>, _: Admin, Path(id): Path<KeyId>) -> Result<Json<KeyOfUser>, ApiError> {
    Ok(Json(service::show(&app, id).await?))
}

/// Assigns a key of the same kind with the same settings, which is to replace this one: once it is active, this one is
/// blocked.
#[utoipa::path(post, path = "/api/v1/keys/{id}/replace", tag = "keys", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key to be replaced")),
    responses(
        (status = 201, description = "The new key, to be activated", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`being_replaced`", body = Problem),
    )
)]
async fn replace(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
) -> Result<(StatusCode, Json<Key>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::replace(&app, &admin.actor, id).await?)))
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
