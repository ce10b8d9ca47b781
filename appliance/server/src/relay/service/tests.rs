use pocketkey_link::id::{ExchangeId, PairingId};

use super::{
    super::{
        admission::{self, Issuer},
        authority::Database,
        bus::{Local, What},
        hub::{Bond, Role},
        outbox::MAX_FRAMES,
        wire_tests::frames,
    },
    *,
};
use crate::{clock::SystemClock, db::Db, events::Events, pairing, push::web_push, secret::ServerSecret};

/// The relay of an appliance on one node.
fn alone(data: &std::path::Path) -> Relay {
    let database = Database {
        db: Arc::new(Db::open(data).unwrap()),
        events: Events::default(),
        wake: Arc::new(web_push().0),
        clock: Arc::new(SystemClock),
        issuer: Issuer::new(&ServerSecret::new([1; 32])),
        url: "http://localhost".into(),
    };
    Relay::new(Authority::Here(database), Box::new(Local))
}

#[tokio::test]
async fn a_device_that_does_not_read_is_closed_and_delays_nobody() {
    let (computer, phone) = (DeviceId([1; 16]), DeviceId([2; 16]));
    let bond = Bond { pairing: PairingId([3; 16]), computer, phone };
    let folder = tempfile::tempdir().unwrap();
    let (relay, now) = (alone(folder.path()), Instant::now());
    relay.lock().hub.restore(bond);
    let mut ends = [(1, computer, Role::Computer), (2, phone, Role::Phone)].map(|(session, device, role)| {
        let (outbox, waiting) = outbox();
        relay.apply(|state| {
            state.sessions.insert(session, Session { outbox, renews_at: i64::MAX, _seat: None });
            state.hub.connected(now, session, device, role)
        });
        waiting
    });
    let mut heard = Vec::new();
    for n in 0..u8::try_from(MAX_FRAMES).unwrap() {
        if relay.overflows() > 0 {
            break;
        }
        let exchange = ExchangeId([n; 16]);
        let request = Frame::Request { exchange, pairing: bond.pairing, ttl_ms: 1000, body: vec![0].into() };
        relay.apply(|state| state.hub.received(now, 1, request));
        relay.apply(|state| state.hub.received(now, 1, Frame::Cancel { exchange, pairing: bond.pairing }));
    }
    assert_eq!((relay.overflows(), relay.connections()), (1, 1));
    while let Ok(Some(bytes)) = time::timeout(Duration::ZERO, ends[0].take()).await {
        heard.extend(frames(&bytes));
    }
    assert!(heard.iter().any(|frame| matches!(frame, Frame::Presence { peer } if !peer.online)));
    let mut kept = 0;
    while let Some(bytes) = ends[1].take().await {
        kept += frames(&bytes).len();
    }
    assert_eq!(kept, MAX_FRAMES, "what was queued is written, then the session closes");
}

#[tokio::test]
async fn a_bond_that_was_replaced_is_told_of_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let [computer, old, new] = [1, 2, 3].map(|n| DeviceId([n; 16]));
    let [replaced, standing] =
        [(4, old), (5, new)].map(|(n, phone)| Bond { pairing: PairingId([n; 16]), computer, phone });
    let relay = alone(folder.path());
    let Authority::Here(database) = &relay.authority else { unreachable!() };
    let now = relay.authority.now();
    database
        .db
        .write::<_, DbError, _>(move |tx| {
            tx.execute_batch(
                "INSERT INTO users (id, username, username_key, name, email, email_key, search, created_at)
                     VALUES ('u', 'ada', 'ada', 'Ada', 'a@example.test', 'a@example.test', '', 0);
                 INSERT INTO keys (id, user_id, kind, created_at)
                     VALUES ('old', 'u', 'smartphone', 0), ('new', 'u', 'smartphone', 0);",
            )?;
            let mut insert = tx.prepare(
                "INSERT INTO devices (id, role, key_id, name, model, os, sign_key, channel_key, created_at, seen_at)
                 VALUES (?1, iif(?2 IS NULL, 'computer', 'phone'), ?2, '', '', '', ?3, ?3, 0, 0)",
            )?;
            for (device, key) in [(computer, None), (old, Some("old")), (new, Some("new"))] {
                insert.execute((device.to_string(), key, [device.0; 2].concat()))?;
            }
            pairing::store::record(tx, replaced, now)?;
            for device in [computer, old] {
                admission::revoke(tx, device, now)?;
            }
            pairing::store::record(tx, standing, now)
        })
        .await
        .unwrap();
    database.db.close().await;

    let news = alone(folder.path()).all_news().await.unwrap();
    assert!(news.contains(&What::Unbonded(replaced.pairing)), "{news:?}");
    assert!(news.contains(&What::Bonded(standing)), "{news:?}");
    for device in [computer, old] {
        let void = |what: &What| matches!(what, What::Device { device: it, .. } if *it == device);
        assert!(news.iter().any(void), "the certificates of {device} name it: {news:?}");
    }
}
