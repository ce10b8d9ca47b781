//! The authentication log: what relay and phone say of a request comes together, and is found, exported and let go.

use std::time::Duration;

use pocketkey_api::{
    Page,
    authentication::{AuthAction, AuthOutcome, AuthReason, Authentication, LogSettings},
    key::Key,
    session::SignIn,
    user::UserDetail,
};
use pocketkey_link::{
    frame::{Asked, Ending, Failure, Frame, Report},
    id::ExchangeId,
};
use pocketkey_server::authentications::service::prune;
use pocketkey_tests_api::{ADMIN, Appliance, Client, PASSWORD};

use crate::device::{Device, Pair};

fn exchange(n: u8) -> ExchangeId {
    ExchangeId([n; 16])
}

/// The computer asks; the phone shows it to its person.
async fn ask(pair: &mut Pair, n: u8) {
    let (exchange, pairing) = (exchange(n), pair.pairing);
    pair.computer.send(Frame::Request { exchange, pairing, ttl_ms: 60_000, body: vec![7].into() }).await;
    assert!(matches!(pair.phone.next().await, Frame::Request { .. }));
    pair.phone.send(Frame::Taken { exchange, pairing }).await;
    assert!(matches!(pair.computer.next().await, Frame::Taken { .. }));
}

async fn report(pair: &mut Pair, n: u8, ending: Ending, rp: &str) {
    let report = Report { action: Asked::SignIn, ending, rp: Some(rp.to_owned()) };
    pair.phone.send(Frame::Report { exchange: exchange(n), report }).await;
}

async fn answer(pair: &mut Pair, n: u8) {
    let (exchange, pairing) = (exchange(n), pair.pairing);
    pair.phone.send(Frame::Response { exchange, pairing, body: vec![8].into() }).await;
    assert!(matches!(pair.computer.next().await, Frame::Response { .. }));
}

async fn entries(admin: &mut Client, query: &str) -> Vec<Authentication> {
    let page: Page<Authentication> =
        admin.get(&format!("/api/v1/authentications?{query}")).await.expect(200).json();
    page.items
}

