//! `/api/v1/workflows` and `/api/v1/runs`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Page, Problem, RunId, WorkflowId,
    workflow::{Audience, AudienceCount, NewWorkflow, Run, RunDetail, RunResult, Workflow, WorkflowChange},
};
use pocketkey_routes::{Routes, routes};

use super::{ListResults, ListRuns, service};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(
        create, list, preview, show, change, delete, pause, resume, run_now, history, show_run, results,
        pause_run, resume_run, cancel, retry
    )
}

/// Makes a workflow. One that runs once begins at once.
#[utoipa::path(post, path = "/api/v1/workflows", tag = "workflows", security(("session" = [])),
    request_body = NewWorkflow,
    responses(
        (status = 201, description = "The workflow", body = Workflow),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    admin: Admin,
    Json(asked): Json<NewWorkflow>,
) -> Result<(StatusCode, Json<Workflow>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, &admin.actor, asked).await?)))
}

/// Every workflow, latest first.
#[utoipa::path(get, path = "/api/v1/workflows", tag = "workflows", security(("session" = [])),
    responses(
        (status = 200, description = "The workflows", body = Vec<Workflow>),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn list(State(app): State<App>, _: Admin) -> Result<Json<Vec<Workflow>>, ApiError> {
    Ok(Json(service::list(&app).await?))
}

/// Whom a workflow would be for now.
#[utoipa::path(post, path = "/api/v1/workflows/preview", tag = "workflows", security(("session" = [])),
    request_body = Audience,
    responses(
        (status = 200, description = "How many users", body = AudienceCount),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn preview(
    State(app): State<App>,
    _: Admin,
    Json(asked): Json<Audience>,
) -> Result<Json<AudienceCount>, ApiError> {
    Ok(Json(service::preview(&app, asked).await?))
}

/// One workflow.
#[utoipa::path(get, path = "/api/v1/workflows/{id}", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow")),
    responses(
        (status = 200, description = "The workflow", body = Workflow),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<WorkflowId>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(service::show(&app, id).await?))
}

/// Changes a workflow: what is absent stays as it is. A run under way keeps what it began with, and users who came by the
/// trigger before are still looked at; no run begins.
#[utoipa::path(patch, path = "/api/v1/workflows/{id}", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow")), request_body = WorkflowChange,
    responses(
        (status = 200, description = "The workflow as it is now", body = Workflow),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`: nothing is changed", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WorkflowId>,
    Json(change): Json<WorkflowChange>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(service::change(&app, &admin.actor, id, change).await?))
}

/// Deletes a workflow with the history of its runs; runs under way end. Keys and invitations stay.
#[utoipa::path(delete, path = "/api/v1/workflows/{id}", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WorkflowId>,
) -> Result<StatusCode, ApiError> {
    service::delete(&app, &admin.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pauses a workflow: no run begins, and those under way pause. Users who come meanwhile are looked at afterwards.
#[utoipa::path(put, path = "/api/v1/workflows/{id}/pause", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow")),
    responses(
        (status = 200, description = "The workflow, paused", body = Workflow),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn pause(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WorkflowId>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(service::set_paused(&app, &admin.actor, id, true).await?))
}

/// Resumes a workflow and its paused runs. A time that was missed meanwhile is not made up for.
#[utoipa::path(delete, path = "/api/v1/workflows/{id}/pause", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow")),
    responses(
        (status = 200, description = "The workflow", body = Workflow),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn resume(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WorkflowId>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(service::set_paused(&app, &admin.actor, id, false).await?))
}

/// Runs a workflow now, for all of its users.
#[utoipa::path(post, path = "/api/v1/workflows/{id}/runs", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow")),
    responses(
        (status = 201, description = "The run", body = Run),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`run_under_way`, `workflow_paused`", body = Problem),
    )
)]
async fn run_now(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WorkflowId>,
) -> Result<(StatusCode, Json<Run>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::run_now(&app, &admin.actor, id).await?)))
}

/// One page of a workflow's runs, latest first.
#[utoipa::path(get, path = "/api/v1/workflows/{id}/runs", tag = "workflows", security(("session" = [])),
    params(("id" = WorkflowId, Path, description = "The workflow"), ListRuns),
    responses(
        (status = 200, description = "The runs", body = Page<Run>),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 400, description = "`wrong_cursor`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn history(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<WorkflowId>,
    Query(asked): Query<ListRuns>,
) -> Result<Json<Page<Run>>, ApiError> {
    Ok(Json(service::history(&app, id, asked).await?))
}

/// A run, and what came of it until now. The event `run` says when to ask again.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "workflows", security(("session" = [])),
    params(("id" = RunId, Path, description = "The run")),
    responses(
        (status = 200, description = "The run", body = RunDetail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show_run(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<RunId>,
) -> Result<Json<RunDetail>, ApiError> {
    Ok(Json(service::show_run(&app, id).await?))
}

/// One page of a run's results, user by user.
#[utoipa::path(get, path = "/api/v1/runs/{id}/results", tag = "workflows", security(("session" = [])),
    params(("id" = RunId, Path, description = "The run"), ListResults),
    responses(
        (status = 200, description = "The results", body = Page<RunResult>),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn results(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<RunId>,
    Query(asked): Query<ListResults>,
) -> Result<Json<Page<RunResult>>, ApiError> {
    Ok(Json(service::results(&app, id, asked).await?))
}

/// Pauses a run.
#[utoipa::path(put, path = "/api/v1/runs/{id}/pause", tag = "workflows", security(("session" = [])),
    params(("id" = RunId, Path, description = "The run")),
    responses(
        (status = 200, description = "The run, paused", body = RunDetail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`run_ended`", body = Problem),
    )
)]
async fn pause_run(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<RunId>,
) -> Result<Json<RunDetail>, ApiError> {
    Ok(Json(service::set_run_paused(&app, &admin.actor, id, true).await?))
}

/// Resumes a run.
#[utoipa::path(delete, path = "/api/v1/runs/{id}/pause", tag = "workflows", security(("session" = [])),
    params(("id" = RunId, Path, description = "The run")),
    responses(
        (status = 200, description = "The run", body = RunDetail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`run_ended`, `workflow_paused`", body = Problem),
    )
)]
async fn resume_run(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<RunId>,
) -> Result<Json<RunDetail>, ApiError> {
    Ok(Json(service::set_run_paused(&app, &admin.actor, id, false).await?))
}

/// Cancels a run: what it did before stays done.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", tag = "workflows", security(("session" = [])),
    params(("id" = RunId, Path, description = "The run")),
    responses(
        (status = 200, description = "The run, cancelled", body = RunDetail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`run_ended`", body = Problem),
    )
)]
async fn cancel(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<RunId>,
) -> Result<Json<RunDetail>, ApiError> {
    Ok(Json(service::cancel(&app, &admin.actor, id).await?))
}

/// Begins another run for those of this one whose mail failed or whose invitation expired.
#[utoipa::path(post, path = "/api/v1/runs/{id}/retry", tag = "workflows", security(("session" = [])),
    params(("id" = RunId, Path, description = "The run")),
    responses(
        (status = 201, description = "The new run", body = Run),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`nothing_to_retry`, `workflow_paused`", body = Problem),
    )
)]
async fn retry(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<RunId>,
) -> Result<(StatusCode, Json<Run>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::retry(&app, &admin.actor, id).await?)))
}
