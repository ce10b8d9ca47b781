//! Requests that are not what they should be: each gets a problem that says so.

use axum::http::Method;
use pocketkey_tests_api::Appliance;

const JSON: Option<&str> = Some("application/json");

#[tokio::test]
async fn malformed_oversized_and_misshapen_json() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for (content_type, body, status, code) in [
        (JSON, "{", 400, "malformed_json"),
        (JSON, "", 400, "malformed_json"),
        (JSON, "\u{0}\u{1}", 400, "malformed_json"),
        (JSON, "{\"name\": \"\\ud800\"}", 400, "malformed_json"),
        (JSON, "[]", 422, "wrong_shape"),
        (JSON, "{\"name\": 7}", 422, "wrong_shape"),
        (JSON, "{}", 422, "wrong_shape"),
        (Some("text/plain"), "{\"name\": \"x\"}", 415, "not_json"),
        (None, "{\"name\": \"x\"}", 415, "not_json"),
    ] {
        let answer = admin.send(Method::POST, "/api/v1/groups", content_type, body).await;
        answer.expect_problem(status, code);
    }
    let deep = "[".repeat(60_000);
    admin.send(Method::POST, "/api/v1/groups", JSON, deep).await.problem();
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(70_000));
    admin.send(Method::POST, "/api/v1/groups", JSON, large).await.expect_problem(413, "too_large");
    assert_eq!(admin.get("/api/v1/groups").await.text(), "[]");
}

#[tokio::test]
async fn unknown_endpoints_and_methods() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for path in ["/api", "/api/", "/api/v1/nothing", "/api/v2/users", "/api/v1/users/"] {
        admin.get(path).await.expect_problem(404, "not_found");
    }
    let answer = admin.send(Method::PATCH, "/api/v1/users", JSON, "{}").await;
    answer.expect_problem(405, "wrong_method");
    assert!(answer.header("allow").contains("POST"));
    admin.send(Method::POST, "/activate", None, "").await.expect_problem(405, "wrong_method");
}
