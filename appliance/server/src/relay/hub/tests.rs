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

use super::{
    super::exchanges::{COMPUTER_MAY_BE_AWAY, MAILBOX, MAX_EXCHANGES},
    Bond, Effect, Hub, Role, SessionId,
};

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

fn failed(exchange: ExchangeId, reason: Failure) -> Frame {
    Frame::Failed { exchange, pairing: PAIRING, reason }
}

fn cancel(exchange: ExchangeId) -> Frame {
    Frame::Cancel { exchange, pairing: PAIRING }
}

fn response(exchange: ExchangeId) -> Frame {
    Frame::Response { exchange, pairing: PAIRING, body: b"answer".to_vec().into() }
}

fn queued(exchange: ExchangeId) -> Frame {
    Frame::Queued { exchange, pairing: PAIRING }
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
    assert_eq!(hub.disconnected(now, 2), [Effect::Send(1, Frame::Presence { peer: seen(PHONE, false) })]);
    assert_eq!(hub.disconnected(now, 2), []);
}

#[test]
fn a_request_reaches_the_phone_and_its_response_the_computer() {
    let now = Instant::now();
    let mut hub = bound(now);
    assert_eq!(
        hub.received(now, 1, request(EXCHANGE, u32::MAX)),
        [Effect::Send(2, request(EXCHANGE, MAX_TTL_MS))],
        "the time to live is capped"
    );
    let taken = Frame::Taken { exchange: EXCHANGE, pairing: PAIRING };
    assert_eq!(hub.received(now, 2, taken.clone()), [Effect::Send(1, taken)]);
    assert_eq!(hub.received(now, 2, response(EXCHANGE)), [Effect::Send(1, response(EXCHANGE))]);
    assert_eq!(hub.next_deadline(), None);
    let got = Frame::Got { exchange: EXCHANGE, pairing: PAIRING };
    assert_eq!(hub.received(now, 1, got.clone()), [Effect::Send(2, got)]);
}

#[test]
fn nobody_reaches_a_phone_over_a_pairing_that_is_not_theirs() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.connected(now, 3, DeviceId([9; 16]), Role::Computer);
    let refused = Effect::Send(3, failed(EXCHANGE, Failure::NotPaired));
    assert_eq!(hub.received(now, 3, request(EXCHANGE, 1000)), std::slice::from_ref(&refused));
    hub.received(now, 1, request(EXCHANGE, 1000));
    assert_eq!(hub.received(now, 3, cancel(EXCHANGE)), [], "not theirs to cancel");
    assert_eq!(hub.received(now, 3, request(EXCHANGE, 1000)), [refused]);
    let other = Bond { pairing: PairingId([9; 16]), computer: DeviceId([9; 16]), phone: PHONE };
    hub.restore(other);
    let theirs =
        Frame::Request { exchange: EXCHANGE, pairing: other.pairing, ttl_ms: 9, body: vec![].into() };
    assert_eq!(
        hub.received(now, 3, theirs)[0],
        Effect::Send(3, Frame::Refused { reason: Refusal::Protocol }),
        "an exchange id in use"
    );
}

#[test]
fn a_request_waits_for_a_phone_that_is_away_and_reaches_it_once() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.disconnected(now, 2);
    assert!(!hub.waits_for(PHONE));
    assert_eq!(
        hub.received(now, 1, request(EXCHANGE, 9000)),
        [Effect::Send(1, queued(EXCHANGE)), Effect::Wake(PHONE, now + seconds(9))]
    );
    assert!(hub.waits_for(PHONE) && !hub.waits_for(COMPUTER));
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 8000)), [Effect::Send(1, queued(EXCHANGE))], "again");
    let effects = hub.connected(now + seconds(4), 3, PHONE, Role::Phone);
    assert_eq!(effects[1], Effect::Send(3, request(EXCHANGE, 5000)), "with the time that is left");
    hub.disconnected(now, 3);
    let effects = hub.connected(now + seconds(5), 4, PHONE, Role::Phone);
    assert!(!effects.contains(&Effect::Send(4, request(EXCHANGE, 4000))), "{effects:?}");
    assert_eq!(
        hub.tick(now + seconds(9)),
        [1, 4].map(|session| Effect::Send(session, failed(EXCHANGE, Failure::TimedOut)))
    );
}

