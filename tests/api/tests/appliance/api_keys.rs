//! API keys: made, used within their scopes, expired, revoked, and dead with their admin.

use axum::http::Method;
use pocketkey_api::{
    Page,
    admin::Role,
    api_key::{ApiKey, ApiKeySecret, ApiKeyState, NewApiKey},
    audit::Entry,
    group::{Group, NewGroup},
    permission::Permission,
    session::Admin,
};
use pocketkey_server::admins;
use pocketkey_tests_api::{Answer, Appliance, Client};
use serde_json::{Value, json};

const JSON: Option<&str> = Some("application/json");

async fn create(by: &mut Client, name: &str, scopes: &[Permission], days: Option<u32>) -> Answer {
    let new = NewApiKey { name: name.into(), scopes: scopes.to_vec(), expires_in_days: days };
    by.post("/api/v1/api-keys", &new).await
}

async fn made(by: &mut Client, scopes: &[Permission], days: Option<u32>) -> ApiKeySecret {
    create(by, "Nightly job", scopes, days).await.expect(201).json()
}

fn with_secret(appliance: &Appliance, secret: &str) -> Client {
    appliance.client().with_header("authorization", &format!("Bearer {secret}"))
}

async fn list(by: &mut Client) -> Vec<ApiKey> {
    by.get("/api/v1/api-keys").await.expect(200).json()
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_under_its_own_name() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ApiKeySecret { key, secret } =
        made(&mut admin, &[Permission::SeePeople, Permission::ManagePeople], Some(90)).await;
    assert!(secret.starts_with("pk_") && secret.starts_with(&key.hint));
    assert_eq!((key.state, key.made_by.as_str()), (ApiKeyState::Active, "Grace Hopper"));

    let mut program = with_secret(&appliance, &secret);
    let group: Group =
        program.post("/api/v1/groups", &NewGroup { name: "Staff".into() }).await.expect(201).json();
    program.get("/api/v1/users").await.expect(200);
    let refused = program.get("/api/v1/audit").await.expect_problem(403, "not_permitted");
    assert!(refused.detail.unwrap().contains("see_audit"));
    let refused = program.get("/api/v1/account").await.expect_problem(403, "not_permitted");
    assert!(refused.detail.unwrap().contains("people who sign in"));

    // The log names the key, and the key shows that it was used, to the minute.
    let log: Page<Entry> = admin.get("/api/v1/audit?action=group.created").await.expect(200).json();
    assert_eq!(
        (log.items[0].actor.kind.as_str(), log.items[0].actor.name.as_str()),
        ("api_key", "Nightly job")
    );
    assert_eq!((&log.items[0].actor.id, &log.items[0].target.id), (&key.id.0, &group.id.0));
    let first = list(&mut admin).await[0].last_used_at.unwrap();
    appliance.clock.advance_seconds(30);
    program.get("/api/v1/users").await.expect(200);
    assert_eq!(list(&mut admin).await[0].last_used_at, Some(first));
    appliance.clock.advance_seconds(30);
    program.get("/api/v1/users").await.expect(200);
    assert_eq!(list(&mut admin).await[0].last_used_at, Some(first + 60_000));
}

#[tokio::test]
async fn keys_that_let_nobody_in() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for wrong in ["pk_", "pk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "nonsense", ""] {
        let answer = with_secret(&appliance, wrong).get("/api/v1/users").await;
        answer.expect_problem(401, "wrong_api_key");
    }
    // A key counts before a cookie.
    let mut both = admin.clone().with_header("authorization", "Bearer pk_wrong");
    both.get("/api/v1/users").await.expect_problem(401, "wrong_api_key");

    let short = made(&mut admin, &[Permission::SeePeople], Some(1)).await;
    let endless = made(&mut admin, &[Permission::SeePeople], None).await;
    assert_eq!(endless.key.expires_at, None);
    admin.delete(&format!("/api/v1/api-keys/{}", endless.key.id)).await.expect(204);
    let mut revoked = with_secret(&appliance, &endless.secret);
    revoked.get("/api/v1/users").await.expect_problem(401, "wrong_api_key");
    admin.delete(&format!("/api/v1/api-keys/{}", endless.key.id)).await.expect_problem(404, "not_found");

    let mut expired = with_secret(&appliance, &short.secret);
    appliance.clock.advance_seconds(24 * 3600 - 1);
    expired.get("/api/v1/users").await.expect(200);
    appliance.clock.advance_seconds(1);
    expired.get("/api/v1/users").await.expect_problem(401, "wrong_api_key");
    let actions = appliance.actions(0).await;
    assert_eq!(actions.iter().filter(|action| *action == "api_key.created").count(), 2);
    assert_eq!(actions.iter().filter(|action| *action == "api_key.revoked").count(), 1);
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    for (name, scopes, days, field) in [
        ("", &[Permission::SeePeople][..], None, "name"),
        ("x", &[], None, "scopes"),
        ("x", &[Permission::Own], None, "scopes"),
        ("x", &[Permission::ManageAdmins], None, "scopes"),
        ("x", &[Permission::Mail], Some(0), "expires_in_days"),
        ("x", &[Permission::Mail], Some(3651), "expires_in_days"),
    ] {
        let problem = create(&mut owner, name, scopes, days).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, field);
    }
    let unknown = json!({ "name": "x", "scopes": ["fly"] });
    owner.post("/api/v1/api-keys", &unknown).await.expect_problem(422, "wrong_shape");

    // A key that may make keys gives them nothing but what it has.
    let secret = made(&mut owner, &[Permission::Integrate], None).await.secret;
    let mut program = with_secret(&appliance, &secret);
    create(&mut program, "x", &[Permission::Mail], None).await.expect_problem(422, "invalid_fields");
    create(&mut program, "x", &[Permission::Integrate], None).await.expect(201);

    let mut help_desk = appliance.join(&mut owner, "hal", Role::HelpDesk).await;
    create(&mut help_desk, "x", &[Permission::SeePeople], None).await.expect_problem(403, "not_permitted");
}

