//! Sequences of requests and answers for the authenticator: none panics, and none signs without consent.
//!
//! Input: a byte that chooses the settings; then each event is a byte that says which; a request is followed by its
//! length (one byte) and its bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_authenticator::{
    Authenticator, Config, Env, Event, MemoryStore, Output, Status, UserVerification, cbor,
};

/// Time passes with every look at the clock; randomness is a counter.
struct World(u64);

impl Env for World {
    fn now(&self) -> u64 {
        self.0 * 1_000
    }
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        for (byte, value) in bytes.iter_mut().zip(self.0.to_le_bytes().into_iter().cycle()) {
            *byte = value;
        }
    }
}

/// The flags of signed authenticator data, if the reply holds any.
fn signed_flags(reply: &[u8]) -> Option<u8> {
    let (0x00, parameters) = reply.split_first()? else { return None };
    let mut fields = cbor::map(cbor::decode(parameters).ok()?).ok()?;
    fields.optional(2, cbor::bytes).ok()??.get(32).copied()
}

fuzz_target!(|data: &[u8]| {
    let Some((settings, data)) = data.split_first() else { return };
    let user_verification = match settings % 3 {
        0 => UserVerification::Phone,
        1 => UserVerification::Pin,
        _ => UserVerification::PhoneAndPin,
    };
    let config =
        Config { user_verification, phone_token: settings & 0x80 != 0, u2f: true, ..Config::default() };
    let mut authenticator = Authenticator::new(config, MemoryStore::new());
    let mut world = World(1);
    let mut rest = data;
    let (mut waits_for_u2f, mut u2f_consented) = (false, false);
    while let Some((kind, tail)) = rest.split_first() {
        rest = tail;
        let was_waiting = authenticator.is_waiting();
        let event = match kind % 10 {
            0 => Event::Approved { user_verified: false },
            1 => Event::Approved { user_verified: true },
            2 => Event::Denied,
            3 => Event::Cancelled,
            4 => Event::TimedOut,
            5 => {
                authenticator.power_cycle(world.now());
                continue;
            }
            kind => {
                let Some((length, tail)) = rest.split_first() else { return };
                let (request, tail) = tail.split_at(usize::from(*length).min(tail.len()));
                rest = tail;
                if kind == 6 { Event::Apdu(request) } else { Event::Request(request) }
            }
        };
        let u2f = was_waiting && waits_for_u2f && !matches!(event, Event::Request(_) | Event::Apdu(_));
        let output = authenticator.step(event, &mut world);
        waits_for_u2f = authenticator.is_waiting() && matches!(event, Event::Apdu(_));
        match output {
            Output::Ask(_) => assert!(authenticator.is_waiting()),
            Output::Reply(reply) if u2f || matches!(event, Event::Apdu(_)) => {
                let signed = reply.len() > 8 && reply.ends_with(&[0x90, 0x00]) && reply[0] & 1 != 0;
                // A reply may be given again; the first of them had consent.
                u2f_consented |= matches!(event, Event::Approved { .. });
                assert!(u2f_consented || !signed, "signed without a touch");
            }
            Output::Reply(reply) => {
                assert!(!authenticator.is_waiting());
                assert!(!matches!(Status::from(reply[0]), Status::Unknown(_)));
                // No token is ever right here: the fuzzer knows no shared secret.
                let consented = match event {
                    Event::Approved { .. } => was_waiting,
                    Event::Request(request) => request.first() == Some(&0x08), // continues what was agreed to
                    _ => false,
                };
                let flags = signed_flags(&reply).unwrap_or(0);
                assert!(consented || flags == 0, "signed without consent");
            }
        }
    }
    let store = authenticator.store();
    assert_eq!(MemoryStore::from_bytes(&store.to_bytes()).as_ref(), Ok(store));
    let _ = MemoryStore::from_bytes(data);
});
