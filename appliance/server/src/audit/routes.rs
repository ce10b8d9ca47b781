//! `/api/v1/audit`.

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use pocketkey_api::{
    Page, Problem,
    audit::{AuditFilter, Entry},
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
    routes!(list, export)
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

/// What admins and the appliance did, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "logs", security(("session" = [])), params(AuditFilter, Place),
    responses(
        (status = 200, description = "A page of entries", body = Page<Entry>),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<AuditFilter>,
    Query(place): Query<Place>,
) -> Result<Json<Page<Entry>>, ApiError> {
    Ok(Json(service::list(&app, filter, place.after, place.limit).await?))
}

/// The entries that meet every condition given, newest first, as a file. That it was taken is an entry itself.
#[utoipa::path(get, path = "/api/v1/exports/audit", tag = "logs", security(("session" = [])),
    params(AuditFilter, As),
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
    Query(filter): Query<AuditFilter>,
    Query(As { format }): Query<As>,
) -> Result<Response, ApiError> {
    let body = service::export(&app, filter, format, &admin.actor).await?;
    Ok((AppendHeaders(format.headers("audit")), body).into_response())
}
