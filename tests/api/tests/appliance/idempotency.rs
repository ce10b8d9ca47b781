//! Requests that are sent again because nobody knows whether they arrived.

use axum::http::Method;
use pocketkey_api::{
    Page,
    group::{Group, NewGroup},
    user::User,
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD};
use serde_json::json;

const JSON: Option<&str> = Some("application/json");

fn with_key(client: &Client, key: &str) -> Client {
    client.clone().with_header("idempotency-key", key)
}

async fn add_group(client: &mut Client, name: &str) -> Answer {
    client.post("/api/v1/groups", &NewGroup { name: name.into() }).await
}

async fn names(admin: &mut Client) -> Vec<String> {
    admin.get("/api/v1/groups").await.json::<Vec<Group>>().into_iter().map(|group| group.name).collect()
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_again() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut keyed = with_key(&admin, "8e03978e-40d5");

    let first = add_group(&mut keyed, "Staff").await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = add_group(&mut keyed, "Staff").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((again.text(), again.header("content-type")), (first.text(), first.header("content-type")));
    add_group(&mut keyed, "Guests").await.expect_problem(422, "idempotency_key_reused");
    let elsewhere = keyed.post("/api/v1/users", &NewGroup { name: "Staff".into() }).await;
    elsewhere.expect_problem(422, "idempotency_key_reused");
    assert_eq!(names(&mut admin).await, ["Staff"]);

    // Refusals are answers, too; and without a key everything is as ever.
    let mut other = with_key(&admin, "another");
    let refused = add_group(&mut other, "Staff").await;
    let again = add_group(&mut other, "Staff").await;
    assert_eq!(again.problem(), refused.problem());
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(add_group(&mut admin, "Staff").await.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn answers_outlive_a_restart_and_end_after_a_day() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let first = add_group(&mut with_key(&admin, "k"), "Staff").await.expect(201).text();
    let appliance = appliance.restart().await;
    let mut restarted = appliance.client();
    restarted.cookie = admin.cookie.take();
    assert_eq!(add_group(&mut with_key(&restarted, "k"), "Staff").await.expect(201).text(), first);

    appliance.clock.advance_seconds(24 * 3600);
    let mut back = appliance.client();
    back.post("/api/v1/session", &json!({ "email": ADMIN, "password": PASSWORD })).await;
    let late = add_group(&mut with_key(&back, "k"), "Guests").await.expect(201);
    assert_eq!(late.header("idempotency-replayed"), "");
    assert_eq!(names(&mut back).await, ["Guests", "Staff"]);
}

#[tokio::test]
async fn what_is_kept_cannot_be_read_and_belongs_to_its_caller() {
    let appliance = Appliance::start().await;
    let admin = appliance.set_up().await;
    add_group(&mut with_key(&admin, "k"), "Unmistakable").await.expect(201);
    let (caller, answer): (String, Vec<u8>) = appliance
        .app
        .db()
        .read(|conn| -> Result<_, pocketkey_server::db::DbError> {
            Ok(conn.query_row("SELECT caller, answer FROM idempotency", [], |r| Ok((r.get(0)?, r.get(1)?)))?)
        })
        .await
        .unwrap();
    assert!(caller.starts_with("admin "));
    assert!(!String::from_utf8_lossy(&answer).contains("Unmistakable"));

    // Somebody who is not signed in gets no stored answer.
    let mut stranger = with_key(&appliance.client(), "k");
    add_group(&mut stranger, "Unmistakable").await.expect_problem(401, "signed_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_done_once() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let keyed = with_key(&admin, "k");
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let mut client = keyed.clone();
            tokio::spawn(async move { add_group(&mut client, "Staff").await })
        })
        .collect();
    for one in tries {
        let answer = one.await.unwrap();
        if answer.status != 201 {
            answer.expect_problem(409, "idempotency_in_progress");
            assert_eq!(answer.header("retry-after"), "1");
        }
    }
    assert_eq!(names(&mut admin).await, ["Staff"]);
    add_group(&mut with_key(&admin, "k"), "Staff").await.expect(201);
}

#[tokio::test]
async fn keys_and_bodies_that_do_not_do() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for bad in ["", &"x".repeat(256)] {
        let answer = add_group(&mut with_key(&admin, bad), "Staff").await;
        answer.expect_problem(400, "malformed_idempotency_key");
    }
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(70_000));
    let answer = with_key(&admin, "k").send(Method::POST, "/api/v1/groups", JSON, large).await;
    answer.expect_problem(413, "too_large");
    assert_eq!(names(&mut admin).await, [""; 0]);

    // It means nothing to reading.
    let users = with_key(&admin, "k").get("/api/v1/users").await.expect(200);
    assert_eq!(users.json::<Page<User>>().items.len(), 0);
    assert_eq!(users.header("idempotency-replayed"), "");
    admin.get("/api/v1/users").await.expect(200);
}
