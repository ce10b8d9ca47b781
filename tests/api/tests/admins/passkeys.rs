//! Passkeys of admins, by a small software authenticator. The phone's virtual key answers the same ceremonies.

use pocketkey_api::{
    account::{Account, Passkey},
    admin::Role,
    session::{Session, SessionState, SignIn},
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Authenticator, Client, PASSWORD};
use serde_json::{Value, json};

const PASSKEYS: &str = "/api/v1/account/passkeys";

async fn options(client: &mut Client, name: &str) -> Value {
    client.post(&format!("{PASSKEYS}/start"), &json!({ "name": name })).await.expect(200).json()
}

async fn add(client: &mut Client, key: &mut Authenticator, name: &str) -> Answer {
    let options = options(client, name).await;
    client.post(PASSKEYS, &key.create(&options)).await
}

async fn sign_in(client: &mut Client, key: &mut Authenticator) -> Answer {
    let options: Value = client.post("/api/v1/session/passkey/start", &()).await.expect(200).json();
    client.post("/api/v1/session/passkey", &key.get(&options)).await
}

async fn confirm(client: &mut Client, key: &mut Authenticator) -> Answer {
    let options: Value = client.post("/api/v1/session/passkey/start", &()).await.expect(200).json();
    client.post("/api/v1/account/confirm/passkey", &key.get(&options)).await
}

