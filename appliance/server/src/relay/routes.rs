//! `GET /api/v1/relay`.

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    response::Response,
};
use pocketkey_link::frame::MAX_FRAME;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::socket;
use crate::{
    App,
    problem::{ApiError, Explain},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(connect))
}

impl Explain for WebSocketUpgradeRejection {
    fn explain(&self) -> ApiError {
        ApiError::new(self.status(), "not_a_websocket", "Devices connect here with a WebSocket.")
    }
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
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // Small buffers: ten thousand devices are idle nearly always.
    let upgrade = upgrade?
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .max_message_size(MAX_FRAME);
    Ok(upgrade.on_upgrade(move |socket| socket::serve(app, socket)))
}
