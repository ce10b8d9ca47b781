//! The relay over real WebSockets.

use axum::http::StatusCode;
use futures_util::{SinkExt, StreamExt};
use pocketkey_link::{
    frame::{Failure, Frame, MAX_FRAME, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
    proof,
};
use pocketkey_tests_api::Appliance;
use tokio_tungstenite::tungstenite::Message;

use crate::device::{self, Device, Pair};

fn request(pair: &Pair, exchange: ExchangeId, size: usize) -> Frame {
    Frame::Request { exchange, pairing: pair.pairing, ttl_ms: 60_000, body: vec![7; size].into() }
}

/// Reads until the relay has closed the connection; gives the refusal, if any.
async fn refusal(device: &mut Device) -> Option<Refusal> {
    let mut refused = None;
    while let Some(message) = device.message().await {
        match message {
            Message::Binary(bytes) => {
                if let Ok(Frame::Refused { reason }) = Frame::decode(&bytes) {
                    refused = Some(reason);
                }
            }
            Message::Close(_) => break,
            _ => {}
        }
    }
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_responses_and_cancels_cross_between_paired_devices() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    assert_eq!(appliance.app.relay().connections(), 2);
    let exchange = ExchangeId([1; 16]);
    pair.computer.send(request(&pair, exchange, 12_000)).await;
    assert_eq!(pair.phone.next().await, request(&pair, exchange, 12_000));
    let pairing = pair.pairing;
    let response = Frame::Response { exchange, pairing, body: b"sealed".to_vec().into() };
    pair.phone.send(response.clone()).await;
    assert_eq!(pair.computer.next().await, response);

    let cancelled = ExchangeId([2; 16]);
    pair.computer.send(request(&pair, cancelled, 1)).await;
    pair.phone.next().await;
    let cancel = Frame::Cancel { exchange: cancelled, pairing };
    pair.computer.send(cancel.clone()).await;
    assert_eq!(pair.phone.next().await, cancel);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_outs_and_departures_reach_the_other_end() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let exchange = ExchangeId([1; 16]);
    let Frame::Request { body, pairing, .. } = request(&pair, exchange, 1) else { unreachable!() };
    pair.computer.send(Frame::Request { exchange, pairing, ttl_ms: 50, body }).await;
    pair.phone.next().await;
    let timed_out = Frame::Failed { exchange, pairing, reason: Failure::TimedOut };
    assert_eq!(pair.computer.next().await, timed_out);
    assert_eq!(pair.phone.next().await, timed_out);

    let exchange = ExchangeId([2; 16]);
    pair.computer.send(request(&pair, exchange, 1)).await;
    pair.phone.next().await;
    pair.phone.0.close(None).await.unwrap();
    assert!(matches!(pair.computer.next().await, Frame::Presence { peer } if !peer.online));
    let waiting = ExchangeId([3; 16]);
    pair.computer.send(request(&pair, waiting, 1)).await;
    assert_eq!(pair.computer.next().await, Frame::Queued { exchange: waiting, pairing });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_sees_phones_come_and_go() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let users: pocketkey_api::Page<pocketkey_api::user::User> = admin.get("/api/v1/users").await.json();
    let page = format!("/api/v1/users/{}", users.items[0].id);
    let (_, events) = admin.stream("/api/v1/events").await;
    let mut events = events.into_data_stream();
    let mut heard = async || {
        let wanted = format!("\"device_id\":\"{ada_id}\"");
        let reading = async {
            while let Some(Ok(bytes)) = events.next().await {
                if String::from_utf8_lossy(&bytes).contains(&wanted) {
                    return;
                }
            }
            panic!("the stream ended");
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), reading).await.expect("an event in time");
    };
    let mut online = async || {
        let detail: pocketkey_api::user::UserDetail = admin.get(&page).await.json();
        detail.keys[0].phone.as_ref().unwrap().online
    };
    assert!(!online().await);
    let (mut phone, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    heard().await;
    assert!(online().await);
    phone.0.close(None).await.unwrap();
    heard().await;
    assert!(!online().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_device_itself_gets_in() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (bob, _) = device::phone(&mut admin, "bob").await;
    let relay = appliance.http_addr;
    let prove = |keys: &pocketkey_tests_api::Phone, device, nonce: [u8; 32]| Frame::Prove {
        device,
        signature: proof::connect(&keys.keys, device, &nonce),
        certificate: None,
    };
    // Somebody else's key, an unknown device, an old nonce, no proof at all.
    let (mut device, nonce) = Device::open(relay).await;
    device.send(prove(&bob, ada_id, nonce)).await;
    assert_eq!(refusal(&mut device).await, Some(Refusal::NotProven));
    let (mut device, nonce) = Device::open(relay).await;
    device.send(prove(&ada, DeviceId([9; 16]), nonce)).await;
    assert_eq!(refusal(&mut device).await, Some(Refusal::NotProven));
    let (mut device, new_nonce) = Device::open(relay).await;
    assert_ne!(nonce, new_nonce);
    device.send(prove(&ada, ada_id, nonce)).await;
    assert_eq!(refusal(&mut device).await, Some(Refusal::NotProven));
    let (mut device, _) = Device::open(relay).await;
    device.send(Frame::Unpaired { pairing: PairingId([1; 16]) }).await;
    assert_eq!(refusal(&mut device).await, Some(Refusal::NotProven));
    assert_eq!(appliance.app.relay().connections(), 0);
}

/// Connects with a certificate; the refusal, if any.
async fn with_certificate(
    appliance: &Appliance,
    (keys, id): (&pocketkey_tests_api::Phone, DeviceId),
    certificate: &[u8],
) -> Option<Refusal> {
    let (mut device, nonce) = Device::open(appliance.http_addr).await;
    let signature = proof::connect(&keys.keys, id, &nonce);
    let certificate = Some(certificate.to_vec().into());
    device.send(Frame::Prove { device: id, signature, certificate }).await;
    match device.next().await {
        Frame::Welcome { .. } => None,
        Frame::Refused { reason } => Some(reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_spares_the_database_and_is_void_once_its_device_is_deleted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (bob, bob_id) = device::phone(&mut admin, "bob").await;
    let (mut device, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    let certificate = loop {
        if let Some(Message::Binary(bytes)) = device.any_message().await
            && let Ok(Frame::Certificate { certificate }) = Frame::decode(&bytes)
        {
            break certificate;
        }
    };
    let relay = appliance.app.relay();
    let before = relay.lookups();
    assert_eq!(with_certificate(&appliance, (&ada, ada_id), &certificate).await, None);
    assert_eq!(relay.lookups(), before, "nobody asked the database");
    // Somebody else's certificate, a changed one and nonsense are worth nothing: the database is asked.
    assert_eq!(with_certificate(&appliance, (&bob, bob_id), &certificate).await, None);
    let mut changed = certificate.to_vec();
    changed[40] ^= 1;
    assert_eq!(with_certificate(&appliance, (&ada, ada_id), &changed).await, None);
    assert_eq!(relay.lookups(), before + 2);
    // A certificate does not replace the proof.
    let stolen = with_certificate(&appliance, (&bob, ada_id), &certificate).await;
    assert_eq!(stolen, Some(Refusal::NotProven));

    let users: pocketkey_api::Page<pocketkey_api::user::User> = admin.get("/api/v1/users").await.json();
    let id = &users.items.iter().find(|user| user.username == "ada").unwrap().id;
    assert_eq!(admin.delete(&format!("/api/v1/users/{id}")).await.status, StatusCode::NO_CONTENT);
    let deleted = with_certificate(&appliance, (&ada, ada_id), &certificate).await;
    assert_eq!(deleted, Some(Refusal::NotProven));
    let appliance = appliance.restart().await;
    let still = with_certificate(&appliance, (&ada, ada_id), &certificate).await;
    assert_eq!(still, Some(Refusal::NotProven), "also after a restart");
}

/// The next certificate a device is given, and what came before it.
async fn next_certificate(device: &mut Device) -> (Vec<u8>, Vec<Frame>) {
    let mut before = Vec::new();
    loop {
        let Some(Message::Binary(bytes)) = device.any_message().await else { continue };
        match Frame::decode(&bytes).unwrap() {
            Frame::Certificate { certificate } => return (certificate.to_vec(), before),
            Frame::News {} => {}
            frame => before.push(frame),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_outlives_its_certificate_is_given_new_ones_in_the_middle_of_a_request() {
    const NINE_HOURS: i64 = 9 * 60 * 60;
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let relay = appliance.app.relay();
    next_certificate(&mut pair.phone).await; // the pairing's
    let exchange = ExchangeId([1; 16]);
    pair.computer.send(request(&pair, exchange, 100)).await;
    let mut last = Vec::new();
    for _ in 0..3 {
        appliance.clock.advance_seconds(NINE_HOURS);
        relay.renew().await;
        last = next_certificate(&mut pair.phone).await.0;
    }
    let response = Frame::Response { exchange, pairing: pair.pairing, body: b"sealed".to_vec().into() };
    pair.phone.send(response.clone()).await;
    assert_eq!(pair.computer.next().await, response);
    let before = relay.lookups();
    let phone = (&pair.phone_keys, pair.phone_id);
    assert_eq!(with_certificate(&appliance, phone, &last).await, None);
    assert_eq!(relay.lookups(), before, "it is a good one, after more than a day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_supersedes_the_old() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (mut old, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    let (_new, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    assert_eq!(refusal(&mut old).await, Some(Refusal::Superseded));
    assert_eq!(appliance.app.relay().connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_ends_the_session() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    for message in [Message::Binary(vec![0xff; 10].into()), Message::Text("hello".into())] {
        let (mut device, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
        device.0.send(message).await.unwrap();
        assert_eq!(refusal(&mut device).await, Some(Refusal::Protocol));
    }
    let (mut device, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    // The connection may break before all of it is written.
    let _ = device.0.send(Message::Binary(vec![0; 4 * MAX_FRAME].into())).await;
    refusal(&mut device).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_appliance_says_farewell_and_plain_requests_are_told_what_this_is() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.get("/api/v1/relay").await.expect_problem(StatusCode::BAD_REQUEST.as_u16(), "not_a_websocket");
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (mut device, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    let (_appliance, farewell) = tokio::join!(appliance.restart(), refusal(&mut device));
    assert_eq!(farewell, Some(Refusal::Restarting));
}