async fn passkeys(client: &mut Client) -> Vec<Passkey> {
    client.get("/api/v1/account").await.expect(200).json::<Account>().passkeys
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_signs_in_alone_and_is_deleted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut key = Authenticator::new(appliance.app.url(), 7);
    let skip = appliance.audit().await.len();

    let options = options(&mut admin, "Phone").await;
    let public_key = &options["publicKey"];
    assert_eq!((&public_key["rp"]["id"], &public_key["user"]["name"]), (&json!("localhost"), &json!(ADMIN)));
    assert_eq!(public_key["rp"]["name"], "Pocketkey · Example Labs");
    assert_eq!(public_key["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(public_key["authenticatorSelection"]["userVerification"], "required");
    let created = key.create(&options);
    let added: Passkey = admin.post(PASSKEYS, &created).await.expect(201).json();
    assert_eq!((added.name.as_str(), added.used_at), ("Phone", None));
    admin.post(PASSKEYS, &created).await.expect_problem(410, "passkey_expired");
    // The same authenticator is not to hold two.
    let again = self::options(&mut admin, "Again").await;
    assert_eq!(again["publicKey"]["excludeCredentials"][0]["id"], created["id"]);

    appliance.clock.advance_seconds(60);
    let mut other = appliance.client();
    let options: Value = other.post("/api/v1/session/passkey/start", &()).await.expect(200).json();
    assert_eq!(options["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(options["publicKey"]["userVerification"], "required");
    let session: Session = other.post("/api/v1/session/passkey", &key.get(&options)).await.expect(200).json();
    assert_eq!((session.state, session.admin.unwrap().email.as_str()), (SessionState::SignedIn, ADMIN));
    assert_eq!(passkeys(&mut other).await[0].used_at, Some(appliance.app.now()));

    let path = format!("{PASSKEYS}/{}", added.id);
    other.patch(&path, &json!({ "name": " " })).await.expect_problem(422, "invalid_fields");
    let renamed: Passkey = other.patch(&path, &json!({ "name": "Work phone" })).await.expect(200).json();
    assert_eq!(renamed.name, "Work phone");
    let appliance = appliance.restart().await;
    key.origin = appliance.app.url().to_owned();
    let mut other = appliance.client();
    sign_in(&mut other, &mut key).await.expect(200);
    other.delete(&path).await.expect(204);
    other.delete(&path).await.expect_problem(404, "not_found");
    sign_in(&mut appliance.client(), &mut key).await.expect_problem(404, "passkey_unknown");
    let actions = [
        "account.passkey_added",
        "admin.signed_in",
        "account.passkey_renamed",
        "admin.signed_in",
        "account.passkey_deleted",
        "admin.sign_in_failed",
    ];
    assert_eq!(appliance.actions(skip).await, actions);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_admins_have_several_each_their_own() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut ada = appliance.join(&mut owner, "ada", Role::HelpDesk).await;
    let url = appliance.app.url();
    let (mut phone, mut usb, mut hers) =
        (Authenticator::new(url, 1), Authenticator::new(url, 2), Authenticator::new(url, 3));
    add(&mut owner, &mut phone, "Phone").await.expect(201);
    add(&mut owner, &mut usb, "USB key").await.expect(201);
    let of_ada: Passkey = add(&mut ada, &mut hers, "Phone").await.expect(201).json();
    let names: Vec<String> = passkeys(&mut owner).await.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Phone", "USB key"]);
    for (key, email) in [(&mut phone, ADMIN), (&mut usb, ADMIN), (&mut hers, "ada@example.org")] {
        let session: Session = sign_in(&mut appliance.client(), key).await.expect(200).json();
        assert_eq!(session.admin.unwrap().email, email);
    }
    // Another admin's passkeys are out of reach, and confirm nothing.
    let path = format!("{PASSKEYS}/{}", of_ada.id);
    owner.delete(&path).await.expect_problem(404, "not_found");
    owner.patch(&path, &json!({ "name": "x" })).await.expect_problem(404, "not_found");
    confirm(&mut owner, &mut hers).await.expect_problem(404, "passkey_unknown");
    // What one admin began, another does not end.
    let options = options(&mut owner, "Mine").await;
    let created = Authenticator::new(url, 4).create(&options);
    ada.post(PASSKEYS, &created).await.expect_problem(410, "passkey_expired");
    // Blocked is blocked.
    owner.put(&format!("/api/v1/admins/{}/block", id(&mut ada).await), &()).await.expect(200);
    sign_in(&mut appliance.client(), &mut hers).await.expect_problem(403, "blocked");
}

async fn id(client: &mut Client) -> String {
    client.get("/api/v1/account").await.expect(200).json::<Account>().admin.id.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_confirms_and_needs_no_second_step() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut key = Authenticator::new(appliance.app.url(), 7);
    add(&mut admin, &mut key, "Phone").await.expect(201);
    appliance.clock.advance_seconds(600);
    admin.post("/api/v1/account/totp", &()).await.expect_problem(403, "confirm_first");
    confirm(&mut admin, &mut key).await.expect(204);
    admin.post("/api/v1/account/totp", &()).await.expect(200);
    // Ten wrong passwords do not keep its owner out.
    for number in 0..10 {
        if number >= 5 {
            appliance.clock.advance_seconds(60);
        }
        let wrong = SignIn { email: ADMIN.into(), password: "wrong".into() };
        appliance.client().post("/api/v1/session", &wrong).await.expect_problem(401, "wrong_password");
    }
    appliance.clock.advance_seconds(60);
    let right = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    appliance.client().post("/api/v1/session", &right).await.expect_problem(429, "too_many_tries");
    sign_in(&mut appliance.client(), &mut key).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_verify_signs_in_nobody() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut key = Authenticator::new(appliance.app.url(), 7);
    add(&mut admin, &mut key, "Phone").await.expect(201);
    let mut stranger = appliance.client();
    key.verifies = false;
    sign_in(&mut stranger, &mut key).await.expect_problem(422, "passkey_refused");
    key.verifies = true;
    key.counter = 0;
    sign_in(&mut stranger, &mut key).await.expect_problem(422, "passkey_refused");
    key.counter = 10;
    let own = std::mem::replace(&mut key.origin, "http://evil.example".into());
    sign_in(&mut stranger, &mut key).await.expect_problem(422, "passkey_refused");
    key.origin = own;
    let other = std::mem::replace(&mut key.key, Authenticator::new("", 9).key);
    sign_in(&mut stranger, &mut key).await.expect_problem(422, "passkey_refused");
    key.key = other;
    // One of the demo web site's, which has the same RP ID.
    let mut demo = Authenticator::new(appliance.app.url(), 8);
    let start = json!({ "account": "ada", "kind": "passkey" });
    let options: Value = stranger.post("/api/v1/demo/register/start", &start).await.expect(200).json();
    stranger.post("/api/v1/demo/register/finish", &demo.create(&options)).await.expect(200);
    sign_in(&mut stranger, &mut demo).await.expect_problem(404, "passkey_unknown");
    for path in ["/api/v1/session/passkey", PASSKEYS, "/api/v1/account/confirm/passkey"] {
        for nonsense in [json!({}), json!("x"), json!(null), json!({ "id": "AA", "response": {} })] {
            admin.post(path, &nonsense).await.expect_problem(422, "passkey_malformed");
        }
    }
    assert_eq!(stranger.cookie, None);
    sign_in(&mut stranger, &mut key).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn begun_and_not_ended_too_often_one_has_to_wait() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    let mut stranger = appliance.client();
    for _ in 0..50 {
        stranger.post("/api/v1/session/passkey/start", &()).await.expect(200);
    }
    stranger.post("/api/v1/session/passkey/start", &()).await.expect_problem(429, "too_many_tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ip_address_is_no_place_for_passkeys() {
    let appliance = Appliance::start_with(|config| config.url = Some("http://127.0.0.1:8080".into())).await;
    let mut admin = appliance.set_up().await;
    let started = admin.post("/api/v1/session/passkey/start", &()).await;
    assert!(started.expect_problem(409, "passkey_address").detail.unwrap().contains("127.0.0.1"));
    let started = admin.post(&format!("{PASSKEYS}/start"), &json!({ "name": "Phone" })).await;
    started.expect_problem(409, "passkey_address");
}
