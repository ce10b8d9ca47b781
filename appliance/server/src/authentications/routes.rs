//! `/api/v1/authentications`, `/api/v1/logs/settings`.

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use pocketkey_api::{
    Page, Problem,
    authentication::{Authentication, AuthenticationFilter, LogSettings},
};
use pocketkey_routes::{Routes, routes};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service;
use crate::{
    App,
    admins::Admin,
    export::As,
    problem::{ApiError, Json, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(list, export, settings, set_settings)
}

/// Which page of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Place {
    /// Only entries after this place: `next` of the page before.
    after: Option<String>,
    /// At most this many, 1–200; default 50.
    limit: Option<u32>,
}

/// What phones were asked, and how it ended, newest first. The event `authentications` says when to ask again.
#[utoipa::path(get, path = "/api/v1/authentications", tag = "logs", security(("session" = [])),
    params(AuthenticationFilter, Place),
    responses(
        (status = 200, description = "A page of entries", body = Page<Authentication>),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<AuthenticationFilter>,
    Query(place): Query<Place>,
) -> Result<Json<Page<Authentication>>, ApiError> {
    Ok(Json(service::list(&app, filter, place.after, place.limit).await?))
}

/// The entries that meet every condition given, newest first, as a file.
#[utoipa::path(get, path = "/api/v1/exports/authentications", tag = "logs", security(("session" = [])),
    params(AuthenticationFilter, As),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (String = "application/x-ndjson"),
        )),
        (status = 400, description = "`malformed_query`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn export(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<AuthenticationFilter>,
    Query(As { format }): Query<As>,
) -> Result<Response, ApiError> {
    let body = service::export(&app, filter, format, &admin.actor).await?;
    Ok((AppendHeaders(format.headers("authentications")), body).into_response())
}

/// What the authentication log holds, and how long.
#[utoipa::path(get, path = "/api/v1/logs/settings", tag = "logs", security(("session" = [])), responses(
    (status = 200, description = "The settings", body = LogSettings),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn settings(State(app): State<App>, _: Admin) -> Result<Json<LogSettings>, ApiError> {
    Ok(Json(service::settings(&app).await?))
}

/// Changes what the authentication log holds, and how long.
#[utoipa::path(put, path = "/api/v1/logs/settings", tag = "logs", security(("session" = [])),
    request_body = LogSettings,
    responses(
        (status = 200, description = "The settings", body = LogSettings),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn set_settings(
    State(app): State<App>,
    admin: Admin,
    Json(new): Json<LogSettings>,
) -> Result<Json<LogSettings>, ApiError> {
    Ok(Json(service::set_settings(&app, new, &admin.actor).await?))
}
