//! A second step that every admin needs.

use std::time::Duration;

use axum::{body::to_bytes, http::Method};
use pocketkey_api::{
    account::{Account, Passkey, RecoveryCodes, TotpSetup},
    admin::Role,
    api_key::ApiKeySecret,
    session::{SecondStep, Session, SessionState, SignIn, SignInSettings},
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Authenticator, Client, PASSWORD, app_code};
use serde_json::{Value, json};

const SETTINGS: &str = "/api/v1/settings/sign-in";
const TOTP: &str = "/api/v1/account/totp";
const PASSKEYS: &str = "/api/v1/account/passkeys";

async fn require(owner: &mut Client, required: bool) -> Answer {
    owner.put(SETTINGS, &SignInSettings { second_step_required: required }).await
}

/// Sets up an authenticator app; gives its secret.
async fn set_up_app(appliance: &Appliance, admin: &mut Client) -> String {
    let setup: TotpSetup = admin.post(TOTP, &()).await.expect(200).json();
    let code = app_code(&setup.secret, appliance.app.now());
    let _: RecoveryCodes = admin.put(TOTP, &json!({ "code": code })).await.expect(200).json();
    // The code is used up.
    appliance.clock.advance_seconds(30);
    setup.secret
}

async fn add_passkey(admin: &mut Client, key: &mut Authenticator) -> Passkey {
    let options: Value =
        admin.post(&format!("{PASSKEYS}/start"), &json!({ "name": "Phone" })).await.expect(200).json();
    admin.post(PASSKEYS, &key.create(&options)).await.expect(201).json()
}

async fn by_password(client: &mut Client, email: &str) -> Answer {
    client.post("/api/v1/session", &SignIn { email: email.into(), password: PASSWORD.into() }).await
}

