//! A client of the API, in the same process, through the real router.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use pocketkey_api::Problem;
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt;

/// Keeps its cookie as a browser does.
#[derive(Clone)]
pub struct Client {
    router: Router,
    /// `name=value`, while there is one.
    pub cookie: Option<String>,
    /// Sent with every request.
    pub headers: HeaderMap,
}

impl Client {
    /// A client without a cookie.
    pub fn new(router: Router) -> Self {
        Self { router, cookie: None, headers: HeaderMap::new() }
    }

    /// Sends this header with every request.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a header value"));
        self
    }

    /// `GET path`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Bytes::new()).await
    }

    /// `DELETE path`.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, Bytes::new()).await
    }

    /// `POST path` with JSON.
    pub async fn post(&mut self, path: &str, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("JSON");
        self.send(Method::POST, path, Some("application/json"), body).await
    }

    /// `PUT path` with JSON.
    pub async fn put(&mut self, path: &str, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("JSON");
        self.send(Method::PUT, path, Some("application/json"), body).await
    }

    /// `PATCH path` with JSON.
    pub async fn patch(&mut self, path: &str, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("JSON");
        self.send(Method::PATCH, path, Some("application/json"), body).await
    }

    /// Any request.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::new(Body::from(body.into()));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect("a path");
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.entry(header::HOST).or_insert("localhost".parse().expect("a host"));
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, content_type.parse().expect("a content type"));
        }
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, cookie.parse().expect("a cookie"));
        }
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (status, headers) = (response.status(), response.headers().clone());
        for set in headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("text");
            let pair = set.split(';').next().unwrap_or_default();
            self.cookie = (!set.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        Answer { status, headers, body }
    }

    /// `GET path` whose answer does not end: its body as it comes.
    pub async fn stream(&self, path: &str) -> (StatusCode, Body) {
        let mut request = Request::get(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        (response.status(), response.into_body())
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// Itself, if it has this status.
    ///
    /// # Panics
    /// If it has another one: the test fails, showing the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON.
    ///
    /// # Panics
    /// If it is something else.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The problem it is, after checking that all of it fits together.
    ///
    /// # Panics
    /// If it is none, or says another status than it has.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert!(!problem.code.is_empty() && !problem.title.is_empty());
        problem
    }

    /// Fails the test unless it is a problem with this status and code.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Problem {
        let problem = self.problem();
        assert_eq!((problem.status, problem.code.as_str()), (status, code), "{problem}");
        problem
    }

    /// A header's text; empty if it is missing.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }
}
