//! Errors to HTTP, in one place: RFC 9457 `application/problem+json` with a stable `code`.
//!
//! A feature's error enum says what it means with [`Explain`]; everything with an explanation turns into an
//! [`ApiError`] by `?`. What is nobody's business outside (status 5xx) goes to the log only.

use axum::{
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pocketkey_api::problem::{FieldProblem, Problem};
use serde::Serialize;

use crate::db::DbError;

/// The largest JSON body, in bytes.
pub const MAX_JSON: usize = 64 * 1024;

/// What a failed request answers.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    title: String,
    detail: Option<String>,
    fields: Vec<FieldProblem>,
    retry_after: Option<u64>,
}

impl ApiError {
    /// An error with a stable `code` and one line for people.
    pub fn new(status: StatusCode, code: &'static str, title: impl Into<String>) -> Self {
        Self { status, code, title: title.into(), detail: None, fields: Vec::new(), retry_after: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the fields at fault.
    #[must_use]
    pub fn fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.fields = fields;
        self
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The one line for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The answer to fields that are not as they should be.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "Some fields need a correction.")
            .fields(fields)
    }

    /// The answer for something that does not exist; `what` begins the sentence, for example `This user`.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("{what} does not exist."))
    }

    /// The answer to an `after` that is none.
    pub fn wrong_cursor() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "wrong_cursor", "This is no place in the list.")
            .detail("Give back `next` of the page before as `after`, in the same order, or begin without it.")
    }

    /// The answer to too many tries.
    pub fn too_many(seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "Too many tries.")
            .detail(format!("Try again in {seconds} seconds."))
            .retry_after(seconds)
    }

    /// The answer when the fault is ours; the log says more.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The appliance could not do this.")
            .detail("Try again; if it stays so, the appliance's log says why.")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            title: self.title,
            detail: self.detail,
            fields: self.fields,
        };
        let mut response = (self.status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// An error that knows what it means to whoever sent the request.
pub trait Explain: std::error::Error + 'static {
    /// Its meaning.
    fn explain(&self) -> ApiError;
}

impl<E: Explain> From<E> for ApiError {
    fn from(error: E) -> Self {
        let explained = error.explain();
        if explained.status.is_server_error() {
            tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
        }
        explained
    }
}

impl Explain for DbError {
    fn explain(&self) -> ApiError {
        ApiError::internal()
    }
}

impl Explain for JsonRejection {
    fn explain(&self) -> ApiError {
        let status = self.status();
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(status, "too_large", "The request is too large.")
                .detail(format!("At most {MAX_JSON} bytes are accepted.")),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ApiError::new(status, "not_json", "The request is not JSON.")
                    .detail("Send it with Content-Type: application/json.")
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                ApiError::new(status, "wrong_shape", "The request's JSON is not what is expected here.")
                    .detail(self.body_text())
            }
            _ => ApiError::new(
                StatusCode::BAD_REQUEST,
                "malformed_json",
                "The request is not well-formed JSON.",
            )
            .detail(self.body_text()),
        }
    }
}

impl Explain for QueryRejection {
    fn explain(&self) -> ApiError {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "malformed_query",
            "The address's query is not what is expected.",
        )
        .detail(self.body_text())
    }
}

impl Explain for PathRejection {
    fn explain(&self) -> ApiError {
        ApiError::not_found("This page")
    }
}

/// The words of the innermost cause, which say what happened; those around it where.
pub fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// JSON in and out; what is wrong with it is a [`Problem`].
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The query string; what is wrong with it is a [`Problem`].
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// The variables of the path; what is wrong with them is a [`Problem`].
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// The answer where the path exists and the method does not.
pub async fn wrong_method(request: Request) -> ApiError {
    let title = format!("{} is not possible here.", request.method());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", title)
}
