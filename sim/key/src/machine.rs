//! What this machine says of itself.

use std::{env, fs, path::PathBuf};

/// Its name on the network, or `computer`.
pub fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "computer".to_owned(),
        name => name.to_owned(),
    }
}

/// Its operating system, for example `Debian GNU/Linux 13 (trixie)`.
pub fn os() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map_or_else(|| env::consts::OS.to_owned(), |name| name.trim_matches('"').to_owned())
}

/// Where a user's programs keep their state (XDG base directories), for this one; `None` without a home.
pub fn state_folder() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("pocketkey"))
}
