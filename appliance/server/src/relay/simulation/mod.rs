//! Whole worlds under a seeded scheduler and a fake clock: the real hub, the real ends ([`pocketkey_link::exchange`]
//! and `sealed`), and between them connections that delay, lose, repeat and reorder, break and come back; ends and
//! appliance crash at any point. Two of three worlds have several nodes, and a bus between them that loses parcels and
//! leaves nodes alone for a while. A seed that fails is replayed by `SEED=n cargo test -p pocketkey-server simulation`.

mod chance;
mod computer;
mod devices;
mod invariants;
mod nodes;
mod phone;
mod trouble;
mod world;

use world::World;

/// How many worlds a run of the tests sees.
const SEEDS: u64 = 3000;
/// Trouble happens until then, in milliseconds; afterwards everything works.
const TROUBLE: u64 = 60_000;
/// By then everything that was asked in trouble is over …
const CALM: u64 = TROUBLE + 61_000;
/// … and by then everything else.
const END: u64 = CALM + 120_000;
/// The phones' clock when a world begins, in Unix milliseconds.
const EPOCH: u64 = 1_800_000_000_000;

#[test]
fn every_request_ends_once_at_both_ends_whatever_happens() {
    let seeds = match std::env::var("SEED") {
        Ok(seed) => seed.parse().map(|seed| seed..=seed).expect("SEED is a number"),
        Err(_) => 0..=SEEDS,
    };
    for seed in seeds {
        let judged = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            world.run();
            world.judge();
        });
        if let Err(panic) = judged {
            eprintln!("SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
