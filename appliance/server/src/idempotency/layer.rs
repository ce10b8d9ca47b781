//! The layer that answers a repeated request without doing it again.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    IdempotencyError,
    model::{Kept, Slot},
    store,
};
use crate::{
    App,
    admins::{self, Admin, Permission},
    db::DbError,
    problem::{ApiError, MAX_JSON},
};

/// The header that names a request.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Says, on an answer, that it was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What answers are sealed, and requests hashed, for.
const PURPOSE: &str = "idempotency";

/// Does a POST of a signed-in caller once for each `Idempotency-Key`. Who may not do it, or holds a token that decides, is
/// left to the handler; so is one's own account, whose answers are secrets for somebody who has just confirmed.
pub async fn answer_once(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if admins::needed(&parts.method, route) == Some(Permission::Own) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let Ok(admin) = Admin::from_request_parts(&mut parts, &app).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let answer = async {
        let slot = Slot::new(&admin.actor, &parts.headers[HEADER])?;
        let body = to_bytes(body, MAX_JSON).await.map_err(|_| IdempotencyError::TooLarge)?;
        let turn = app.under_way().begin(&slot).ok_or(IdempotencyError::InProgress)?;
        let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
        let fingerprint = app.secret().derive(PURPOSE, &[path.as_bytes(), &[0], &body].concat());
        if let Some(kept) = find(&app, &slot, fingerprint).await? {
            return Ok(replay(kept));
        }
        let request = Request::from_parts(parts, Body::from(body));
        // Goes on to its end even if the caller has gone: that is when they will ask again.
        let work = tokio::spawn(async move {
            let _turn = turn;
            let response = next.run(request).await;
            keep(&app, slot, fingerprint, response).await
        });
        Ok(work.await.unwrap_or_else(|_| ApiError::internal().into_response()))
    };
    answer.await.unwrap_or_else(|error: IdempotencyError| ApiError::from(error).into_response())
}

/// What was answered before, if it was the same request.
async fn find(app: &App, slot: &Slot, fingerprint: [u8; 32]) -> Result<Option<Kept>, IdempotencyError> {
    let (now, slot) = (app.now(), slot.clone());
    let found = app.db().read(move |conn| store::find(conn, &slot, now)).await?;
    match found {
        Some((stored, _)) if stored != fingerprint => Err(IdempotencyError::Reused),
        Some((_, sealed)) => {
            Ok(app.secret().open(PURPOSE, &sealed).and_then(|text| serde_json::from_str(&text).ok()))
        }
        None => Ok(None),
    }
}

fn replay(kept: Kept) -> Response {
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).unwrap_or_default();
    if let Some(kind) = kept.content_type.and_then(|kind| HeaderValue::try_from(kind).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Keeps an answer that would be the same again: not failures of the appliance, not "too many tries", not what was not
/// permitted yet, not cookies.
async fn keep(app: &App, slot: Slot, fingerprint: [u8; 32], response: Response) -> Response {
    let status = response.status();
    let passing =
        status.is_server_error() || matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    let small = response.body().size_hint().upper().is_some_and(|size| size <= MAX_JSON as u64);
    if passing || !small || response.headers().contains_key(header::SET_COOKIE) {
        return response;
    }
    let (parts, body) = response.into_parts();
    // It is in memory: reading it does not fail.
    let body = to_bytes(body, MAX_JSON).await.unwrap_or_default();
    if let Ok(text) = String::from_utf8(body.to_vec()) {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kept = Kept { status: parts.status.as_u16(), content_type: kind.map(str::to_owned), body: text };
        let sealed = app.secret().seal(PURPOSE, &serde_json::to_string(&kept).unwrap_or_default());
        let now = app.now();
        let written: Result<(), DbError> =
            app.db().write(move |tx| store::keep(tx, &slot, fingerprint, &sealed, now)).await;
        if let Err(error) = written {
            tracing::error!(%error, "an answer could not be kept for its Idempotency-Key");
        }
    }
    Response::from_parts(parts, Body::from(body))
}
