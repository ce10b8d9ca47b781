//! What an ordinary user needs to plug a virtual key in and to use it, once for a computer: a group, the kernel's module,
//! and a udev rule.
//!
//! The steps are shell commands, so that whoever installs them can read, change and undo them; `pocketkey udev` shows
//! them, `pocketkey udev --install` runs them.

use std::{
    io,
    process::{Command, Output},
};

use crate::uhid::{KERNEL_NAME, Standing};

/// Whoever may plug a virtual key in.
pub const GROUP: &str = "pocketkey";

/// Where the rule goes. Before udev's own 73-seat-late.rules, which gives what is tagged `uaccess` to the person at the
/// screen.
pub const RULE_FILE: &str = "/etc/udev/rules.d/70-pocketkey.rules";

/// Where the module is named that is loaded at every start.
pub const MODULE_FILE: &str = "/etc/modules-load.d/pocketkey.conf";

/// One step of the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is for, for people.
    pub why: String,
    /// What to run, as root, with a shell.
    pub command: String,
}

/// Why it cannot be installed.
#[derive(Debug, thiserror::Error)]
pub enum UdevError {
    /// Not a name a user can have.
    #[error("{0:?} is not the name of a user")]
    User(String),
    /// Only root may.
    #[error("only root may install this; run it with sudo")]
    NotRoot,
    /// There is no shell.
    #[error("cannot run a shell: {0}")]
    Shell(#[from] io::Error),
    /// A step failed; those before it are done.
    #[error("this failed:\n\n{command}\n\n{said}")]
    Step {
        /// The step's command.
        command: String,
        /// What it said.
        said: String,
    },
}

/// The udev rule.
pub fn rule() -> String {
    format!(
        "# Pocketkey: virtual security keys for ordinary users.\n\
         # Plugging one in: members of the group {GROUP}. They can create any input device, a keyboard too.\n\
         KERNEL==\"uhid\", SUBSYSTEM==\"misc\", GROUP=\"{GROUP}\", MODE=\"0660\", OPTIONS+=\"static_node=uhid\"\n\
         # Using one: them, and whoever sits at the screen.\n\
         KERNEL==\"hidraw*\", SUBSYSTEM==\"hidraw\", KERNELS==\"{KERNEL_NAME}\", GROUP=\"{GROUP}\", MODE=\"0660\", TAG+=\"uaccess\"\n"
    )
}

/// All steps, in order; `user` becomes a member of [`GROUP`].
///
/// # Errors
/// [`UdevError::User`].
pub fn steps(user: Option<&str>) -> Result<Vec<Step>, UdevError> {
    let step = |why: &str, command: String| Step { why: why.to_owned(), command };
    let mut steps = vec![step(
        "A group for those who may plug a virtual key in.",
        format!("groupadd --force --system {GROUP}"),
    )];
    if let Some(user) = user {
        let user = checked(user)?;
        steps.push(step(
            &format!("{user} is one of them, from the next time they sign in."),
            format!("usermod --append --groups {GROUP} {user}"),
        ));
    }
    steps.extend([
        step(
            "The kernel's module, now and at every start.",
            format!("modprobe uhid\necho uhid > {MODULE_FILE}"),
        ),
        step("The rule.", format!("cat > {RULE_FILE} <<'END'\n{}END", rule())),
        step(
            "udev follows it from now on, for what is there already, too.",
            "udevadm control --reload\nudevadm trigger --settle --subsystem-match=hidraw\nudevadm trigger --settle --subsystem-match=misc --sysname-match=uhid".to_owned(),
        ),
    ]);
    Ok(steps)
}

/// The steps as a script to read, or to run.
pub fn script(steps: &[Step]) -> String {
    let one = |Step { why, command }: &Step| format!("# {why}\n{command}\n");
    format!(
        "{}\n# To undo it: rm {RULE_FILE} {MODULE_FILE}; groupdel {GROUP}\n",
        steps.iter().map(one).collect::<Vec<_>>().join("\n")
    )
}

/// Runs the steps; `about` is told of each before it runs.
///
/// # Errors
/// [`UdevError::NotRoot`], [`UdevError::Shell`], or [`UdevError::Step`] for the first that fails.
pub fn install(steps: &[Step], mut about: impl FnMut(&Step)) -> Result<(), UdevError> {
    if !Standing::of_this_process().root {
        return Err(UdevError::NotRoot);
    }
    for step in steps {
        about(step);
        let Output { status, stderr, .. } = Command::new("/bin/sh").args(["-ec", &step.command]).output()?;
        if !status.success() {
            let said = String::from_utf8_lossy(&stderr).trim().to_owned();
            return Err(UdevError::Step { command: step.command.clone(), said });
        }
    }
    Ok(())
}

/// A user's name, which goes into a shell's command: as useradd(8) takes it, and those of directories (`ORG\alice` is not
/// among them).
fn checked(user: &str) -> Result<&str, UdevError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
    let fits = !user.is_empty() && !user.starts_with(['-', '.']) && user.chars().all(plain);
    if fits { Ok(user) } else { Err(UdevError::User(user.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_names_the_key_we_make() {
        assert!(rule().contains("KERNELS==\"0003:504B:0001.*\""), "{}", rule());
        assert!(rule().lines().all(|line| line.starts_with('#') || line.starts_with("KERNEL==")));
    }

    #[test]
    fn the_script_holds_every_step() {
        let steps = steps(Some("alice")).unwrap();
        let script = script(&steps);
        assert!(steps.iter().all(|step| script.contains(&step.command)));
        assert!(script.contains("usermod --append --groups pocketkey alice\n"));
        assert!(script.contains(&rule()));
    }

    #[test]
    fn no_user_no_membership() {
        assert!(steps(None).unwrap().iter().all(|step| !step.command.contains("usermod")));
    }

    #[test]
    fn a_name_cannot_smuggle_a_command_in() {
        for wrong in ["", "-G", "a b", "a;b", "$(b)", "a\nb", "`b`", "..", "a'b"] {
            assert!(matches!(steps(Some(wrong)), Err(UdevError::User(_))), "{wrong:?}");
        }
        for right in ["alice", "alice.b", "a_b-c", "alice@example.org"] {
            assert!(steps(Some(right)).is_ok(), "{right}");
        }
    }
}
