//! Every endpoint for every role. What is expected is written out here, by hand, so that a change of
//! `admins/permission.rs` shows.

use std::collections::BTreeSet;

use axum::http::Method;
use pocketkey_api::admin::Role;
use pocketkey_tests_api::Appliance;
use serde_json::Value;

/// The roles, and what they may call. An endpoint stands here once.
const EXPECTED: &[(&[Role], &[&str])] = &[
    (
        &[Role::Owner, Role::Admin, Role::HelpDesk, Role::Auditor],
        &[
            "GET /api/v1/events",
            // One's own account.
            "GET /api/v1/account",
            "PATCH /api/v1/account",
            "POST /api/v1/account/confirm",
            "POST /api/v1/account/confirm/passkey",
            "POST /api/v1/account/passkeys/start",
            "POST /api/v1/account/passkeys",
            "PATCH /api/v1/account/passkeys/{id}",
            "DELETE /api/v1/account/passkeys/{id}",
            "PUT /api/v1/account/password",
            "POST /api/v1/account/recovery-codes",
            "POST /api/v1/account/totp",
            "PUT /api/v1/account/totp",
            "DELETE /api/v1/account/totp",
            "GET /api/v1/account/sessions",
            "DELETE /api/v1/account/sessions",
            "DELETE /api/v1/account/sessions/{id}",
            // Seeing people, and what they do.
            "GET /api/v1/authentications",
            "GET /api/v1/dashboard",
            "GET /api/v1/exports/authentications",
            "GET /api/v1/logs/settings",
            "GET /api/v1/outbox",
            "GET /api/v1/outbox/health",
            "GET /api/v1/outbox/{id}",
            "GET /api/v1/computers",
            "GET /api/v1/exports/users.csv",
            "GET /api/v1/groups",
            "GET /api/v1/groups/{id}",
            "GET /api/v1/jobs/{id}",
            "GET /api/v1/users",
            "GET /api/v1/users/count",
            "GET /api/v1/groups/{id}/settings",
            "GET /api/v1/keys",
            "GET /api/v1/keys/{id}",
            "GET /api/v1/keys/{id}/settings",
            "GET /api/v1/runs/{id}",
            "GET /api/v1/runs/{id}/results",
            "GET /api/v1/settings/keys",
            "GET /api/v1/workflows",
            "GET /api/v1/workflows/{id}",
            "GET /api/v1/workflows/{id}/runs",
            "GET /api/v1/users/{id}",
        ],
    ),
    (
        &[Role::Owner, Role::Admin, Role::HelpDesk],
        &[
            "PUT /api/v1/computers/{id}/block",
            "DELETE /api/v1/computers/{id}/block",
            "POST /api/v1/keys/{id}/activation",
            "PUT /api/v1/keys/{id}/block",
            "DELETE /api/v1/keys/{id}/block",
            "PUT /api/v1/users/{id}/block",
            "DELETE /api/v1/users/{id}/block",
            "POST /api/v1/users/{id}/keys",
            "DELETE /api/v1/keys/{id}/activation",
            "POST /api/v1/keys/{id}/replace",
            "PUT /api/v1/keys/{id}/settings",
            "DELETE /api/v1/outbox/{id}",
            "POST /api/v1/outbox/retry",
            "POST /api/v1/outbox/{id}/retry",
        ],
    ),
    (
        &[Role::Owner, Role::Admin, Role::Auditor],
        &[
            "GET /api/v1/admins",
            "GET /api/v1/admins/invitations",
            "GET /api/v1/audit",
            "GET /api/v1/exports/audit",
            "GET /api/v1/settings/sign-in",
        ],
    ),
    (
        &[Role::Owner, Role::Admin],
        &[
            "POST /api/v1/admins/invitations",
            "DELETE /api/v1/admins/invitations/{id}",
            "POST /api/v1/admins/invitations/{id}/mail",
            "PATCH /api/v1/admins/{id}",
            "DELETE /api/v1/admins/{id}",
            "PUT /api/v1/admins/{id}/block",
            "DELETE /api/v1/admins/{id}/block",
            "DELETE /api/v1/admins/{id}/lock",
            "DELETE /api/v1/admins/{id}/second-step",
            "DELETE /api/v1/computers/{id}",
            "POST /api/v1/groups",
            "PUT /api/v1/groups/{id}",
            "DELETE /api/v1/groups/{id}",
            "POST /api/v1/groups/{id}/members",
            "POST /api/v1/imports",
            "POST /api/v1/imports/preview",
            "GET /api/v1/inbox",
            "DELETE /api/v1/inbox",
            "GET /api/v1/inbox/fault",
            "PUT /api/v1/inbox/fault",
            "GET /api/v1/inbox/wait",
            "GET /api/v1/inbox/{id}",
            "DELETE /api/v1/inbox/{id}",
            "GET /api/v1/inbox/{id}/attachments/{index}",
            "GET /api/v1/inbox/{id}/html",
            "GET /api/v1/inbox/{id}/source",
            "POST /api/v1/jobs/{id}/undo",
            "PUT /api/v1/logs/settings",
            "DELETE /api/v1/keys/{id}",
            "POST /api/v1/users",
            "POST /api/v1/users/bulk",
            "DELETE /api/v1/runs/{id}/pause",
            "DELETE /api/v1/workflows/{id}",
            "DELETE /api/v1/workflows/{id}/pause",
            "POST /api/v1/runs/{id}/cancel",
            "POST /api/v1/runs/{id}/retry",
            "POST /api/v1/workflows",
            "POST /api/v1/workflows/preview",
            "POST /api/v1/workflows/{id}/runs",
            "PUT /api/v1/groups/{id}/settings",
            "PUT /api/v1/runs/{id}/pause",
            "PUT /api/v1/settings/keys",
            "PUT /api/v1/workflows/{id}/pause",
            "PATCH /api/v1/workflows/{id}",
            "PATCH /api/v1/users/{id}",
            "DELETE /api/v1/users/{id}",
            "GET /api/v1/settings/mail",
            "PUT /api/v1/settings/mail",
            "POST /api/v1/settings/mail/test",
            "GET /api/v1/settings/templates",
            "GET /api/v1/settings/templates/{name}",
            "PUT /api/v1/settings/templates/{name}",
            "DELETE /api/v1/settings/templates/{name}",
            "POST /api/v1/settings/templates/{name}/preview",
            "POST /api/v1/settings/templates/{name}/send",
            "GET /api/v1/settings/templates/previews/{id}",
            "GET /api/v1/api-keys",
            "POST /api/v1/api-keys",
            "DELETE /api/v1/api-keys/{id}",
            "GET /api/v1/webhooks",
            "POST /api/v1/webhooks",
            "PATCH /api/v1/webhooks/{id}",
            "DELETE /api/v1/webhooks/{id}",
            "POST /api/v1/webhooks/{id}/secret",
            "POST /api/v1/webhooks/{id}/test",
            "GET /api/v1/webhooks/{id}/deliveries",
            "POST /api/v1/webhooks/{id}/deliveries/{delivery}/retry",
        ],
    ),
    (&[Role::Owner], &["PUT /api/v1/settings/sign-in"]),
];

