//! `pocketkey relay`.

use pocketkey_server::relay::{Node, NodeConfig, bus::BusOptions};

use super::{Failure, serve::make_room, stop_signal};
use crate::cli::RelayOptions;

/// Runs a relay node until it is told to stop.
pub async fn run(options: RelayOptions) -> Result<(), Failure> {
    make_room();
    let bus = BusOptions { servers: options.nats, credentials: options.nats_creds };
    let node = Node::start(NodeConfig {
        listen: options.listen,
        tls_identity: options.tls.identity(),
        trusted_proxies: options.trusted_proxies,
        bus,
    })
    .await?;
    println!("Relay node at {}; devices are let in once the appliance has been heard from.", node.address);
    node.run_until(stop_signal()).await?;
    Ok(())
}
