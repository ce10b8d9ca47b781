//! Signing in and out, and what slows down guessing.

use pocketkey_api::session::{Session, SessionState, SignIn};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD};

async fn sign_in(client: &mut Client, email: &str, password: &str) -> Answer {
    client.post("/api/v1/session", &SignIn { email: email.into(), password: password.into() }).await
}

#[tokio::test]
async fn signing_in_and_out() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    let mut client = appliance.client();
    let session: Session = client.get("/api/v1/session").await.expect(200).json();
    assert_eq!((session.state, session.admin), (SessionState::SignedOut, None));

    let session: Session = sign_in(&mut client, " GRACE@example.org ", PASSWORD).await.expect(200).json();
    assert_eq!(session.state, SessionState::SignedIn);
    client.get("/api/v1/users").await.expect(200);

    let old = client.cookie.clone();
    client.delete("/api/v1/session").await.expect(204);
    assert_eq!(client.cookie, None, "the cookie is taken away");
    client.cookie = old;
    client.get("/api/v1/users").await.expect_problem(401, "signed_out");
    client.delete("/api/v1/session").await.expect(204);
}

#[tokio::test]
async fn unknown_address_and_wrong_password_get_the_same_answer() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    let wrong = sign_in(&mut appliance.client(), ADMIN, "not the password").await;
    let unknown = sign_in(&mut appliance.client(), "nobody@example.org", "not the password").await;
    wrong.expect_problem(401, "wrong_password");
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    assert_eq!(wrong.headers, unknown.headers);
    let long = sign_in(&mut appliance.client(), ADMIN, &"x".repeat(5000)).await;
    assert_eq!(long.body, wrong.body);
}

#[tokio::test]
async fn guessing_is_slowed_down_the_same_for_everybody() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    for email in [ADMIN, "nobody@example.org"] {
        let mut client = appliance.client();
        for _ in 0..5 {
            sign_in(&mut client, email, "not the password").await.expect_problem(401, "wrong_password");
        }
        let limited = sign_in(&mut client, email, PASSWORD).await;
        limited.expect_problem(429, "too_many_tries");
        assert_eq!(limited.header("retry-after"), "60");
    }
    appliance.clock.advance_seconds(60);
    for _ in 0..10 {
        sign_in(&mut appliance.client(), ADMIN, PASSWORD).await.expect(200);
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_lives_while_it_is_used() {
    let appliance = Appliance::start().await;
    let mut used = appliance.set_up().await;
    let mut idle = appliance.client();
    sign_in(&mut idle, ADMIN, PASSWORD).await.expect(200);
    for _ in 0..3 {
        appliance.clock.advance_seconds(6 * 60 * 60);
        used.get("/api/v1/groups").await.expect(200);
    }
    idle.get("/api/v1/groups").await.expect_problem(401, "signed_out");
    appliance.clock.advance_seconds(12 * 60 * 60);
    used.get("/api/v1/groups").await.expect_problem(401, "signed_out");
}

#[tokio::test]
async fn only_hashes_are_stored() {
    let appliance = Appliance::start().await;
    let client = appliance.set_up().await;
    let token = client.cookie.unwrap().split_once('=').unwrap().1.to_owned();
    assert!(token.len() >= 43, "256 bits");
    let setup_token = appliance.setup_token();
    for entry in std::fs::read_dir(appliance.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&token) && !text.contains(PASSWORD) && !text.contains(&setup_token));
    }
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let appliance = Appliance::start().await;
    let admin = appliance.set_up().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let mut evil = admin.clone().with_header(name, value);
        let group = serde_json::json!({ "name": "Evil" });
        evil.post("/api/v1/groups", &group).await.expect_problem(403, "cross_site");
        evil.delete("/api/v1/session").await.expect_problem(403, "cross_site");
        sign_in(&mut evil, ADMIN, PASSWORD).await.expect_problem(403, "cross_site");
    }
    let mut ours =
        admin.with_header("sec-fetch-site", "same-origin").with_header("origin", appliance.app.url());
    assert_eq!(ours.get("/api/v1/groups").await.expect(200).text(), "[]");
    ours.post("/api/v1/groups", &serde_json::json!({ "name": "Ours" })).await.expect(201);
}
