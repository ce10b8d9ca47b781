//! The sandbox's endpoints, under `/api/v1/sandbox`. They exist in a sandbox only.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{FromRequest, Path, Query, State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt};
use pocketkey_api::{
    PhoneId, Problem,
    sandbox::{
        Asleep, AuthenticatorSettings, Far, KeepaliveSettings, Keepalives, Online, Sandbox as View, Script,
        Switch, Touch,
    },
};
use pocketkey_key::hid;
use pocketkey_routes::{Routes, routes};
use serde::Deserialize;
use tokio_stream::wrappers::WatchStream;
use utoipa::IntoParams;

use crate::Sandbox;

/// The OpenAPI document of the sandbox's endpoints.
pub const DOCUMENT: &str = include_str!("openapi.json");

impl Sandbox {
    /// The sandbox's endpoints, to be served by the appliance.
    pub fn routes(&self) -> Routes {
        endpoints().with_state(self.clone())
    }
}

fn endpoints() -> Routes<Sandbox> {
    routes!(
        show,
        events,
        touch,
        script,
        online,
        asleep,
        far,
        authenticator,
        replug,
        keepalives,
        switch,
        console
    )
}

/// The whole sandbox.
#[utoipa::path(get, path = "/api/v1/sandbox", tag = "sandbox", responses(
    (status = 200, description = "Phones and key", body = View),
))]
async fn show(State(sandbox): State<Sandbox>) -> Json<View> {
    Json(sandbox.view().borrow().clone())
}

/// The whole sandbox, now and at every change, as server-sent events.
#[utoipa::path(get, path = "/api/v1/sandbox/events", tag = "sandbox", responses(
    (status = 200, description = "A stream of `Sandbox`", content_type = "text/event-stream", body = View),
))]
async fn events(State(sandbox): State<Sandbox>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = WatchStream::new(sandbox.view());
    Sse::new(changes.map(|view| Ok(Event::default().json_data(view).unwrap_or_default())))
        .keep_alive(KeepAlive::default())
}

/// Touches a phone's screen. What comes of it shows in `GET /api/v1/sandbox`.
#[utoipa::path(post, path = "/api/v1/sandbox/phones/{id}/touch", tag = "sandbox", request_body = Touch,
    params(("id" = PhoneId, Path)), responses(
    (status = 202, description = "Touched"),
    (status = 404, description = "`phone_not_found`", body = Problem),
))]
async fn touch(
    State(sandbox): State<Sandbox>,
    Path(id): Path<PhoneId>,
    Body(touch): Body<Touch>,
) -> Result<StatusCode, Response> {
    sandbox.phone(&id).ok_or_else(no_phone)?.touch(touch).await;
    Ok(StatusCode::ACCEPTED)
}

/// Sets how a phone's person behaves by themselves.
#[utoipa::path(post, path = "/api/v1/sandbox/phones/{id}/script", tag = "sandbox", request_body = Script,
    params(("id" = PhoneId, Path)), responses(
    (status = 202, description = "Set"),
    (status = 404, description = "`phone_not_found`", body = Problem),
))]
async fn script(
    State(sandbox): State<Sandbox>,
    Path(id): Path<PhoneId>,
    Body(script): Body<Script>,
) -> Result<StatusCode, Response> {
    sandbox.phone(&id).ok_or_else(no_phone)?.script(script).await;
    Ok(StatusCode::ACCEPTED)
}

/// Switches a phone's network on or off.
#[utoipa::path(post, path = "/api/v1/sandbox/phones/{id}/online", tag = "sandbox", request_body = Online,
    params(("id" = PhoneId, Path)), responses(
    (status = 202, description = "Switched"),
    (status = 404, description = "`phone_not_found`", body = Problem),
))]
async fn online(
    State(sandbox): State<Sandbox>,
    Path(id): Path<PhoneId>,
    Body(online): Body<Online>,
) -> Result<StatusCode, Response> {
    sandbox.phone(&id).ok_or_else(no_phone)?.online(online.online).await;
    Ok(StatusCode::ACCEPTED)
}

