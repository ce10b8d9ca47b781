//! `/api/v1/users`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Page, Problem, UserId,
    user::{NewUser, User, UserDetail},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ListUsers, service};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show, delete))
        .routes(routes!(block, unblock))
}

/// Adds a user.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", security(("session" = [])), request_body = NewUser,
    responses(
        (status = 201, description = "The user", body = User),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    _: Admin,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, new).await?)))
}

/// One page of users, by username.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", security(("session" = [])), params(ListUsers), responses(
    (status = 200, description = "The users", body = Page<User>),
    (status = 400, description = "`malformed_query`", body = Problem),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(which): Query<ListUsers>,
) -> Result<Json<Page<User>>, ApiError> {
    Ok(Json(service::list(&app, which).await?))
}

/// A user with their keys.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")),
    responses(
        (status = 200, description = "The user", body = UserDetail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<UserId>,
) -> Result<Json<UserDetail>, ApiError> {
    Ok(Json(service::show(&app, id).await?))
}

/// Deletes a user with their keys. Their phones are unknown from now on; requests they are being asked fail at once.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")),
    responses(
        (status = 204, description = "They are gone"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(State(app): State<App>, _: Admin, Path(id): Path<UserId>) -> Result<StatusCode, ApiError> {
    service::delete(&app, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks a user with all their keys, as each key can be blocked by itself.
#[utoipa::path(put, path = "/api/v1/users/{id}/block", tag = "users", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")),
    responses(
        (status = 200, description = "The user, blocked", body = User),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn block(State(app): State<App>, _: Admin, Path(id): Path<UserId>) -> Result<Json<User>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, true).await?))
}

/// Unblocks a user. Keys that were blocked by themselves stay blocked.
#[utoipa::path(delete, path = "/api/v1/users/{id}/block", tag = "users", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")),
    responses(
        (status = 200, description = "The user", body = User),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn unblock(State(app): State<App>, _: Admin, Path(id): Path<UserId>) -> Result<Json<User>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, false).await?))
}
