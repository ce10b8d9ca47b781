//! From an HTTP request to the bare connection: the opening handshake of
//! [RFC 6455, section 4.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2).

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};

use crate::{
    ops::Connection,
    problem::{ApiError, Explain},
};

/// What a server appends to the client's key.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request to speak WebSocket from now on.
pub struct Upgrade {
    accept: HeaderValue,
    pending: OnUpgrade,
}

/// Why a request is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAWebSocket {
    /// Its method or its headers.
    #[error("not a WebSocket's opening handshake")]
    Request,
    /// The way it came cannot be upgraded.
    #[error("the connection cannot be upgraded")]
    Connection,
}

impl Explain for NotAWebSocket {
    fn explain(&self) -> ApiError {
        let status = match self {
            Self::Request => StatusCode::BAD_REQUEST,
            Self::Connection => StatusCode::UPGRADE_REQUIRED,
        };
        ApiError::new(status, "not_a_websocket", "Devices connect here with a WebSocket.")
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        let key = headers.get(header::SEC_WEBSOCKET_KEY);
        let right = parts.method == Method::GET
            && lists(headers, &header::CONNECTION, "upgrade")
            && lists(headers, &header::UPGRADE, "websocket")
            && lists(headers, &header::SEC_WEBSOCKET_VERSION, "13");
        let key = key.filter(|_| right).ok_or(NotAWebSocket::Request)?;
        let accept = BASE64.encode(&Sha1::new().chain_update(key).chain_update(GUID).finalize());
        let accept = HeaderValue::try_from(accept).map_err(|_| NotAWebSocket::Request)?;
        let pending = parts.extensions.remove().ok_or(NotAWebSocket::Connection)?;
        Ok(Self { accept, pending })
    }
}

impl Upgrade {
    /// Answers the request, and hands `serve` the connection with what was read from it ahead.
    pub fn then<F>(self, serve: impl FnOnce(Connection, Vec<u8>) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { accept, pending } = self;
        tokio::spawn(async move {
            let Ok(upgraded) = pending.await else { return };
            match upgraded.downcast::<TokioIo<Connection>>() {
                // A task of its own, which has no room for the wait until here.
                Ok(parts) => drop(tokio::spawn(serve(parts.io.into_inner(), parts.read_buf.into()))),
                Err(_) => tracing::error!("a WebSocket over something that is no connection of ours"),
            }
        });
        let headers = [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_ACCEPT, accept),
        ];
        (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
    }
}

/// Whether one of the header's comma-separated values is `wanted`, in any case of letters.
fn lists(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|value| value.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn outcome(change: impl FnOnce(&mut Parts)) -> StatusCode {
        let request = Request::get("/")
            .header("Connection", "keep-alive, Upgrade")
            .header("Upgrade", "WebSocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        change(&mut parts);
        let refused = Upgrade::from_request_parts(&mut parts, &()).await.err().expect("no connection");
        refused.into_response().status()
    }

    #[tokio::test]
    async fn every_header_counts() {
        assert_eq!(outcome(|_| {}).await, StatusCode::UPGRADE_REQUIRED, "all is right but the connection");
        for name in ["connection", "upgrade", "sec-websocket-version", "sec-websocket-key"] {
            let missing = outcome(|parts| drop(parts.headers.remove(name))).await;
            assert_eq!(missing, StatusCode::BAD_REQUEST, "{name}");
        }
        let older = outcome(|parts| {
            parts.headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("8"));
        });
        assert_eq!(older.await, StatusCode::BAD_REQUEST);
        assert_eq!(outcome(|parts| parts.method = Method::POST).await, StatusCode::BAD_REQUEST);
    }
}
