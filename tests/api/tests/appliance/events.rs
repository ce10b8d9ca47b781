//! The event stream.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use pocketkey_api::{activation::ActivationMethod, event::Event};
use pocketkey_server::activation::expiry;
use pocketkey_tests_api::{Appliance, Phone};

/// Reads events until `wanted` comes. The time limit only ends a test that has failed.
async fn wait_for(body: Body, wanted: Event) {
    let mut text = String::new();
    let mut chunks = body.into_data_stream();
    let read = async {
        while let Some(chunk) = chunks.next().await {
            text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
            let found = text.lines().filter_map(|line| line.strip_prefix("data: ")).any(|data| {
                let event: Event = serde_json::from_str(data).unwrap();
                event == wanted
            });
            if found {
                return;
            }
        }
        panic!("the stream ended");
    };
    tokio::time::timeout(Duration::from_secs(30), read).await.expect("the event comes");
}

#[tokio::test]
async fn open_pages_learn_that_a_phone_activated_a_key() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (user, key, codes) = admin.invite_new("ada").await;
    let (status, body) = admin.stream("/api/v1/events").await;
    assert_eq!(status, 200);
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    wait_for(body, Event::Key { key_id: key.id, user_id: user.id }).await;
}

#[tokio::test]
async fn what_is_refused_is_not_announced() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.add_user("ada").await;
    let mut events = appliance.app.events().subscribe();
    let twice = serde_json::json!({ "username": "ada", "name": "Ada", "email": "ada2@example.org" });
    admin.post("/api/v1/users", &twice).await.expect_problem(422, "invalid_fields");
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn blocking_and_deleting_are_announced_once() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let user = admin.add_user("ada").await;
    let key = admin.add_key(&user.id).await;
    let of_user = format!("/api/v1/users/{}", user.id);
    let of_key = format!("/api/v1/keys/{}", key.id);
    let mut events = appliance.app.events().subscribe();
    for path in [&of_key, &of_user] {
        let block = format!("{path}/block");
        for _ in 0..2 {
            admin.put(&block, &()).await.expect(200);
        }
        for _ in 0..2 {
            admin.delete(&block).await.expect(200);
        }
    }
    admin.delete(&of_key).await.expect(204);
    for _ in 0..5 {
        let (key_id, user_id) = (key.id.clone(), user.id.clone());
        assert_eq!(events.try_recv(), Ok(Event::Key { key_id, user_id: user_id.clone() }));
        assert_eq!(events.try_recv(), Ok(Event::User { user_id }));
    }
    admin.delete(&of_user).await.expect(204);
    assert_eq!(events.try_recv(), Ok(Event::User { user_id: user.id }));
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn expiry_is_announced_once() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (user, key, _) = admin.invite_new("ada").await;
    let redeemed = admin.invite_new("bob").await;
    Phone::default().redeem_link(&mut appliance.client(), &redeemed.2.link).await.expect(200);
    let started = appliance.app.now();
    let expires_at = started + 24 * 60 * 60 * 1000;
    let mut events = appliance.app.events().subscribe();
    expiry::announce(&appliance.app, started, expires_at - 1).await.unwrap();
    assert!(events.try_recv().is_err());
    expiry::announce(&appliance.app, expires_at - 1, expires_at).await.unwrap();
    assert_eq!(events.try_recv(), Ok(Event::Key { key_id: key.id, user_id: user.id.clone() }));
    assert_eq!(events.try_recv(), Ok(Event::User { user_id: user.id }));
    expiry::announce(&appliance.app, expires_at, expires_at + 1000).await.unwrap();
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn a_slow_listener_is_told_that_it_missed_something() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let user = admin.add_user("ada").await;
    let (_, body) = admin.stream("/api/v1/events").await;
    for _ in 0..1000 {
        appliance.app.events().send(Event::User { user_id: user.id.clone() });
    }
    wait_for(body, Event::Lagged).await;
}

#[tokio::test]
async fn streams_end_when_the_appliance_stops() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let user = admin.add_user("ada").await;
    let key = admin.add_key(&user.id).await;
    let (_, body) = admin.stream("/api/v1/events").await;
    admin.invite(&key.id, ActivationMethod::Now).await;
    // Would wait for ever if the stream did not end.
    let (_appliance, text) = tokio::join!(appliance.restart(), axum::body::to_bytes(body, usize::MAX));
    assert!(String::from_utf8_lossy(&text.unwrap()).contains(&key.id.0));
}
