//! `/api/v1/computers`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{ComputerId, Page, Problem, computer::Computer};
use pocketkey_routes::{Routes, routes};

use super::service::{self, ListComputers};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(list, delete, block, unblock)
}

/// One page of computers that are paired or blocked, newest first.
#[utoipa::path(get, path = "/api/v1/computers", tag = "computers", security(("session" = [])),
    params(ListComputers),
    responses(
        (status = 200, description = "The computers", body = Page<Computer>),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(which): Query<ListComputers>,
) -> Result<Json<Page<Computer>>, ApiError> {
    Ok(Json(service::list(&app, which).await?))
}

/// Deletes a computer with its pairing; requests in flight fail at both ends. Unless it is blocked, it may pair anew.
#[utoipa::path(delete, path = "/api/v1/computers/{id}", tag = "computers", security(("session" = [])),
    params(("id" = ComputerId, Path, description = "The computer")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<ComputerId>,
) -> Result<StatusCode, ApiError> {
    service::delete(&app, id, &admin.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks a computer: requests in flight fail at both ends, and it stays out until it is unblocked.
#[utoipa::path(put, path = "/api/v1/computers/{id}/block", tag = "computers", security(("session" = [])),
    params(("id" = ComputerId, Path, description = "The computer")),
    responses(
        (status = 200, description = "The computer, blocked", body = Computer),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn block(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<ComputerId>,
) -> Result<Json<Computer>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, true, &admin.actor).await?))
}

/// Unblocks a computer: it comes back by itself within a minute.
#[utoipa::path(delete, path = "/api/v1/computers/{id}/block", tag = "computers", security(("session" = [])),
    params(("id" = ComputerId, Path, description = "The computer")),
    responses(
        (status = 200, description = "The computer", body = Computer),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn unblock(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<ComputerId>,
) -> Result<Json<Computer>, ApiError> {
    Ok(Json(service::set_blocked(&app, id, false, &admin.actor).await?))
}