#[test]
fn a_phone_whose_connection_may_be_dead_is_called_once() {
    let now = Instant::now();
    let mut hub = bound(now);
    let wakes = |effects: Vec<Effect>| effects.contains(&Effect::Wake(PHONE, now + seconds(9)));
    assert!(!wakes(hub.received(now, 1, request(EXCHANGE, 9000))), "it is connected");
    assert!(wakes(hub.received(now, 1, request(EXCHANGE, 8000))), "it has not said a word");
    assert!(!wakes(hub.received(now, 1, request(EXCHANGE, 7000))), "once");

    let other = ExchangeId([5; 16]);
    hub.received(now, 1, request(other, 9000));
    hub.received(now, 2, Frame::Taken { exchange: other, pairing: PAIRING });
    assert!(!wakes(hub.received(now, 1, request(other, 9000))), "it has it");
    hub.received(now, 2, Frame::Taken { exchange: EXCHANGE, pairing: PAIRING });
    assert!(!hub.waits_for(PHONE));
}

#[test]
fn a_request_that_was_never_delivered_is_cancelled_here() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.disconnected(now, 2);
    hub.received(now, 1, request(EXCHANGE, 9000));
    let got = Frame::Got { exchange: EXCHANGE, pairing: PAIRING };
    assert_eq!(hub.received(now, 1, cancel(EXCHANGE)), [Effect::Send(1, got)]);
    assert_eq!(hub.connected(now, 3, PHONE, Role::Phone).len(), 2, "welcome and presence, no request");
    assert_eq!(hub.next_deadline(), None);
}

#[test]
fn a_mailbox_is_small() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.disconnected(now, 2);
    for n in 0..MAILBOX.0 {
        let id = ExchangeId([u8::try_from(n).unwrap(); 16]);
        assert_eq!(hub.received(now, 1, request(id, 9000))[0], Effect::Send(1, queued(id)));
    }
    let full = Effect::Send(1, failed(EXCHANGE, Failure::PhoneOffline));
    hub.received(now, 1, cancel(EXCHANGE));
    let one_more = ExchangeId([77; 16]);
    let refused = Effect::Send(1, failed(one_more, Failure::PhoneOffline));
    assert_eq!(hub.received(now, 1, request(one_more, 9000)), [refused]);

    let mut hub = bound(now);
    hub.disconnected(now, 2);
    let large = vec![0; MAILBOX.1 + 1].into();
    let large = Frame::Request { exchange: EXCHANGE, pairing: PAIRING, ttl_ms: 1, body: large };
    assert_eq!(hub.received(now, 1, large), [full]);
}

#[test]
fn a_computer_that_does_not_come_back_is_not_waited_for() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 60_000));
    assert_eq!(hub.received(now, 1, cancel(EXCHANGE)), [Effect::Send(2, cancel(EXCHANGE))]);

    hub.received(now, 1, request(EXCHANGE, 60_000));
    hub.disconnected(now, 1);
    hub.connected(now, 3, COMPUTER, Role::Computer);
    hub.received(now, 3, request(EXCHANGE, 59_000));
    assert_eq!(hub.tick(now + COMPUTER_MAY_BE_AWAY), [], "it asked again");
    hub.disconnected(now, 3);
    assert_eq!(hub.tick(now + COMPUTER_MAY_BE_AWAY), [Effect::Send(2, cancel(EXCHANGE))]);
    assert_eq!(hub.next_deadline(), None);

    // Started anew, it knows nothing of the request.
    hub.connected(now, 4, COMPUTER, Role::Computer);
    hub.received(now, 4, request(EXCHANGE, 60_000));
    hub.connected(now, 5, COMPUTER, Role::Computer);
    assert_eq!(hub.tick(now + COMPUTER_MAY_BE_AWAY), [Effect::Send(2, cancel(EXCHANGE))]);
}

#[test]
fn an_answer_waits_at_the_phone_for_a_computer_that_is_away() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 60_000));
    hub.disconnected(now, 1);
    assert_eq!(hub.received(now, 2, response(EXCHANGE)), []);
    hub.connected(now, 3, COMPUTER, Role::Computer);
    assert_eq!(hub.received(now, 2, response(EXCHANGE)), [Effect::Send(3, response(EXCHANGE))]);
    assert_eq!(hub.next_deadline(), None);
}

#[test]
fn when_time_is_over_both_ends_are_told_once() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 5000));
    assert_eq!(hub.next_deadline(), Some(now + seconds(5)));
    assert_eq!(hub.tick(now + seconds(4)), []);
    let failed = failed(EXCHANGE, Failure::TimedOut);
    assert_eq!(hub.tick(now + seconds(5)), [Effect::Send(1, failed.clone()), Effect::Send(2, failed)]);
    assert_eq!(hub.tick(now + seconds(6)), []);
}

