//! `pocketkey udev`.

use std::env;

use pocketkey_key::udev;

use super::Failure;
use crate::cli::UdevOptions;

/// Shows what lets an ordinary user have a virtual key, or does it.
pub fn run(options: &UdevOptions) -> Result<(), Failure> {
    let user = options.user.clone().or_else(caller);
    let steps = udev::steps(user.as_deref())?;
    if !options.install {
        print!("{}", udev::script(&steps));
        return Ok(());
    }
    udev::install(&steps, |step| println!("{}", step.why))?;
    match user {
        Some(user) => println!("Done. {user}: sign out and in again, then run pocketkey pair."),
        None => println!("Done. Name users with --user, or add them to the group {}.", udev::GROUP),
    }
    Ok(())
}

/// The person at the keyboard, sudo or not; nobody for root, who needs no permission.
fn caller() -> Option<String> {
    let name = |variable| env::var(variable).ok().filter(|name| !name.is_empty() && name != "root");
    name("SUDO_USER").or_else(|| name("USER"))
}
