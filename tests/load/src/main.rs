//! `make bench`: each figure beside its reference or its goal, measured in the same run. Everything stays on loopback
//! and ends by itself.
//!
//! Arguments choose rows: `authenticator`, `relay`, `nodes` (the relay's), `sign-in`, `mail`, `people`, `program`, `size`; without any, all of them. `core`
//! prints one figure alone: a sign-in by the core, in milliseconds.

mod authenticator;
mod ctap;
mod mail;
mod people;
mod pin;
mod process;
mod program;
mod relay;
mod sign_in;
mod size;

/// A figure, what it is held against, and whether that is reached.
pub struct Figure {
    name: &'static str,
    measured: String,
    against: String,
    reached: Option<bool>,
}

impl Figure {
    /// A figure with a goal.
    fn goal(name: &'static str, measured: String, against: String, reached: bool) -> Self {
        Self { name, measured, against, reached: Some(reached) }
    }

    /// A figure without a goal.
    fn plain(name: &'static str, measured: String, against: String) -> Self {
        Self { name, measured, against, reached: None }
    }
}

fn median(times: &mut [std::time::Duration]) -> std::time::Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    // What the checks in the VM hold a whole sign-in against, measured where they are.
    if chosen == ["core"] {
        println!("{}", sign_in::core_alone()?.as_secs_f64() * 1e3);
        return Ok(());
    }
    if let [command, port] = chosen.as_slice()
        && command == "tcp-relay"
    {
        return Ok(relay::tcp::serve(port.parse()?).await?);
    }
    let wanted = |rows: &str| chosen.is_empty() || chosen.iter().any(|one| one == rows);
    let mut figures = Vec::new();
    if wanted("authenticator") {
        figures.extend(authenticator::measure()?);
    }
    if wanted("sign-in") {
        figures.extend(sign_in::measure().await?);
    }
    if wanted("relay") {
        figures.extend(relay::measure().await.map_err(|error| error.to_string())?);
    }
    if wanted("nodes") {
        figures.extend(relay::measure_nodes().await.map_err(|error| error.to_string())?);
    }
    if wanted("mail") {
        figures.extend(mail::measure().await?);
    }
    if wanted("people") {
        figures.extend(people::measure().await?);
    }
    if wanted("program") {
        figures.extend(program::measure().await?);
    }
    if wanted("size") {
        figures.extend(size::measure()?);
    }
    println!("| aspect | measured | against | |\n|---|---|---|---|");
    for Figure { name, measured, against, reached } in figures {
        let verdict = match reached {
            Some(true) => "reached",
            Some(false) => "**missed**",
            None => "",
        };
        println!("| {name} | {measured} | {against} | {verdict} |");
    }
    Ok(())
}
