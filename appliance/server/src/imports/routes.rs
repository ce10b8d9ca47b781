//! `/api/v1/imports`, `/api/v1/exports/users.csv`.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Response},
};
use pocketkey_api::{Problem, import::ImportPreview, job::Job, user::UserFilter};
use pocketkey_routes::{Routes, routes};

use super::{ImportError, ImportOptions, Table, export, model::MAX_BYTES, service};
use crate::{
    App,
    admins::Admin,
    export::Format,
    problem::{ApiError, Json, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(preview, import)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_BYTES)))
        .merge(routes!(export_users))
}

/// The file in a request's body.
fn table(body: Result<Bytes, BytesRejection>) -> Result<Table, ImportError> {
    let body = body.map_err(|_| ImportError::TooLarge)?;
    Table::read(body.into())
}

/// Looks into a CSV file: headings, what they seem to be, the first rows, how many there are. Changes nothing.
#[utoipa::path(post, path = "/api/v1/imports/preview", tag = "imports", security(("session" = [])),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What is in it", body = ImportPreview),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 413, description = "`too_large`", body = Problem),
        (status = 422, description = "`empty_file`, `not_utf8`, `too_many_rows`, `too_many_columns`", body = Problem),
    )
)]
async fn preview(_: Admin, body: Result<Bytes, BytesRejection>) -> Result<Json<ImportPreview>, ApiError> {
    Ok(Json(table(body)?.preview()))
}

/// Imports users from a CSV file, or checks what an import would do, as a job. Rows that fail are left out and named;
/// the others are imported. Importing the same file again changes nothing.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", security(("session" = [])), params(ImportOptions),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 202, description = "The job that does it", body = Job),
        (status = 400, description = "`malformed_query`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 413, description = "`too_large`", body = Problem),
        (status = 422, description = "`invalid_fields`: the columns; and as for the preview", body = Problem),
    )
)]
async fn import(
    State(app): State<App>,
    admin: Admin,
    Query(options): Query<ImportOptions>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Job>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(service::begin(&app, table(body)?, options, &admin.actor)?)))
}

/// The users that meet every condition given, as a CSV file that can be imported again. A cell that a spreadsheet
/// would run as a formula has an apostrophe before it.
#[utoipa::path(get, path = "/api/v1/exports/users.csv", tag = "imports", security(("session" = [])),
    params(UserFilter),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv"),
        (status = 400, description = "`malformed_query`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn export_users(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<UserFilter>,
) -> Result<Response, ApiError> {
    Ok((AppendHeaders(Format::Csv.headers("users")), export::users(&app, filter, &admin.actor).await?)
        .into_response())
}
