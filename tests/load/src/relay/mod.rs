//! The relay as it is shipped, in a process of its own, beside a bare TCP relay and NATS: the same driver puts the same
//! messages through each, in turns, so that a busy machine is busy for all of them.

mod appliance;
mod nats;
mod network;
mod nodes;
pub mod tcp;
mod tls;

use std::{
    env,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use network::{End, Network, Result, open};
use pocketkey_server::relay::MAX_EXCHANGES;

use crate::{Figure, process::Process, program};

/// Pairs of devices in the database.
const PAIRS: usize = 5_000;

/// Connections of the rows that count them.
const CONNECTIONS: usize = 2 * PAIRS;

/// Threads that connect, and how many connections each has under way: when it is not a storm, and when it is.
const CALM: (usize, usize) = (2, 16);
const STORM: (usize, usize) = (100, 100);

/// Exchanges of one pair in one turn: the relay takes 120 frames at once from a device, then 40 a second.
const EXCHANGES: usize = 48;

/// Until the relay takes as many again.
const REST: Duration = Duration::from_millis(2600);

/// Turns; their median counts.
const TURNS: usize = 5;

/// Pairs of a turn with one message under way at a time.
const SINGLE_PAIRS: usize = 100;

/// Pairs of a turn in bursts, and how many of them are under way at once, each with as many exchanges as a device may have.
const BURST_PAIRS: usize = 400;
const AT_ONCE: usize = 8;

/// A relay and the process it runs in.
struct Contender {
    network: Box<dyn Network>,
    process: Process,
}

/// Every row of the relay at one node.
pub async fn measure() -> Result<Vec<Figure>> {
    let data = tempfile::tempdir()?;
    let address = "127.0.0.1:0".parse()?;
    let mut appliance = appliance::prepare(data.path(), PAIRS, address).await?;
    let secure = tls::prepare(PAIRS).await?;
    let binary = program::binary()?;
    tokio::task::block_in_place(|| {
        let mut contenders = Vec::new();
        let process = program::serve(&binary, data.path())?.listening()?;
        appliance.address = process.address;
        contenders.push(Contender { network: Box::new(appliance), process });
        let relay = |port: u16| {
            let mut command = Command::new(env::current_exe().unwrap_or_default());
            command.args(["tcp-relay", &port.to_string()]);
            command
        };
        let process = Process::start(relay)?.listening()?;
        contenders.push(Contender { network: Box::new(tcp::Tcp(process.address)), process });
        if let Some(process) = start_nats()? {
            contenders.push(Contender { network: Box::new(nats::Nats(process.address)), process });
        }
        let mut figures = Vec::new();
        for row in [single, bursts, connections] {
            // One that fails does not take the others with it.
            let failed =
                |error| vec![Figure::goal("relay", format!("failed: {error}"), String::new(), false)];
            figures.extend(row(&contenders).unwrap_or_else(failed));
        }
        if contenders.len() < 3 {
            figures.iter_mut().for_each(|figure| figure.measured += "; NATS SKIPPED");
        }
        let failed =
            |error| vec![Figure::goal("relay in TLS", format!("failed: {error}"), String::new(), false)];
        figures.extend(tls::measure(&binary, secure).unwrap_or_else(failed));
        Ok(figures)
    })
}

/// The rows about several nodes.
pub async fn measure_nodes() -> Result<Vec<Figure>> {
    let Some(nats) = nats_server() else { return Ok(Vec::new()) };
    let data = tempfile::tempdir()?;
    let appliance = appliance::prepare(data.path(), PAIRS, "127.0.0.1:0".parse()?).await?;
    let binary = program::binary()?;
    tokio::task::block_in_place(|| nodes::measure(&binary, &nats, data.path(), appliance))
}

/// The server that `scripts/setup-nats.sh` fetched; `NATS_SERVER` says where it is.
fn nats_server() -> Option<PathBuf> {
    let named = env::var_os("NATS_SERVER").map(PathBuf::from).filter(|path| path.is_file());
    if named.is_none() {
        eprintln!("!! NATS is SKIPPED: NATS_SERVER names no nats-server; scripts/bench.sh fetches one");
    }
    named
}

fn start_nats() -> Result<Option<Process>> {
    let Some(binary) = nats_server() else { return Ok(None) };
    let command = |port: u16| {
        let mut command = Command::new(binary);
        command.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        command
    };
    Ok(Some(Process::start(command)?.listening()?))
}

/// One relay's turns: a figure and the server's CPU time for a message, both in microseconds.
#[derive(Default)]
struct Turns {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

/// Lets each contender have its turn, again and again; `turn` gives a duration and how many messages were relayed.
fn in_turns(
    contenders: &[Contender],
    pairs: usize,
    turn: impl Fn(&mut [[Box<dyn End>; 2]]) -> Result<(Duration, usize)>,
) -> Result<Vec<Turns>> {
    let mut all = Vec::new();
    for contender in contenders {
        let mut ends = open(&*contender.network, 0..2 * pairs, CALM.0, CALM.1)?.into_iter();
        let mut open = Vec::new();
        while let (Some(asks), Some(answers)) = (ends.next(), ends.next()) {
            open.push([asks, answers]);
        }
        all.push((contender, open, Turns::default()));
    }
    for _ in 0..TURNS {
        let begun = Instant::now();
        for (contender, open, turns) in &mut all {
            let before = contender.process.cpu()?;
            let (wall, messages) =
                turn(open).map_err(|error| format!("{}: {error}", contender.network.name()))?;
            let cpu = contender.process.cpu()? - before;
            turns.wall.push(microseconds(wall));
            turns.cpu.push(microseconds(cpu) / f64::from(u32::try_from(messages)?));
        }
        thread::sleep(REST.saturating_sub(begun.elapsed()));
    }
    Ok(all.into_iter().map(|(_, _, turns)| turns).collect())
}

/// One message at a time: the round trip from computer to phone and back, and CPU time.
fn single(contenders: &[Contender]) -> Result<Vec<Figure>> {
    let turns = round_trips(contenders)?;
    let wall: Vec<&[f64]> = turns.iter().map(|turns| &*turns.wall).collect();
    let cpu: Vec<&[f64]> = turns.iter().map(|turns| &*turns.cpu).collect();
    Ok(vec![
        against("relay round trip, 256 B, p50", contenders, &wall, "µs", |ratio| match ratio {
            [tcp, nats] => (*tcp <= 1.05 && *nats <= 0.85, "goal: at most 1.05 × and 0.85 ×"),
            ratios => (ratios.iter().all(|ratio| *ratio <= 1.05), "goal: at most 1.05 × bare TCP relay"),
        }),
        against("relay, CPU a message, one at a time", contenders, &cpu, "µs", |ratio| {
            (ratio[0] <= 1.1, "goal: at most 1.1 × bare TCP relay")
        }),
    ])
}

/// The round trip's p50 in each turn.
fn round_trips(contenders: &[Contender]) -> Result<Vec<Turns>> {
    in_turns(contenders, SINGLE_PAIRS, |pairs| {
        let (mut asking, mut answering) = (Vec::new(), Vec::new());
        for [asks, answers] in pairs.iter_mut() {
            asking.push(asks);
            answering.push(answers);
        }
        let mut times = Vec::new();
        thread::scope(|scope| {
            let answers = scope.spawn(|| -> Result<()> {
                for end in answering {
                    for _ in 0..EXCHANGES {
                        end.receive(1)?;
                        end.send(1)?;
                    }
                }
                Ok(())
            });
            for end in asking {
                for _ in 0..EXCHANGES {
                    let begun = Instant::now();
                    end.send(1)?;
                    end.receive(1)?;
                    times.push(begun.elapsed());
                }
            }
            answers.join().map_err(|_| "the driver panicked")?
        })?;
        times.sort_unstable();
        Ok((times[times.len() / 2], 2 * times.len()))
    })
}

/// Bursts: eight pairs at once, each with as many exchanges under way as a device may have.
fn bursts(contenders: &[Contender]) -> Result<Vec<Figure>> {
    let turns = in_turns(contenders, BURST_PAIRS, |pairs| {
        let begun = Instant::now();
        let mut messages = 0;
        for pairs in pairs.chunks_mut(AT_ONCE) {
            for _ in 0..EXCHANGES / MAX_EXCHANGES {
                for [asks, _] in pairs.iter_mut() {
                    asks.send(MAX_EXCHANGES)?;
                }
                for [_, answers] in pairs.iter_mut() {
                    answers.receive(MAX_EXCHANGES)?;
                    answers.send(MAX_EXCHANGES)?;
                }
                for [asks, _] in pairs.iter_mut() {
                    asks.receive(MAX_EXCHANGES)?;
                    messages += 2 * MAX_EXCHANGES;
                }
            }
        }
        Ok((begun.elapsed(), messages))
    })?;
    let cpu: Vec<&[f64]> = turns.iter().map(|turns| &*turns.cpu).collect();
    let ours = median(cpu[0]);
    Ok(vec![against("relay, CPU a message, bursts of 8", contenders, &cpu, "µs", |_| {
        (ours <= 1.2, "goal: at most 1.2 µs")
    })])
}

/// What connections cost: memory while they are idle, CPU when they come, and a storm of all of them.
fn connections(contenders: &[Contender]) -> Result<Vec<Figure>> {
    let (mut memory, mut connect, mut storm_cpu, mut storm_wall, mut peak) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0);
    let count = f64::from(u32::try_from(CONNECTIONS)?);
    for Contender { network, process } in contenders {
        let before = (process.resident()?, process.cpu()?);
        let ends = open(&**network, 0..CONNECTIONS, CALM.0, CALM.1)?;
        connect.push(vec![microseconds(process.cpu()? - before.1) / count]);
        thread::sleep(Duration::from_secs(1));
        memory.push(vec![(f64::from(process.resident()?) - f64::from(before.0)) / count]);
        drop(ends);
        thread::sleep(Duration::from_secs(1));
        let (before, begun) = (process.cpu()?, Instant::now());
        let ends = open(&**network, 0..CONNECTIONS, STORM.0, STORM.1)?;
        storm_wall.push(vec![begun.elapsed().as_secs_f64()]);
        storm_cpu.push(vec![microseconds(process.cpu()? - before) / count]);
        drop(ends);
        if peak == 0 {
            peak = process.resident_at_most()?;
        }
        thread::sleep(Duration::from_secs(1));
    }
    fn slices(all: &[Vec<f64>]) -> Vec<&[f64]> {
        all.iter().map(Vec::as_slice).collect()
    }
    let (kib, cpu) = (memory[0][0], connect[0][0]);
    let mut storm =
        against("reconnect storm of 10,000, all are back", contenders, &slices(&storm_wall), "s", |_| {
            (true, "no goal")
        });
    storm.measured += &format!("; {:.0} MB at most", f64::from(peak) / 1024.0);
    storm.reached = None;
    let mut storm_cpu =
        against("… server CPU a connection", contenders, &slices(&storm_cpu), "µs", |_| (true, "no goal"));
    storm_cpu.reached = None;
    Ok(vec![
        against("relay, memory an idle connection, 10,000", contenders, &slices(&memory), "KiB", |_| {
            (kib <= 2.0, "goal: at most 2 KiB")
        }),
        against("relay, CPU to connect and prove a device", contenders, &slices(&connect), "µs", |_| {
            (cpu <= 350.0, "goal: at most 350 µs")
        }),
        storm,
        storm_cpu,
    ])
}

/// Ours and, turn by turn, its ratio to each of the others.
fn against(
    name: &'static str,
    contenders: &[Contender],
    figures: &[&[f64]],
    unit: &str,
    goal: impl Fn(&[f64]) -> (bool, &'static str),
) -> Figure {
    let mut measured = format!("{:.2} {unit}", median(figures[0]));
    let mut ratios = Vec::new();
    for (contender, others) in contenders.iter().zip(figures).skip(1) {
        let ratio =
            median(&figures[0].iter().zip(*others).map(|(ours, other)| ours / other).collect::<Vec<_>>());
        let (name, other) = (contender.network.name(), median(others));
        measured += &format!("; {ratio:.2} × {name} ({other:.2} {unit})");
        ratios.push(ratio);
    }
    let (reached, goal) = goal(&ratios);
    Figure::goal(name, measured, goal.to_owned(), reached)
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
