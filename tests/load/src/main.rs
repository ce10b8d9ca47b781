//! `make bench`: each figure beside its reference or its goal, measured in the same run. Everything stays on loopback
//! and ends by itself. `pocketkey-bench core` prints one figure alone: a sign-in by the core, in milliseconds.

mod authenticator;
mod ctap;
mod pin;
mod program;
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What the checks in the VM hold a whole sign-in against, measured where they are.
    if std::env::args().nth(1).as_deref() == Some("core") {
        println!("{}", sign_in::core_alone()?.as_secs_f64() * 1e3);
        return Ok(());
    }
    let mut figures = authenticator::measure()?;
    figures.extend(sign_in::measure().await?);
    figures.extend(program::measure().await?);
    figures.extend(size::measure()?);
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