#[test]
fn a_new_connection_supersedes_the_old() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 5000));
    let effects = hub.connected(now, 7, PHONE, Role::Phone);
    assert_eq!(
        effects[..2],
        [Effect::Send(2, Frame::Refused { reason: Refusal::Superseded }), Effect::Close(2)]
    );
    assert_eq!(hub.disconnected(now, 2), [], "the old session's end says nothing about the device");
    assert_eq!(hub.received(now, 2, response(EXCHANGE)), [], "nor does what it says");
    assert_eq!(hub.received(now, 7, response(EXCHANGE)), [Effect::Send(1, response(EXCHANGE))]);
}

#[test]
fn a_phone_holds_only_so_many_requests() {
    let now = Instant::now();
    let mut hub = bound(now);
    for n in 0..MAX_EXCHANGES {
        hub.received(now, 1, request(ExchangeId([u8::try_from(n).unwrap(); 16]), 5000));
    }
    let one_more = ExchangeId([200; 16]);
    let busy = Effect::Send(1, failed(one_more, Failure::Busy));
    assert_eq!(hub.received(now, 1, request(one_more, 5000)), [busy]);
}

#[test]
fn an_organisation_that_asks_too_much_is_refused_new_requests_and_nothing_else() {
    let now = Instant::now();
    let mut hub = bound(now);
    // Under way before the flood.
    hub.received(now, 1, request(EXCHANGE, 5000));
    let (mut asked, mut refused) = (1, 0);
    // 512 computers ask and cancel, each within its own allowance, until the organisation's is used up.
    'flood: for n in 0..512_u16 {
        let (session, bond) = (100 + u64::from(n), stranger(n));
        hub.connected(now, session, bond.computer, Role::Computer);
        hub.bonded(bond);
        for k in 0..50 {
            let exchange =
                ExchangeId([[n.to_be_bytes(), [k, 0]].concat(), vec![9; 12]].concat().try_into().unwrap());
            let pairing = bond.pairing;
            let body = vec![1].into();
            let effects =
                hub.received(now, session, Frame::Request { exchange, pairing, ttl_ms: 5000, body });
            let overloaded = Frame::Failed { exchange, pairing, reason: Failure::Overloaded };
            if effects == [Effect::Send(session, overloaded)] {
                refused += 1;
                if refused == 5 {
                    break 'flood;
                }
            } else {
                asked += 1;
                hub.received(now, session, Frame::Cancel { exchange, pairing });
            }
        }
    }
    assert_eq!((asked, refused), (20_000, 5));
    assert_eq!(hub.received(now, 2, response(EXCHANGE)), [Effect::Send(1, response(EXCHANGE))]);
    let later = now + Duration::from_millis(10);
    let again = hub.received(later, 1, request(ExchangeId([77; 16]), 5000));
    assert!(matches!(again[..], [Effect::Send(2, Frame::Request { .. })]), "{again:?}");
}

/// A computer with a phone that is away.
fn stranger(n: u16) -> Bond {
    let id = |kind: u8| [[n.to_be_bytes(), [kind, 0]].concat(), vec![5; 12]].concat().try_into().unwrap();
    Bond { pairing: PairingId(id(0)), computer: DeviceId(id(1)), phone: DeviceId(id(2)) }
}

#[test]
fn frames_out_of_role_and_floods_end_the_session() {
    let now = Instant::now();
    for (session, frame) in [
        (2, request(EXCHANGE, 1)),
        (1, response(EXCHANGE)),
        (2, queued(EXCHANGE)),
        (1, Frame::Welcome { peers: Vec::new() }),
        (2, Frame::Challenge { nonce: [0; 32] }),
    ] {
        let effects = bound(now).received(now, session, frame);
        assert_eq!(effects[0], Effect::Send(session, Frame::Refused { reason: Refusal::Protocol }));
        assert_eq!(effects[1], Effect::Close(session));
    }
    let mut hub = bound(now);
    let flood = (0..1000).find(|_| hub.received(now, 1, cancel(EXCHANGE)).contains(&Effect::Close(1)));
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
        assert!(effects.contains(&Effect::Send(gone, failed(EXCHANGE, Failure::NotPaired))));
    }
    let refused = Effect::Send(1, failed(EXCHANGE, Failure::NotPaired));
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [refused]);
    assert_eq!(hub.disconnected(now, 2), [], "the old phone's presence is nobody's business");
}

