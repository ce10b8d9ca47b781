//! `/api/v1/users/{id}/keys`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Problem, UserId,
    key::{Key, NewKey},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(assign))
}

/// Assigns a key to a user.
#[utoipa::path(post, path = "/api/v1/users/{id}/keys", tag = "keys", security(("session" = [])),
    params(("id" = UserId, Path, description = "The user")), request_body = NewKey,
    responses(
        (status = 201, description = "The key", body = Key),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn assign(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<UserId>,
    Json(new): Json<NewKey>,
) -> Result<(StatusCode, Json<Key>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::assign(&app, id, new).await?)))
}
