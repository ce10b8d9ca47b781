//! Whole sign-ins over a network that drops, stalls, is half open, and resets, between devices and an appliance on one node
//! or two, and between nodes: every request ends, none with another's answer, and once the network is well everything
//! works again.

mod network;
mod nodes;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use network::Network;
use nodes::Nodes;
use pocketkey_api::sandbox::{KeyState, Screen, ScriptMode, Touch};
use pocketkey_tests_api::{until, within};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{PATIENCE, World, authenticator_data, make_credential};

/// Five seconds are what nodes promise of new sign-ins once they are together again; a busy machine that tests may take longer.
const SOON: Duration = Duration::from_secs(30);

/// Less than the network is bad for at times.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// The credential id in a makeCredential reply.
fn credential_id(reply: &[u8]) -> Vec<u8> {
    let data = authenticator_data(reply);
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    data[55..55 + length].to_vec()
}

async fn bad_weather(network: &watch::Sender<Network>) {
    for (how, ms) in [
        (Network::Reset, 20),
        (Network::Well, 700),
        (Network::Stalled, 1500),
        (Network::Well, 300),
        (Network::HalfOpen, 900),
        (Network::Reset, 200),
        (Network::Well, 1000),
        (Network::Dropped, 500),
        (Network::Well, 500),
        (Network::HalfOpen, 7000),
        (Network::Well, 0),
    ] {
        network.send_replace(how);
        sleep(Duration::from_millis(ms)).await;
    }
}

/// Asks while a network is bad, and when it is well again.
async fn weathers(world: &World, network: &watch::Sender<Network>) {
    world.script(ScriptMode::Approve).await;
    let asking = async {
        let mut made = HashSet::new();
        let mut failed = 0;
        for _ in 0..60 {
            match world.ask(make_credential()).await.as_slice() {
                reply @ [0x00, ..] => assert!(made.insert(credential_id(reply)), "another request's answer"),
                [0x27 | 0x2F] => failed += 1,
                other => panic!("{other:?}"),
            }
            sleep(Duration::from_millis(100)).await;
        }
        (made.len(), failed)
    };
    let ((made, failed), ()) = tokio::join!(asking, bad_weather(network));
    assert!(made > 0, "{failed} failed");
    world.key_is(KeyState::Ready).await;
    until("all is well again", async || signs_in(world).await).await;
}

/// Whether a request is approved.
async fn signs_in(world: &World) -> Option<()> {
    (world.ask(make_credential()).await[0] == 0x00).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_network_fails_requests_at_worst_and_is_forgotten_once_it_is_well() {
    let network = watch::channel(Network::Well).0;
    let watched = network.subscribe();
    let world = World::behind(ANSWER_WITHIN, async move |port| network::open(port, watched).await).await;
    weathers(&world, &network).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_when_the_devices_are_at_different_nodes() {
    let Some(nodes) = Nodes::new("a bad network before nodes", ANSWER_WITHIN).await else { return };
    weathers(&nodes.world, &nodes.networks.devices).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_when_the_network_between_nodes_is_bad() {
    let Some(nodes) = Nodes::new("a bad network between nodes", ANSWER_WITHIN).await else { return };
    for network in [&nodes.networks.console, &nodes.networks.relay] {
        weathers(&nodes.world, network).await;
    }
}

/// Takes a node from the other again and again. What is under way then is finished, and new sign-ins work soon.
async fn loses_the_other(world: &World, network: &watch::Sender<Network>) {
    for (how, lasting) in [
        (Network::Dropped, 1),
        (Network::Reset, 1),
        (Network::Stalled, 2),
        (Network::HalfOpen, 2),
        // So long that nobody believes in the connection any more.
        (Network::Stalled, 7),
        (Network::HalfOpen, 7),
    ] {
        let lasting = Duration::from_secs(lasting);
        world.script(ScriptMode::Ask).await;
        let (reply, ()) = tokio::join!(world.ask(make_credential()), async {
            world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
            network.send_replace(how);
            world.touch(Touch::Approve).await;
            world.touch(Touch::Unlock).await;
            sleep(lasting).await;
            network.send_replace(Network::Well);
        });
        assert_eq!(reply[0], 0x00, "{how:?}: what was under way is finished");

        // What is asked meanwhile waits for the nodes to meet, and when it is called off it does not hold up the next.
        world.script(ScriptMode::Approve).await;
        network.send_replace(how);
        let asked = timeout(lasting, world.ask(make_credential())).await;
        assert!(asked.is_err(), "{how:?}: {asked:?} although the nodes are apart");
        network.send_replace(Network::Well);
        let begun = Instant::now();
        within(SOON, &format!("{how:?}: a new sign-in"), async || signs_in(world).await).await;
        eprintln!("{how:?} for {lasting:?}: a new sign-in after {:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_without_its_nats_server_loses_no_request_and_is_soon_back() {
    let Some(nodes) = Nodes::new("a console without NATS", PATIENCE).await else { return };
    loses_the_other(&nodes.world, &nodes.networks.console).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_node_without_its_nats_server_loses_no_request_and_is_soon_back() {
    let Some(nodes) = Nodes::new("a relay node without NATS", PATIENCE).await else { return };
    loses_the_other(&nodes.world, &nodes.networks.relay).await;
}
