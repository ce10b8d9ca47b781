//! One's own account: name and address, password, sessions, confirming.

use std::time::Duration;

use axum::body::to_bytes;
use pocketkey_api::{
    account::{Account, OpenSession},
    admin::Role,
    session::SignIn,
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD};
use serde_json::json;

const ACCOUNT: &str = "/api/v1/account";
const SESSIONS: &str = "/api/v1/account/sessions";

async fn sign_in(client: &mut Client, email: &str, password: &str) -> Answer {
    client.post("/api/v1/session", &SignIn { email: email.into(), password: password.into() }).await
}

async fn sessions(client: &mut Client) -> Vec<OpenSession> {
    client.get(SESSIONS).await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn name_and_address_change_and_the_address_is_what_one_signs_in_with() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    appliance.join(&mut owner, "ada", Role::Admin).await;
    owner.invite_admin("bob", Role::Admin).await;
    let skip = appliance.audit().await.len();
    let account: Account = owner.patch(ACCOUNT, &json!({ "name": " Grace " })).await.expect(200).json();
    assert_eq!((account.admin.name.as_str(), account.admin.email.as_str()), ("Grace", ADMIN));
    for (change, field) in [
        (json!({ "name": " " }), "name"),
        (json!({ "email": "grace" }), "email"),
        (json!({ "email": "Ada@example.org" }), "email"),
        (json!({ "email": "bob@example.org" }), "email"),
    ] {
        let problem = owner.patch(ACCOUNT, &change).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, field);
    }
    owner.patch(ACCOUNT, &json!({ "email": "grace@navy.example" })).await.expect(200);
    owner.patch(ACCOUNT, &json!({})).await.expect(200);
    assert_eq!(appliance.actions(skip).await, ["account.changed", "account.changed"]);
    sign_in(&mut appliance.client(), ADMIN, PASSWORD).await.expect_problem(401, "wrong_password");
    sign_in(&mut appliance.client(), "grace@navy.example", PASSWORD).await.expect(200);
    // An address is a way in; a name is not.
    appliance.clock.advance_seconds(601);
    owner.patch(ACCOUNT, &json!({ "email": ADMIN })).await.expect_problem(403, "confirm_first");
    owner.patch(ACCOUNT, &json!({ "name": "Grace Hopper" })).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_signs_out_everywhere_else() {
    let appliance = Appliance::start().await;
    let mut here = appliance.set_up().await;
    let mut elsewhere = appliance.client();
    sign_in(&mut elsewhere, ADMIN, PASSWORD).await.expect(200);
    let skip = appliance.audit().await.len();
    let path = "/api/v1/account/password";
    let short = here.put(path, &json!({ "password": "short" })).await.expect_problem(422, "invalid_fields");
    assert_eq!(short.fields[0].field, "password");
    elsewhere.get(ACCOUNT).await.expect(200);
    here.put(path, &json!({ "password": "staple staple staple" })).await.expect(204);
    here.get(ACCOUNT).await.expect(200);
    elsewhere.get(ACCOUNT).await.expect_problem(401, "signed_out");
    sign_in(&mut elsewhere, ADMIN, PASSWORD).await.expect_problem(401, "wrong_password");
    sign_in(&mut elsewhere, ADMIN, "staple staple staple").await.expect(200);
    let actions = ["account.password_changed", "admin.sign_in_failed", "admin.signed_in"];
    assert_eq!(appliance.actions(skip).await, actions);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_how_one_signs_in_wants_the_password_again_after_ten_minutes() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let account: Account = admin.get(ACCOUNT).await.json();
    assert_eq!(account.confirmed_until, appliance.app.now() + 600_000);
    appliance.clock.advance_seconds(599);
    admin.post("/api/v1/account/totp", &()).await.expect(200);
    appliance.clock.advance_seconds(1);
    for (method, path) in [
        ("PUT", "/api/v1/account/password"),
        ("POST", "/api/v1/account/totp"),
        ("PUT", "/api/v1/account/totp"),
        ("DELETE", "/api/v1/account/totp"),
        ("POST", "/api/v1/account/recovery-codes"),
        ("POST", "/api/v1/account/passkeys/start"),
        ("POST", "/api/v1/account/passkeys"),
        ("DELETE", "/api/v1/account/passkeys/x"),
    ] {
        let answer = admin.send(method.parse().unwrap(), path, Some("application/json"), "{}").await;
        answer.expect_problem(403, "confirm_first");
    }
    let confirm = "/api/v1/account/confirm";
    let wrong = admin.post(confirm, &json!({ "password": "not it" })).await;
    assert_eq!(wrong.expect_problem(422, "invalid_fields").fields[0].field, "password");
    admin.get(ACCOUNT).await.expect(200);
    admin.post(confirm, &json!({ "password": PASSWORD })).await.expect(204);
    admin.post("/api/v1/account/totp", &()).await.expect(200);
    // It is no way around what slows down guessing: with the one above, these are five.
    for _ in 0..4 {
        admin.post(confirm, &json!({ "password": "not it" })).await.expect_problem(422, "invalid_fields");
    }
    admin.post(confirm, &json!({ "password": PASSWORD })).await.expect_problem(429, "too_many_tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let appliance = Appliance::start().await;
    let mut here = appliance.set_up().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut there = appliance.client().with_header("user-agent", firefox);
    appliance.clock.advance_seconds(60);
    sign_in(&mut there, ADMIN, PASSWORD).await.expect(200);
    let mut third = appliance.client();
    sign_in(&mut third, ADMIN, PASSWORD).await.expect(200);
    let mut ada = appliance.join(&mut here, "ada", Role::Auditor).await;

    let all = sessions(&mut here).await;
    assert_eq!(all.len(), 3, "hers is not among them");
    let firefoxes: Vec<_> = all.iter().filter(|one| one.browser == "Firefox on Linux").collect();
    assert_eq!((firefoxes.len(), firefoxes[0].created_at), (1, appliance.app.now()));
    assert_eq!(all.iter().filter(|one| one.current).count(), 1);

    let (_, stream) = there.stream("/api/v1/events").await;
    let path = format!("{SESSIONS}/{}", firefoxes[0].id);
    ada.delete(&path).await.expect_problem(404, "not_found");
    here.delete(&path).await.expect(204);
    here.delete(&path).await.expect_problem(404, "not_found");
    there.get(ACCOUNT).await.expect_problem(401, "signed_out");
    let end = tokio::time::timeout(Duration::from_secs(10), to_bytes(stream, usize::MAX)).await;
    end.expect("the stream ends").unwrap();

    here.delete(SESSIONS).await.expect(204);
    third.get(ACCOUNT).await.expect_problem(401, "signed_out");
    let left = sessions(&mut here).await;
    assert_eq!((left.len(), left[0].current), (1, true));
    ada.get(ACCOUNT).await.expect(200);
}