/// The entries, once there are so many.
async fn written(admin: &mut Client, count: usize) -> Vec<Authentication> {
    for _ in 0..500 {
        let found = entries(admin, "").await;
        if found.len() >= count {
            assert_eq!(found.len(), count);
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not so many entries are written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_relay_saw_and_what_the_phone_said_make_one_entry() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    ask(&mut pair, 1).await;
    report(&mut pair, 1, Ending::Done, "example.org").await;
    answer(&mut pair, 1).await;
    ask(&mut pair, 2).await;
    report(&mut pair, 2, Ending::Denied, "example.org").await;
    answer(&mut pair, 2).await;
    ask(&mut pair, 3).await;
    answer(&mut pair, 3).await;
    let all = written(&mut admin, 3).await;
    let (silent, denied, done) = (&all[0], &all[1], &all[2]);
    assert_eq!((silent.action, silent.outcome, silent.reason), (None, AuthOutcome::Answered, None));
    assert_eq!((denied.outcome, denied.reason), (AuthOutcome::Failed, Some(AuthReason::Denied)));
    assert_eq!((done.action, done.outcome), (Some(AuthAction::SignIn), AuthOutcome::Succeeded));
    assert_eq!(done.rp.as_deref(), Some("example.org"));
    assert_eq!((done.user_name.as_str(), done.phone.as_str()), ("ada Lovelace", "Pixel 9 (simulated)"));
    assert_eq!((done.computer.as_str(), done.ip.as_str()), ("Ada's phone", "127.0.0.1"));
    assert_eq!(done.computer_id.0, pair.computer_id.to_string());

    for (query, ids) in [
        ("outcome=failed".to_owned(), vec![denied.id]),
        ("reason=denied&action=sign_in".to_owned(), vec![denied.id]),
        ("rp=example.org".to_owned(), vec![denied.id, done.id]),
        ("rp=example".to_owned(), vec![]),
        (format!("user={}&limit=2", done.user_id), vec![silent.id, denied.id]),
        (format!("key={}&outcome=succeeded", done.key_id), vec![done.id]),
        ("search=ADA%20example".to_owned(), vec![denied.id, done.id]),
        (format!("to={}", done.at), vec![]),
    ] {
        let found: Vec<_> = entries(&mut admin, &query).await.iter().map(|entry| entry.id).collect();
        assert_eq!(found, ids, "{query}");
    }
    admin.get("/api/v1/authentications?after=x").await.expect_problem(400, "wrong_cursor");
    admin.get("/api/v1/authentications?reason=none_such").await.expect_problem(400, "malformed_query");
    let csv = admin.get("/api/v1/exports/authentications?outcome=succeeded").await.expect(200).text();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains(",sign_in,succeeded,,example.org,"), "{csv}");
    let json = admin.get("/api/v1/exports/authentications?format=json").await.expect(200).text();
    let first: Authentication = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(&first, silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_told_by_the_relay_and_what_nobody_was_asked_is_not() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let pairing = pair.pairing;
    // Answered without asking anybody: clients look around like that all the time.
    pair.computer
        .send(Frame::Request { exchange: exchange(1), pairing, ttl_ms: 9000, body: vec![7].into() })
        .await;
    assert!(matches!(pair.phone.next().await, Frame::Request { .. }));
    answer(&mut pair, 1).await;
    // Called off; the phone says late what it was.
    ask(&mut pair, 2).await;
    pair.computer.send(Frame::Cancel { exchange: exchange(2), pairing }).await;
    assert!(matches!(pair.phone.next().await, Frame::Cancel { .. }));
    report(&mut pair, 2, Ending::CalledOff, "late.example").await;
    // Blocked in flight.
    ask(&mut pair, 3).await;
    let user: UserDetail = {
        let users: Page<pocketkey_api::user::User> = admin.get("/api/v1/users").await.expect(200).json();
        admin.get(&format!("/api/v1/users/{}", users.items[0].id)).await.expect(200).json()
    };
    let block = format!("/api/v1/keys/{}/block", user.keys[0].id);
    admin.put(&block, &()).await.expect(200).json::<Key>();
    let told = pair.computer.next().await;
    assert!(matches!(told, Frame::Failed { reason: Failure::Blocked, .. }), "{told:?}");
    admin.delete(&block).await.expect(200);
    // The phone is away.
    let away = Frame::Request { exchange: exchange(4), pairing, ttl_ms: 9000, body: vec![7].into() };
    assert!(matches!(pair.computer.next().await, Frame::Presence { .. }));
    pair.computer.send(away).await;
    assert!(matches!(pair.computer.next().await, Frame::Queued { .. }));
    pair.computer.send(Frame::Cancel { exchange: exchange(4), pairing }).await;
    assert!(matches!(pair.computer.next().await, Frame::Got { .. }));

    let all = written(&mut admin, 3).await;
    let reasons: Vec<_> = all.iter().map(|entry| entry.reason.unwrap()).collect();
    assert_eq!(reasons, [AuthReason::PhoneOffline, AuthReason::Blocked, AuthReason::Cancelled]);
    assert_eq!((all[2].action, all[2].rp.as_deref()), (Some(AuthAction::SignIn), Some("late.example")));
    assert!(all.iter().all(|entry| entry.outcome == AuthOutcome::Failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_adds_nothing_to_what_is_not_its_own() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    ask(&mut pair, 1).await;
    answer(&mut pair, 1).await;
    let (keys, id) = crate::device::phone(&mut admin, "eve").await;
    let (mut eve, _) = Device::connect(appliance.http_addr, id, &keys.keys).await;
    let lie = Report { action: Asked::Register, ending: Ending::Done, rp: Some("lie.example".into()) };
    for n in [1, 9] {
        eve.send(Frame::Report { exchange: exchange(n), report: lie.clone() }).await;
    }
    ask(&mut pair, 2).await;
    eve.send(Frame::Report { exchange: exchange(2), report: lie }).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    answer(&mut pair, 2).await;
    let all = written(&mut admin, 2).await;
    assert!(all.iter().all(|entry| entry.rp.is_none() && entry.action.is_none()), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_sites_are_not_written_unless_wanted_and_entries_go_with_time() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let path = "/api/v1/logs/settings";
    let defaults: LogSettings = admin.get(path).await.expect(200).json();
    assert_eq!(defaults, LogSettings { report_rp: true, keep_days: 90 });
    let wrong = LogSettings { report_rp: true, keep_days: 0 };
    admin.put(path, &wrong).await.expect_problem(422, "invalid_fields");
    admin.put(path, &LogSettings { report_rp: false, keep_days: 7 }).await.expect(200);

    let mut pair = Pair::new(&appliance, &mut admin).await;
    ask(&mut pair, 1).await;
    report(&mut pair, 1, Ending::Done, "secret.example").await;
    answer(&mut pair, 1).await;
    let entry = written(&mut admin, 1).await.remove(0);
    assert_eq!((entry.outcome, entry.rp), (AuthOutcome::Succeeded, None));

    appliance.clock.advance_seconds(7 * 24 * 60 * 60 - 60);
    let again = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    admin.post("/api/v1/session", &again).await.expect(200);
    prune(&appliance.app).await.unwrap();
    assert_eq!(entries(&mut admin, "").await.len(), 1);
    appliance.clock.advance_seconds(120);
    prune(&appliance.app).await.unwrap();
    assert_eq!(entries(&mut admin, "").await.len(), 0);
}
