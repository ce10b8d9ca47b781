//! Pairing a computer with a phone.

use pocketkey_api::pairing::{NewPairing, Pairing};
use pocketkey_link::{
    frame::{Frame, PairFailure, Peer},
    id::PairingId,
};
use pocketkey_tests_api::{Appliance, Phone};

use crate::device::{self, Device, Pair};

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_proves_itself_and_keeps_its_id() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    let computer = Phone::default();
    let new = NewPairing { computer: computer.introduction() };
    let first: Pairing = client.post("/api/v1/pairings", &new).await.expect(201).json();
    assert_eq!(first.expires_at, appliance.app.now() + 600_000);
    let second: Pairing = client.post("/api/v1/pairings", &new).await.expect(201).json();
    assert_eq!(first.device_id, second.device_id);
    assert_ne!(first.pairing_id, second.pairing_id);

    let mut stolen = new.clone();
    stolen.computer.channel_key = Phone::default().introduction().channel_key;
    client.post("/api/v1/pairings", &stolen).await.expect_problem(422, "device_not_proven");
    let mut malformed = new;
    malformed.computer.sign_key = "x".into();
    malformed.computer.name = String::new();
    let problem = client.post("/api/v1/pairings", &malformed).await.expect_problem(422, "invalid_fields");
    assert_eq!(problem.fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["name", "sign_key"]);
    client.post("/api/v1/pairings", &"nonsense").await.expect_problem(422, "wrong_shape");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phones_keys_are_no_computers() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (phone, _) = device::phone(&mut admin, "ada").await;
    let new = NewPairing { computer: phone.introduction() };
    admin.post("/api/v1/pairings", &new).await.expect_problem(409, "device_other_kind");
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_are_slowed_down() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    let new = NewPairing { computer: Phone::default().introduction() };
    for _ in 0..20 {
        client.post("/api/v1/pairings", &new).await.expect(201);
    }
    let slowed = client.post("/api/v1/pairings", &new).await;
    slowed.expect_problem(429, "too_many_tries");
    assert!(!slowed.header("retry-after").is_empty());
    appliance.clock.advance_seconds(7);
    client.post("/api/v1/pairings", &new).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pairing_outlives_the_appliance_and_a_waiting_one_does_too() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let pair = Pair::new(&appliance, &mut admin).await;
    let (waiting, waiting_id, waiting_pairing) = device::computer(&mut admin).await;
    let appliance = appliance.restart().await;
    let relay = appliance.http_addr;
    let (mut phone, peers) = Device::connect(relay, pair.phone_id, &pair.phone_keys.keys).await;
    let peer = |online| Peer { pairing: pair.pairing, device: pair.computer_id, online };
    assert_eq!(peers, [peer(false)]);
    let (_computer, peers) = Device::connect(relay, pair.computer_id, &pair.computer_keys.keys).await;
    assert_eq!(peers.len(), 1);
    assert_eq!(phone.next().await, Frame::Presence { peer: peer(true) });
    let (mut other, _) = Device::connect(relay, waiting_id, &waiting.keys).await;
    device::pair(&mut other, &mut phone, waiting_pairing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_phone_replaces_the_first() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut first = Pair::new(&appliance, &mut admin).await;
    let (bob, bob_id) = device::phone(&mut admin, "bob").await;
    let (same, pairing) = device::begin(&mut admin, &first.computer_keys).await;
    assert_eq!(same, first.computer_id);
    let (mut phone, _) = Device::connect(appliance.http_addr, bob_id, &bob.keys).await;
    let body = || b"x".to_vec().into();
    phone.send(Frame::PairOpen { pairing, body: body() }).await;
    first.computer.next().await;
    first.computer.send(Frame::PairAnswer { pairing, body: body() }).await;
    phone.next().await;
    phone.send(Frame::PairDone { pairing, body: body() }).await;
    first.computer.next().await;
    let unpaired = Frame::Unpaired { pairing: first.pairing };
    assert_eq!(first.computer.next().await, unpaired);
    assert_eq!(first.phone.next().await, unpaired);
    assert!(matches!(phone.next().await, Frame::Paired { peer } if peer.device == first.computer_id));

    let appliance = appliance.restart().await;
    let (_, peers) = Device::connect(appliance.http_addr, first.phone_id, &first.phone_keys.keys).await;
    assert_eq!(peers, []);
    let (_, peers) = Device::connect(appliance.http_addr, first.computer_id, &first.computer_keys.keys).await;
    assert_eq!(peers.iter().map(|peer| peer.device).collect::<Vec<_>>(), [bob_id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_code_says_so() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (mut phone, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    let pairing = PairingId([9; 16]);
    phone.send(Frame::PairOpen { pairing, body: Vec::new().into() }).await;
    assert_eq!(phone.next().await, Frame::PairFailed { pairing, reason: PairFailure::Expired });
}
