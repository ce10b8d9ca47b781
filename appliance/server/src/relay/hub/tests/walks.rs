//! The hub, walked through by chance.

use super::*;

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
