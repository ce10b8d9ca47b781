//! The hub, walked through by hand and by chance.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use pocketkey_link::{
    frame::{Failure, Frame, MAX_TTL_MS, PairFailure, Peer, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
};
use proptest::prelude::*;

use super::hub::{Bond, Effect, Hub, MAX_EXCHANGES, Role, SessionId};

const COMPUTER: DeviceId = DeviceId([1; 16]);
const PHONE: DeviceId = DeviceId([2; 16]);
const PAIRING: PairingId = PairingId([3; 16]);
const BOND: Bond = Bond { pairing: PAIRING, computer: COMPUTER, phone: PHONE };
const EXCHANGE: ExchangeId = ExchangeId([4; 16]);

fn request(exchange: ExchangeId, ttl_ms: u32) -> Frame {
    Frame::Request { exchange, pairing: PAIRING, ttl_ms, body: b"sealed".to_vec().into() }
}

/// Computer on session 1, phone on session 2, bound.
fn bound(now: Instant) -> Hub {
    let mut hub = Hub::default();
    hub.restore(BOND);
    hub.connected(now, 1, COMPUTER, Role::Computer);
    hub.connected(now, 2, PHONE, Role::Phone);
    hub
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn welcome_and_presence_name_the_peer_as_each_side_sees_it() {
    let now = Instant::now();
    let mut hub = Hub::default();
    hub.restore(BOND);
    let seen = |device, online| Peer { pairing: PAIRING, device, online };
    assert_eq!(
        hub.connected(now, 1, COMPUTER, Role::Computer),
        [Effect::Send(1, Frame::Welcome { peers: vec![seen(PHONE, false)] })]
    );
    assert_eq!(
        hub.connected(now, 2, PHONE, Role::Phone),
        [
            Effect::Send(2, Frame::Welcome { peers: vec![seen(COMPUTER, true)] }),
            Effect::Send(1, Frame::Presence { peer: seen(PHONE, true) }),
        ]
    );
    assert_eq!(hub.disconnected(2), [Effect::Send(1, Frame::Presence { peer: seen(PHONE, false) })]);
    assert_eq!(hub.disconnected(2), []);
}

#[test]
fn a_request_reaches_the_phone_and_its_response_the_computer_once() {
    let now = Instant::now();
    let mut hub = bound(now);
    assert_eq!(
        hub.received(now, 1, request(EXCHANGE, u32::MAX)),
        [Effect::Send(2, request(EXCHANGE, MAX_TTL_MS))],
        "the time to live is capped"
    );
    let response = Frame::Response { exchange: EXCHANGE, body: b"answer".to_vec().into() };
    assert_eq!(hub.received(now, 2, response.clone()), [Effect::Send(1, response.clone())]);
    assert_eq!(hub.received(now, 2, response), [], "late or repeated answers go nowhere");
    assert_eq!(hub.next_deadline(), None);
}

#[test]
fn nobody_reaches_a_phone_over_a_pairing_that_is_not_theirs() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.connected(now, 3, DeviceId([9; 16]), Role::Computer);
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::NotPaired };
    assert_eq!(hub.received(now, 3, request(EXCHANGE, 1000)), [Effect::Send(3, failed)]);
    hub.received(now, 1, request(EXCHANGE, 1000));
    assert_eq!(hub.received(now, 3, Frame::Cancel { exchange: EXCHANGE }), [], "not theirs to cancel");
    assert_eq!(
        hub.received(now, 3, request(EXCHANGE, 1000))[0],
        Effect::Send(3, Frame::Refused { reason: Refusal::Protocol }),
        "an exchange id in use"
    );
}

#[test]
fn an_offline_phone_fails_the_request_at_once() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.disconnected(2);
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::PhoneOffline };
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
}

#[test]
fn whoever_leaves_an_exchange_the_other_end_is_told() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 1000));
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::PhoneOffline };
    assert_eq!(hub.disconnected(2)[0], Effect::Send(1, failed));

    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 1000));
    let cancel = Frame::Cancel { exchange: EXCHANGE };
    assert_eq!(hub.disconnected(1)[0], Effect::Send(2, cancel.clone()));

    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 1000));
    assert_eq!(hub.received(now, 1, cancel.clone()), [Effect::Send(2, cancel)]);
}