#[tokio::test]
async fn a_key_goes_with_the_role_of_its_admin() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut admin = appliance.join(&mut owner, "ada", Role::Admin).await;
    let secret = made(&mut admin, &[Permission::SeePeople, Permission::Mail], None).await.secret;
    let mut program = with_secret(&appliance, &secret);
    program.get("/api/v1/inbox").await.expect(200);

    let session: Value = admin.get("/api/v1/session").await.expect(200).json();
    let Admin { id, .. } = serde_json::from_value(session["admin"].clone()).unwrap();
    let path = format!("/api/v1/admins/{id}");
    owner.patch(&path, &json!({ "role": "auditor" })).await.expect(200);
    program.get("/api/v1/inbox").await.expect_problem(403, "not_permitted");
    program.get("/api/v1/users").await.expect(200);

    owner.send(Method::PUT, &format!("{path}/block"), None, "").await.expect(200);
    program.get("/api/v1/users").await.expect_problem(401, "wrong_api_key");
    assert_eq!(list(&mut owner).await[0].state, ApiKeyState::Orphaned);
    owner.delete(&format!("{path}/block")).await.expect(200);
    program.get("/api/v1/users").await.expect(200);
    owner.delete(&path).await.expect(204);
    program.get("/api/v1/users").await.expect_problem(401, "wrong_api_key");
    let [dead] = &list(&mut owner).await[..] else { panic!("it is still listed") };
    assert_eq!(dead.state, ApiKeyState::Orphaned);
}

/// Every operation of the document that a session or a key is needed for, with the scope it names.
async fn operations(appliance: &Appliance) -> Vec<(Method, String, Option<String>)> {
    let document: Value = appliance.client().get("/api/openapi.json").await.expect(200).json();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(security) = operation["security"].as_array() else { continue };
            let scope = security.iter().find_map(|way| way["api_key"][0].as_str()).map(str::to_owned);
            operations.push((method.to_uppercase().parse().unwrap(), path.clone(), scope));
        }
    }
    operations
}

#[tokio::test]
async fn every_endpoint_wants_the_scope_that_the_document_names() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let scopes: Vec<_> = Permission::ALL.into_iter().filter(|scope| scope.is_scope()).collect();
    let mut tried = 0;
    for (method, path, scope) in operations(&appliance).await {
        let needed = admins::needed(&method, &path).unwrap();
        assert_eq!(scope.as_deref(), needed.is_scope().then(|| needed.as_str()), "{method} {path}");
        // Streams do not end, and this one waits for a mail.
        if path == "/api/v1/events" || path == "/api/v1/inbox/wait" {
            continue;
        }
        let others: Vec<_> = scopes.iter().copied().filter(|scope| *scope != needed).collect();
        let address = path.replace("{id}", "x").replace("{delivery}", "x").replace("{name}", "x");
        let mut without = with_secret(&appliance, &made(&mut admin, &others, None).await.secret);
        let answer = without.send(method.clone(), &address, JSON, "{}").await;
        assert_eq!(answer.problem().code, "not_permitted", "{method} {path}");
        if needed.is_scope() {
            let mut with = with_secret(&appliance, &made(&mut admin, &[needed], None).await.secret);
            let answer = with.send(method.clone(), &address, JSON, "{}").await;
            assert!(!matches!(answer.status.as_u16(), 401 | 403), "{method} {path}: {}", answer.text());
        }
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
}
