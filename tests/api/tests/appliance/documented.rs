//! Every endpoint is in the OpenAPI document, and every one that the document calls the admin's is the admin's.

use std::collections::BTreeSet;

use axum::http::Method;
use pocketkey_server::{admins, ops::openapi::Document};
use pocketkey_tests_api::Appliance;
use serde_json::Value;

/// Endpoints that anybody may call, and why.
const PUBLIC: &[(&str, &str)] = &[
    ("POST /api/v1/setup", "holds the set-up token"),
    ("GET /api/v1/session", "says who is signed in"),
    ("POST /api/v1/session", "signs in"),
    ("DELETE /api/v1/session", "signs out whoever is signed in"),
    ("POST /api/v1/session/code", "ends a sign-in whose password was right"),
    ("POST /api/v1/session/passkey/start", "signs in"),
    ("POST /api/v1/session/passkey", "signs in"),
    ("POST /api/v1/admins/invitations/preview", "holds an invitation's token"),
    ("POST /api/v1/admins/invitations/accept", "holds an invitation's token"),
    ("POST /api/v1/activations/preview", "holds an activation code"),
    ("POST /api/v1/activations/redeem", "holds an activation code"),
    ("POST /api/v1/pairings", "any computer may ask; a phone decides"),
    ("GET /api/v1/relay", "devices prove their keys"),
    ("GET /api/v1/push/key", "a public key"),
    ("PUT /api/v1/devices/{id}/push", "phones prove their keys"),
    ("DELETE /api/v1/devices/{id}/push", "phones prove their keys"),
    ("PUT /api/v1/devices/{id}/settings", "phones prove their keys"),
    ("POST /api/v1/demo/register/start", "the demo site is open to all"),
    ("POST /api/v1/demo/register/finish", "the demo site is open to all"),
    ("POST /api/v1/demo/sign-in/start", "the demo site is open to all"),
    ("POST /api/v1/demo/sign-in/finish", "the demo site is open to all"),
];

/// `METHOD /path`, and whether the document wants a session for it.
async fn operations(appliance: &Appliance) -> Vec<(Method, String, bool)> {
    let document: Value = appliance.client().get("/api/openapi.json").await.expect(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                operation["responses"].as_object().is_some_and(|some| !some.is_empty()),
                "{method} {path}"
            );
            let method = method.to_uppercase().parse().unwrap();
            operations.push((method, path.clone(), !operation["security"].is_null()));
        }
    }
    operations
}

#[tokio::test]
async fn nobody_but_an_admin_gets_past() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    let mut public = BTreeSet::new();
    for (method, path, wants_session) in operations(&appliance).await {
        if !wants_session {
            public.insert(format!("{method} {path}"));
            continue;
        }
        assert!(
            admins::needed(&method, &path).is_some(),
            "admins/permission.rs does not know {method} {path}"
        );
        for cookie in
            [None, Some("pocketkey="), Some("pocketkey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
        {
            let mut stranger = appliance.client();
            stranger.cookie = cookie.map(str::to_owned);
            let path = path.replace("{id}", "x").replace("{delivery}", "x");
            let answer = stranger.send(method.clone(), &path, Some("application/json"), "{}").await;
            assert_eq!(answer.problem().code, "signed_out", "{method} {path}");
        }
    }
    let expected: BTreeSet<_> = PUBLIC.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(public, expected, "a public endpoint needs a reason in this test");
}

#[tokio::test]
async fn what_the_document_refers_to_is_in_it() {
    let appliance = Appliance::start().await;
    let document: Value = appliance.client().get("/api/openapi.json").await.expect(200).json();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    assert!(document.pointer("/components/securitySchemes/session").is_some());
}

#[tokio::test]
async fn what_all_endpoints_have_in_common_is_in_the_document() {
    let appliance = Appliance::start().await;
    let document: Value = appliance.client().get("/api/openapi.json").await.expect(200).json();
    for (method, path, wants_session) in operations(&appliance).await {
        let operation = &document["paths"][&path][method.as_str().to_lowercase()];
        let said = |status: &str| operation["responses"][status]["description"].as_str().unwrap_or_default();
        if wants_session {
            assert!(said("401").contains("`signed_out`"), "{method} {path}");
            assert!(said("403").contains("`not_permitted`"), "{method} {path}");
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let takes_key = parameters.filter(|parameter| parameter["name"] == "Idempotency-Key").count();
        let once = wants_session && method == Method::POST && !path.starts_with("/api/v1/account");
        assert_eq!(takes_key, usize::from(once), "{method} {path}");
        if takes_key == 1 {
            assert!(said("422").contains("`idempotency_key_reused`"), "{method} {path}");
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let json = &answer["content"]["application/json"]["schema"]["$ref"];
            assert_ne!(
                json, "#/components/schemas/Problem",
                "{method} {path} {status}: problems have a type"
            );
        }
    }
}

/// Whatever has the same name means the same.
#[test]
fn the_sandbox_is_in_its_document() {
    let document = Document::with(pocketkey_world::DOCUMENT).value();
    let sandbox: Value = serde_json::from_str(pocketkey_world::DOCUMENT).unwrap();
    for part in ["/paths", "/components/schemas"] {
        for (name, said) in sandbox.pointer(part).unwrap().as_object().unwrap() {
            assert_eq!(&document.pointer(part).unwrap()[name], said, "{name}");
        }
    }
}

#[tokio::test]
async fn the_document_is_a_page_too() {
    let appliance = Appliance::start().await;
    let page = appliance.client().get("/api/docs").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("style-src 'self'"));
    let text = page.text();
    for (method, path, _) in operations(&appliance).await {
        let heading = format!("{method}</span> <code>{path}</code>");
        assert!(text.contains(&heading), "{heading}");
    }
    // Every link within the page leads somewhere.
    for target in text.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(text.contains(&format!("id=\"{target}\"")), "{target}");
    }
    appliance.client().get("/api/docs.css").await.expect(200);
}