#[test]
fn when_time_is_over_both_ends_are_told_once() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 5000));
    assert_eq!(hub.next_deadline(), Some(now + seconds(5)));
    assert_eq!(hub.tick(now + seconds(4)), []);
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::TimedOut };
    assert_eq!(hub.tick(now + seconds(5)), [Effect::Send(1, failed.clone()), Effect::Send(2, failed)]);
    assert_eq!(hub.tick(now + seconds(6)), []);
}

#[test]
fn a_new_connection_supersedes_the_old_and_ends_its_exchanges() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 5000));
    let effects = hub.connected(now, 7, PHONE, Role::Phone);
    assert_eq!(
        effects[..3],
        [
            Effect::Send(1, Frame::Failed { exchange: EXCHANGE, reason: Failure::PhoneOffline }),
            Effect::Send(2, Frame::Refused { reason: Refusal::Superseded }),
            Effect::Close(2),
        ]
    );
    assert_eq!(hub.disconnected(2), [], "the old session's end says nothing about the device");
    assert_eq!(hub.received(now, 1, request(ExchangeId([5; 16]), 5000)).len(), 1);
    assert_eq!(hub.received(now, 2, Frame::Cancel { exchange: EXCHANGE }), []);
}

#[test]
fn a_phone_holds_only_so_many_requests() {
    let now = Instant::now();
    let mut hub = bound(now);
    for n in 0..MAX_EXCHANGES {
        hub.received(now, 1, request(ExchangeId([u8::try_from(n).unwrap(); 16]), 5000));
    }
    let one_more = ExchangeId([200; 16]);
    let failed = Frame::Failed { exchange: one_more, reason: Failure::Busy };
    assert_eq!(hub.received(now, 1, request(one_more, 5000)), [Effect::Send(1, failed)]);
}

#[test]
fn frames_out_of_role_and_floods_end_the_session() {
    let now = Instant::now();
    for (session, frame) in [
        (2, request(EXCHANGE, 1)),
        (1, Frame::Response { exchange: EXCHANGE, body: Vec::new().into() }),
        (1, Frame::Welcome { peers: Vec::new() }),
        (2, Frame::Challenge { nonce: [0; 32] }),
    ] {
        let effects = bound(now).received(now, session, frame);
        assert_eq!(effects[0], Effect::Send(session, Frame::Refused { reason: Refusal::Protocol }));
        assert_eq!(effects[1], Effect::Close(session));
    }
    let mut hub = bound(now);
    let flood = (0..1000)
        .find(|_| hub.received(now, 1, Frame::Cancel { exchange: EXCHANGE }).contains(&Effect::Close(1)));
    assert!(flood.is_some());
}

fn pairing_frames() -> (Frame, Frame, Frame) {
    (
        Frame::PairOpen { pairing: PAIRING, body: b"one".to_vec().into() },
        Frame::PairAnswer { pairing: PAIRING, body: b"two".to_vec().into() },
        Frame::PairDone { pairing: PAIRING, body: b"three".to_vec().into() },
    )
}

/// Connected, not bound; the computer waits.
fn waiting(now: Instant) -> Hub {
    let mut hub = Hub::default();
    hub.connected(now, 1, COMPUTER, Role::Computer);
    hub.connected(now, 2, PHONE, Role::Phone);
    hub.expect(PAIRING, COMPUTER, now + seconds(600));
    hub
}

#[test]
fn a_pairing_is_three_messages_then_a_record_then_both_are_told() {
    let now = Instant::now();
    let mut hub = waiting(now);
    let (open, answer, done) = pairing_frames();
    assert_eq!(hub.received(now, 2, open.clone()), [Effect::Send(1, open)]);
    assert_eq!(hub.received(now, 2, done.clone()), [], "not before the computer answered");
    assert_eq!(hub.received(now, 1, answer.clone()), [Effect::Send(2, answer)]);
    assert_eq!(hub.received(now, 2, done.clone()), [Effect::Send(1, done), Effect::Record(BOND)]);
    let peer = |device| Frame::Paired { peer: Peer { pairing: PAIRING, device, online: true } };
    assert_eq!(hub.bonded(BOND), [Effect::Send(1, peer(PHONE)), Effect::Send(2, peer(COMPUTER))]);
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)).len(), 1);
}

