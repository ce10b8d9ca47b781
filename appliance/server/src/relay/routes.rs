//! `GET /api/v1/relay`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use pocketkey_routes::{Routes, routes};

use super::{socket, upgrade::Upgrade};
use crate::{App, limit::ClientIp, problem::ApiError};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(connect)
}

/// The relay: a WebSocket whose binary messages are the frames of the protocol chapter. The relay sends a challenge;
/// the device proves who it is; then frames flow between it and the devices it is paired with.
#[utoipa::path(get, path = "/api/v1/relay", tag = "relay", responses(
    (status = 101, description = "A WebSocket of binary frames"),
    (status = 400, description = "`not_a_websocket`", body = pocketkey_api::Problem),
    (status = 426, description = "`not_a_websocket`", body = pocketkey_api::Problem),
))]
async fn connect(
    State(app): State<App>,
    ClientIp(from): ClientIp,
    upgrade: Result<Upgrade, ApiError>,
) -> Result<Response, ApiError> {
    let relay = Arc::clone(app.relay());
    Ok(upgrade?.then(move |stream, ahead| socket::serve(relay, stream, ahead, from)))
}
