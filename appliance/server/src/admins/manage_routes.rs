//! `/api/v1/admins`.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pocketkey_api::{
    AdminId, AdminInvitationId, Page, Problem,
    admin::{
        AcceptInvitation, AdminChange, AdminInvitation, AdminSummary, InvitationPreview, InvitationToken,
        NewAdminInvitation,
    },
    session::Session,
};
use pocketkey_routes::{Routes, routes};

use super::{
    Admin, invitations, manage,
    model::{ListAdmins, Visitor},
    routes::signed_in,
};
use crate::{
    App,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(
        list,
        change,
        delete,
        block,
        unblock,
        unlock,
        reset_second_step,
        list_invitations,
        invite,
        revoke,
        send_again,
        preview,
        accept
    )
}

/// One page of the admins, by e-mail address.
#[utoipa::path(get, path = "/api/v1/admins", tag = "admins", security(("session" = [])), params(ListAdmins), responses(
    (status = 200, description = "The admins", body = Page<AdminSummary>),
    (status = 401, description = "`signed_out`", body = Problem),
    (status = 403, description = "`not_permitted`", body = Problem),
))]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(page): Query<ListAdmins>,
) -> Result<Json<Page<AdminSummary>>, ApiError> {
    Ok(Json(manage::list(&app, page).await?))
}

/// Gives an admin another role. Nobody grants a role beyond their own, or reaches an admin beyond it.
#[utoipa::path(patch, path = "/api/v1/admins/{id}", tag = "admins", security(("session" = [])),
    params(("id" = AdminId, Path, description = "The admin")), request_body = AdminChange,
    responses(
        (status = 200, description = "The admin as they are now", body = AdminSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`yourself`, `last_owner`", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminId>,
    Json(change): Json<AdminChange>,
) -> Result<Json<AdminSummary>, ApiError> {
    Ok(Json(manage::change_role(&app, id, change.role, by.actor, by.admin.role).await?))
}

/// Deletes an admin. They are signed out everywhere at once.
#[utoipa::path(delete, path = "/api/v1/admins/{id}", tag = "admins", security(("session" = [])),
    params(("id" = AdminId, Path, description = "The admin")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`yourself`, `last_owner`", body = Problem),
    )
)]
async fn delete(State(app): State<App>, by: Admin, Path(id): Path<AdminId>) -> Result<StatusCode, ApiError> {
    manage::delete(&app, id, by.actor, by.admin.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks an admin. They are signed out everywhere at once, and cannot sign in.
#[utoipa::path(put, path = "/api/v1/admins/{id}/block", tag = "admins", security(("session" = [])),
    params(("id" = AdminId, Path, description = "The admin")),
    responses(
        (status = 200, description = "The admin, blocked", body = AdminSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`yourself`, `last_owner`", body = Problem),
    )
)]
async fn block(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminId>,
) -> Result<Json<AdminSummary>, ApiError> {
    Ok(Json(manage::set_blocked(&app, id, true, by.actor, by.admin.role).await?))
}

/// Unblocks an admin.
#[utoipa::path(delete, path = "/api/v1/admins/{id}/block", tag = "admins", security(("session" = [])),
    params(("id" = AdminId, Path, description = "The admin")),
    responses(
        (status = 200, description = "The admin", body = AdminSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`yourself`", body = Problem),
    )
)]
async fn unblock(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminId>,
) -> Result<Json<AdminSummary>, ApiError> {
    Ok(Json(manage::set_blocked(&app, id, false, by.actor, by.admin.role).await?))
}

/// Lets an admin try again at once who has to wait after ten wrong tries in a row.
#[utoipa::path(delete, path = "/api/v1/admins/{id}/lock", tag = "admins", security(("session" = [])),
    params(("id" = AdminId, Path, description = "The admin")),
    responses(
        (status = 200, description = "The admin", body = AdminSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`yourself`", body = Problem),
    )
)]
async fn unlock(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminId>,
) -> Result<Json<AdminSummary>, ApiError> {
    Ok(Json(manage::unlock(&app, id, by.actor, by.admin.role).await?))
}