#[test]
fn a_new_bond_replaces_the_computers_old_one() {
    let now = Instant::now();
    let mut hub = bound(now);
    let other = DeviceId([8; 16]);
    hub.connected(now, 3, other, Role::Phone);
    hub.received(now, 1, request(EXCHANGE, 1000));
    let new = Bond { pairing: PairingId([6; 16]), computer: COMPUTER, phone: other };
    let effects = hub.bonded(new);
    for gone in [1, 2] {
        assert!(effects.contains(&Effect::Send(gone, Frame::Unpaired { pairing: PAIRING })));
        let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::NotPaired };
        assert!(effects.contains(&Effect::Send(gone, failed)));
    }
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::NotPaired };
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
    assert_eq!(hub.disconnected(2), [], "the old phone's presence is nobody's business");
}

#[test]
fn pairings_that_cannot_be_say_why() {
    let now = Instant::now();
    let (open, ..) = pairing_frames();
    let failed = |session, reason| [Effect::Send(session, Frame::PairFailed { pairing: PAIRING, reason })];
    let mut hub = waiting(now);
    assert_eq!(hub.received(now + seconds(600), 2, open.clone()), failed(2, PairFailure::Expired));
    assert_eq!(hub.received(now, 1, open.clone()), failed(1, PairFailure::NotActivated));
    hub.disconnected(1);
    assert_eq!(hub.received(now, 2, open.clone()), failed(2, PairFailure::ComputerOffline));
    hub.expect(PairingId([9; 16]), COMPUTER, now + seconds(600));
    assert_eq!(hub.received(now, 2, open), failed(2, PairFailure::Expired), "a newer code replaced it");
}

#[test]
fn a_computer_that_cannot_verify_the_phone_ends_the_pairing_before_and_after_its_record() {
    let now = Instant::now();
    let (open, answer, done) = pairing_frames();
    let failed = Frame::PairFailed { pairing: PAIRING, reason: PairFailure::Handshake };
    let walk = || {
        let mut hub = waiting(now);
        hub.received(now, 2, open.clone());
        hub.received(now, 1, answer.clone());
        hub.received(now, 2, done.clone());
        hub
    };
    let ends = |effects: Vec<Effect>| {
        assert!(effects.contains(&Effect::Send(2, failed.clone())));
        assert!(effects.contains(&Effect::Forget(PAIRING)));
    };
    let mut after = walk();
    after.bonded(BOND);
    ends(after.received(now, 1, failed.clone()));
    let mut before = walk();
    assert_eq!(before.received(now, 1, failed.clone()), []);
    ends(before.bonded(BOND));
    for mut hub in [after, before] {
        let none = Frame::Failed { exchange: EXCHANGE, reason: Failure::NotPaired };
        assert_eq!(hub.received(now, 1, request(EXCHANGE, 1)), [Effect::Send(1, none)]);
    }
}

#[test]
fn blocking_a_phone_or_a_computer_ends_what_is_under_way_at_both_ends() {
    let now = Instant::now();
    for (device, session, peer) in [(PHONE, 2, 1), (COMPUTER, 1, 2)] {
        let mut hub = bound(now);
        hub.received(now, 1, request(EXCHANGE, 5000));
        let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::Blocked };
        let gone = Peer { pairing: PAIRING, device, online: false };
        assert_eq!(
            hub.block(device),
            [
                Effect::Send(1, failed.clone()),
                Effect::Send(2, failed),
                Effect::Send(session, Frame::Refused { reason: Refusal::Blocked }),
                Effect::Close(session),
                Effect::Send(peer, Frame::Presence { peer: gone }),
            ]
        );
        assert_eq!(hub.next_deadline(), None);
        assert_eq!(hub.block(device), [], "once");
        let late = Frame::Response { exchange: EXCHANGE, body: Vec::new().into() };
        assert_eq!(hub.received(now, 2, late), [], "an answer on its way goes nowhere");
    }
}

