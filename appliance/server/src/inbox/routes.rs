//! `/api/v1/inbox`.

use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
};
use pocketkey_api::{
    MailId, Page,
    inbox::{Mail, MailSummary},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, delete))
        .routes(routes!(source))
        .routes(routes!(html))
}

/// Which page of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Place {
    /// What the page before said as `next`.
    after: Option<String>,
    /// Mails a page, 1 to 200; default 50.
    limit: Option<u32>,
}

/// The mails that the built-in SMTP sink accepted, newest first.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "inbox", security(("session" = [])), params(Place), responses(
    (status = 200, description = "A page of mails", body = Page<MailSummary>),
    (status = 400, description = "`malformed_query`", body = pocketkey_api::Problem),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
))]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(place): Query<Place>,
) -> Result<Json<Page<MailSummary>>, ApiError> {
    Ok(Json(service::list(&app, place.after.as_deref(), place.limit).await?))
}

/// A mail, taken apart.
#[utoipa::path(get, path = "/api/v1/inbox/{id}", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 200, description = "The mail", body = Mail),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail", body = pocketkey_api::Problem),
))]
async fn show(State(app): State<App>, _: Admin, Path(id): Path<MailId>) -> Result<Json<Mail>, ApiError> {
    Ok(Json(service::show(&app, &id).await?))
}

/// Deletes a mail.
#[utoipa::path(delete, path = "/api/v1/inbox/{id}", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail", body = pocketkey_api::Problem),
))]
async fn delete(State(app): State<App>, _: Admin, Path(id): Path<MailId>) -> Result<StatusCode, ApiError> {
    service::delete(&app, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A mail as it was received.
#[utoipa::path(get, path = "/api/v1/inbox/{id}/source", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 200, description = "Headers and body", body = String, content_type = "text/plain"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail", body = pocketkey_api::Problem),
))]
async fn source(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<MailId>,
) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], service::source(&app, &id).await?))
}

/// What a mail's HTML may do: look as it looks, with the pictures it brought. No scripts, no requests, no forms.
const HARMLESS: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    ),
];

/// A mail's HTML part, to be shown in a frame: pictures are inside, everything else it could load is blocked.
#[utoipa::path(get, path = "/api/v1/inbox/{id}/html", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 200, description = "The HTML part", body = String, content_type = "text/html"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail, or it has no HTML part", body = pocketkey_api::Problem),
))]
async fn html(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<MailId>,
) -> Result<impl IntoResponse, ApiError> {
    Ok((HARMLESS, service::html(&app, &id).await?))
}
