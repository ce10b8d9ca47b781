//! What people can do where there is no `/dev/uhid` for them (C8).

use std::{env, io, path::Path};

use super::Standing;
use crate::udev::GROUP;

/// `ENODEV`: the file is there, a driver is not.
const NO_DRIVER: i32 = 19;

/// For a user who may not open it.
pub(super) fn not_permitted(standing: Standing) -> String {
    let wrong = "may not open /dev/uhid, so no virtual security key can be plugged in.";
    if standing.root {
        return format!(
            "This process is root and yet {wrong}\n\
             It seems to be in a container: add --device /dev/uhid to the command that starts it."
        );
    }
    if standing.new_member {
        return format!(
            "This session {wrong}\n\
             It began before its user was made a member of the group {GROUP}: sign out and in again. (Or, for now: newgrp {GROUP})"
        );
    }
    let program = program();
    format!(
        "This user {wrong} Allow it once:\n\n  \
         sudo {program} udev --install\n\n\
         Then sign out and in again. It makes you a member of the group {GROUP}, whose members may plug virtual keys in, and \
         installs a udev rule; \"{program} udev\" shows every step. (Members can create any input device, a keyboard too.)\n\
         In a container, add: --device /dev/uhid"
    )
}

/// For a computer whose kernel does not offer it.
pub(super) fn missing(error: &io::Error) -> String {
    let wrong = if error.raw_os_error() == Some(NO_DRIVER) {
        "The kernel has no driver behind /dev/uhid".to_owned()
    } else {
        format!("There is no usable /dev/uhid ({error})")
    };
    format!(
        "{wrong}, so no virtual security key can be plugged in.\n\
         Load the kernel's module, now and at every start, and let this user use it:\n\n  \
         sudo {} udev --install\n\n\
         or only now: sudo modprobe uhid\n\
         In a container, do so on its host and add: --device /dev/uhid\n\
         Kernels built without CONFIG_UHID (some cloud and container hosts) cannot have one.",
        program()
    )
}

/// This program as sudo finds it: by name where sudo looks for programs, else by its whole path.
fn program() -> String {
    let found = |path: &Path| {
        let folder = path.parent()?.to_str()?;
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            .contains(&folder)
            .then_some(())
    };
    match env::current_exe() {
        Ok(path) if found(&path).is_none() => path.display().to_string(),
        _ => "pocketkey".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_has_its_own_way_out() {
        let advice = |root, new_member| not_permitted(Standing { root, new_member });
        assert!(advice(false, false).contains("udev --install"));
        assert!(advice(false, true).contains("sign out and in again"));
        assert!(!advice(false, true).contains("--install"));
        assert!(advice(true, false).contains("--device /dev/uhid"));
        assert!(!advice(true, false).contains("sudo"));
    }

    #[test]
    fn a_file_without_a_driver_is_told_from_no_file() {
        let no_driver = missing(&io::Error::from_raw_os_error(NO_DRIVER));
        assert!(no_driver.starts_with("The kernel has no driver behind /dev/uhid"));
        assert!(missing(&io::ErrorKind::NotFound.into()).starts_with("There is no usable /dev/uhid"));
    }
}