#[test]
fn a_blocked_device_is_told_so_before_welcome_until_it_is_allowed() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.block(PHONE);
    assert_eq!(
        hub.connected(now, 3, PHONE, Role::Phone),
        [Effect::Send(3, Frame::Refused { reason: Refusal::Blocked }), Effect::Close(3)]
    );
    assert_eq!(hub.disconnected(3), [], "its peers hear nothing of the try");
    assert!(!hub.is_online(PHONE));
    hub.allow(PHONE);
    let back = hub.connected(now, 4, PHONE, Role::Phone);
    assert!(matches!(back[..], [Effect::Send(4, Frame::Welcome { .. }), Effect::Send(1, _)]));
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(4, request(EXCHANGE, 1000))]);
}

#[test]
fn a_request_for_a_blocked_phone_fails_as_blocked_not_as_offline() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.block(PHONE);
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::Blocked };
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
}

#[test]
fn nobody_pairs_with_a_blocked_device() {
    let now = Instant::now();
    let (open, answer, done) = pairing_frames();
    let mut hub = waiting(now);
    hub.block(COMPUTER);
    let expired = Frame::PairFailed { pairing: PAIRING, reason: PairFailure::Expired };
    assert_eq!(hub.received(now, 2, open.clone()), [Effect::Send(2, expired)]);
    // The block overtakes the bond on its way to the database.
    let mut hub = waiting(now);
    hub.received(now, 2, open);
    hub.received(now, 1, answer);
    assert!(hub.received(now, 2, done).contains(&Effect::Record(BOND)));
    hub.block(PHONE);
    let unpaired = Frame::Unpaired { pairing: PAIRING };
    assert_eq!(hub.bonded(BOND), [Effect::Send(1, unpaired), Effect::Forget(PAIRING)]);
    hub.allow(PHONE);
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::NotPaired };
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
}

#[test]
fn a_deleted_device_takes_its_bonds_along() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 5000));
    let effects = hub.remove(PHONE);
    for end in [1, 2] {
        let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::Blocked };
        assert!(effects.contains(&Effect::Send(end, failed)));
    }
    assert!(effects.contains(&Effect::Send(2, Frame::Refused { reason: Refusal::NotProven })));
    assert!(effects.contains(&Effect::Close(2)));
    assert_eq!(effects.last(), Some(&Effect::Send(1, Frame::Unpaired { pairing: PAIRING })));
    let failed = Frame::Failed { exchange: EXCHANGE, reason: Failure::NotPaired };
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
    let proven_too_late = hub.connected(now, 3, PHONE, Role::Phone);
    assert_eq!(proven_too_late[1], Effect::Close(3));
    assert_eq!(hub.disconnected(1), [], "nobody is left to hear of the computer");
}

/// What a chance walk does next.
#[derive(Debug, Clone)]
enum Move {
    Connect(u8),
    Disconnect(u8),
    Request(u8, u8, u8, u32),
    Respond(u8, u8),
    Cancel(u8, u8),
    Expect(u8, u8),
    Pair(u8, u8, u8),
    Block(u8),
    Allow(u8),
    Remove(u8),
    Wait(u16),
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        (0..4u8).prop_map(Move::Connect),
        (0..4u8).prop_map(Move::Disconnect),
        (0..4u8, 0..6u8, 0..3u8, 0..9000u32).prop_map(|(d, e, p, t)| Move::Request(d, e, p, t)),
        (0..4u8, 0..6u8).prop_map(|(d, e)| Move::Respond(d, e)),
        (0..4u8, 0..6u8).prop_map(|(d, e)| Move::Cancel(d, e)),
        (0..3u8, 0..2u8).prop_map(|(p, d)| Move::Expect(p, d)),
        (0..4u8, 0..3u8, 0..4u8).prop_map(|(d, p, step)| Move::Pair(d, p, step)),
        (0..4u8).prop_map(Move::Block),
        (0..4u8).prop_map(Move::Allow),
        (0..4u8).prop_map(Move::Remove),
        (0..9000u16).prop_map(Move::Wait),
    ]
}

