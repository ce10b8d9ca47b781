//! Requests and their endings, and who is told of whom.

use super::*;

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
