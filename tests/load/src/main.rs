//! `make bench`: each figure beside its reference or its goal, measured in the same run. Everything stays on loopback
//! and ends by itself. Arguments choose sections: `authenticator`, `sign-in`, `people`, `program`.

mod authenticator;
mod ctap;
mod people;
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

fn median(times: &mut [std::time::Duration]) -> std::time::Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sections: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| sections.is_empty() || sections.iter().any(|section| section == name);
    let mut figures = Vec::new();
    if wanted("authenticator") {
        figures.extend(authenticator::measure()?);
    }
    if wanted("sign-in") {
        figures.extend(sign_in::measure().await?);
    }
    if wanted("people") {
        figures.extend(people::measure().await?);
    }
    if wanted("program") {
        figures.extend(program::measure().await?);
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