proptest! {
    /// Two computers, two phones, anything in any order: sends go to living sessions only, every request that
    /// was forwarded ends exactly once, and nothing is left behind when all are gone.
    #[test]
    fn chance_walks_keep_the_books(walk in prop::collection::vec(moves(), 0..200)) {
        let mut now = Instant::now();
        let mut hub = Hub::default();
        let mut next: SessionId = 0;
        let mut session_of: HashMap<u8, SessionId> = HashMap::new();
        let mut alive: HashSet<SessionId> = HashSet::new();
        let mut open: HashSet<(SessionId, ExchangeId)> = HashSet::new();
        let role = |device: u8| if device < 2 { Role::Computer } else { Role::Phone };
        let mut steps: Vec<Move> = walk;
        steps.extend((0..4).map(Move::Disconnect));
        for step in steps {
            let session = |device: &u8| session_of.get(device).copied().unwrap_or(SessionId::MAX);
            let pairing = |p: u8| PairingId([p; 16]);
            let exchange = |e: u8| ExchangeId([e; 16]);
            let mut effects = match step {
                Move::Connect(device) => {
                    next += 1;
                    alive.insert(next);
                    session_of.insert(device, next);
                    hub.connected(now, next, DeviceId([device; 16]), role(device))
                }
                Move::Disconnect(device) => {
                    let gone = session(&device);
                    alive.remove(&gone);
                    hub.disconnected(gone)
                }
                Move::Request(device, e, p, ttl_ms) => {
                    let (from, exchange) = (session(&device), exchange(e));
                    let frame = Frame::Request { exchange, pairing: pairing(p), ttl_ms, body: vec![].into() };
                    let effects = hub.received(now, from, frame);
                    if matches!(effects.as_slice(), [Effect::Send(_, Frame::Request { .. })]) {
                        prop_assert!(open.insert((from, exchange)));
                    }
                    effects
                }
                Move::Respond(device, e) => {
                    let frame = Frame::Response { exchange: exchange(e), body: vec![].into() };
                    hub.received(now, session(&device), frame)
                }
                Move::Cancel(device, e) => {
                    let (from, exchange) = (session(&device), exchange(e));
                    let effects = hub.received(now, from, Frame::Cancel { exchange });
                    if matches!(effects.as_slice(), [Effect::Send(_, Frame::Cancel { .. })]) {
                        prop_assert!(open.remove(&(from, exchange)));
                    }
                    effects
                }
                Move::Expect(p, device) => {
                    hub.expect(pairing(p), DeviceId([device; 16]), now + seconds(600));
                    Vec::new()
                }
                Move::Pair(device, p, step) => {
                    let (pairing, body) = (pairing(p), Vec::new().into());
                    let frame = match step {
                        0 => Frame::PairOpen { pairing, body },
                        1 => Frame::PairAnswer { pairing, body },
                        2 => Frame::PairDone { pairing, body },
                        _ => Frame::PairFailed { pairing, reason: PairFailure::Handshake },
                    };
                    hub.received(now, session(&device), frame)
                }
                Move::Block(device) => hub.block(DeviceId([device; 16])),
                Move::Allow(device) => {
                    hub.allow(DeviceId([device; 16]));
                    Vec::new()
                }
                Move::Remove(device) => hub.remove(DeviceId([device; 16])),
                Move::Wait(ms) => {
                    now += Duration::from_millis(ms.into());
                    hub.tick(now)
                }
            };
            let records: Vec<Bond> = effects
                .iter()
                .filter_map(|effect| if let Effect::Record(bond) = effect { Some(*bond) } else { None })
                .collect();
            for bond in records {
                effects.extend(hub.bonded(bond));
            }
            for effect in effects {
                match effect {
                    Effect::Send(to, frame) => {
                        prop_assert!(alive.contains(&to), "a frame for a dead session: {frame:?}");
                        match frame {
                            Frame::Response { exchange, .. } => prop_assert!(open.remove(&(to, exchange))),
                            // A failure that refuses a request was never opened.
                            Frame::Failed { exchange, .. } => {
                                open.remove(&(to, exchange));
                            }
                            _ => {}
                        }
                    }
                    Effect::Close(session) => {
                        alive.remove(&session);
                        open.retain(|(from, _)| *from != session);
                    }
                    Effect::Record(_) | Effect::Forget(_) => {}
                }
            }
            open.retain(|(from, _)| alive.contains(from));
        }
        prop_assert_eq!(hub.connections(), 0);
        prop_assert_eq!(hub.next_deadline(), None);
        prop_assert!(open.is_empty());
    }
}
