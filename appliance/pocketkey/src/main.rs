//! `pocketkey`: the appliance, the sandbox, the pairing tool and the simulated phone in one program. No rules live
//! here: this is options, wiring, and words for the terminal.

mod cli;
mod commands;
mod logging;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};

/// musl's own allocator costs a relayed message as much time again as everything else.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, &cli.log);
    let done = match cli.command {
        Command::Serve(options) => commands::serve::run(options).await,
        Command::Sandbox(options) => commands::sandbox::run(options).await,
        Command::Relay(options) => commands::relay::run(options).await,
        Command::Pair(options) => commands::pair::run(options).await,
        Command::Udev(options) => commands::udev::run(&options),
        Command::Phone(options) => commands::phone::run(options).await,
        Command::Audit { command } => commands::audit::run(command),
        Command::Health(options) => commands::health::run(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pocketkey: {error}");
            ExitCode::FAILURE
        }
    }
}
