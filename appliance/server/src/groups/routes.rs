//! `/api/v1/groups`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    GroupId, Problem,
    group::{Group, GroupSummary, Members, NewGroup},
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
    routes!(create, list, show, rename, delete, change_members)
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
    admin: Admin,
    Json(new): Json<NewGroup>,
) -> Result<(StatusCode, Json<Group>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, new, &admin.actor).await?)))
}

/// Every group, by name.
#[utoipa::path(get, path = "/api/v1/groups", tag = "groups", security(("session" = [])), responses(
    (status = 200, description = "The groups", body = Vec<GroupSummary>),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn list(State(app): State<App>, _: Admin) -> Result<Json<Vec<GroupSummary>>, ApiError> {
    Ok(Json(service::list(&app).await?))
}

/// One group. `GET /api/v1/users?group=` lists its members.
#[utoipa::path(get, path = "/api/v1/groups/{id}", tag = "groups", security(("session" = [])),
    params(("id" = GroupId, Path, description = "The group")),
    responses(
        (status = 200, description = "The group", body = GroupSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<GroupId>,
) -> Result<Json<GroupSummary>, ApiError> {
    Ok(Json(service::show(&app, id).await?))
}

/// Gives a group another name.
#[utoipa::path(put, path = "/api/v1/groups/{id}", tag = "groups", security(("session" = [])),
    params(("id" = GroupId, Path, description = "The group")), request_body = NewGroup,
    responses(
        (status = 200, description = "The group", body = GroupSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn rename(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
    Json(new): Json<NewGroup>,
) -> Result<Json<GroupSummary>, ApiError> {
    Ok(Json(service::rename(&app, id, new, &admin.actor).await?))
}

/// Deletes a group; its members stay users.
#[utoipa::path(delete, path = "/api/v1/groups/{id}", tag = "groups", security(("session" = [])),
    params(("id" = GroupId, Path, description = "The group")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
) -> Result<StatusCode, ApiError> {
    service::delete(&app, id, &admin.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds and removes members. The answer names those for whom that was a change, so that it can be taken back.
#[utoipa::path(post, path = "/api/v1/groups/{id}/members", tag = "groups", security(("session" = [])),
    params(("id" = GroupId, Path, description = "The group")), request_body = Members,
    responses(
        (status = 200, description = "Who joined and who left", body = Members),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn change_members(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
    Json(members): Json<Members>,
) -> Result<Json<Members>, ApiError> {
    Ok(Json(service::change_members(&app, id, members, &admin.actor).await?))
}
