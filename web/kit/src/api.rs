//! The API client: JSON over `fetch`, typed with `pocketkey_api`; every failure becomes a [`Problem`] in words.

use std::{cell::RefCell, pin::Pin};

use js_sys::JSON;
use leptos::prelude::window;
use pocketkey_api::Problem;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Headers, RequestInit, Response};

use crate::{json::parse, strings};

/// `Problem::code` when no answer came at all.
pub const UNREACHABLE: &str = "unreachable";

/// `GET path`.
///
/// # Errors
/// The appliance's problem, or one with code [`UNREACHABLE`].
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    read(&send("GET", path, None).await?)
}

/// `GET path`, the body as text.
///
/// # Errors
/// As [`get`].
pub async fn get_text(path: &str) -> Result<String, Problem> {
    send("GET", path, None).await
}

/// `POST path` with a JSON body.
///
/// # Errors
/// As [`get`].
pub async fn post<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Problem> {
    read(&send_json("POST", path, body).await?)
}

/// `POST path` with a JSON body; the answer is handed on unread, as `JSON.parse` gives it.
///
/// # Errors
/// As [`get`].
pub async fn post_for_json<B: Serialize>(path: &str, body: &B) -> Result<JsValue, Problem> {
    JSON::parse(&send_json("POST", path, body).await?).map_err(|_| unreadable(200))
}

/// `POST path` with a JSON body that is handed on unread, as `JSON.stringify` takes it; no answer's body reads as `()`.
///
/// # Errors
/// As [`get`].
pub async fn post_as_json<T: DeserializeOwned>(path: &str, body: &JsValue) -> Result<T, Problem> {
    let body = JSON::stringify(body).map_err(|_| unreadable(0))?;
    read(&send("POST", path, Some((JSON_TYPE, body.into()))).await?)
}

/// `PUT path` with a JSON body.
///
/// # Errors
/// As [`get`].
pub async fn put<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Problem> {
    read(&send_json("PUT", path, body).await?)
}

/// `POST path` with a JSON body; the answer's body does not matter.
///
/// # Errors
/// As [`get`].
pub async fn post_only<B: Serialize>(path: &str, body: &B) -> Result<(), Problem> {
    send_json("POST", path, body).await.map(drop)
}

/// `PUT path` without a body; the answer's body does not matter.
///
/// # Errors
/// As [`get`].
pub async fn put_only(path: &str) -> Result<(), Problem> {
    send("PUT", path, None).await.map(drop)
}

/// `PATCH path` with a JSON body.
///
/// # Errors
/// As [`get`].
pub async fn patch<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Problem> {
    read(&send_json("PATCH", path, body).await?)
}

/// `POST path` with a file of type `content_type` as it is.
///
/// # Errors
/// As [`get`].
pub async fn post_file<T: DeserializeOwned>(
    path: &str,
    content_type: &'static str,
    file: &Blob,
) -> Result<T, Problem> {
    read(&send("POST", path, Some((content_type, file.into()))).await?)
}

/// `DELETE path`.
///
/// # Errors
/// As [`get`].
pub async fn delete(path: &str) -> Result<(), Problem> {
    send("DELETE", path, None).await.map(drop)
}

/// What goes into a URL's path or query in place of `text`.
#[must_use]
pub fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// `path` with those of the parameters that say something.
#[must_use]
pub fn with_query<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    for (name, value) in query.into_iter().filter(|(_, value)| !value.is_empty()) {
        let sign = if address.contains('?') { '&' } else { '?' };
        address.push_str(&format!("{sign}{name}={}", encode(value)));
    }
    address
}

/// What comes of a request: what to do then, or the problem. Of one type for all answers, so that who waits for it is
/// compiled once.
pub(crate) type Outcome = Pin<Box<dyn Future<Output = Result<Box<dyn FnOnce()>, Problem>>>>;

/// `request`, and then `done` with its answer.
pub(crate) fn outcome<T: 'static>(
    request: impl Future<Output = Result<T, Problem>> + 'static,
    done: impl FnOnce(T) + 'static,
) -> Outcome {
    Box::pin(async move {
        let answer = request.await?;
        let done: Box<dyn FnOnce()> = Box::new(move || done(answer));
        Ok(done)
    })
}

thread_local! {
    static ON_SIGNED_OUT: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// What to do whenever an answer says that this browser is not signed in (401).
pub fn on_signed_out(react: impl Fn() + 'static) {
    ON_SIGNED_OUT.with_borrow_mut(|slot| *slot = Some(Box::new(react)));
}

async fn send_json<B: Serialize>(method: &str, path: &str, body: &B) -> Result<String, Problem> {
    send(method, path, Some(json(body)?)).await
}

/// A body and its type.
type Body = (&'static str, JsValue);

const JSON_TYPE: &str = "application/json";

fn json<B: Serialize>(body: &B) -> Result<Body, Problem> {
    let body = serde_json::to_string(body).map_err(|_| unreadable(0))?;
    Ok((JSON_TYPE, body.into()))
}

async fn send(method: &str, path: &str, body: Option<Body>) -> Result<String, Problem> {
    let (response, text) = fetch(method, path, body).await.map_err(|_| unreachable())?;
    let status = response.status();
    if response.ok() {
        return Ok(text);
    }
    if status == 401 {
        ON_SIGNED_OUT.with_borrow(|slot| slot.iter().for_each(|react| react()));
    }
    Err(parse(&text).unwrap_or_else(|| unreadable(status)))
}

async fn fetch(method: &str, path: &str, body: Option<Body>) -> Result<(Response, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", JSON_TYPE)?;
    let request = RequestInit::new();
    request.set_method(method);
    if let Some((content_type, body)) = body {
        headers.set("content-type", content_type)?;
        request.set_body(&body);
    }
    request.set_headers(&headers);
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await?;
    let response: Response = response.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response, text.as_string().unwrap_or_default()))
}

/// No body reads as `()`.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let text = if text.is_empty() { "null" } else { text };
    parse(text).ok_or_else(|| unreadable(200))
}

fn unreachable() -> Problem {
    problem(0, UNREACHABLE, strings::unreachable(), strings::unreachable_detail())
}

fn unreadable(status: u16) -> Problem {
    problem(status, "unreadable", strings::unreadable(), strings::unreadable_detail())
}

fn problem(status: u16, code: &str, title: &str, detail: &str) -> Problem {
    Problem {
        kind: "about:blank".into(),
        status,
        code: code.into(),
        title: title.into(),
        detail: Some(detail.into()),
        fields: Vec::new(),
    }
}
