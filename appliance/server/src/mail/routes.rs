//! `/api/v1/outbox`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    OutboxId, Page, Problem,
    mail::{OutboxHealth, OutboxMail, Retried},
};
use pocketkey_routes::{Routes, routes};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service::{self, ListOutbox};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of the outbox.
pub fn routes() -> Routes<App> {
    routes!(list, health, retry_all, show, drop_mail, retry)
}

/// Which page of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Place {
    /// Only mails in this state: `queued`, `sent`, `failed` or `dropped`; empty: all.
    #[serde(default)]
    state: String,
    /// Only mails whose recipient has this in the address.
    #[serde(default)]
    search: String,
    /// What the page before said as `next`.
    after: Option<String>,
    /// Mails a page, 1 to 200; default 50.
    limit: Option<u32>,
}

/// The appliance's mails, newest first: those that wait, and what became of the others in the last 30 days.
#[utoipa::path(get, path = "/api/v1/outbox", tag = "mail", security(("session" = [])), params(Place), responses(
    (status = 200, description = "A page of mails", body = Page<OutboxMail>),
    (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
    (status = 401, description = "`signed_out`", body = Problem),
    (status = 422, description = "`invalid_fields`", body = Problem),
))]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(place): Query<Place>,
) -> Result<Json<Page<OutboxMail>>, ApiError> {
    let Place { state, search, after, limit } = place;
    let asked = ListOutbox { state: service::state(&state)?, search, after, limit };
    Ok(Json(service::list(&app, asked).await?))
}

/// How many mails wait, were refused, were sent.
#[utoipa::path(get, path = "/api/v1/outbox/health", tag = "mail", security(("session" = [])), responses(
    (status = 200, description = "The counts", body = OutboxHealth),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn health(State(app): State<App>, _: Admin) -> Result<Json<OutboxHealth>, ApiError> {
    Ok(Json(service::health(&app).await?))
}

/// Tries every mail again that was refused and is still of use.
#[utoipa::path(post, path = "/api/v1/outbox/retry", tag = "mail", security(("session" = [])), responses(
    (status = 200, description = "How many", body = Retried),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn retry_all(State(app): State<App>, admin: Admin) -> Result<Json<Retried>, ApiError> {
    Ok(Json(service::retry_all(&app, admin.actor).await?))
}

/// A mail: what became of it, not what it says.
#[utoipa::path(get, path = "/api/v1/outbox/{id}", tag = "mail", security(("session" = [])),
    params(("id" = OutboxId, Path, description = "The mail")),
    responses(
        (status = 200, description = "The mail", body = OutboxMail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn show(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<OutboxId>,
) -> Result<Json<OutboxMail>, ApiError> {
    Ok(Json(service::show(&app, &id).await?))
}

/// Drops a mail that is not sent.
#[utoipa::path(delete, path = "/api/v1/outbox/{id}", tag = "mail", security(("session" = [])),
    params(("id" = OutboxId, Path, description = "The mail")),
    responses(
        (status = 204, description = "It is not sent"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`already_sent`", body = Problem),
    )
)]
async fn drop_mail(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<OutboxId>,
) -> Result<StatusCode, ApiError> {
    service::drop_mail(&app, admin.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries a mail again now.
#[utoipa::path(post, path = "/api/v1/outbox/{id}/retry", tag = "mail", security(("session" = [])),
    params(("id" = OutboxId, Path, description = "The mail")),
    responses(
        (status = 200, description = "It waits", body = OutboxMail),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`nothing_to_send`", body = Problem),
    )
)]
async fn retry(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<OutboxId>,
) -> Result<Json<OutboxMail>, ApiError> {
    Ok(Json(service::retry(&app, admin.actor, &id).await?))
}
