//! `/api/v1/settings/keys`, `/api/v1/groups/{id}/settings` and `/api/v1/keys/{id}/settings`; for phones,
//! `/api/v1/devices/{id}/settings`.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pocketkey_api::{
    GroupId, KeyId, Problem,
    device::{PhoneSettings, SettingsHeld},
    settings::{SettingsChoice, SettingsView},
};
use pocketkey_routes::{Routes, routes};

use super::{phones, service};
use crate::{
    App,
    admins::Admin,
    limit::{ClientIp, Limiter},
    problem::{ApiError, Json, Path},
};

/// Wrong words of phones from an address at once; then one every [`INTERVAL`] milliseconds. Right ones are free.
const BURST: i64 = 100;
const INTERVAL: i64 = 1_000;

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    let limit: Arc<Limiter<IpAddr>> = Arc::new(Limiter::new(BURST, INTERVAL));
    routes!(held).map(|router| router.layer(Extension(limit))).merge(routes!(
        organisation,
        set_organisation,
        group,
        set_group,
        key,
        set_key
    ))
}

/// The organisation's settings of smartphone keys.
#[utoipa::path(get, path = "/api/v1/settings/keys", tag = "settings", security(("session" = [])), responses(
    (status = 200, description = "What is chosen, and what holds", body = SettingsView),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn organisation(State(app): State<App>, _: Admin) -> Result<Json<SettingsView>, ApiError> {
    Ok(Json(service::organisation(&app).await?))
}

/// Chooses the organisation's settings of smartphone keys; what is absent is as built in.
#[utoipa::path(put, path = "/api/v1/settings/keys", tag = "settings", security(("session" = [])),
    request_body = SettingsChoice,
    responses(
        (status = 200, description = "What is chosen, and what holds", body = SettingsView),
        (status = 401, description = "`signed_out`", body = Problem),
    )
)]
async fn set_organisation(
    State(app): State<App>,
    admin: Admin,
    Json(choice): Json<SettingsChoice>,
) -> Result<Json<SettingsView>, ApiError> {
    Ok(Json(service::set_organisation(&app, &admin.actor, choice).await?))
}

/// A group's settings of smartphone keys, as they are for members of no other group.
#[utoipa::path(get, path = "/api/v1/groups/{id}/settings", tag = "settings", security(("session" = [])),
    params(("id" = GroupId, Path, description = "The group")),
    responses(
        (status = 200, description = "What is chosen, and what holds", body = SettingsView),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn group(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<GroupId>,
) -> Result<Json<SettingsView>, ApiError> {
    Ok(Json(service::group(&app, id).await?))
}

/// Chooses a group's settings of smartphone keys; what is absent is inherited from the organisation. Of several groups the
/// strictest value wins.
#[utoipa::path(put, path = "/api/v1/groups/{id}/settings", tag = "settings", security(("session" = [])),
    params(("id" = GroupId, Path, description = "The group")), request_body = SettingsChoice,
    responses(
        (status = 200, description = "What is chosen, and what holds", body = SettingsView),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn set_group(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
    Json(choice): Json<SettingsChoice>,
) -> Result<Json<SettingsView>, ApiError> {
    Ok(Json(service::set_group(&app, &admin.actor, id, choice).await?))
}

/// A key's settings.
#[utoipa::path(get, path = "/api/v1/keys/{id}/settings", tag = "settings", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")),
    responses(
        (status = 200, description = "What is chosen, and what holds", body = SettingsView),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`no_settings`", body = Problem),
    )
)]
async fn key(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<KeyId>,
) -> Result<Json<SettingsView>, ApiError> {
    Ok(Json(service::key(&app, id).await?))
}

/// Chooses a key's own settings; what is absent is inherited from its user's groups and the organisation. Nothing at all is
/// "Use default settings".
#[utoipa::path(put, path = "/api/v1/keys/{id}/settings", tag = "settings", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")), request_body = SettingsChoice,
    responses(
        (status = 200, description = "What is chosen, and what holds", body = SettingsView),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`no_settings`", body = Problem),
    )
)]
async fn set_key(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    Json(choice): Json<SettingsChoice>,
) -> Result<Json<SettingsView>, ApiError> {
    Ok(Json(service::set_key(&app, &admin.actor, id, choice).await?))
}

/// A phone says which settings it has, and proves that it is itself; it is told which ones it should have. It asks again once
/// it obeys those: then the console shows that it has taken them.
#[utoipa::path(put, path = "/api/v1/devices/{id}/settings", tag = "settings", request_body = SettingsHeld,
    params(("id" = String, Path, description = "The phone's id at the relay")), responses(
    (status = 200, description = "What it is to obey instead", body = PhoneSettings),
    (status = 204, description = "It has what is in force"),
    (status = 403, description = "`device_not_proven`, or `proof_not_fresh`: the clocks differ", body = Problem),
    (status = 429, description = "`too_many_tries` from this address", body = Problem),
))]
async fn held(
    State(app): State<App>,
    Extension(limit): Extension<Arc<Limiter<IpAddr>>>,
    ClientIp(ip): ClientIp,
    Path(device): Path<String>,
    Json(held): Json<SettingsHeld>,
) -> Result<Response, ApiError> {
    limit.take(ip, app.now()).map_err(|too_many| ApiError::too_many(too_many.retry_after))?;
    let instead = phones::held(&app, &device, held).await?;
    limit.give_back(&ip);
    Ok(match instead {
        Some(settings) => Json(settings).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