/// Puts a phone to sleep, or wakes it. Asleep it is not connected, until a push calls it or somebody touches it.
#[utoipa::path(post, path = "/api/v1/sandbox/phones/{id}/asleep", tag = "sandbox", request_body = Asleep,
    params(("id" = PhoneId, Path)), responses(
    (status = 202, description = "Asleep, or awake"),
    (status = 404, description = "`phone_not_found`", body = Problem),
))]
async fn asleep(
    State(sandbox): State<Sandbox>,
    Path(id): Path<PhoneId>,
    Body(asleep): Body<Asleep>,
) -> Result<StatusCode, Response> {
    sandbox.phone(&id).ok_or_else(no_phone)?.asleep(asleep.asleep).await;
    Ok(StatusCode::ACCEPTED)
}

/// Takes a phone away from its computers, or back. Far from them it refuses what they ask, if its key's settings demand
/// Bluetooth proximity.
#[utoipa::path(post, path = "/api/v1/sandbox/phones/{id}/far", tag = "sandbox", request_body = Far,
    params(("id" = PhoneId, Path)), responses(
    (status = 202, description = "Far, or near"),
    (status = 404, description = "`phone_not_found`", body = Problem),
))]
async fn far(
    State(sandbox): State<Sandbox>,
    Path(id): Path<PhoneId>,
    Body(far): Body<Far>,
) -> Result<StatusCode, Response> {
    sandbox.phone(&id).ok_or_else(no_phone)?.far(far.far).await;
    Ok(StatusCode::ACCEPTED)
}

/// Sets how a phone's authenticator works; its credentials stay. The virtual key is plugged in anew, so that clients ask
/// again what it can do.
#[utoipa::path(put, path = "/api/v1/sandbox/phones/{id}/authenticator", tag = "sandbox",
    request_body = AuthenticatorSettings, params(("id" = PhoneId, Path)), responses(
    (status = 202, description = "Set"),
    (status = 404, description = "`phone_not_found`", body = Problem),
))]
async fn authenticator(
    State(sandbox): State<Sandbox>,
    Path(id): Path<PhoneId>,
    Body(settings): Body<AuthenticatorSettings>,
) -> Result<StatusCode, Response> {
    sandbox.phone(&id).ok_or_else(no_phone)?.set_authenticator(settings).await;
    if let Some(key) = sandbox.controls() {
        key.replug();
    }
    Ok(StatusCode::ACCEPTED)
}

/// Sets how the virtual key tells clients that it still works, and plugs it in anew.
#[utoipa::path(put, path = "/api/v1/sandbox/key/keepalives", tag = "sandbox", request_body = KeepaliveSettings, responses(
    (status = 202, description = "Set, and plugged in anew"),
    (status = 409, description = "`no_virtual_key`: this machine has none", body = Problem),
))]
async fn keepalives(
    State(sandbox): State<Sandbox>,
    Body(settings): Body<KeepaliveSettings>,
) -> Result<StatusCode, Response> {
    let prompt = hid::Config::default();
    let keepalive_ms = match settings.keepalives {
        Keepalives::Prompt => prompt.keepalive_ms,
        Keepalives::Late => 2_000,
        Keepalives::Missing => u64::MAX,
    };
    sandbox.controls().ok_or_else(no_key)?.replug_with(hid::Config { keepalive_ms, ..prompt });
    Ok(StatusCode::ACCEPTED)
}

/// Unplugs the virtual key and plugs it in again, as before a reset or after too many wrong PINs.
#[utoipa::path(post, path = "/api/v1/sandbox/key/replug", tag = "sandbox", responses(
    (status = 202, description = "Plugged in anew; clients find a new device"),
    (status = 409, description = "`no_virtual_key`: this machine has none", body = Problem),
))]
async fn replug(State(sandbox): State<Sandbox>) -> Result<StatusCode, Response> {
    sandbox.controls().ok_or_else(no_key)?.replug();
    Ok(StatusCode::ACCEPTED)
}

