//! `/api/v1/users`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Page, Problem, UserId,
    job::Job,
    user::{Bulk, NewUser, User, UserChange, UserCount, UserDetail, UserFilter},
};
use pocketkey_routes::{Routes, routes};

use super::{ListUsers, bulk, service};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(create, list, count, many, show, change, delete, block, unblock)
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
    admin: Admin,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, new, &admin.actor).await?)))
}

/// One page of the users that meet every condition given.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", security(("session" = [])),
    params(UserFilter, ListUsers),
    responses(
        (status = 200, description = "The users", body = Page<User>),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<UserFilter>,
    Query(page): Query<ListUsers>,
) -> Result<Json<Page<User>>, ApiError> {
    Ok(Json(service::list(&app, filter, page).await?))
}

/// How many users meet every condition given.
#[utoipa::path(get, path = "/api/v1/users/count", tag = "users", security(("session" = [])), params(UserFilter),
    responses(
        (status = 200, description = "How many", body = UserCount),
        (status = 400, description = "`malformed_query`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn count(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<UserFilter>,
) -> Result<Json<UserCount>, ApiError> {
    Ok(Json(UserCount { count: service::count(&app, filter).await? }))
}

/// Does the same for many users, as a job.
#[utoipa::path(post, path = "/api/v1/users/bulk", tag = "users", security(("session" = [])), request_body = Bulk,
    responses(
        (status = 202, description = "The job that does it", body = Job),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`: the group", body = Problem),
        (status = 409, description = "`selection_changed`: nothing is done", body = Problem),
    )
)]
async fn many(
    State(app): State<App>,
    admin: Admin,
    Json(many): Json<Bulk>,
) -> Result<(StatusCode, Json<Job>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(bulk::begin(&app, many, &admin.actor).await?)))
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

/// Changes a user: what is absent stays as it is.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")), request_body = UserChange,
    responses(
        (status = 200, description = "The user as they are now", body = User),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`: nothing is changed", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    Json(change): Json<UserChange>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(service::change(&app, id, change, &admin.actor).await?))
}

/// Deletes a user with their keys. There is no way back: their phones are unknown from now on, and requests they are being
/// asked fail at once.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<StatusCode, ApiError> {
    service::delete(&app, id, &admin.actor).await?;
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
async fn block(State(app): State<App>, admin: Admin, Path(id): Path<UserId>) -> Result<Json<User>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, true, &admin.actor).await?))
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
async fn unblock(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, false, &admin.actor).await?))
}
