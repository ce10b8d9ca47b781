//! Pairing, and what it replaces.

use super::*;

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
