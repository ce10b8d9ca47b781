//! An appliance on two nodes that a real nats-server joins, in front of whose connections the network fails.

use std::{
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::Ordering,
    time::Duration,
};

use pocketkey_server::relay::{Node, NodeConfig, bus::BusOptions};
use pocketkey_tests_api::{Balancer, nats};
use tokio::sync::watch;

use super::{
    super::{Doors, World},
    network::{self, Network},
};

/// The networks of a world on two nodes: between devices and nodes, and between each node and its nats-server.
pub struct Networks {
    pub devices: watch::Sender<Network>,
    pub console: watch::Sender<Network>,
    pub relay: watch::Sender<Network>,
}

/// A console's node, at which the phone is, and a relay node, at which the computer is.
pub struct Nodes {
    pub world: World,
    pub networks: Networks,
    _nats: (nats::Cluster, tempfile::TempDir),
}

impl Nodes {
    /// The two and their devices, if there is a nats-server.
    pub async fn new(test: &str, answer_within: Duration) -> Option<Self> {
        let Some(binary) = nats::binary() else {
            nats::skip(test);
            return None;
        };
        let store = tempfile::tempdir().unwrap();
        let nats = nats::Cluster::start(binary, store.path(), 1).await;
        let [devices, console, relay] = [(); 3].map(|()| watch::channel(Network::Well).0);
        let console_bus = bus(nats.port(0), &console).await;
        let relay_bus = bus(nats.port(0), &relay).await;
        let mut balancer = None;
        let world = World::with(
            answer_within,
            |config| config.bus = Some(console_bus),
            async |console| {
                let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let node = Node::start(NodeConfig {
                    listen,
                    tls_identity: None,
                    trusted_proxies: Vec::new(),
                    bus: relay_bus,
                })
                .await
                .unwrap();
                let balancer = balancer.insert(Balancer::open(console, vec![node.address.port()]).await);
                tokio::spawn(async { node.run_until(pending()).await.unwrap() });
                Doors {
                    phone: network::open(console, devices.subscribe()).await,
                    computer: network::open(balancer.port, devices.subscribe()).await,
                }
            },
        )
        .await;
        let at_relay = balancer.unwrap().to_relays.load(Ordering::Relaxed);
        assert!(at_relay > 0, "the computer is at the relay node");
        Some(Self { world, networks: Networks { devices, console, relay }, _nats: (nats, store) })
    }
}

/// The way to the nats-server through a network.
async fn bus(port: u16, network: &watch::Sender<Network>) -> BusOptions {
    let port = network::open(port, network.subscribe()).await;
    BusOptions { servers: vec![format!("nats://127.0.0.1:{port}")], credentials: None }
}
