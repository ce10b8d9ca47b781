//! The hub, walked through by hand and by chance; what the walks share.

mod blocking;
mod pairing;
mod requests;
mod walks;

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
