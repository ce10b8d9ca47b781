//! `/api/v1/push/key` and `/api/v1/devices/{id}/push`.

use std::{net::IpAddr, sync::Arc};

use axum::{Extension, extract::State, http::StatusCode};
use pocketkey_api::push::{EndOfSubscription, NewSubscription, PushKey};
use pocketkey_routes::{Routes, routes};

use super::service;
use crate::{
    App,
    limit::{ClientIp, Limiter},
    problem::{ApiError, Json, Path, Query},
};

/// Subscriptions from an address at once; then one every [`INTERVAL`] milliseconds. Many phones may share an address.
const BURST: i64 = 100;
const INTERVAL: i64 = 1_000;

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    let limit: Arc<Limiter<IpAddr>> = Arc::new(Limiter::new(BURST, INTERVAL));
    routes!(key, subscribe, unsubscribe).map(|router| router.layer(Extension(limit)))
}

/// The appliance's VAPID key. A phone subscribes at its push service with it.
#[utoipa::path(get, path = "/api/v1/push/key", tag = "push", responses(
    (status = 200, description = "The key", body = PushKey),
))]
async fn key(State(app): State<App>) -> Json<PushKey> {
    Json(PushKey { key: app.vapid().public_key() })
}

/// A phone says where it is called when it is away, and proves that it is itself. What it said before is void.
#[utoipa::path(put, path = "/api/v1/devices/{id}/push", tag = "push", request_body = NewSubscription,
    params(("id" = String, Path, description = "The phone's id at the relay")), responses(
    (status = 204, description = "It will be called there"),
    (status = 403, description = "`device_not_proven`, or `proof_not_fresh`: the clocks differ",
        body = pocketkey_api::Problem),
    (status = 422, description = "`invalid_fields`: malformed, or not a push service on the public internet",
        body = pocketkey_api::Problem),
    (status = 429, description = "`too_many_tries` from this address", body = pocketkey_api::Problem),
))]
async fn subscribe(
    State(app): State<App>,
    Extension(limit): Extension<Arc<Limiter<IpAddr>>>,
    ClientIp(ip): ClientIp,
    Path(device): Path<String>,
    Json(new): Json<NewSubscription>,
) -> Result<StatusCode, ApiError> {
    limit.take(ip, app.now()).map_err(|too_many| ApiError::too_many(too_many.retry_after))?;
    service::subscribe(&app, &device, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A phone does not want to be called any more.
#[utoipa::path(delete, path = "/api/v1/devices/{id}/push", tag = "push",
    params(("id" = String, Path, description = "The phone's id at the relay"), EndOfSubscription), responses(
    (status = 204, description = "It will not be called"),
    (status = 403, description = "`device_not_proven`, or `proof_not_fresh`: the clocks differ",
        body = pocketkey_api::Problem),
    (status = 429, description = "`too_many_tries` from this address", body = pocketkey_api::Problem),
))]
async fn unsubscribe(
    State(app): State<App>,
    Extension(limit): Extension<Arc<Limiter<IpAddr>>>,
    ClientIp(ip): ClientIp,
    Path(device): Path<String>,
    Query(end): Query<EndOfSubscription>,
) -> Result<StatusCode, ApiError> {
    limit.take(ip, app.now()).map_err(|too_many| ApiError::too_many(too_many.retry_after))?;
    service::unsubscribe(&app, &device, &end).await?;
    Ok(StatusCode::NO_CONTENT)
}
