//! An appliance on several nodes, with real processes: sign-ins across nodes, what a block does elsewhere, and kill -9 of
//! each part while requests are under way.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../process/mod.rs"]
mod process;
mod settings;
mod tap;
mod tls;
mod world;

use std::{
    path::Path,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use pocketkey_api::{
    Page,
    authentication::{AuthAction, AuthOutcome, Authentication},
    computer::Computer,
    dashboard::Dashboard,
    key::Key,
    sandbox::{KeyState, Screen, ScriptMode, Touch},
    user::UserDetail,
};
use pocketkey_key::fail::Fail;
use pocketkey_link::{frame::Refusal, identity::DeviceKeys};
use pocketkey_relay_client::{Event, OsEntropy, Rest, connect, introduce};
use pocketkey_tests_api::{PATIENCE, nats, until};
use tap::{ACCOUNT, CLIENT_DATA_HASH, RP_ID, Tap, contains, make_credential};
use tokio::time::{sleep, timeout};
use world::{World, ask, shown};

/// Five seconds are what the nodes promise; a busy machine that tests may take longer.
const SOON: Duration = Duration::from_secs(30);

/// The world, if there is a nats-server.
async fn world(test: &str, data: &Path) -> Option<World> {
    let Some(binary) = nats::binary() else {
        nats::skip(test);
        return None;
    };
    let cluster = nats::Cluster::start(binary, data, 3).await;
    Some(World::start(cluster, data).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_at_different_nodes_sign_in_and_nothing_on_the_bus_can_be_read() {
    let data = tempfile::tempdir().unwrap();
    let Some(world) = world("a sign-in across nodes", data.path()).await else { return };
    assert!(world.for_phone.to_relays.load(Ordering::Relaxed) > 0, "the phone is at a relay node");
    assert!(world.for_computer.to_relays.load(Ordering::Relaxed) > 0, "and so is the computer");
    let bus = Tap::open(world.nats.port(0)).await;
    for _ in 0..3 {
        assert_eq!(world.sign_in().await, [0x00]);
    }
    assert_eq!(world.ask(make_credential()).await[0], 0x00);
    let seen = bus.seen().await;
    assert!(contains(&seen, b".dev."), "the tap hears what goes to devices");
    for secret in [RP_ID.as_bytes(), ACCOUNT.as_bytes(), &CLIENT_DATA_HASH] {
        assert!(!contains(&seen, secret), "{} was on the bus", String::from_utf8_lossy(secret));
    }

    world.script(ScriptMode::Ask).await;
    let (reply, ()) = tokio::join!(world.sign_in(), async {
        world.request_is_shown().await;
        world.phone.touch(Touch::Deny).await;
    });
    assert_eq!(reply, [0x27], "denied");

    // The console sees devices wherever they are.
    let user: UserDetail = world.admin.get(&format!("/api/v1/users/{}", world.user.id)).await.unwrap();
    assert!(user.keys[0].phone.as_ref().unwrap().online);
    let computers: Page<Computer> = world.admin.get("/api/v1/computers").await.unwrap();
    assert!(computers.items[0].online);
    let counted = async || {
        let dashboard: Dashboard = world.admin.get("/api/v1/dashboard").await.unwrap();
        ((dashboard.relay.phones, dashboard.relay.computers) == (1, 1)).then_some(())
    };
    until("the dashboard counts them", counted).await;
    // And its log has what happened there, with what the phone said of it.
    let registered = async || {
        let log: Page<Authentication> = world.admin.get("/api/v1/authentications").await.unwrap();
        let registered = |entry: &Authentication| entry.action == Some(AuthAction::Register);
        log.items.into_iter().find(registered)
    };
    let entry = until("the log has the registration", registered).await;
    assert_eq!((entry.outcome, &*entry.ip), (AuthOutcome::Succeeded, "127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_for_a_phone_that_is_away_and_finds_it_at_whichever_node() {
    let data = tempfile::tempdir().unwrap();
    let Some(world) = world("a request that waits", data.path()).await else { return };
    // The phone's connections go nowhere for a while.
    world.for_phone.prefer(Vec::new());
    world.for_phone.drop_connections();
    world.key_is(KeyState::PhoneOffline).await;
    let (reply, ()) = tokio::join!(world.sign_in(), async {
        sleep(Duration::from_millis(500)).await;
        world.for_phone.prefer(vec![world.relays[1].port]);
    });
    assert_eq!(reply, [0x00], "the phone came to the computer's node");
    world.for_phone.prefer(vec![world.relays[0].port]);
    world.for_phone.drop_connections();
    world.works_within(SOON).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_ends_what_is_under_way_at_other_nodes_within_a_second() {
    let data = tempfile::tempdir().unwrap();
    let Some(mut world) = world("a block across nodes", data.path()).await else { return };
    world.script(ScriptMode::Ask).await;
    let block = format!("/api/v1/keys/{}/block", world.key.id);
    {
        // What is promised; a busy machine that tests may take longer, but not the minute that the request has.
        let second = || Duration::from_secs(20);
        let mut asking = std::pin::pin!(world.sign_in());
        tokio::select! {
            reply = &mut asking => panic!("nobody answered, but there is {reply:?}"),
            () = world.request_is_shown() => {}
        }
        let _: Key = world.admin.put(&block, &()).await.unwrap();
        let (reply, ()) = tokio::join!(timeout(second(), asking), async {
            let mut screen = world.phone.watch();
            let gone = screen.wait_for(|phone| !matches!(phone.screen, Screen::Request { .. }));
            timeout(second(), gone).await.expect("the phone is told").unwrap();
        });
        assert_eq!(reply.expect("the computer is told"), [0x27]);
    }
    assert_eq!(world.computer.state().borrow().failures.1, Some(Fail::Blocked));
    world.admin.delete(&block).await.unwrap();
    world.script(ScriptMode::Approve).await;
    until("the unblocked phone is back", async || (world.sign_in().await == [0x00]).then_some(())).await;

    // Nodes that were not there when it was told hear it when they start, and need nobody for it.
    for relay in &mut world.relays {
        relay.kill();
    }
    let _: Key = world.admin.put(&block, &()).await.unwrap();
    for relay in &mut world.relays {
        relay.start();
        relay.ready().await;
    }
    world.console.kill();
    until("the computer is told", async || {
        let reply = world.sign_in().await;
        assert_eq!(reply, [0x27]);
        (world.computer.state().borrow().failures.1 == Some(Fail::Blocked)).then_some(())
    })
    .await;
    assert!(!world.phone.watch().borrow().connected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_nobody_could_be_told_of_is_known_everywhere_after_all() {
    let data = tempfile::tempdir().unwrap();
    let Some(mut world) = world("a deletion while NATS is away", data.path()).await else { return };
    // The computer is away, too, and has a certificate that names the phone.
    world.for_computer.prefer(Vec::new());
    world.for_computer.drop_connections();
    world.key_is(KeyState::ApplianceUnreachable).await;
    (0..3).for_each(|n| world.nats.kill(n));
    world.admin.delete(&format!("/api/v1/keys/{}", world.key.id)).await.unwrap();
    world.console.kill();
    for n in 0..3 {
        world.nats.revive(n).await;
    }
    world.revive_console().await;
    for relay in &world.relays {
        relay.ready().await;
    }
    let mut screen = world.phone.watch();
    let turned_away = screen.wait_for(|phone| !phone.connected);
    timeout(PATIENCE, turned_away).await.expect("the phone is not let in any more").unwrap();
    world.for_computer.prefer(vec![world.relays[1].port]);
    world.key_is(KeyState::NoPhone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_connects_elsewhere_leaves_its_old_node() {
    let data = tempfile::tempdir().unwrap();
    let Some(world) = world("a device that moves", data.path()).await else { return };
    let keys = DeviceKeys::generate(&mut OsEntropy);
    let server = world.for_computer.url();
    let introduction = introduce(&keys, "Computer", "Model", "OS");
    let pairing = Rest::new(&server).new_pairing(introduction).await.unwrap();
    let device = pairing.device_id.parse().unwrap();
    let at = |n: usize| format!("http://127.0.0.1:{}", world.relays[n].port);
    let mut old = connect(&at(0), keys.clone(), device);
    assert!(matches!(old.next().await, Event::Up { .. }));
    let mut new = connect(&at(1), keys, device);
    let superseded = async {
        loop {
            if let Event::Down { refused, .. } = old.next().await {
                return refused;
            }
        }
    };
    let refused = timeout(PATIENCE, superseded).await.expect("the old node is told");
    assert_eq!(refused, Some(Refusal::Superseded));
    assert!(matches!(new.next().await, Event::Up { .. }));
    let more = timeout(Duration::from_millis(500), new.next()).await;
    assert!(!matches!(more, Ok(Event::Down { .. })), "{more:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_any_part_loses_no_request_and_new_ones_work_soon() {
    let data = tempfile::tempdir().unwrap();
    let Some(mut world) = world("kill -9", data.path()).await else { return };
    for victim in ["NATS 0", "NATS 1", "NATS 2", "phone's node", "computer's node", "console"] {
        world.for_phone.prefer(vec![world.relays[0].port, world.relays[1].port]);
        world.for_computer.prefer(vec![world.relays[1].port, world.relays[0].port]);
        world.script(ScriptMode::Ask).await;
        let (reply, ()) = tokio::join!(ask(&world.computer, vec![0x0b]), async {
            shown(&world.phone).await;
            match victim {
                "phone's node" => world.relays[0].kill(),
                "computer's node" => world.relays[1].kill(),
                "console" => world.console.kill(),
                nats => world.nats.kill(nats[5..].parse().unwrap()),
            }
            world.phone.touch(Touch::Approve).await;
        });
        assert_eq!(reply, [0x00], "{victim}: what was under way is finished");
        world.script(ScriptMode::Approve).await;
        let begun = Instant::now();
        world.works_within(SOON).await;
        eprintln!("{victim} killed: a new sign-in after {:?}", begun.elapsed());
        match victim {
            "phone's node" => {
                world.relays[0].start();
                world.relays[0].ready().await;
            }
            "computer's node" => {
                world.relays[1].start();
                world.relays[1].ready().await;
            }
            "console" => world.revive_console().await,
            nats => world.nats.revive(nats[5..].parse().unwrap()).await,
        }
        // Devices that connect while the console is away are let in by their certificates.
        world.works_within(SOON).await;
    }
    world.console.kill();
    world.for_phone.prefer(vec![world.relays[1].port]);
    world.for_phone.drop_connections();
    world.for_computer.drop_connections();
    world.works_within(SOON).await;
    world.revive_console().await;
    world.works_within(SOON).await;
}
