//! Blocking and deleting keys, users and computers: what the API answers, and what devices feel of it.

use std::time::Duration;

use pocketkey_api::{
    ComputerId, Page,
    activation::{ActivationCode, ActivationMethod, NewActivation, PreviewActivation},
    computer::Computer,
    event::Event,
    key::{Key, KeyStatus},
    pairing::NewPairing,
    session::SignIn,
    user::{User, UserDetail, UserStatus},
};
use pocketkey_link::{
    frame::{Failure, Frame, PairFailure, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
    proof,
};
use pocketkey_tests_api::{ADMIN, Appliance, Client, PASSWORD, Phone};

use crate::device::{self, Device, Pair};

const ASKED: ExchangeId = ExchangeId([1; 16]);

/// The computer asks, the phone is being asked.
async fn ask(pair: &mut Pair) {
    pair.computer.send(request(pair, ASKED)).await;
    assert_eq!(pair.phone.next().await, request(pair, ASKED));
}

fn request(pair: &Pair, exchange: ExchangeId) -> Frame {
    Frame::Request { exchange, pairing: pair.pairing, ttl_ms: 60_000, body: vec![7; 9].into() }
}

fn failed(pairing: PairingId, exchange: ExchangeId, reason: Failure) -> Frame {
    Frame::Failed { exchange, pairing, reason }
}

/// What a device hears when it proves itself: a refusal, if it is refused.
async fn refused(appliance: &Appliance, device: DeviceId, phone: &Phone) -> Option<Refusal> {
    let (mut connection, nonce) = Device::open(appliance.http_addr).await;
    let signature = proof::connect(&phone.keys, device, &nonce);
    connection.send(Frame::Prove { device, signature, certificate: None }).await;
    match connection.next().await {
        Frame::Refused { reason } => Some(reason),
        Frame::Welcome { .. } => None,
        other => panic!("neither in nor out: {other:?}"),
    }
}

/// The one user, with their keys.
async fn ada(admin: &mut Client) -> UserDetail {
    let users: Page<User> = admin.get("/api/v1/users").await.expect(200).json();
    let id = users.items.into_iter().find(|user| user.username == "ada").unwrap().id;
    admin.get(&format!("/api/v1/users/{id}")).await.expect(200).json()
}

async fn computers(admin: &mut Client) -> Vec<Computer> {
    admin.get("/api/v1/computers").await.expect(200).json::<Page<Computer>>().items
}

async fn put(admin: &mut Client, path: &str) -> pocketkey_tests_api::Answer {
    admin.put(path, &()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_key_ends_its_request_at_both_ends_and_stays_out_until_unblocked() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let key = ada(&mut admin).await.keys[0].clone();
    let path = format!("/api/v1/keys/{}/block", key.id);
    ask(&mut pair).await;

    let blocked: Key = put(&mut admin, &path).await.expect(200).json();
    assert_eq!((blocked.status, blocked.blocked_at), (KeyStatus::Blocked, Some(appliance.app.now())));
    assert_eq!(pair.computer.next().await, failed(pair.pairing, ASKED, Failure::Blocked));
    assert_eq!(pair.phone.next().await, failed(pair.pairing, ASKED, Failure::Blocked));
    assert_eq!(pair.phone.next().await, Frame::Refused { reason: Refusal::Blocked });
    assert!(matches!(pair.computer.next().await, Frame::Presence { peer } if !peer.online));
    let again = ExchangeId([2; 16]);
    pair.computer.send(request(&pair, again)).await;
    assert_eq!(pair.computer.next().await, failed(pair.pairing, again, Failure::Blocked), "not: offline");
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, Some(Refusal::Blocked));
    assert_eq!(ada(&mut admin).await.user.status, UserStatus::Blocked, "by all their keys");

    appliance.clock.advance_seconds(60);
    assert_eq!(put(&mut admin, &path).await.expect(200).json::<Key>(), blocked, "blocked since then");
    let appliance = appliance.restart().await;
    let cookie = admin.cookie;
    let mut admin = appliance.client();
    admin.cookie = cookie;
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, Some(Refusal::Blocked));

    for _ in 0..2 {
        let free: Key = admin.delete(&path).await.expect(200).json();
        assert_eq!((free.status, free.blocked_at), (KeyStatus::Active, None));
    }
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, None);
    assert_eq!(ada(&mut admin).await.user.status, UserStatus::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_user_is_blocked_with_every_key_and_a_keys_own_block_outlasts_it() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let UserDetail { user, keys } = ada(&mut admin).await;
    let of_user = format!("/api/v1/users/{}/block", user.id);
    let of_key = format!("/api/v1/keys/{}/block", keys[0].id);
    ask(&mut pair).await;

    let blocked: User = put(&mut admin, &of_user).await.expect(200).json();
    assert_eq!((blocked.status, blocked.blocked_at), (UserStatus::Blocked, Some(appliance.app.now())));
    assert_eq!(put(&mut admin, &of_user).await.expect(200).json::<User>(), blocked);
    assert_eq!(pair.phone.next().await, failed(pair.pairing, ASKED, Failure::Blocked));
    assert_eq!(pair.computer.next().await, failed(pair.pairing, ASKED, Failure::Blocked));
    let key = ada(&mut admin).await.keys[0].clone();
    assert_eq!((key.status, key.blocked_at), (KeyStatus::Blocked, None), "by its user, not by itself");

    put(&mut admin, &of_key).await.expect(200);
    let free: User = admin.delete(&of_user).await.expect(200).json();
    assert_eq!((free.status, free.blocked_at), (UserStatus::Blocked, None), "by all their keys");
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, Some(Refusal::Blocked));
    admin.delete(&of_key).await.expect(200);
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_key_can_neither_be_invited_nor_activated() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (user, key, codes) = admin.invite_new("ada").await;
    let code = ActivationCode::PairingKey(codes.pairing_key);
    for block in [format!("/api/v1/keys/{}/block", key.id), format!("/api/v1/users/{}/block", user.id)] {
        put(&mut admin, &block).await.expect(200);
        for method in [ActivationMethod::Now, ActivationMethod::Email] {
            let invite = format!("/api/v1/keys/{}/activation", key.id);
            admin.post(&invite, &NewActivation { method }).await.expect_problem(409, "key_blocked");
        }
        let preview = PreviewActivation { code: code.clone() };
        admin.post("/api/v1/activations/preview", &preview).await.expect_problem(403, "key_blocked");
        Phone::default().redeem(&mut admin, code.clone()).await.expect_problem(403, "key_blocked");
        admin.delete(&block).await.expect(200);
    }
    assert_eq!(ada(&mut admin).await.user.status, UserStatus::Pending, "the invitation works again");

    // A phone that is blocked does not slip into another key.
    let phone = Phone::default();
    phone.redeem(&mut admin, code).await.expect(200);
    put(&mut admin, &format!("/api/v1/keys/{}/block", key.id)).await.expect(200);
    let other = admin.add_key(&user.id).await;
    let codes = admin.invite(&other.id, ActivationMethod::Now).await.codes.unwrap();
    let code = ActivationCode::PairingKey(codes.pairing_key);
    phone.redeem(&mut admin, code).await.expect_problem(403, "device_blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_key_takes_its_phone_and_its_pairings_along() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let path = format!("/api/v1/keys/{}", ada(&mut admin).await.keys[0].id);
    ask(&mut pair).await;
    let gone = admin.delete(&path).await.expect(204);
    assert_eq!(gone.text(), "");
    for end in [&mut pair.computer, &mut pair.phone] {
        assert_eq!(end.next().await, failed(pair.pairing, ASKED, Failure::Blocked));
    }
    assert!(matches!(pair.computer.next().await, Frame::Presence { peer } if !peer.online));
    assert_eq!(pair.computer.next().await, Frame::Unpaired { pairing: pair.pairing });
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, Some(Refusal::NotProven));
    let UserDetail { user, keys } = ada(&mut admin).await;
    assert!((user.key_count, keys.len(), user.status) == (0, 0, UserStatus::NotInvited));
    assert_eq!(computers(&mut admin).await, [], "a computer without a phone can do nothing");
    admin.delete(&path).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_user_takes_their_keys_along() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let pair = Pair::new(&appliance, &mut admin).await;
    let path = format!("/api/v1/users/{}", ada(&mut admin).await.user.id);
    admin.delete(&path).await.expect(204);
    assert_eq!(refused(&appliance, pair.phone_id, &pair.phone_keys).await, Some(Refusal::NotProven));
    admin.get(&path).await.expect_problem(404, "not_found");
    admin.delete(&path).await.expect_problem(404, "not_found");
    admin.add_user("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn computers_are_listed_blocked_and_deleted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    assert_eq!(computers(&mut admin).await, []);
    let mut pair = Pair::new(&appliance, &mut admin).await;
    device::computer(&mut admin).await;
    let listed = computers(&mut admin).await;
    let [computer] = &listed[..] else { panic!("one that is paired: {listed:?}") };
    assert_eq!((computer.name.as_str(), computer.online, computer.blocked_at), ("Ada's phone", true, None));
    let phone = computer.phone.clone().unwrap();
    assert_eq!(
        (phone.model.as_str(), phone.user_name.as_str()),
        ("Pixel 9 (simulated)", "ada Lovelace"),
        "whose phone it asks"
    );

    let path = format!("/api/v1/computers/{}", computer.id);
    let block = format!("{path}/block");
    ask(&mut pair).await;
    let blocked: Computer = put(&mut admin, &block).await.expect(200).json();
    assert!(blocked.blocked_at.is_some() && !blocked.online);
    for end in [&mut pair.phone, &mut pair.computer] {
        assert_eq!(end.next().await, failed(pair.pairing, ASKED, Failure::Blocked));
    }
    assert_eq!(pair.computer.next().await, Frame::Refused { reason: Refusal::Blocked });
    assert_eq!(refused(&appliance, pair.computer_id, &pair.computer_keys).await, Some(Refusal::Blocked));
    let new = NewPairing { computer: pair.computer_keys.introduction() };
    admin.post("/api/v1/pairings", &new).await.expect_problem(403, "device_blocked");
    put(&mut admin, &block).await.expect(200);

    admin.delete(&block).await.expect(200);
    assert_eq!(refused(&appliance, pair.computer_id, &pair.computer_keys).await, None);

    admin.delete(&path).await.expect(204);
    assert_eq!(refused(&appliance, pair.computer_id, &pair.computer_keys).await, Some(Refusal::NotProven));
    assert_eq!(computers(&mut admin).await, []);
    admin.delete(&path).await.expect_problem(404, "not_found");
    let (anew, _) = device::begin(&mut admin, &pair.computer_keys).await;
    assert_ne!(anew, pair.computer_id, "it may introduce itself as a new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_pages_learn_that_a_computer_was_paired_came_and_went() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (keys, id, pairing) = device::computer(&mut admin).await;
    let computer_id: ComputerId = id.to_string().as_str().into();
    let mut events = appliance.app.events().subscribe();
    // The phone's own comings and goings apart.
    let mut told = async || loop {
        let event = tokio::time::timeout(Duration::from_secs(20), events.recv()).await;
        match event.expect("in time").unwrap() {
            Event::Phone { .. } => {}
            event => break assert_eq!(event, Event::Computer { computer_id: computer_id.clone() }),
        }
    };
    let relay = appliance.http_addr;
    let (mut computer, _) = Device::connect(relay, id, &keys.keys).await;
    told().await;
    let (mut phone, _) = Device::connect(relay, ada_id, &ada.keys).await;
    device::pair(&mut computer, &mut phone, pairing).await;
    told().await;
    assert!(computers(&mut admin).await[0].online);
    appliance.clock.advance_seconds(3600);
    drop(computer);
    told().await;
    let gone = &computers(&mut admin).await[0];
    assert_eq!((gone.online, gone.seen_at), (false, appliance.app.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_computer_that_was_never_paired_is_not_forgotten() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (keys, id, _) = device::computer(&mut admin).await;
    put(&mut admin, &format!("/api/v1/computers/{id}/block")).await.expect(200);
    appliance.clock.advance_seconds(100_000);
    device::computer(&mut admin).await;
    let new = NewPairing { computer: keys.introduction() };
    admin.post("/api/v1/pairings", &new).await.expect_problem(403, "device_blocked");
    let sign_in = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    admin.post("/api/v1/session", &sign_in).await.expect(200);
    assert_eq!(computers(&mut admin).await.len(), 1, "and can be found to be unblocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_come_in_pages() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (_, id, _) = device::computer(&mut admin).await;
        put(&mut admin, &format!("/api/v1/computers/{id}/block")).await.expect(200);
        ids.insert(0, id.to_string());
    }
    let first: Page<Computer> = admin.get("/api/v1/computers?limit=2").await.expect(200).json();
    let rest = format!("/api/v1/computers?limit=2&after={}", first.next.unwrap());
    let rest: Page<Computer> = admin.get(&rest).await.expect(200).json();
    let listed: Vec<String> = first.items.into_iter().chain(rest.items).map(|found| found.id.0).collect();
    assert_eq!((listed, rest.next), (ids, None), "newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_is_blocked_while_it_waits_is_paired_with_nobody() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (mut phone, _) = Device::connect(appliance.http_addr, ada_id, &ada.keys).await;
    let (_, computer, pairing) = device::computer(&mut admin).await;
    put(&mut admin, &format!("/api/v1/computers/{computer}/block")).await.expect(200);
    phone.send(Frame::PairOpen { pairing, body: Vec::new().into() }).await;
    assert_eq!(phone.next().await, Frame::PairFailed { pairing, reason: PairFailure::Expired });
}

#[tokio::test]
async fn what_does_not_exist_can_be_neither_blocked_nor_deleted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for kind in ["keys", "users", "computers"] {
        let path = format!("/api/v1/{kind}/nothing");
        admin.delete(&path).await.expect_problem(404, "not_found");
        put(&mut admin, &format!("{path}/block")).await.expect_problem(404, "not_found");
        admin.delete(&format!("{path}/block")).await.expect_problem(404, "not_found");
    }
    admin.get("/api/v1/computers?limit=x").await.expect_problem(400, "malformed_query");
    admin.get("/api/v1/computers?after=x").await.expect_problem(400, "wrong_cursor");
}
