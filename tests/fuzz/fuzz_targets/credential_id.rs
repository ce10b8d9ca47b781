//! Credential IDs that were not made here, or were changed, open nothing: neither over CTAP2 nor as U2F key handles.
//!
//! Input: a byte that says how many changes the ID that was made gets; each is two bytes, where and what. Zero: the rest
//! is the ID.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pocketkey_authenticator::{Authenticator, Config, Env, Event, MemoryStore, Output, Status};

/// Time stands still; randomness is a counter.
struct World(u64);

impl Env for World {
    fn now(&self) -> u64 {
        1_000_000
    }
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        for (byte, value) in bytes.iter_mut().zip(self.0.to_le_bytes().into_iter().cycle()) {
            *byte = value;
        }
    }
}

const RP_ID: &[u8] = b"\x6cfuzz.example";
/// SHA-256 of the RP ID.
const RP_ID_HASH: [u8; 32] = [
    175, 45, 35, 23, 132, 245, 217, 103, 244, 78, 190, 117, 148, 247, 242, 6, 14, 88, 28, 123, 231, 71, 179, 16, 29, 23,
    196, 127, 116, 175, 100, 106,
];
const HASH: [u8; 34] = {
    let mut hash = [7; 34];
    (hash[0], hash[1]) = (0x58, 32);
    hash
};

fn config() -> Config {
    Config { u2f: true, ..Config::default() }
}

/// An authenticator's store and a non-discoverable credential of it.
static MADE: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let mut world = World(1);
    let mut authenticator = Authenticator::new(config(), MemoryStore::new());
    let request = [
        b"\x01\xa4\x01",
        &HASH[..],
        b"\x02\xa1\x62id",
        RP_ID,
        b"\x03\xa1\x62id\x41\x01\x04\x81\xa2\x63alg\x26\x64type\x6apublic-key",
    ]
    .concat();
    assert!(matches!(authenticator.step(Event::Request(&request), &mut world), Output::Ask(_)));
    let approved = Event::Approved { user_verified: true };
    let Output::Reply(reply) = authenticator.step(approved, &mut world) else { panic!("no reply") };
    assert_eq!(reply[0], 0, "a credential is made");
    // authData ends the map's second entry: RP ID hash, flags, counter, AAGUID, then the ID's length and the ID.
    let data = reply.windows(32).position(|part| part == RP_ID_HASH).expect("authenticator data");
    let length = usize::from(u16::from_be_bytes([reply[data + 53], reply[data + 54]]));
    (authenticator.store().to_bytes().to_vec(), reply[data + 55..data + 55 + length].to_vec())
});

fuzz_target!(|input: &[u8]| {
    let Some((&changes, rest)) = input.split_first() else { return };
    let (store, made) = &*MADE;
    let mut id = made.clone();
    if changes == 0 {
        id = rest.to_vec();
    }
    for change in rest.chunks_exact(2).take(usize::from(changes)) {
        let at = usize::from(change[0]) % id.len();
        id[at] ^= change[1];
    }
    let Ok(length) = u8::try_from(id.len()) else { return };
    let ours = id == *made;
    let mut world = World(1_000);
    let mut authenticator = Authenticator::new(config(), MemoryStore::from_bytes(store).expect("our own store"));

    // getAssertion with up = false: no person is asked.
    let list = [b"\x03\x81\xa2\x62id\x58", &[length][..], &id, b"\x64type\x6apublic-key"].concat();
    let request = [b"\x02\xa4\x01", RP_ID, b"\x02", &HASH[..], &list, b"\x05\xa1\x62up\xf4"].concat();
    let Output::Reply(reply) = authenticator.step(Event::Request(&request), &mut world) else {
        panic!("a person is asked");
    };
    let status = Status::from(reply[0]);
    assert_eq!(status == Status::Ok, ours, "{status:?}");

    // U2F authenticate, check-only: 0x6985 means "mine", 0x6a80 "not mine".
    let body = [&[7; 32], &RP_ID_HASH[..], &[length], &id].concat();
    let Ok(lc) = u16::try_from(body.len()) else { return };
    let apdu = [&[0, 2, 7, 0, 0], &lc.to_be_bytes()[..], &body, &[0, 0]].concat();
    let Output::Reply(reply) = authenticator.step(Event::Apdu(&apdu), &mut world) else {
        panic!("a person is asked");
    };
    assert_eq!(reply == [0x69, 0x85], ours, "{reply:02x?}");
});