#[test]
fn pairings_that_cannot_be_say_why() {
    let now = Instant::now();
    let (open, ..) = pairing_frames();
    let failed = |session, reason| [Effect::Send(session, Frame::PairFailed { pairing: PAIRING, reason })];
    let mut hub = waiting(now);
    assert_eq!(hub.received(now + seconds(600), 2, open.clone()), failed(2, PairFailure::Expired));
    assert_eq!(hub.received(now, 1, open.clone()), failed(1, PairFailure::NotActivated));
    hub.disconnected(now, 1);
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
        let none = Frame::Failed { exchange: EXCHANGE, pairing: PAIRING, reason: Failure::NotPaired };
        assert_eq!(hub.received(now, 1, request(EXCHANGE, 1)), [Effect::Send(1, none)]);
    }
}

#[test]
fn blocking_a_phone_or_a_computer_ends_what_is_under_way_at_both_ends() {
    let now = Instant::now();
    for (device, session, peer) in [(PHONE, 2, 1), (COMPUTER, 1, 2)] {
        let mut hub = bound(now);
        hub.received(now, 1, request(EXCHANGE, 5000));
        let failed = failed(EXCHANGE, Failure::Blocked);
        let gone = Peer { pairing: PAIRING, device, online: false };
        assert_eq!(
            hub.block(now, device),
            [
                Effect::Send(1, failed.clone()),
                Effect::Send(2, failed),
                Effect::Send(session, Frame::Refused { reason: Refusal::Blocked }),
                Effect::Close(session),
                Effect::Send(peer, Frame::Presence { peer: gone }),
            ]
        );
        assert_eq!(hub.next_deadline(), None);
        assert_eq!(hub.block(now, device), [], "once");
        let late = response(EXCHANGE);
        assert_eq!(hub.received(now, 2, late), [], "an answer on its way goes nowhere");
    }
}

#[test]
fn a_blocked_device_is_told_so_before_welcome_until_it_is_allowed() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.block(now, PHONE);
    assert_eq!(
        hub.connected(now, 3, PHONE, Role::Phone),
        [Effect::Send(3, Frame::Refused { reason: Refusal::Blocked }), Effect::Close(3)]
    );
    assert_eq!(hub.disconnected(now, 3), [], "its peers hear nothing of the try");
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
    hub.block(now, PHONE);
    let failed = failed(EXCHANGE, Failure::Blocked);
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
}

#[test]
fn nobody_pairs_with_a_blocked_device() {
    let now = Instant::now();
    let (open, answer, done) = pairing_frames();
    let mut hub = waiting(now);
    hub.block(now, COMPUTER);
    let expired = Frame::PairFailed { pairing: PAIRING, reason: PairFailure::Expired };
    assert_eq!(hub.received(now, 2, open.clone()), [Effect::Send(2, expired)]);
    // The block overtakes the bond on its way to the database.
    let mut hub = waiting(now);
    hub.received(now, 2, open);
    hub.received(now, 1, answer);
    assert!(hub.received(now, 2, done).contains(&Effect::Record(BOND)));
    hub.block(now, PHONE);
    let unpaired = Frame::Unpaired { pairing: PAIRING };
    assert_eq!(hub.bonded(BOND), [Effect::Send(1, unpaired), Effect::Forget(PAIRING)]);
    hub.allow(PHONE);
    let failed = failed(EXCHANGE, Failure::NotPaired);
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
}

#[test]
fn a_deleted_device_takes_its_bonds_along() {
    let now = Instant::now();
    let mut hub = bound(now);
    hub.received(now, 1, request(EXCHANGE, 5000));
    let effects = hub.remove(now, PHONE);
    for end in [1, 2] {
        let failed = failed(EXCHANGE, Failure::Blocked);
        assert!(effects.contains(&Effect::Send(end, failed)));
    }
    assert!(effects.contains(&Effect::Send(2, Frame::Refused { reason: Refusal::NotProven })));
    assert!(effects.contains(&Effect::Close(2)));
    assert_eq!(effects.last(), Some(&Effect::Send(1, Frame::Unpaired { pairing: PAIRING })));
    let failed = failed(EXCHANGE, Failure::NotPaired);
    assert_eq!(hub.received(now, 1, request(EXCHANGE, 1000)), [Effect::Send(1, failed)]);
    let proven_too_late = hub.connected(now, 3, PHONE, Role::Phone);
    assert_eq!(proven_too_late[1], Effect::Close(3));
    assert_eq!(hub.disconnected(now, 1), [], "nobody is left to hear of the computer");
}

