//! Devices that are blocked or deleted.

use super::*;

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
