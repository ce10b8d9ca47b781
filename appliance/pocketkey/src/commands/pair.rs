//! `pocketkey pair`.

use pocketkey_key::pairing_tool::{PairOptions as Tool, Terminal, run as pair};

use super::{Failure, stop_signal};
use crate::cli::PairOptions;

/// Pairs a phone with this computer and is its key until told to stop.
pub async fn run(options: PairOptions) -> Result<(), Failure> {
    let tool = Tool {
        state: options.state,
        name: options.name,
        pair_again: options.pair_again,
        yes: options.yes,
        no_key: options.no_key,
        answer_within: options.answer_within,
        wait_for_phone: options.wait_for_phone.unwrap_or(options.answer_within),
        ..Tool::new(&options.server)
    };
    let mut terminal = Terminal;
    tokio::select! {
        done = pair(tool, &mut terminal) => Ok(done?),
        () = stop_signal() => Ok(()),
    }
}