/// What a chance walk does next.
#[derive(Debug, Clone)]
enum Move {
    Connect(u8),
    Disconnect(u8),
    Request(u8, u8, u8, u32),
    Say(u8, u8, u8, u8),
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
        (0..4u8, 0..6u8, 0..3u8, 0..4u8).prop_map(|(d, e, p, w)| Move::Say(d, e, p, w)),
        (0..3u8, 0..2u8).prop_map(|(p, d)| Move::Expect(p, d)),
        (0..4u8, 0..3u8, 0..4u8).prop_map(|(d, p, step)| Move::Pair(d, p, step)),
        (0..4u8).prop_map(Move::Block),
        (0..4u8).prop_map(Move::Allow),
        (0..4u8).prop_map(Move::Remove),
        (0..9000u16).prop_map(Move::Wait),
    ]
}

proptest! {
    /// Two computers, two phones, anything in any order: sends go to living sessions only, what is said of an exchange
    /// goes to a device of its pairing, and nothing is left behind when all are gone.
    #[test]
    fn chance_walks_keep_the_books(walk in prop::collection::vec(moves(), 0..200)) {
        let mut now = Instant::now();
        let mut hub = Hub::default();
        let mut next: SessionId = 0;
        let mut session_of: HashMap<u8, SessionId> = HashMap::new();
        let mut alive: HashSet<SessionId> = HashSet::new();
        let mut bonds: HashMap<PairingId, Bond> = HashMap::new();
        let mut device_of: HashMap<SessionId, DeviceId> = HashMap::new();
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
                    device_of.insert(next, DeviceId([device; 16]));
                    hub.connected(now, next, DeviceId([device; 16]), role(device))
                }
                Move::Disconnect(device) => {
                    let gone = session(&device);
                    alive.remove(&gone);
                    hub.disconnected(now, gone)
                }
                Move::Request(device, e, p, ttl_ms) => {
                    let (from, exchange) = (session(&device), exchange(e));
                    let frame = Frame::Request { exchange, pairing: pairing(p), ttl_ms, body: vec![].into() };
                    hub.received(now, from, frame)
                }
                Move::Say(device, e, p, what) => {
                    let (exchange, pairing) = (exchange(e), pairing(p));
                    let frame = match (what, role(device)) {
                        (0, Role::Phone) => Frame::Response { exchange, pairing, body: vec![].into() },
                        (1, Role::Phone) => Frame::Failed { exchange, pairing, reason: Failure::Busy },
                        (2, Role::Phone) => Frame::Taken { exchange, pairing },
                        (0..=2, Role::Computer) => Frame::Cancel { exchange, pairing },
                        _ => Frame::Got { exchange, pairing },
                    };
                    hub.received(now, session(&device), frame)
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
                Move::Block(device) => hub.block(now, DeviceId([device; 16])),
                Move::Allow(device) => {
                    hub.allow(DeviceId([device; 16]));
                    Vec::new()
                }
                Move::Remove(device) => hub.remove(now, DeviceId([device; 16])),
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
                bonds.insert(bond.pairing, bond);
                effects.extend(hub.bonded(bond));
            }
            for effect in effects {
                match effect {
                    Effect::Send(to, frame) => {
                        prop_assert!(alive.contains(&to), "a frame for a dead session: {frame:?}");
                        // Whoever asks over a pairing that is not theirs is told so.
                        let about = match &frame {
                            Frame::Request { pairing, .. } | Frame::Response { pairing, .. }
                            | Frame::Cancel { pairing, .. } | Frame::Taken { pairing, .. }
                            | Frame::Queued { pairing, .. } | Frame::Got { pairing, .. } => Some(pairing),
                            _ => None,
                        };
                        if let Some(pairing) = about {
                            let bond = bonds[pairing];
                            prop_assert!([bond.computer, bond.phone].contains(&device_of[&to]), "{frame:?}");
                        }
                    }
                    Effect::Close(session) => {
                        alive.remove(&session);
                    }
                    Effect::Wake(phone, until) => {
                        prop_assert!(hub.waits_for(phone) && until >= now);
                        prop_assert!(bonds.values().any(|bond| bond.phone == phone), "only phones are called");
                    }
                    Effect::Record(_) | Effect::Forget(_) => {}
                    Effect::Forward(..) | Effect::Ask(..) => unreachable!("a hub alone"),
                }
            }
        }
        prop_assert_eq!(hub.connections(), 0);
        while let Some(next) = hub.next_deadline() {
            prop_assert_eq!(hub.tick(next), []);
        }
    }
}
