//! Who this process is, as far as it decides whether it may open `/dev/uhid`.

use std::fs;

use crate::udev::GROUP;

/// What this process may, and could.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// It is root.
    pub root: bool,
    /// Its user is a member of [`GROUP`], but was not yet when they signed in.
    pub new_member: bool,
}

impl Standing {
    /// Of this process; nothing where there is no `/proc`.
    pub fn of_this_process() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self::from(&read("/proc/self/status"), &read("/etc/passwd"), &read("/etc/group"))
    }

    fn from(status: &str, users: &str, groups: &str) -> Self {
        let numbers = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().split_whitespace().collect::<Vec<_>>()
        };
        // Real, effective, saved, file system.
        let Some(&uid) = numbers("Uid:").get(1) else { return Self::default() };
        let user = users.lines().find_map(|line| {
            let mut fields = line.split(':');
            fields.next().filter(|_| fields.nth(1) == Some(uid))
        });
        let group =
            groups.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == GROUP);
        let new_member = match (user, group.as_deref()) {
            (Some(user), Some([_, _, gid, members])) => {
                members.split(',').any(|member| member == user) && !numbers("Groups:").contains(gid)
            }
            _ => false,
        };
        Self { root: uid == "0", new_member }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n";
    const GROUPS: &str = "root:x:0:\npocketkey:x:996:bob,alice\n";

    fn status(uid: &str, groups: &str) -> String {
        format!("Name:\tpocketkey\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGroups:\t{groups} \n")
    }

    #[test]
    fn root_is_root() {
        assert_eq!(
            Standing::from(&status("0", "0"), USERS, GROUPS),
            Standing { root: true, new_member: false }
        );
    }

    #[test]
    fn a_member_since_signing_in_is_told_apart() {
        let new = Standing { root: false, new_member: true };
        assert_eq!(Standing::from(&status("1000", "1000"), USERS, GROUPS), new);
        assert_eq!(Standing::from(&status("1000", "996 1000"), USERS, GROUPS), Standing::default());
        assert_eq!(
            Standing::from(&status("1000", "1000"), USERS, "pocketkey:x:996:bob\n"),
            Standing::default()
        );
        assert_eq!(Standing::from(&status("1001", "1001"), USERS, GROUPS), Standing::default());
    }

    #[test]
    fn nothing_is_known_without_proc() {
        assert_eq!(Standing::from("", "", ""), Standing::default());
    }
}
