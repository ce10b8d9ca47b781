//! U2F APDUs: any bytes get a status word that U2F knows, and nothing is signed before somebody approved.
//!
//! Input: events of a byte that says which. An APDU is followed by its length (two bytes) and its bytes; one that is put
//! together by class, instruction, parameter, length form and the body's length.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_authenticator::{Authenticator, Config, Env, Event, MemoryStore, Output};

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

fn take<'a>(input: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    taken
}

/// An APDU as a client would put it together, with a body of the fuzzer's.
fn framed(input: &mut &[u8]) -> Option<Vec<u8>> {
    let &[ins, p1, extended, length] = take(input, 4) else { return None };
    let body = take(input, length.into());
    let mut apdu = vec![0, ins % 4, p1, 0];
    if extended % 2 == 1 {
        apdu.push(0);
        apdu.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
    } else {
        apdu.push(u8::try_from(body.len()).ok()?);
    }
    apdu.extend(body);
    apdu.extend(&[0, 0][..usize::from(extended / 2 % 3)]);
    Some(apdu)
}

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let mut authenticator =
        Authenticator::new(Config { u2f: true, ..Config::default() }, MemoryStore::new());
    let mut world = World(1);
    let mut approved = false;
    while let &[kind, ..] = input {
        input = &input[1..];
        let apdu;
        let event = match kind % 6 {
            0 => Event::Approved { user_verified: false },
            1 => Event::Denied,
            2 => Event::TimedOut,
            3 => {
                let &[high, low] = take(&mut input, 2) else { return };
                Event::Apdu(take(&mut input, u16::from_be_bytes([high, low]).into()))
            }
            _ => {
                let Some(framed) = framed(&mut input) else { return };
                apdu = framed;
                Event::Apdu(&apdu)
            }
        };
        approved |= matches!(event, Event::Approved { .. }) && authenticator.is_waiting();
        let asked = matches!(event, Event::Apdu(_));
        let Output::Reply(reply) = authenticator.step(event, &mut world) else { continue };
        if !asked && reply.len() < 2 {
            continue; // an answer when nothing was asked
        }
        let (content, word) = reply.split_last_chunk::<2>().expect("a status word");
        match u16::from_be_bytes(*word) {
            0x9000 => assert!(content == b"U2F_V2" || approved, "signed before somebody approved"),
            0x6700 | 0x6985 | 0x6986 | 0x6a80 | 0x6d00 | 0x6e00 => assert!(content.is_empty()),
            other => panic!("{other:#06x}"),
        }
    }
});