/// Switches the virtual key on or off. While it is off it stays plugged in, phones receive nothing, and what is asked of
/// it fails at once.
#[utoipa::path(put, path = "/api/v1/sandbox/key/on", tag = "sandbox", request_body = Switch, responses(
    (status = 202, description = "Switched"),
    (status = 409, description = "`no_virtual_key`: this machine has none", body = Problem),
))]
async fn switch(State(sandbox): State<Sandbox>, Body(switch): Body<Switch>) -> Result<StatusCode, Response> {
    sandbox.controls().ok_or_else(no_key)?.switch(switch.on);
    Ok(StatusCode::ACCEPTED)
}

/// Which page of the console to go to.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Console {
    /// A page of the console, for example `/inbox`; default `/users`.
    to: Option<String>,
}

/// Signs this browser in to the console as the sandbox's admin.
#[utoipa::path(get, path = "/api/v1/sandbox/console", tag = "sandbox", params(Console), responses(
    (status = 303, description = "Signed in; go to the console"),
    (status = 503, description = "`sandbox_not_ready`", body = Problem),
))]
async fn console(State(sandbox): State<Sandbox>, Query(console): Query<Console>) -> Response {
    match sandbox.sign_in().await {
        Ok(cookie) => {
            let to = console.to.as_deref().and_then(page).unwrap_or(HeaderValue::from_static("/users"));
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, to)]).into_response()
        }
        Err(error) => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "sandbox_not_ready",
            "The sandbox is still being filled; try again in a moment.",
            Some(error.to_string()),
        ),
    }
}

/// A path of our own; never an address elsewhere.
fn page(to: &str) -> Option<HeaderValue> {
    let segment = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let ours = to.starts_with('/') && !to.starts_with("//") && to.chars().all(segment);
    ours.then(|| HeaderValue::from_str(to).ok()).flatten()
}

/// JSON that is taken in; what is wrong with it is a [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(BadBody))]
struct Body<T>(T);

struct BadBody(JsonRejection);

impl From<JsonRejection> for BadBody {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection)
    }
}

impl IntoResponse for BadBody {
    fn into_response(self) -> Response {
        let (status, why) = (self.0.status(), self.0.body_text());
        let (code, title) = match status {
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is too large."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("not_json", "The request is not JSON."),
            StatusCode::UNPROCESSABLE_ENTITY => {
                ("wrong_shape", "The request's JSON is not what is expected here.")
            }
            _ => ("malformed_json", "The request is not well-formed JSON."),
        };
        problem(status, code, title, Some(why))
    }
}

fn no_phone() -> Response {
    problem(StatusCode::NOT_FOUND, "phone_not_found", "There is no simulated phone with this id.", None)
}

fn no_key() -> Response {
    let title = "There is no virtual key on this machine; the sandbox uses the in-page stand-in.";
    problem(StatusCode::CONFLICT, "no_virtual_key", title, None)
}

fn problem(status: StatusCode, code: &str, title: &str, detail: Option<String>) -> Response {
    let problem = Problem {
        kind: "about:blank".to_owned(),
        status: status.as_u16(),
        code: code.to_owned(),
        title: title.to_owned(),
        detail,
        fields: Vec::new(),
    };
    (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(problem)).into_response()
}

#[cfg(test)]
mod tests {
    use pocketkey_routes::document;
    use utoipa::OpenApi;

    use super::{endpoints, page};

    #[derive(OpenApi)]
    struct Base;

    #[test]
    fn api_document() {
        let mut document = Base::openapi();
        endpoints().describe(&mut document);
        document::complete(&mut document, |_, _| None);
        document::check(&document, concat!(env!("CARGO_MANIFEST_DIR"), "/src/openapi.json"));
    }

    #[test]
    fn only_our_own_pages_are_redirected_to() {
        assert!(page("/inbox").is_some());
        for elsewhere in ["//evil.example", "https://evil.example", "inbox", "/\\evil.example", "/a\r\nb", ""]
        {
            assert!(page(elsewhere).is_none(), "{elsewhere}");
        }
    }
}
