//! `/api/v1/webhooks`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Page, Problem, WebhookId,
    webhook::{Delivery, NewWebhook, Webhook, WebhookChange, WebhookSecret},
};
use pocketkey_routes::{Routes, routes};

use super::service::{self, ListDeliveries};
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(create, list, change, delete, renew, test, deliveries, again)
}

/// Adds a webhook. Its secret is in the answer and is not shown again.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", security(("session" = [])),
    request_body = NewWebhook,
    responses(
        (status = 201, description = "The webhook and its secret", body = WebhookSecret),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn create(
    State(app): State<App>,
    admin: Admin,
    Json(new): Json<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookSecret>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&app, &admin.actor, new).await?)))
}

/// Every webhook, oldest first.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", security(("session" = [])), responses(
    (status = 200, description = "The webhooks", body = Vec<Webhook>),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn list(State(app): State<App>, _: Admin) -> Result<Json<Vec<Webhook>>, ApiError> {
    Ok(Json(service::list(&app).await?))
}

/// Changes a webhook: what is absent stays as it is.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks", security(("session" = [])),
    params(("id" = WebhookId, Path, description = "The webhook")), request_body = WebhookChange,
    responses(
        (status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`: nothing is changed", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WebhookId>,
    Json(change): Json<WebhookChange>,
) -> Result<Json<Webhook>, ApiError> {
    Ok(Json(service::change(&app, &admin.actor, id, change).await?))
}

/// Deletes a webhook with all deliveries, those that wait among them.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", security(("session" = [])),
    params(("id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, ApiError> {
    service::delete(&app, &admin.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook another secret. The old one signs nothing from now on.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks", security(("session" = [])),
    params(("id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook and its secret", body = WebhookSecret),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn renew(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookSecret>, ApiError> {
    Ok(Json(service::renew(&app, &admin.actor, id).await?))
}

/// Sends a delivery of the kind `webhook.test`, to try the way.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks", security(("session" = [])),
    params(("id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 202, description = "It is on its way; its id", body = String),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn test(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<WebhookId>,
) -> Result<(StatusCode, Json<String>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(service::test(&app, id).await?)))
}

/// One page of what a webhook was told within the last thirty days, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks", security(("session" = [])),
    params(("id" = WebhookId, Path, description = "The webhook"), ListDeliveries),
    responses(
        (status = 200, description = "The deliveries", body = Page<Delivery>),
        (status = 400, description = "`malformed_query`, `wrong_cursor`", body = Problem),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn deliveries(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<WebhookId>,
    Query(which): Query<ListDeliveries>,
) -> Result<Json<Page<Delivery>>, ApiError> {
    Ok(Json(service::deliveries(&app, id, which).await?))
}

/// Sends a delivery once more, at once.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/retry", tag = "webhooks",
    security(("session" = [])),
    params(("id" = WebhookId, Path, description = "The webhook"), ("delivery" = String, Path, description = "The delivery")),
    responses(
        (status = 202, description = "It is on its way"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn again(
    State(app): State<App>,
    _: Admin,
    Path((id, delivery)): Path<(WebhookId, String)>,
) -> Result<StatusCode, ApiError> {
    service::again(&app, id, delivery).await?;
    Ok(StatusCode::ACCEPTED)
}
