//! `/api/v1/jobs`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{JobId, Problem, job::Job};
use pocketkey_routes::{Routes, routes};

use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(show, undo)
}

/// How far a job is, and what came of it. The event `job` says when to ask again.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", security(("session" = [])),
    params(("id" = JobId, Path, description = "The job")),
    responses(
        (status = 200, description = "The job", body = Job),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show(State(app): State<App>, _: Admin, Path(id): Path<JobId>) -> Result<Json<Job>, ApiError> {
    Ok(Json(app.jobs().show(&id)?))
}

/// Takes a job back, where `can_undo` says so, by another job.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/undo", tag = "jobs", security(("session" = [])),
    params(("id" = JobId, Path, description = "The job")),
    responses(
        (status = 202, description = "The job that takes it back", body = Job),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`nothing_to_undo`", body = Problem),
    )
)]
async fn undo(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<JobId>,
) -> Result<(StatusCode, Json<Job>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(app.jobs().undo(&app, &id, &admin.actor)?)))
}
