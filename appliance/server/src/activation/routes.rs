//! `/api/v1/keys/{id}/activation` for admins, `/api/v1/activations` for phones.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    KeyId, Problem,
    activation::{Activation, ActivationPreview, NewActivation, PreviewActivation, Redeem, Redeemed},
    key::Key,
};
use pocketkey_routes::{Routes, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    limit::ClientIp,
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(invite, revoke, preview, redeem)
}

/// Invites a phone to become this key. Voids every earlier invitation of the key.
#[utoipa::path(post, path = "/api/v1/keys/{id}/activation", tag = "activation", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")), request_body = NewActivation,
    responses(
        (status = 201, description = "The invitation; its codes are in this answer only", body = Activation),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`key_active`, `key_blocked`, `no_device`", body = Problem),
    )
)]
async fn invite(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    Json(new): Json<NewActivation>,
) -> Result<(StatusCode, Json<Activation>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::invite(&app, id, new.method, &admin.actor).await?)))
}

/// Revokes a key's open invitation: its codes are void, and its mail is held back if it still waits.
#[utoipa::path(delete, path = "/api/v1/keys/{id}/activation", tag = "activation", security(("session" = [])),
    params(("id" = KeyId, Path, description = "The key")),
    responses(
        (status = 200, description = "The key, with no open invitation", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn revoke(State(app): State<App>, admin: Admin, Path(id): Path<KeyId>) -> Result<Json<Key>, ApiError> {
    Ok(Json(service::revoke(&app, &admin.actor, id).await?))
}

/// What a code is for. Consumes nothing; a wrong pairing key counts.
#[utoipa::path(post, path = "/api/v1/activations/preview", tag = "activation", request_body = PreviewActivation,
    responses(
        (status = 200, description = "What the code is for", body = ActivationPreview),
        (status = 403, description = "`key_blocked`", body = Problem),
        (status = 404, description = "`activation_not_found`", body = Problem),
        (status = 410, description = "`activation_used`, `activation_expired`, `activation_voided`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
        (status = 423, description = "`activation_locked`", body = Problem),
        (status = 429, description = "`too_many_tries`", body = Problem),
    )
)]
async fn preview(
    State(app): State<App>,
    ClientIp(from): ClientIp,
    Json(asked): Json<PreviewActivation>,
) -> Result<Json<ActivationPreview>, ApiError> {
    Ok(Json(service::preview(&app, &asked.code, from).await?))
}

/// A phone redeems a code, once, handing over its public keys.
#[utoipa::path(post, path = "/api/v1/activations/redeem", tag = "activation", request_body = Redeem, responses(
    (status = 200, description = "The phone is the key now", body = Redeemed),
    (status = 403, description = "`key_blocked`, `device_blocked`", body = Problem),
    (status = 404, description = "`activation_not_found`", body = Problem),
    (status = 409, description = "`device_other_kind`", body = Problem),
    (status = 410, description = "`activation_used`, `activation_expired`, `activation_voided`", body = Problem),
    (status = 422, description = "`invalid_fields`, `device_not_proven`", body = Problem),
    (status = 423, description = "`activation_locked`", body = Problem),
    (status = 429, description = "`too_many_tries`", body = Problem),
))]
async fn redeem(
    State(app): State<App>,
    ClientIp(from): ClientIp,
    Json(asked): Json<Redeem>,
) -> Result<Json<Redeemed>, ApiError> {
    Ok(Json(service::redeem(&app, asked, from).await?))
}