async fn state(client: &mut Client) -> SessionState {
    client.get("/api/v1/session").await.expect(200).json::<Session>().state
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_owner_who_has_one_demands_it_and_it_is_audited() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut ada = appliance.join(&mut owner, "ada", Role::Admin).await;
    let skip = appliance.audit().await.len();
    let settings: SignInSettings = ada.get(SETTINGS).await.expect(200).json();
    assert!(!settings.second_step_required);
    require(&mut ada, false).await.expect_problem(403, "not_permitted");
    require(&mut owner, false).await.expect(200);
    require(&mut owner, true).await.expect_problem(409, "own_second_step");
    // An app was begun with: that is none yet.
    owner.post(TOTP, &()).await.expect(200);
    require(&mut owner, true).await.expect_problem(409, "own_second_step");
    let mut before = appliance.client();
    by_password(&mut before, ADMIN).await.expect(200);
    set_up_app(&appliance, &mut owner).await;
    // They have one, but this browser did not show it.
    require(&mut before, true).await.expect_problem(409, "own_second_step");
    let set: SignInSettings = require(&mut owner, true).await.expect(200).json();
    assert!(set.second_step_required);
    require(&mut owner, true).await.expect(200);
    let settings: SignInSettings = owner.get(SETTINGS).await.expect(200).json();
    assert!(settings.second_step_required);
    before.get("/api/v1/account").await.expect_problem(401, "signed_out");
    require(&mut owner, false).await.expect(200);
    let actions = appliance.actions(skip).await;
    let own = ["admin.signed_in", "account.two_step_on"];
    assert_eq!(actions[..2], own);
    assert_eq!(actions[2..], ["settings.sign_in_changed", "settings.sign_in_changed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_none_may_set_one_up_and_nothing_else_in_sessions_under_way_too() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut ada = appliance.join(&mut owner, "ada", Role::Owner).await;
    let new = json!({ "name": "Scripts", "scopes": ["see_people"] });
    let made: ApiKeySecret = ada.post("/api/v1/api-keys", &new).await.expect(201).json();
    let (_, stream) = ada.stream("/api/v1/events").await;
    set_up_app(&appliance, &mut owner).await;
    ada.get("/api/v1/users").await.expect(200);
    require(&mut owner, true).await.expect(200);

    let end = tokio::time::timeout(Duration::from_secs(10), to_bytes(stream, usize::MAX)).await;
    end.expect("the stream ends").unwrap();
    let mut again = appliance.client();
    let session: Session = by_password(&mut again, "ada@example.org").await.expect(200).json();
    assert_eq!((session.state, session.admin.unwrap().name.as_str()), (SessionState::SetUpSecondStep, "ada"));
    let document: Value = ada.get("/api/openapi.json").await.expect(200).json();
    let open = [
        "GET /api/v1/account",
        "POST /api/v1/account/confirm",
        "POST /api/v1/account/totp",
        "PUT /api/v1/account/totp",
        "POST /api/v1/account/passkeys/start",
        "POST /api/v1/account/passkeys",
    ];
    for client in [&mut ada, &mut again] {
        assert_eq!(state(client).await, SessionState::SetUpSecondStep);
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let endpoint = format!("{} {path}", method.to_uppercase());
                if operation["security"].is_null() || open.contains(&endpoint.as_str()) {
                    continue;
                }
                let path = path.replace("{id}", "x").replace("{index}", "0").replace("{delivery}", "0");
                let method: Method = method.to_uppercase().parse().unwrap();
                let answer = client.send(method, &path, Some("application/json"), "{}").await;
                assert_eq!(answer.status, 403, "{endpoint}");
                answer.expect_problem(403, "second_step_missing");
            }
        }
        client.get("/api/v1/account").await.expect(200);
    }
    // A key of theirs goes on, with what it may.
    let mut script = appliance.client().with_header("authorization", &format!("Bearer {}", made.secret));
    script.get("/api/v1/users").await.expect(200);
    script.get(SETTINGS).await.expect_problem(403, "not_permitted");

    // Set up in one browser, there all is open; what began with the password alone is over.
    appliance.clock.advance_seconds(600);
    again.post(TOTP, &()).await.expect_problem(403, "confirm_first");
    again.post("/api/v1/account/confirm", &json!({ "password": PASSWORD })).await.expect(204);
    let secret = set_up_app(&appliance, &mut again).await;
    assert_eq!(state(&mut again).await, SessionState::SignedIn);
    again.get("/api/v1/users").await.expect(200);
    ada.get("/api/v1/account").await.expect_problem(401, "signed_out");
    let owing: Session = by_password(&mut ada, "ada@example.org").await.expect(200).json();
    let code = app_code(&secret, appliance.app.now());
    let given = SecondStep { second_step: owing.second_step.unwrap(), code };
    ada.post("/api/v1/session/code", &given).await.expect(200);
    ada.get("/api/v1/users").await.expect(200);
    // The last one stays; with a passkey beside it, either may go, but not both.
    ada.delete(TOTP).await.expect_problem(409, "last_second_step");
    let mut key = Authenticator::new(appliance.app.url(), 7);
    let passkey = add_passkey(&mut ada, &mut key).await;
    ada.delete(TOTP).await.expect(204);
    let path = format!("{PASSKEYS}/{}", passkey.id);
    ada.delete(&path).await.expect_problem(409, "last_second_step");
    let account: Account = ada.get("/api/v1/account").await.expect(200).json();
    assert_eq!(account.passkeys.len(), 1);
    require(&mut owner, false).await.expect(200);
    ada.delete(&path).await.expect(204);
    ada.get("/api/v1/users").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_passkey_signs_in_with_it() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut key = Authenticator::new(appliance.app.url(), 7);
    add_passkey(&mut owner, &mut key).await;
    let mut weak = appliance.client();
    by_password(&mut weak, ADMIN).await.expect(200);
    require(&mut weak, true).await.expect_problem(409, "own_second_step");
    // Confirmed with it, the session is as good.
    let options: Value = weak.post("/api/v1/session/passkey/start", &()).await.expect(200).json();
    weak.post("/api/v1/account/confirm/passkey", &key.get(&options)).await.expect(204);
    require(&mut weak, true).await.expect(200);
    owner.get("/api/v1/users").await.expect(200);
    let mut other = appliance.client();
    by_password(&mut other, ADMIN).await.expect_problem(403, "passkey_needed");
    assert_eq!(other.cookie, None);
    let options: Value = other.post("/api/v1/session/passkey/start", &()).await.expect(200).json();
    other.post("/api/v1/session/passkey", &key.get(&options)).await.expect(200);
    other.get("/api/v1/users").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_or_was_reset_sets_one_up_first() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    set_up_app(&appliance, &mut owner).await;
    require(&mut owner, true).await.expect(200);
    let mut ada = appliance.join(&mut owner, "ada", Role::Auditor).await;
    assert_eq!(state(&mut ada).await, SessionState::SetUpSecondStep);
    ada.get("/api/v1/users").await.expect_problem(403, "second_step_missing");
    let mut key = Authenticator::new(appliance.app.url(), 7);
    add_passkey(&mut ada, &mut key).await;
    ada.get("/api/v1/users").await.expect(200);
    let id = ada.get("/api/v1/account").await.json::<Account>().admin.id;
    owner.delete(&format!("/api/v1/admins/{id}/second-step")).await.expect(200);
    by_password(&mut ada, "ada@example.org").await.expect(200);
    ada.get("/api/v1/users").await.expect_problem(403, "second_step_missing");
    ada.delete("/api/v1/session").await.expect(204);
    assert_eq!(state(&mut ada).await, SessionState::SignedOut);
}
