//! `/api/v1/account`.

use axum::{extract::State, http::StatusCode};
use pocketkey_api::{
    Problem, SessionId,
    account::{Account, AccountChange, OpenSession, Password, RecoveryCodes, TotpCode, TotpSetup},
};
use pocketkey_routes::{Routes, routes};

use super::{passkey_routes, service, two_step};
use crate::{
    App,
    admins::{Admin, Confirmed},
    problem::{ApiError, Json, Path},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(
        show,
        change,
        confirm,
        change_password,
        begin_totp,
        enable_totp,
        disable_totp,
        renew_codes,
        list_sessions,
        end_other_sessions,
        end_session
    )
    .merge(passkey_routes::routes())
}

/// The signed-in admin's own account.
#[utoipa::path(get, path = "/api/v1/account", tag = "account", security(("session" = [])), responses(
    (status = 200, description = "The account", body = Account),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn show(State(app): State<App>, admin: Admin) -> Result<Json<Account>, ApiError> {
    Ok(Json(service::show(&app, &admin).await?))
}

/// Changes name and e-mail address; the address wants a confirmed session.
#[utoipa::path(patch, path = "/api/v1/account", tag = "account", security(("session" = [])), request_body = AccountChange,
    responses(
        (status = 200, description = "The account as it is now", body = Account),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`confirm_first`", body = Problem),
        (status = 422, description = "`invalid_fields`: nothing is changed", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    admin: Admin,
    Json(change): Json<AccountChange>,
) -> Result<Json<Account>, ApiError> {
    service::change(&app, admin.clone(), change).await?;
    Ok(Json(service::show(&app, &admin).await?))
}

/// Confirms with the password that it is them: for ten minutes, this session may change how the account is signed in to.
#[utoipa::path(post, path = "/api/v1/account/confirm", tag = "account", security(("session" = [])), request_body = Password,
    responses(
        (status = 204, description = "Confirmed"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`: wrong password", body = Problem),
        (status = 429, description = "`too_many_tries`", body = Problem),
    )
)]
async fn confirm(
    State(app): State<App>,
    admin: Admin,
    Json(given): Json<Password>,
) -> Result<StatusCode, ApiError> {
    service::confirm(&app, admin, given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the password, and signs out everywhere else.
#[utoipa::path(put, path = "/api/v1/account/password", tag = "account", security(("session" = [])),
    request_body = Password,
    responses(
        (status = 204, description = "Changed"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`confirm_first`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn change_password(
    State(app): State<App>,
    Confirmed(admin): Confirmed,
    Json(new): Json<Password>,
) -> Result<StatusCode, ApiError> {
    service::change_password(&app, admin, new.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins with an authenticator app. Two-step sign-in is on once a code of it was right.
#[utoipa::path(post, path = "/api/v1/account/totp", tag = "account", security(("session" = [])), responses(
    (status = 200, description = "What the app needs", body = TotpSetup),
    (status = 401, description = "`signed_out`", body = Problem),
    (status = 403, description = "`confirm_first`", body = Problem),
    (status = 409, description = "`two_step_on`", body = Problem),
))]
async fn begin_totp(
    State(app): State<App>,
    Confirmed(admin): Confirmed,
) -> Result<Json<TotpSetup>, ApiError> {
    Ok(Json(two_step::begin(&app, admin.admin).await?))
}

/// Turns two-step sign-in on.
#[utoipa::path(put, path = "/api/v1/account/totp", tag = "account", security(("session" = [])), request_body = TotpCode,
    responses(
        (status = 200, description = "On; recovery codes, shown this once", body = RecoveryCodes),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`confirm_first`", body = Problem),
        (status = 409, description = "`two_step_on`; `two_step_off`: no app was begun with", body = Problem),
        (status = 422, description = "`invalid_fields`: the code is not right", body = Problem),
    )
)]
async fn enable_totp(
    State(app): State<App>,
    Confirmed(admin): Confirmed,
    Json(given): Json<TotpCode>,
) -> Result<Json<RecoveryCodes>, ApiError> {
    Ok(Json(two_step::enable(&app, admin, given.code).await?))
}

/// Turns two-step sign-in off; the recovery codes are void.
#[utoipa::path(delete, path = "/api/v1/account/totp", tag = "account", security(("session" = [])), responses(
    (status = 204, description = "Off"),
    (status = 401, description = "`signed_out`", body = Problem),
    (status = 403, description = "`confirm_first`", body = Problem),
    (status = 409, description = "`two_step_off`; `last_second_step`: every admin needs one, and there is no passkey",
        body = Problem),
))]
async fn disable_totp(State(app): State<App>, Confirmed(admin): Confirmed) -> Result<StatusCode, ApiError> {
    two_step::disable(&app, admin.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes new recovery codes; those before are void.
#[utoipa::path(post, path = "/api/v1/account/recovery-codes", tag = "account", security(("session" = [])), responses(
    (status = 200, description = "Recovery codes, shown this once", body = RecoveryCodes),
    (status = 401, description = "`signed_out`", body = Problem),
    (status = 403, description = "`confirm_first`", body = Problem),
    (status = 409, description = "`two_step_off`", body = Problem),
))]
async fn renew_codes(
    State(app): State<App>,
    Confirmed(admin): Confirmed,
) -> Result<Json<RecoveryCodes>, ApiError> {
    Ok(Json(two_step::renew_codes(&app, admin.actor).await?))
}

/// Where the admin is signed in, the last one used first.
#[utoipa::path(get, path = "/api/v1/account/sessions", tag = "account", security(("session" = [])), responses(
    (status = 200, description = "The sessions", body = Vec<OpenSession>),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn list_sessions(State(app): State<App>, admin: Admin) -> Result<Json<Vec<OpenSession>>, ApiError> {
    Ok(Json(service::list_sessions(&app, &admin).await?))
}

/// Signs out everywhere else, at once.
#[utoipa::path(delete, path = "/api/v1/account/sessions", tag = "account", security(("session" = [])), responses(
    (status = 204, description = "Signed out everywhere else"),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn end_other_sessions(State(app): State<App>, admin: Admin) -> Result<StatusCode, ApiError> {
    service::end_other_sessions(&app, admin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out one browser, at once.
#[utoipa::path(delete, path = "/api/v1/account/sessions/{id}", tag = "account", security(("session" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn end_session(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    service::end_session(&app, admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
