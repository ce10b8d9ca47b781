//! A hub among others, walked through by hand.

use std::time::{Duration, Instant};

use pocketkey_link::{
    frame::{Failure, Frame, PairFailure, Peer, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
};

use super::{super::bus::Parcel, Bond, Effect, Hub, Place, Role};

const COMPUTER: DeviceId = DeviceId([1; 16]);
const PHONE: DeviceId = DeviceId([2; 16]);
const STRANGER: DeviceId = DeviceId([9; 16]);
const PAIRING: PairingId = PairingId([3; 16]);
const BOND: Bond = Bond { pairing: PAIRING, computer: COMPUTER, phone: PHONE };
const EXCHANGE: ExchangeId = ExchangeId([4; 16]);

fn request() -> Frame {
    Frame::Request { exchange: EXCHANGE, pairing: PAIRING, ttl_ms: 60_000, body: b"sealed".to_vec().into() }
}

fn forward(device: DeviceId, frame: Frame) -> Effect {
    Effect::Forward(device, Parcel::Frame(frame))
}

fn presence(device: DeviceId, online: bool) -> Effect {
    Effect::Send(1, Frame::Presence { peer: Peer { pairing: PAIRING, device, online } })
}

/// A relay node's hub with one device, which proved itself by a certificate.
fn node(now: Instant, device: DeviceId, role: Role) -> Hub {
    let mut hub = Hub::at(Place::Relay);
    hub.certified(&[BOND]);
    hub.connected(now, 1, device, role);
    hub
}

#[test]
fn who_comes_and_goes_tells_the_peers_that_are_elsewhere() {
    let now = Instant::now();
    let mut hub = Hub::at(Place::Relay);
    hub.certified(&[BOND]);
    let effects = hub.connected(now, 1, PHONE, Role::Phone);
    assert_eq!(effects.last(), Some(&Effect::Forward(COMPUTER, Parcel::Came { device: PHONE })));
    let answer = hub.arrived(now, PHONE, Parcel::Came { device: COMPUTER });
    let there = Effect::Forward(COMPUTER, Parcel::There { device: PHONE });
    assert_eq!(answer, [presence(COMPUTER, true), there]);
    assert!(hub.arrived(now, PHONE, Parcel::Came { device: STRANGER }).is_empty(), "no peer");
    assert_eq!(hub.arrived(now, PHONE, Parcel::Went { device: COMPUTER }), [presence(COMPUTER, false)]);
    let went = Effect::Forward(COMPUTER, Parcel::Went { device: PHONE });
    assert_eq!(hub.disconnected(now, 1), [went, Effect::Forward(PHONE, Parcel::Gone)]);
    assert!(hub.arrived(now, PHONE, Parcel::Gone).is_empty(), "it is nowhere here");
}

#[test]
fn a_request_that_comes_back_waits_and_goes_out_again_when_the_phone_comes() {
    let now = Instant::now();
    let mut hub = node(now, COMPUTER, Role::Computer);
    assert_eq!(hub.received(now, 1, request()), [forward(PHONE, request())]);
    let queued = Effect::Send(1, Frame::Queued { exchange: EXCHANGE, pairing: PAIRING });
    let wake = Effect::Wake(PHONE, now + Duration::from_secs(60));
    assert_eq!(hub.bounced(EXCHANGE), [queued, wake]);
    let came = hub.arrived(now, COMPUTER, Parcel::Came { device: PHONE });
    let there = Effect::Forward(PHONE, Parcel::There { device: COMPUTER });
    assert_eq!(came, [presence(PHONE, true), forward(PHONE, request()), there]);
    let taken = Frame::Taken { exchange: EXCHANGE, pairing: PAIRING };
    assert_eq!(hub.arrived(now, COMPUTER, Parcel::Frame(taken.clone())), [Effect::Send(1, taken)]);
    assert!(!hub.arrived(now, COMPUTER, Parcel::Came { device: PHONE }).contains(&forward(PHONE, request())));
    let response = Frame::Response { exchange: EXCHANGE, pairing: PAIRING, body: vec![1].into() };
    assert_eq!(hub.arrived(now, COMPUTER, Parcel::Frame(response.clone())), [Effect::Send(1, response)]);
    assert_eq!(hub.next_deadline(), None);
}

#[test]
fn a_request_that_comes_back_after_the_phone_has_come_is_on_its_way_again() {
    let now = Instant::now();
    let mut hub = node(now, COMPUTER, Role::Computer);
    hub.received(now, 1, request());
    hub.arrived(now, COMPUTER, Parcel::Came { device: PHONE });
    assert!(hub.bounced(EXCHANGE).is_empty(), "the first copy");
    assert_eq!(hub.bounced(EXCHANGE)[0], presence(PHONE, false), "the second one");
}

#[test]
fn frames_of_strangers_get_nowhere() {
    let now = Instant::now();
    let mut hub = node(now, PHONE, Role::Phone);
    let foreign = PairingId([8; 16]);
    let asked = Frame::Request { exchange: EXCHANGE, pairing: foreign, ttl_ms: 1, body: vec![].into() };
    assert!(hub.arrived(now, PHONE, Parcel::Frame(asked)).is_empty(), "another pairing");
    assert!(hub.arrived(now, STRANGER, Parcel::Frame(request())).is_empty(), "another device");
    let taken = Frame::Taken { exchange: EXCHANGE, pairing: PAIRING };
    assert!(hub.arrived(now, PHONE, Parcel::Frame(taken)).is_empty(), "the wrong way round");
    assert!(hub.arrived(now, PHONE, Parcel::Frame(Frame::Welcome { peers: vec![] })).is_empty());
    let got = Frame::Got { exchange: EXCHANGE, pairing: foreign };
    assert!(hub.received(now, 1, got).is_empty(), "nor does anything leave for them");
}

#[test]
fn a_block_tells_a_phone_what_it_was_asked_from_elsewhere() {
    let now = Instant::now();
    let mut hub = node(now, PHONE, Role::Phone);
    assert_eq!(hub.arrived(now, PHONE, Parcel::Frame(request())), [Effect::Send(1, request())]);
    let failed = Frame::Failed { exchange: EXCHANGE, pairing: PAIRING, reason: Failure::Blocked };
    let effects = hub.block(now, PHONE);
    assert!(
        effects.contains(&Effect::Send(1, failed.clone())) && effects.contains(&forward(COMPUTER, failed))
    );
    assert!(effects.contains(&Effect::Send(1, Frame::Refused { reason: Refusal::Blocked })));
}

#[test]
fn a_computer_that_moved_on_keeps_its_requests() {
    let now = Instant::now();
    let mut hub = node(now, COMPUTER, Role::Computer);
    hub.connected(now, 2, PHONE, Role::Phone);
    hub.received(now, 1, request());
    let effects = hub.superseded(1);
    assert_eq!(effects[0], Effect::Send(1, Frame::Refused { reason: Refusal::Superseded }));
    assert_eq!((effects.len(), hub.next_deadline()), (2, None), "the phone is not told that nobody waits");

    // The phone's node knows that the computer is elsewhere, whatever its old node says.
    let cancel = Frame::Cancel { exchange: EXCHANGE, pairing: PAIRING };
    let abandoned = Parcel::Abandoned { exchange: EXCHANGE, pairing: PAIRING };
    assert!(hub.arrived(now, PHONE, abandoned.clone()).is_empty());
    hub.arrived(now, PHONE, Parcel::Went { device: COMPUTER });
    assert_eq!(hub.arrived(now, PHONE, abandoned), [Effect::Send(2, cancel)]);
}

#[test]
fn news_correct_certificates() {
    let now = Instant::now();
    let mut hub = node(now, COMPUTER, Role::Computer);
    let newer = Bond { pairing: PairingId([7; 16]), phone: STRANGER, ..BOND };
    let effects = hub.heard_of_bond(newer);
    assert_eq!(effects[0], Effect::Send(1, Frame::Unpaired { pairing: PAIRING }));
    assert!(matches!(&effects[1], Effect::Send(1, Frame::Paired { peer }) if peer.device == STRANGER));
    assert!(hub.heard_of_bond(newer).is_empty(), "heard before");
    hub.heard_of_end(PAIRING);
    hub.certified(&[BOND]);
    let refused = Frame::Failed { exchange: EXCHANGE, pairing: PAIRING, reason: Failure::NotPaired };
    hub.forget_news(newer.pairing);
    assert_eq!(
        hub.connected(now, 2, STRANGER, Role::Phone).len(),
        2,
        "its computer is here, so the bond stays"
    );
    assert_eq!(hub.received(now, 1, request()), [Effect::Send(1, refused)], "an old certificate");
}

#[test]
fn pairings_are_made_at_the_console() {
    let now = Instant::now();
    let open = Frame::PairOpen { pairing: PAIRING, body: vec![1].into() };
    let mut relay = Hub::at(Place::Relay);
    relay.connected(now, 1, PHONE, Role::Phone);
    assert_eq!(relay.received(now, 1, open.clone()), [Effect::Ask(PHONE, Role::Phone, open.clone())]);
    let told = |reason| Frame::PairFailed { pairing: PAIRING, reason };
    let unavailable = Effect::Send(1, told(PairFailure::Unavailable));
    assert_eq!(relay.pairing_impossible(PHONE, PAIRING), [unavailable]);

    let mut console = Hub::at(Place::Console);
    console.expect(PAIRING, COMPUTER, now + Duration::from_secs(600));
    assert_eq!(console.pairing(now, PHONE, Role::Phone, open.clone()), [forward(COMPUTER, open)]);
    let answer = Frame::PairAnswer { pairing: PAIRING, body: vec![2].into() };
    assert_eq!(console.pairing(now, COMPUTER, Role::Computer, answer.clone()), [forward(PHONE, answer)]);
    let done = Frame::PairDone { pairing: PAIRING, body: vec![3].into() };
    let recorded = [forward(COMPUTER, done.clone()), Effect::Record(BOND)];
    assert_eq!(console.pairing(now, PHONE, Role::Phone, done), recorded);
    assert_eq!(
        console.computer_unreachable(PAIRING),
        [forward(PHONE, told(PairFailure::ComputerOffline))],
        "nobody holds the computer"
    );
}
