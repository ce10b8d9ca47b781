//! The relay on several nodes: a console's node, two relay nodes and a nats-server, each a process of its own. Devices at two
//! nodes beside devices at one, and what a connection costs at a relay node.

use std::{net::SocketAddr, path::Path, process::Command, sync::Arc, thread, time::Duration};

use super::{
    CALM, CONNECTIONS, Contender, Figure, against,
    appliance::{self, Appliance},
    median,
    nats::Nats,
    network::{End, Network, Result, Wire, open},
    round_trips,
};
use crate::process::Process;

/// Devices at one relay node, or computers at one and phones at the other.
struct Nodes {
    appliance: Arc<Appliance>,
    name: &'static str,
    /// Where computers connect, and phones.
    addresses: [SocketAddr; 2],
    /// The first of its devices: nobody can be at two nodes at once.
    first: usize,
}

impl Network for Nodes {
    fn name(&self) -> &'static str {
        self.name
    }

    fn begin(&self, end: usize) -> Result<Wire> {
        appliance::begin(self.addresses[end % 2], None)
    }

    fn prove(&self, wire: &mut Wire, end: usize) -> Result<()> {
        self.appliance.prove(wire, self.first + end)
    }

    fn ready(&self, wire: Wire, end: usize) -> Result<Box<dyn End>> {
        self.appliance.ready(wire, self.first + end)
    }
}

/// The rows, with the appliance in `data`, which runs nowhere else by now.
pub fn measure(binary: &Path, nats: &Path, data: &Path, appliance: Appliance) -> Result<Vec<Figure>> {
    let store = tempfile::tempdir()?;
    let servers = Process::start(|port| {
        let mut command = Command::new(nats);
        command.args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--jetstream", "--store_dir"]);
        command.arg(store.path());
        command
    })?
    .listening()?;
    let bus = format!("nats://{}", servers.address);
    let node = |role: &str, rest: &[&str]| {
        Process::start(|port| {
            let mut command = Command::new(binary);
            command.args([role, "--nats", &bus, "--listen", &format!("127.0.0.1:{port}")]).args(rest);
            command
        })
    };
    let folder = data.to_string_lossy();
    let console = node("serve", &["--smtp-listen", "127.0.0.1:0", "--data", &folder])?.listening()?;
    let relays = [node("relay", &[])?.listening()?, node("relay", &[])?.listening()?];
    for relay in &relays {
        relay.answers_ready()?;
    }
    let [one, other] = [relays[0].address, relays[1].address];
    let appliance = Arc::new(appliance);
    let network = |name, addresses, first| {
        Box::new(Nodes { appliance: Arc::clone(&appliance), name, addresses, first }) as Box<dyn Network>
    };
    let [first, second] = relays;
    let direct = Box::new(Nats(servers.address));
    let contenders = [
        Contender { network: network("two nodes", [one, other], CONNECTIONS / 2), process: first },
        Contender { network: network("one node", [other, other], 0), process: second },
        Contender { network: direct, process: servers },
    ];
    let turns = round_trips(&contenders)?;
    let wall: Vec<&[f64]> = turns.iter().map(|turns| &*turns.wall).collect();
    let mut round_trip = against("relay round trip, two nodes, p50", &contenders, &wall, "µs", |ratio| {
        (ratio[0] <= 1.6, "goal: at most 1.6 × one node")
    });
    // From one node to the other it is as far as from one end of NATS to the other.
    let turns = wall[0].iter().zip(wall[1]).zip(wall[2]);
    let both: Vec<f64> = turns.map(|((two, one), nats)| two / (one + nats)).collect();
    round_trip.measured += &format!("; {:.2} × the two one after the other", median(&both));
    let mut figures = vec![round_trip];
    let process = &contenders[1].process;
    let before = process.resident()?;
    let ends = open(&*contenders[1].network, 0..CONNECTIONS, CALM.0, CALM.1)?;
    thread::sleep(Duration::from_secs(1));
    let each = (f64::from(process.resident()?) - f64::from(before)) / f64::from(u32::try_from(CONNECTIONS)?);
    drop(ends);
    let mut memory = Figure::goal(
        "relay node, memory an idle connection, 10,000",
        format!("{each:.2} KiB"),
        "no goal".to_owned(),
        true,
    );
    memory.reached = None;
    figures.push(memory);
    drop(console);
    Ok(figures)
}
