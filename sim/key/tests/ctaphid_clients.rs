//! Several clients share a key, under a scheduler with a seed: 2 to 5 programs that ask, cancel, lock, stall, send
//! garbage and die, in any order and at any time.
//!
//! Each client knows the one right answer to each of its requests; the referee knows of every error why it had to
//! come. `CTAPHID_SEED=17 cargo test -p pocketkey-key --test ctaphid_clients` plays one game again and shows it.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the failure we want to see")]

mod clients;

use clients::{client::Seen, world::World};

const GAMES: u64 = 8000;

/// What a test that is worth its time has seen.
const EVERYTHING: [&str; 24] = [
    "CTAP2 reply",
    "U2F reply",
    "all finished",
    "all gone",
    "busy",
    "busy with the same client",
    "cancelled",
    "cancelled too late",
    "died while sending",
    "died while waiting",
    "disturbed",
    "echo",
    "garbage on another's channel",
    "garbage on its own channel",
    "keep-alive",
    "lock",
    "locked out",
    "refused",
    "reply cut by INIT",
    "resynchronised while sending",
    "resynchronised while waiting",
    "spoiled",
    "the lock's holder died",
    "timed out",
];

/// Names the game that failed.
struct Playing(u64);

impl Drop for Playing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this game failed; play it again with CTAPHID_SEED={}", self.0);
        }
    }
}

fn play(seed: u64, trace: bool, seen: &mut Seen) {
    let _playing = Playing(seed);
    World::new(seed, trace, seen).play();
}

#[test]
fn clients_that_share_a_key_each_get_what_they_asked_for() {
    let mut seen = Seen::default();
    if let Ok(seed) = std::env::var("CTAPHID_SEED") {
        return play(seed.parse().expect("CTAPHID_SEED is a number"), true, &mut seen);
    }
    for seed in 0..GAMES {
        play(seed, false, &mut seen);
    }
    for what in EVERYTHING {
        assert!(seen.0.get(what).is_some_and(|times| *times > 0), "{what} is never tried: {seen:?}");
    }
}
