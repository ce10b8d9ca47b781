//! Health, headers and the console's files.

use axum::http::Method;
use pocketkey_api::{account::OpenSession, session::SignIn};
use pocketkey_tests_api::{ADMIN, Appliance, PASSWORD};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn it_answers_on_its_port() {
    let appliance = Appliance::start().await;
    let mut connection = TcpStream::connect(appliance.http_addr).await.unwrap();
    connection
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ready\n"), "{answer}");
}

/// Posts to the port with these lines of `X-Forwarded-For`; gives the answer's first line.
async fn post(appliance: &Appliance, path: &str, body: &str, forwarded: &str) -> String {
    let mut connection = TcpStream::connect(appliance.http_addr).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{forwarded}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap().to_owned()
}

/// Signs in through a proxy that says so; gives where the session is from.
async fn signed_in_from(appliance: &Appliance, forwarded: &str) -> String {
    let mut admin = appliance.set_up().await;
    let given = serde_json::to_string(&SignIn { email: ADMIN.into(), password: PASSWORD.into() }).unwrap();
    let status = post(appliance, "/api/v1/session", &given, forwarded).await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let all: Vec<OpenSession> = admin.get("/api/v1/account/sessions").await.expect(200).json();
    all.into_iter().find(|session| !session.current).unwrap().ip
}

const FORWARDED: &str = "X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\nX-Forwarded-For: 10.1.2.3\r\n";

#[tokio::test]
async fn a_trusted_proxy_says_where_requests_are_from() {
    let proxies = ["127.0.0.1", "10.0.0.0/8"].map(|text| text.parse().unwrap());
    let appliance = Appliance::start_with(|config| config.trusted_proxies = proxies.to_vec()).await;
    assert_eq!(signed_in_from(&appliance, FORWARDED).await, "198.51.100.7");

    // Whoever guesses uses up their own tries, whatever they write, and nobody else's.
    let (path, body) = ("/api/v1/admins/invitations/preview", r#"{"token":"x"}"#);
    for guess in 0..50 {
        let forwarded = format!("X-Forwarded-For: 203.0.113.{guess}, 198.51.100.8\r\n");
        assert_eq!(post(&appliance, path, body, &forwarded).await, "HTTP/1.1 410 Gone", "{guess}");
    }
    for (address, status) in [("198.51.100.8", "429 Too Many Requests"), ("198.51.100.9", "410 Gone")] {
        let forwarded = format!("X-Forwarded-For: {address}\r\n");
        assert_eq!(post(&appliance, path, body, &forwarded).await, format!("HTTP/1.1 {status}"));
    }
}

#[tokio::test]
async fn without_trust_what_is_forwarded_is_passed_over() {
    let appliance = Appliance::start().await;
    assert_eq!(signed_in_from(&appliance, FORWARDED).await, "127.0.0.1");
    let others = ["10.0.0.0/8".parse().unwrap()];
    let appliance = Appliance::start_with(|config| config.trusted_proxies = others.to_vec()).await;
    assert_eq!(signed_in_from(&appliance, FORWARDED).await, "127.0.0.1");
}

#[tokio::test]
async fn health() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    assert_eq!(client.get("/healthz").await.expect(200).text(), "ok\n");
    assert_eq!(client.get("/readyz").await.expect(200).text(), "ready\n");
    appliance.app.db().close().await;
    client.get("/healthz").await.expect(200);
    client.get("/readyz").await.expect_problem(503, "not_ready");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    for path in ["/", "/activate", "/nothing.js", "/api/v1/session", "/api/nothing", "/healthz"] {
        let answer = client.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("permissions-policy").contains("publickey-credentials-get=(self)"));
    }
    assert_eq!(client.get("/api/v1/session").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_pages_are_built_in() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    let console = client.get("/").await;
    assert_eq!(console.status, 200, "this test needs the pages: {}", console.text());
    for page in ["/users", "/users/abc", "/setup", "/inbox"] {
        assert_eq!(client.get(page).await.expect(200).body, console.body, "{page}");
    }
    let site = client.get("/activate").await.expect(200);
    for page in ["/demo", "/sandbox", "/phone", "/pair"] {
        assert_eq!(client.get(page).await.expect(200).body, site.body, "{page}");
    }
    assert_ne!(site.body, console.body);
    assert_eq!(site.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(site.header("cache-control"), "no-cache");
    let mut fresh = client.clone().with_header("if-none-match", &site.header("etag"));
    assert!(fresh.get("/activate").await.expect(304).body.is_empty());
    let mut brotli = client.clone().with_header("accept-encoding", "br, gzip");
    let packed = brotli.get("/").await.expect(200);
    assert!(["br", "gzip", ""].contains(&packed.header("content-encoding").as_str()));
    assert_eq!(packed.header("vary"), "Accept-Encoding");
}

#[tokio::test]
async fn files_that_do_not_exist_are_not_pages() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    for path in ["/nothing.js", "/assets/nothing.wasm", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        let answer = client.get(path).await;
        assert!(!answer.text().contains("[package]") && answer.status == 404, "{path}: {}", answer.status);
    }
    client.send(Method::HEAD, "/healthz", None, "").await.expect(200);
}
