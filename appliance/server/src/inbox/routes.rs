//! `/api/v1/inbox`.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use pocketkey_api::{
    MailId, Page,
    inbox::{Deleted, FaultSetting, Mail, MailSummary},
};
use pocketkey_routes::{Routes, routes};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service;
use crate::{
    App,
    admins::Admin,
    problem::{ApiError, Json, Path, Query},
};

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(list, delete_found, wait, fault, set_fault, show, delete, source, html, attachment)
}

/// Which page of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Place {
    /// Only mails with all of this: words, the last one as far as it is typed; `"words in a row"`; `from:ada@example.org`,
    /// `to:`, `subject:`; `has:attachment`; `before:2026-01-31`, `after:2026-01-01` (midnight, UTC).
    #[serde(default)]
    search: String,
    /// What the page before said as `next`.
    after: Option<String>,
    /// Mails a page, 1 to 200; default 50.
    limit: Option<u32>,
}

/// The mails that the built-in SMTP sink accepted, newest first.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "inbox", security(("session" = [])), params(Place), responses(
    (status = 200, description = "A page of mails", body = Page<MailSummary>),
    (status = 400, description = "`malformed_query`, `malformed_search`, `wrong_cursor`", body = pocketkey_api::Problem),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
))]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(place): Query<Place>,
) -> Result<Json<Page<MailSummary>>, ApiError> {
    Ok(Json(service::list(&app, &place.search, place.after.as_deref(), place.limit).await?))
}

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// As for the list; empty: all.
    #[serde(default)]
    search: String,
}

/// Deletes every mail that a search finds.
#[utoipa::path(delete, path = "/api/v1/inbox", tag = "inbox", security(("session" = [])), params(Which), responses(
    (status = 200, description = "How many are gone", body = Deleted),
    (status = 400, description = "`malformed_search`", body = pocketkey_api::Problem),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
))]
async fn delete_found(
    State(app): State<App>,
    admin: Admin,
    Query(which): Query<Which>,
) -> Result<Json<Deleted>, ApiError> {
    Ok(Json(service::delete_found(&app, &which.search, &admin.actor).await?))
}

/// What to wait for, and how long.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Awaited {
    /// As for the list.
    #[serde(default)]
    search: String,
    /// The id of a mail: it and all before it do not count.
    newer_than: Option<MailId>,
    /// 1 to 300; default 30.
    seconds: Option<u32>,
}

/// The latest mail that a search finds, taken apart, with its links and codes: at once, or as soon as one comes.
#[utoipa::path(get, path = "/api/v1/inbox/wait", tag = "inbox", security(("session" = [])), params(Awaited), responses(
    (status = 200, description = "The mail", body = Mail),
    (status = 400, description = "`malformed_query`, `malformed_search`", body = pocketkey_api::Problem),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "`none_came`", body = pocketkey_api::Problem),
))]
async fn wait(
    State(app): State<App>,
    _: Admin,
    Query(awaited): Query<Awaited>,
) -> Result<Json<Mail>, ApiError> {
    let Awaited { search, newer_than, seconds } = awaited;
    Ok(Json(service::wait(&app, &search, newer_than.as_ref(), seconds).await?))
}

/// What the sink does wrong on purpose.
#[utoipa::path(get, path = "/api/v1/inbox/fault", tag = "inbox", security(("session" = [])), responses(
    (status = 200, description = "The setting", body = FaultSetting),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
))]
async fn fault(State(app): State<App>, _: Admin) -> Json<FaultSetting> {
    Json(service::fault(&app))
}

/// Makes the sink refuse, greylist, delay or drop mail, so that senders can be tested; without `fault`, ends that.
#[utoipa::path(put, path = "/api/v1/inbox/fault", tag = "inbox", security(("session" = [])),
    request_body = FaultSetting, responses(
    (status = 200, description = "The setting", body = FaultSetting),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 422, description = "`invalid_fields`", body = pocketkey_api::Problem),
))]
async fn set_fault(
    State(app): State<App>,
    admin: Admin,
    Json(setting): Json<FaultSetting>,
) -> Result<Json<FaultSetting>, ApiError> {
    Ok(Json(service::set_fault(&app, setting, &admin.actor).await?))
}

/// A mail, taken apart.
#[utoipa::path(get, path = "/api/v1/inbox/{id}", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 200, description = "The mail", body = Mail),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail", body = pocketkey_api::Problem),
))]
async fn show(State(app): State<App>, _: Admin, Path(id): Path<MailId>) -> Result<Json<Mail>, ApiError> {
    Ok(Json(service::show(&app, &id).await?))
}

/// Deletes a mail.
#[utoipa::path(delete, path = "/api/v1/inbox/{id}", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail", body = pocketkey_api::Problem),
))]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<MailId>,
) -> Result<StatusCode, ApiError> {
    service::delete(&app, &id, &admin.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A mail as it was received.
#[utoipa::path(get, path = "/api/v1/inbox/{id}/source", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 200, description = "Headers and body", body = String, content_type = "text/plain"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail", body = pocketkey_api::Problem),
))]
async fn source(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<MailId>,
) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], service::source(&app, &id).await?))
}

/// What a mail's HTML may do: look as it looks, with the pictures it brought. No scripts, no requests, no forms.
pub const HARMLESS: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    ),
];

/// A mail's HTML part, to be shown in a frame: pictures are inside, everything else it could load is blocked.
#[utoipa::path(get, path = "/api/v1/inbox/{id}/html", tag = "inbox", security(("session" = [])),
    params(("id" = MailId, Path, description = "The mail")), responses(
    (status = 200, description = "The HTML part", body = String, content_type = "text/html"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail, or it has no HTML part", body = pocketkey_api::Problem),
))]
async fn html(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<MailId>,
) -> Result<impl IntoResponse, ApiError> {
    Ok((HARMLESS, service::html(&app, &id).await?))
}

/// One of a mail's attachments, by its place in the list from 0, to be saved.
#[utoipa::path(get, path = "/api/v1/inbox/{id}/attachments/{index}", tag = "inbox", security(("session" = [])),
    params(
        ("id" = MailId, Path, description = "The mail"),
        ("index" = u32, Path, description = "Its place in the mail's list of attachments, from 0"),
    ), responses(
    (status = 200, description = "Decoded", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
    (status = 404, description = "No such mail or attachment", body = pocketkey_api::Problem),
))]
async fn attachment(
    State(app): State<App>,
    _: Admin,
    Path((id, index)): Path<(MailId, u32)>,
) -> Result<impl IntoResponse, ApiError> {
    let file = service::attachment(&app, &id, index as usize).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, file.bytes))
}

/// `attachment` with a file name that is one, whatever the mail says (RFC 8187 §3.2).
fn disposition(name: &str) -> HeaderValue {
    let mut value = "attachment; filename*=UTF-8''".to_owned();
    for byte in name.replace(['/', '\\'], "_").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            value.push(byte.into());
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_file_name_cannot_leave_its_header_or_its_folder() {
        assert_eq!(disposition("a b.csv"), "attachment; filename*=UTF-8''a%20b.csv");
        assert_eq!(
            disposition("../x\"\r\nSet-Cookie: a=b"),
            "attachment; filename*=UTF-8''.._x%22%0D%0ASet-Cookie%3A%20a%3Db"
        );
        assert_eq!(disposition("löst"), "attachment; filename*=UTF-8''l%C3%B6st");
    }
}
