//! The demo web site, used by a small software authenticator.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::SigningKey;
use pocketkey_api::demo::DemoOutcome;
use pocketkey_tests_api::{Answer, Appliance, Authenticator, Client};
use serde_json::{Value, json};

fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

async fn start(client: &mut Client, what: &str, body: Value) -> Value {
    client.post(&format!("/api/v1/demo/{what}/start"), &body).await.expect(200).json()
}

async fn register(client: &mut Client, key: &mut Authenticator, account: &str, kind: &str) -> Answer {
    let options = start(client, "register", json!({"account": account, "kind": kind})).await;
    let created = key.create(&options);
    client.post("/api/v1/demo/register/finish", &created).await
}

async fn sign_in(client: &mut Client, key: &mut Authenticator, account: &str, kind: &str) -> Answer {
    let options = start(client, "sign-in", json!({"account": account, "kind": kind})).await;
    let got = key.get(&options);
    client.post("/api/v1/demo/sign-in/finish", &got).await
}

async fn site() -> (Appliance, Client, Authenticator) {
    let appliance = Appliance::start().await;
    let client = appliance.client();
    let key = Authenticator::new(appliance.app.url(), 7);
    (appliance, client, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_security_key_registers_and_signs_in_with_a_name_even_after_a_restart() {
    let (appliance, mut client, mut key) = site().await;
    key.verifies = false;
    let account = "Ada Löve lace <3";
    let options =
        start(&mut client, "register", json!({"account": account, "kind": "security_key", "timeout": 5000}))
            .await;
    let public_key = &options["publicKey"];
    assert_eq!(public_key["rp"]["id"], "localhost");
    assert_eq!(
        (&public_key["user"]["name"], &public_key["user"]["displayName"]),
        (&json!(account), &json!(account))
    );
    assert_eq!((&public_key["timeout"], &public_key["attestation"]), (&json!(5000), &json!("none")));
    assert_eq!(public_key["authenticatorSelection"]["residentKey"], "discouraged");
    assert_eq!(public_key["authenticatorSelection"]["userVerification"], "discouraged");
    let created = key.create(&options);
    let outcome: DemoOutcome = client.post("/api/v1/demo/register/finish", &created).await.expect(200).json();
    assert_eq!((outcome.account.as_str(), outcome.user_verified, outcome.sign_count), (account, false, 1));
    assert_eq!(outcome.credential_id, b64(&key.id));
    assert_eq!(outcome.aaguid.as_deref(), Some("abababab-abab-abab-abab-abababababab"));
    assert_eq!(outcome.attestation.as_deref(), Some("none"));

    // The same phone is not to be registered twice.
    let again = start(&mut client, "register", json!({"account": account, "kind": "security_key"})).await;
    assert_eq!(again["publicKey"]["excludeCredentials"][0]["id"], b64(&key.id));
    assert_eq!(again["publicKey"]["user"]["id"], key.handle);

    let options = start(&mut client, "sign-in", json!({"account": account, "kind": "security_key"})).await;
    assert_eq!(options["publicKey"]["allowCredentials"][0]["id"], b64(&key.id));
    assert_eq!(options["publicKey"]["userVerification"], "discouraged");
    let outcome: DemoOutcome =
        sign_in(&mut client, &mut key, account, "security_key").await.expect(200).json();
    assert_eq!((outcome.account.as_str(), outcome.user_verified, outcome.sign_count), (account, false, 2));

    let appliance = appliance.restart().await;
    let mut client = appliance.client();
    key.origin = appliance.app.url().to_owned();
    let outcome: DemoOutcome =
        sign_in(&mut client, &mut key, account, "security_key").await.expect(200).json();
    assert_eq!(outcome.sign_count, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_in_without_a_name_and_must_verify_the_user() {
    let (_appliance, mut client, mut key) = site().await;
    key.packed = true;
    let options = start(&mut client, "register", json!({"account": "ada", "kind": "passkey"})).await;
    assert_eq!(options["publicKey"]["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["publicKey"]["authenticatorSelection"]["userVerification"], "required");
    let created = key.create(&options);
    let outcome: DemoOutcome = client.post("/api/v1/demo/register/finish", &created).await.expect(200).json();
    assert_eq!((outcome.attestation.as_deref(), outcome.user_verified), (Some("packed"), true));
    let options = start(&mut client, "sign-in", json!({"kind": "passkey"})).await;
    assert_eq!(options["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(options["publicKey"]["userVerification"], "required");
    let outcome: DemoOutcome = sign_in(&mut client, &mut key, "", "passkey").await.expect(200).json();
    assert_eq!((outcome.account.as_str(), outcome.user_verified), ("ada", true));
    // A passkey also serves as a second factor.
    sign_in(&mut client, &mut key, "ada", "security_key").await.expect(200);
    key.verifies = false;
    let refused = sign_in(&mut client, &mut key, "", "passkey").await;
    refused.expect_problem(422, "demo_verification_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_verify_is_refused_with_its_reason() {
    let (_appliance, mut client, mut key) = site().await;
    register(&mut client, &mut key, "ada", "security_key").await.expect(200);
    let refused = |answer: Answer, word: &str| {
        let detail = answer.expect_problem(422, "demo_verification_failed").detail.unwrap_or_default();
        assert!(detail.contains(word), "{word}: {detail}");
    };
    // A cloned authenticator: its counter stands still.
    key.counter = 0;
    refused(sign_in(&mut client, &mut key, "ada", "security_key").await, "counter");
    key.counter = 10;
    let own = std::mem::replace(&mut key.origin, "http://evil.example".into());
    refused(sign_in(&mut client, &mut key, "ada", "security_key").await, "origin");
    key.origin = own;
    key.rp_id = "evil.example".into();
    refused(sign_in(&mut client, &mut key, "ada", "security_key").await, "hash");
    key.rp_id = "localhost".into();
    let right = std::mem::replace(&mut key.key, SigningKey::from_slice(&[9; 32]).unwrap());
    refused(sign_in(&mut client, &mut key, "ada", "security_key").await, "signature");
    key.key = right;
    sign_in(&mut client, &mut key, "ada", "security_key").await.expect(200);

    // A credential id that is somebody's already.
    refused(register(&mut client, &mut key, "bob", "security_key").await, "registered");
    let mut forged = Authenticator::new(&key.origin, 8);
    forged.packed = true;
    let options = start(&mut client, "register", json!({"account": "eve", "kind": "passkey"})).await;
    let mut created = forged.create(&options);
    let other = start(&mut client, "register", json!({"account": "eve", "kind": "passkey"})).await;
    created["response"]["clientDataJSON"] = b64(&forged.client_data("webauthn.create", &other)).into();
    let refusal = client.post("/api/v1/demo/register/finish", &created).await;
    refusal.expect_problem(422, "demo_verification_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn ceremonies_end_once_and_nonsense_is_told_apart() {
    let (_appliance, mut client, mut key) = site().await;
    let options = start(&mut client, "register", json!({"account": "ada", "kind": "passkey"})).await;
    let created = key.create(&options);
    client.post("/api/v1/demo/register/finish", &created).await.expect(200);
    let again = client.post("/api/v1/demo/register/finish", &created).await;
    again.expect_problem(410, "demo_ceremony_expired");
    // A registration's challenge does not end a sign-in.
    let options = start(&mut client, "register", json!({"account": "bob", "kind": "passkey"})).await;
    let got = key.get(&options);
    client.post("/api/v1/demo/sign-in/finish", &got).await.expect_problem(410, "demo_ceremony_expired");

    let mut stranger = Authenticator::new(&key.origin, 9);
    stranger.handle = key.handle.clone();
    let refused = sign_in(&mut client, &mut stranger, "", "passkey").await;
    refused.expect_problem(404, "demo_unknown_credential");
    for path in ["register", "sign-in"] {
        let path = format!("/api/v1/demo/{path}/finish");
        for nonsense in [json!({}), json!("x"), json!({"id": "AA", "response": {}}), json!(null)] {
            client.post(&path, &nonsense).await.expect_problem(422, "demo_malformed_credential");
        }
    }
    let unknown =
        client.post("/api/v1/demo/sign-in/start", &json!({"account": "x", "kind": "security_key"})).await;
    unknown.expect_problem(404, "demo_unknown_account");
    for (path, body, field) in [
        ("register", json!({"account": "", "kind": "passkey"}), "account"),
        ("register", json!({"account": "x".repeat(65), "kind": "passkey"}), "account"),
        ("register", json!({"account": "x", "kind": "passkey", "timeout": 4999}), "timeout"),
        ("sign-in", json!({"account": " ", "kind": "security_key"}), "account"),
        ("sign-in", json!({"kind": "passkey", "timeout": 300_001}), "timeout"),
    ] {
        let answer = client.post(&format!("/api/v1/demo/{path}/start"), &body).await;
        assert_eq!(answer.expect_problem(422, "invalid_fields").fields[0].field, field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ip_address_is_no_place_for_passkeys() {
    let appliance = Appliance::start_with(|config| config.url = Some("http://127.0.0.1:8080".into())).await;
    let mut client = appliance.client();
    let body = json!({"account": "ada", "kind": "passkey"});
    let problem = client.post("/api/v1/demo/register/start", &body).await.expect_problem(409, "demo_address");
    assert!(problem.detail.unwrap().contains("127.0.0.1"));
    client.post("/api/v1/demo/sign-in/start", &body).await.expect_problem(409, "demo_address");
}
