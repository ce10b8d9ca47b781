//! Requests that change something must come from our own pages. Browsers say where a request comes from
//! (`Sec-Fetch-Site`, or `Origin` where the address is plain http); other programs say neither and hold no
//! cookie of somebody else.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{App, problem::ApiError};

/// Refuses state-changing requests that a page of another site sends.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_ours(request.headers(), app.url()) {
        return next.run(request).await;
    }
    ApiError::new(StatusCode::FORBIDDEN, "cross_site", "This request comes from another web site.")
        .detail(format!("Open {} and do it there.", app.url()))
        .into_response()
}

fn is_ours(headers: &HeaderMap, url: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin = text(header::ORIGIN);
    if origin == Some(url) {
        return true;
    }
    match (text(header::HeaderName::from_static("sec-fetch-site")), origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == text(header::HOST),
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_requests_may_come_from() {
        let ours = |given: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "10.0.0.5:8080".parse().unwrap());
            for (name, value) in given {
                headers.insert(*name, value.parse().unwrap());
            }
            is_ours(&headers, "https://keys.example.org")
        };
        for good in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://keys.example.org")],
            &[("origin", "http://10.0.0.5:8080")],
            // Behind a proxy that terminates TLS.
            &[("origin", "https://keys.example.org"), ("sec-fetch-site", "same-origin")],
        ] {
            assert!(ours(good), "{good:?}");
        }
        for bad in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://keys.example.org.evil.example")],
            &[("origin", "http://10.0.0.5:8080"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!ours(bad), "{bad:?}");
        }
    }
}