/// Forgets an admin's authenticator app, recovery codes and passkeys, for example because they were lost with a phone. The
/// admin is signed out everywhere at once, is told by mail, and signs in with the password alone until they set up anew.
#[utoipa::path(delete, path = "/api/v1/admins/{id}/second-step", tag = "admins", security(("session" = [])),
    params(("id" = AdminId, Path, description = "The admin")),
    responses(
        (status = 200, description = "The admin", body = AdminSummary),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`yourself`", body = Problem),
    )
)]
async fn reset_second_step(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminId>,
) -> Result<Json<AdminSummary>, ApiError> {
    Ok(Json(manage::reset_second_step(&app, id, by.actor, by.admin.role).await?))
}

/// One page of the invitations that were not accepted yet, by e-mail address; also those whose time is over.
#[utoipa::path(get, path = "/api/v1/admins/invitations", tag = "admins", security(("session" = [])), params(ListAdmins),
    responses(
        (status = 200, description = "The invitations", body = Page<AdminInvitation>),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
    )
)]
async fn list_invitations(
    State(app): State<App>,
    _: Admin,
    Query(page): Query<ListAdmins>,
) -> Result<Json<Page<AdminInvitation>>, ApiError> {
    Ok(Json(invitations::list(&app, page).await?))
}

/// Invites somebody to become an admin, by mail. Nobody grants a role beyond their own.
#[utoipa::path(post, path = "/api/v1/admins/invitations", tag = "admins", security(("session" = [])),
    request_body = NewAdminInvitation,
    responses(
        (status = 201, description = "The invitation", body = AdminInvitation),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn invite(
    State(app): State<App>,
    by: Admin,
    Json(new): Json<NewAdminInvitation>,
) -> Result<(StatusCode, Json<AdminInvitation>), ApiError> {
    Ok((StatusCode::CREATED, Json(invitations::invite(&app, new, by.actor, by.admin.role).await?)))
}

/// Revokes an invitation: its link is void.
#[utoipa::path(delete, path = "/api/v1/admins/invitations/{id}", tag = "admins", security(("session" = [])),
    params(("id" = AdminInvitationId, Path, description = "The invitation")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn revoke(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminInvitationId>,
) -> Result<StatusCode, ApiError> {
    invitations::revoke(&app, id, by.actor, by.admin.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends an invitation again, with a new link; the one before is void.
#[utoipa::path(post, path = "/api/v1/admins/invitations/{id}/mail", tag = "admins", security(("session" = [])),
    params(("id" = AdminInvitationId, Path, description = "The invitation")),
    responses(
        (status = 200, description = "The invitation", body = AdminInvitation),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 403, description = "`not_permitted`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn send_again(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<AdminInvitationId>,
) -> Result<Json<AdminInvitation>, ApiError> {
    Ok(Json(invitations::send_again(&app, id, by.actor, by.admin.role).await?))
}

/// What an invitation is about. Changes nothing.
#[utoipa::path(post, path = "/api/v1/admins/invitations/preview", tag = "admins", request_body = InvitationToken, responses(
    (status = 200, description = "The invitation", body = InvitationPreview),
    (status = 410, description = "`invitation_over`", body = Problem),
    (status = 429, description = "`too_many_tries`", body = Problem),
))]
async fn preview(
    State(app): State<App>,
    visitor: Visitor,
    Json(given): Json<InvitationToken>,
) -> Result<Json<InvitationPreview>, ApiError> {
    Ok(Json(invitations::preview(&app, &given.token, &visitor).await?))
}

/// Makes whoever holds an invitation's token an admin, with the password they choose, and signs them in. Works once.
#[utoipa::path(post, path = "/api/v1/admins/invitations/accept", tag = "admins", request_body = AcceptInvitation, responses(
    (status = 201, description = "An admin, and signed in; sets the session cookie", body = Session),
    (status = 410, description = "`invitation_over`", body = Problem),
    (status = 422, description = "`invalid_fields`: the invitation still works", body = Problem),
    (status = 429, description = "`too_many_tries`", body = Problem),
))]
async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    Json(given): Json<AcceptInvitation>,
) -> Result<Response, ApiError> {
    let token = invitations::accept(&app, given, visitor).await?;
    Ok((StatusCode::CREATED, signed_in(&app, &token).await?).into_response())
}