/// Every endpoint that the document wants a session for.
async fn documented(appliance: &Appliance) -> BTreeSet<String> {
    let document: Value = appliance.client().get("/api/openapi.json").await.expect(200).json();
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !operation["security"].is_null() {
                all.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_call_what_it_should_and_nothing_else() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let listed: Vec<String> =
        EXPECTED.iter().flat_map(|(_, endpoints)| endpoints.iter().map(|one| (*one).to_owned())).collect();
    let expected: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), expected.len(), "an endpoint stands in the table twice");
    let documented = documented(&appliance).await;
    let missing: Vec<_> = documented.difference(&expected).collect();
    assert!(missing.is_empty(), "say in this test who may call {missing:?}");
    let gone: Vec<_> = expected.difference(&documented).collect();
    assert!(gone.is_empty(), "there is no {gone:?} any more");

    for role in Role::ALL {
        let mut client = match role {
            Role::Owner => owner.clone(),
            role => appliance.join(&mut owner, role.as_str(), role).await,
        };
        for (roles, endpoints) in EXPECTED {
            for endpoint in *endpoints {
                let (method, path) = endpoint.split_once(' ').unwrap();
                let path = path
                    .replace("{id}", "x")
                    .replace("{index}", "0")
                    .replace("{delivery}", "0")
                    .replace("{name}", "x")
                    .replace("/wait", "/wait?seconds=0");
                let status = if path.ends_with("/events") {
                    client.stream(&path).await.0.as_u16()
                } else {
                    let method: Method = method.parse().unwrap();
                    let answer = client.send(method, &path, Some("application/json"), "{}").await;
                    if answer.status == 403 {
                        answer.expect_problem(403, "not_permitted");
                    }
                    answer.status.as_u16()
                };
                assert_eq!(status != 403, roles.contains(&role), "{} {endpoint}: {status}", role.as_str());
                assert!(!matches!(status, 401 | 500..), "{} {endpoint}: {status}", role.as_str());
            }
        }
    }
}
