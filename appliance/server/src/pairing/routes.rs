//! `POST /api/v1/pairings`.

use std::{net::IpAddr, sync::Arc};

use axum::{Extension, extract::State, http::StatusCode};
use pocketkey_api::pairing::{NewPairing, Pairing};
use pocketkey_routes::{Routes, routes};

use super::service;
use crate::{
    App,
    limit::{ClientIp, Limiter},
    problem::{ApiError, Json},
};

/// Pairings an address may begin at once; then one every [`INTERVAL`] milliseconds.
const BURST: i64 = 20;
const INTERVAL: i64 = 6_000;

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    let limit: Arc<Limiter<IpAddr>> = Arc::new(Limiter::new(BURST, INTERVAL));
    routes!(begin).map(|router| router.layer(Extension(limit)))
}

/// A computer asks to be paired, proving possession of its keys. It shows the answer's `pairing_id` in a QR code,
/// connects to the relay as `device_id`, and waits there for the phone.
#[utoipa::path(post, path = "/api/v1/pairings", tag = "pairing", request_body = NewPairing, responses(
    (status = 201, description = "The pairing waits for a phone", body = Pairing),
    (status = 403, description = "`device_blocked`: an administrator blocked this computer", body = pocketkey_api::Problem),
    (status = 409, description = "`device_other_kind`: these are a phone's keys", body = pocketkey_api::Problem),
    (status = 422, description = "`invalid_fields`, or `device_not_proven`: the proof is not by these keys",
        body = pocketkey_api::Problem),
    (status = 429, description = "`too_many_tries` from this address", body = pocketkey_api::Problem),
))]
async fn begin(
    State(app): State<App>,
    Extension(limit): Extension<Arc<Limiter<IpAddr>>>,
    ClientIp(ip): ClientIp,
    Json(new): Json<NewPairing>,
) -> Result<(StatusCode, Json<Pairing>), ApiError> {
    limit.take(ip, app.now()).map_err(|too_many| ApiError::too_many(too_many.retry_after))?;
    Ok((StatusCode::CREATED, Json(service::begin(&app, &new.computer).await?)))
}
