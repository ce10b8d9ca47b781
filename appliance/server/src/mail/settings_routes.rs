//! `/api/v1/settings/mail` and `/api/v1/settings/templates`.

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use pocketkey_api::{
    Problem,
    mail::{
        MailSettings, MailSetup, MailTemplate, MailTest, MailTrial, SendPreview, TemplatePreview,
        TemplateText,
    },
};
use pocketkey_routes::{Routes, routes};

use super::{MailError, settings, wording};
use crate::{
    App,
    admins::Admin,
    inbox::HARMLESS,
    problem::{ApiError, Json, Path},
};

/// The endpoints of the settings.
pub fn routes() -> Routes<App> {
    routes!(show, set, test, templates, template, change, reset, preview, send, html)
}

/// How mail leaves.
#[utoipa::path(get, path = "/api/v1/settings/mail", tag = "mail", security(("session" = [])), responses(
    (status = 200, description = "What is set", body = MailSetup),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn show(State(app): State<App>, _: Admin) -> Json<MailSetup> {
    Json(settings::show(&app))
}

/// Sets how mail leaves, at once: what waits is tried in the new way. What the command line says cannot be set.
#[utoipa::path(put, path = "/api/v1/settings/mail", tag = "mail", security(("session" = [])),
    request_body = MailSettings,
    responses(
        (status = 200, description = "What is set", body = MailSetup),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 409, description = "`set_by_option`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn set(
    State(app): State<App>,
    admin: Admin,
    Json(new): Json<MailSettings>,
) -> Result<Json<MailSetup>, ApiError> {
    Ok(Json(settings::set(&app, admin.actor, new).await?))
}

/// Sends a mail right now, as it is set or as it would be, and tells how that went.
#[utoipa::path(post, path = "/api/v1/settings/mail/test", tag = "mail", security(("session" = [])),
    request_body = MailTest,
    responses(
        (status = 200, description = "How it went; `accepted` says whether it worked", body = MailTrial),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn test(
    State(app): State<App>,
    admin: Admin,
    Json(test): Json<MailTest>,
) -> Result<Json<MailTrial>, ApiError> {
    Ok(Json(settings::test(&app, admin.actor, test).await?))
}

/// What each kind of mail says.
#[utoipa::path(get, path = "/api/v1/settings/templates", tag = "mail", security(("session" = [])), responses(
    (status = 200, description = "All kinds of mail", body = Vec<MailTemplate>),
    (status = 401, description = "`signed_out`", body = Problem),
))]
async fn templates(State(app): State<App>, _: Admin) -> Result<Json<Vec<MailTemplate>>, ApiError> {
    Ok(Json(wording::list(&app).await?))
}

/// What a mail says.
#[utoipa::path(get, path = "/api/v1/settings/templates/{name}", tag = "mail", security(("session" = [])),
    params(("name" = String, Path, description = "The kind of mail")),
    responses(
        (status = 200, description = "The template", body = MailTemplate),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn template(
    State(app): State<App>,
    _: Admin,
    Path(name): Path<String>,
) -> Result<Json<MailTemplate>, ApiError> {
    Ok(Json(wording::show(&app, &name).await?))
}

/// Changes what a mail says, from the next one sent on.
#[utoipa::path(put, path = "/api/v1/settings/templates/{name}", tag = "mail", security(("session" = [])),
    params(("name" = String, Path, description = "The kind of mail")),
    request_body = TemplateText,
    responses(
        (status = 200, description = "The template", body = MailTemplate),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`; the messages name the line", body = Problem),
    )
)]
async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
    Json(content): Json<TemplateText>,
) -> Result<Json<MailTemplate>, ApiError> {
    Ok(Json(wording::change(&app, admin.actor, &name, content).await?))
}

/// Back to what is built in.
#[utoipa::path(delete, path = "/api/v1/settings/templates/{name}", tag = "mail", security(("session" = [])),
    params(("name" = String, Path, description = "The kind of mail")),
    responses(
        (status = 204, description = "The mail says what is built in"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn reset(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    wording::reset(&app, admin.actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A mail with sample data in it.
#[utoipa::path(post, path = "/api/v1/settings/templates/{name}/preview", tag = "mail", security(("session" = [])),
    params(("name" = String, Path, description = "The kind of mail")),
    request_body = TemplateText,
    responses(
        (status = 200, description = "The mail", body = TemplatePreview),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`; the messages name the line", body = Problem),
    )
)]
async fn preview(
    State(app): State<App>,
    _: Admin,
    Path(name): Path<String>,
    Json(content): Json<TemplateText>,
) -> Result<Json<TemplatePreview>, ApiError> {
    Ok(Json(wording::preview(&app, &name, content)?))
}

/// Sends a mail with sample data right now, and tells how that went.
#[utoipa::path(post, path = "/api/v1/settings/templates/{name}/send", tag = "mail", security(("session" = [])),
    params(("name" = String, Path, description = "The kind of mail")),
    request_body = SendPreview,
    responses(
        (status = 200, description = "How it went; `accepted` says whether it worked", body = MailTrial),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    )
)]
async fn send(
    State(app): State<App>,
    admin: Admin,
    Path(name): Path<String>,
    Json(send): Json<SendPreview>,
) -> Result<Json<MailTrial>, ApiError> {
    Ok(Json(wording::send(&app, admin.actor, &name, send).await?))
}

/// The HTML part of a preview, to be shown in a frame.
#[utoipa::path(get, path = "/api/v1/settings/templates/previews/{id}", tag = "mail", security(("session" = [])),
    params(("id" = String, Path, description = "As the preview names it")),
    responses(
        (status = 200, description = "The HTML part", body = String, content_type = "text/html"),
        (status = 401, description = "`signed_out`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
async fn html(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    Ok((HARMLESS, app.mailer().preview(&id).ok_or(MailError::NoPreview)?))
}
