//! Random, well-formed requests: both do the same, and what is refused is refused for a reason that it has.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::common::{REGISTER, Register, SIGN_IN, SignIn};
use crate::pair::{Both, Credential, Pair};
use crate::{EXCLUDED, INVALID_OPTION, NO_CREDENTIALS, UNSUPPORTED_ALGORITHM, ids};

const RP_IDS: [&str; 3] = ["demo.example", "other.example", "login.demo.example"];
const ALGORITHMS: [&[i64]; 5] = [&[-7], &[-257, -7], &[-7, -7, -8], &[-257], &[]];

#[derive(Clone, Debug)]
struct Step {
    rp_id: &'static str,
    user: u8,
    algorithms: &'static [i64],
    rk: Option<bool>,
    up: Option<bool>,
    uv: Option<bool>,
    /// Which credentials a list names, if there is one; no credential has the ID of zeros that ends it.
    list: Option<Vec<Index>>,
    register: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let option = || select(vec![None, Some(true), Some(false)]);
    let rk = || prop_oneof![2 => Just(Some(true)), 1 => Just(None), 1 => Just(Some(false))];
    // Most may register: what is refused teaches little more the second time.
    let algorithms = prop_oneof![3 => Just(ALGORITHMS[0]), 2 => select(&ALGORITHMS[..])];
    let list = proptest::option::weighted(0.4, prop::collection::vec(any::<Index>(), 0..3));
    let about = (select(&RP_IDS[..]), 1..4u8, algorithms, any::<bool>());
    (about, rk(), option(), option(), list).prop_map(
        |((rp_id, user, algorithms, register), rk, up, uv, list)| {
            let up = if register && user > 1 { up.filter(|up| *up) } else { up };
            Step { rp_id, user, algorithms, rk, up, uv, list, register }
        },
    )
}

/// A credential and whose it is.
struct Known {
    both: Both<Credential>,
    rp_id: &'static str,
    user: u8,
    rk: bool,
}

/// The credentials that are there and bound to `rp_id` among those that a list chooses, and the list.
fn chosen(known: &[Known], rp_id: &str, list: &[Index]) -> (bool, Vec<Vec<u8>>) {
    let named = list.iter().filter(|_| !known.is_empty()).map(|index| &known[index.index(known.len())]);
    let hit = named.clone().any(|known| known.rp_id == rp_id);
    (hit, named.flat_map(|known| ids(&known.both)).chain([vec![0; 16]]).collect())
}

/// What is wrong with a registration.
fn faults(step: &Step, excluded: bool) -> Vec<u8> {
    let faults = [
        (step.up == Some(false), INVALID_OPTION),
        (!step.algorithms.contains(&-7), UNSUPPORTED_ALGORITHM),
        (excluded, EXCLUDED),
    ];
    faults.into_iter().filter_map(|(there, status)| there.then_some(status)).collect()
}

fn register(pair: &mut Pair, known: &mut Vec<Known>, step: Step) {
    let list = step.list.as_ref().map(|list| chosen(known, step.rp_id, list));
    let faults = faults(&step, list.as_ref().is_some_and(|(hit, _)| *hit));
    let Step { rp_id, user, algorithms, rk, up, uv, .. } = step;
    let exclude = list.map(|(_, ids)| ids);
    match pair.register(&Register { rp_id, user, exclude, rk, up, uv, algorithms, ..REGISTER }) {
        Ok(both) => {
            assert!(faults.is_empty(), "{faults:02x?}");
            let rk = rk == Some(true);
            known.retain(|old| !(rk && old.rk && old.rp_id == rp_id && old.user == user));
            known.push(Known { both, rp_id, user, rk });
        }
        // With several faults, each names the one that it sees first.
        Err(statuses) => {
            assert!(
                statuses.iter().all(|status| faults.contains(status)),
                "{statuses:02x?} of {faults:02x?}"
            );
        }
    }
}

fn sign_in(pair: &mut Pair, known: &[Known], step: Step) {
    let Step { rp_id, up, uv, list, .. } = step;
    let list = list.map(|list| chosen(known, rp_id, &list));
    let newest = known.iter().rev().find(|known| known.rk && known.rp_id == rp_id);
    let possible = list.as_ref().map_or(newest.is_some(), |(hit, _)| *hit);
    let discovered = list.is_none();
    // Any of an allowList will do, so there each may sign with another: one is named.
    let one = |ids: Vec<Vec<u8>>| {
        let owned = |known: &&Known| known.rp_id == rp_id && ids.contains(&known.both[0].id);
        let first = known.iter().find(owned).map_or(vec![], |known| crate::ids(&known.both));
        let foreign = ids.iter().filter(|id| {
            !known.iter().any(|known| known.rp_id == rp_id && known.both.iter().any(|one| one.id == **id))
        });
        first.into_iter().chain(foreign.cloned()).collect()
    };
    let allow = list.map(|(_, ids)| one(ids));
    let credentials: Vec<_> = known.iter().map(|known| known.both.clone()).collect();
    match pair.sign_in(&SignIn { rp_id, allow, up, uv, ..SIGN_IN }, &credentials) {
        Ok(user) => {
            assert!(possible);
            if discovered {
                assert_eq!(user, newest.map(|known| vec![known.user]), "the newest");
            }
        }
        Err(statuses) => {
            assert!(!possible);
            assert_eq!(statuses, [NO_CREDENTIALS; 2]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_do_the_same(steps in prop::collection::vec(step(), 1..32)) {
        let (mut pair, mut known) = (Pair::new(), Vec::new());
        for mut step in steps {
            // The clock moves on, so that "newest" means something.
            pair.ours.world.now += 1_000;
            if step.register {
                register(&mut pair, &mut known, step);
            } else {
                step.rk = None;
                sign_in(&mut pair, &known, step);
            }
        }
    }
}
