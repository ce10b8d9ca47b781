//! The pairing tool's window in the browser: a page on this machine only, with the QR and the state line.
//!
//! The QR is a secret and other users of this machine can reach its ports, so the page lives below a random path.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Json, Response},
    routing::{get, post},
};
use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::sandbox::KeyState;
use pocketkey_link::Entropy;
use pocketkey_relay_client::OsEntropy;
use serde::Serialize;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{Image, UnfitForQr, state_line, words};
use crate::computer::{Controls, View};

/// Headers of every answer. Nothing from elsewhere, nothing inline, no frames, no traces.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The page, served until this is dropped.
#[derive(Debug)]
pub struct Page {
    address: String,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Shown {
    view: watch::Receiver<View>,
    advice: Option<Arc<str>>,
    controls: Option<Controls>,
}

/// What the page's script asks for again and again.
#[derive(Serialize)]
struct Status {
    state: KeyState,
    line: String,
    /// The code both screens show.
    code: Option<String>,
    /// Names the QR; changes when the QR does.
    qr: Option<i64>,
    failure: Option<String>,
    advice: Option<String>,
    /// Whether there is a key that can be switched off and plugged in anew.
    key: bool,
    /// Whether it is switched off.
    off: bool,
}

impl Page {
    /// Opens the page on a free port of 127.0.0.1. `advice` is shown as long as it lives; with `controls` there
    /// are buttons that switch the key on and off, and plug it in anew.
    ///
    /// # Errors
    /// If there is no free port.
    pub async fn open(
        view: watch::Receiver<View>,
        advice: Option<&str>,
        controls: Option<Controls>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let path = BASE64URL_NOPAD.encode(&OsEntropy.bytes::<16>());
        let address = format!("http://{}/{path}/", listener.local_addr()?);
        let router = Router::new()
            .route(&format!("/{path}/"), get(|| async { file("text/html; charset=utf-8", PAGE) }))
            .route(&format!("/{path}/page.css"), get(|| async { file("text/css; charset=utf-8", STYLE) }))
            .route(
                &format!("/{path}/page.js"),
                get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }),
            )
            .route(&format!("/{path}/status.json"), get(status))
            .route(&format!("/{path}/qr.svg"), get(svg))
            .route(&format!("/{path}/qr.png"), get(png))
            .route(&format!("/{path}/replug"), post(plug_in_anew))
            .route(&format!("/{path}/on"), post(|shown| switch(shown, true)))
            .route(&format!("/{path}/off"), post(|shown| switch(shown, false)))
            .with_state(Shown { view, advice: advice.map(Arc::from), controls });
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the window in the browser is gone");
            }
        });
        Ok(Self { address, task })
    }

    /// Its address; whoever knows it can pair a phone.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

fn file(kind: &'static str, content: impl IntoResponse) -> Response {
    (HEADERS, [(header::CONTENT_TYPE, kind)], content).into_response()
}

async fn status(State(shown): State<Shown>) -> Response {
    let view = shown.view.borrow().clone();
    let status = Status {
        state: view.state,
        line: state_line(&view),
        code: view.phone.as_ref().map(|phone| words::grouped(&phone.code)),
        qr: view.invitation.as_ref().map(|invitation| invitation.expires_at),
        failure: view.failures.1.map(|fail| fail.to_string()),
        advice: shown.advice.as_deref().map(str::to_owned),
        key: shown.controls.is_some() && view.phone.is_some(),
        off: view.off,
    };
    (HEADERS, Json(status)).into_response()
}

async fn plug_in_anew(State(shown): State<Shown>) -> Response {
    control(&shown, Controls::replug)
}

async fn switch(State(shown): State<Shown>, on: bool) -> Response {
    control(&shown, |controls| controls.switch(on))
}

fn control(shown: &Shown, act: impl FnOnce(&Controls)) -> Response {
    match &shown.controls {
        Some(controls) => {
            act(controls);
            (HEADERS, StatusCode::NO_CONTENT).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn image(shown: &Shown) -> Option<Result<Image, UnfitForQr>> {
    shown.view.borrow().invitation.as_ref().map(|invitation| Image::of(&invitation.text))
}

async fn svg(State(shown): State<Shown>) -> Response {
    match image(&shown) {
        Some(Ok(image)) => file("image/svg+xml", image.svg()),
        Some(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn png(State(shown): State<Shown>) -> Response {
    match image(&shown).map(|image| image.ok().and_then(|image| image.png().ok())) {
        Some(Some(bytes)) => file("image/png", bytes),
        Some(None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::computer::{Computer, ComputerOptions, Invitation};

    /// Status line and headers, and the body, of a GET; `path` is relative to the page's address.
    async fn fetch(address: &str, path: &str) -> (String, String) {
        send("GET", address, path).await
    }

    async fn send(method: &str, address: &str, path: &str) -> (String, String) {
        let rest = address.strip_prefix("http://").unwrap();
        let (host, base) = rest.split_once('/').unwrap();
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let request = format!("{method} /{base}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    #[tokio::test]
    async fn the_page_shows_code_and_state_and_follows_changes() {
        let (changes, view) = watch::channel(View::default());
        let page = Page::open(view, Some("modprobe uhid"), None).await.unwrap();
        let (head, body) = fetch(page.address(), "").await;
        assert!(head.starts_with("http/1.1 200") && head.contains("default-src 'none'"), "{head}");
        assert!(body.contains("page.js") && !body.contains("<style") && !body.contains("onclick"));
        assert!(fetch(page.address(), "qr.svg").await.0.starts_with("http/1.1 404"), "nothing to scan yet");
        let invitation = Invitation { text: "http://localhost/pair#a.b.c".into(), expires_at: 7 };
        changes.send_replace(View { invitation: Some(invitation), ..View::default() });
        let (_, body) = fetch(page.address(), "status.json").await;
        let status: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&status["state"], &status["qr"]), (&"no_phone".into(), &7.into()));
        assert_eq!(status["advice"], "modprobe uhid");
        assert!(!body.contains("a.b.c"), "the secret is in the images alone");
        assert!(fetch(page.address(), "qr.svg").await.1.starts_with("<svg"));
        assert!(fetch(page.address(), "qr.png").await.0.contains("image/png"));
    }

    #[tokio::test]
    async fn the_key_is_switched_off_and_on() {
        let computer = Computer::start(ComputerOptions::new("http://127.0.0.1:1", "Ada's laptop")).unwrap();
        let page = Page::open(computer.state(), None, Some(computer.controls())).await.unwrap();
        for (path, off) in [("off", true), ("on", false)] {
            assert!(
                fetch(page.address(), path).await.0.starts_with("http/1.1 405"),
                "looking switches nothing"
            );
            assert!(send("POST", page.address(), path).await.0.starts_with("http/1.1 204"));
            let status: serde_json::Value =
                serde_json::from_str(&fetch(page.address(), "status.json").await.1).unwrap();
            assert_eq!(status["off"], off);
        }
        let without = Page::open(computer.state(), None, None).await.unwrap();
        assert!(send("POST", without.address(), "off").await.0.starts_with("http/1.1 404"));
    }

    #[tokio::test]
    async fn nothing_is_served_beside_the_random_path() {
        let (_changes, view) = watch::channel(View::default());
        let page = Page::open(view, None, None).await.unwrap();
        for path in ["../", "../qr.svg", "../status.json"] {
            assert!(fetch(page.address(), path).await.0.starts_with("http/1.1 404"), "{path}");
        }
        let port_only = page.address().rsplitn(3, '/').last().unwrap().to_owned() + "/";
        assert!(fetch(&port_only, "").await.0.starts_with("http/1.1 404"));
    }
}
