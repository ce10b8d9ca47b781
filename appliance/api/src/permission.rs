//! What somebody may be permitted: by their role, or by the scopes of an API key (A12, A17).

use crate::{admin::Role, api_type};

api_type! {
    /// What each endpoint needs.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Permission {
        /// Their own session and account.
        Own,
        /// See users, groups, keys, computers, and how work on them goes.
        SeePeople,
        /// Add, change, import and delete users, groups, keys and computers.
        ManagePeople,
        /// Assign keys, invite, block and unblock.
        HelpPeople,
        /// Read what admins did.
        SeeAudit,
        /// See admins and those who were invited.
        SeeAdmins,
        /// Invite, change, block and delete admins, as far as the role reaches: [`Role::manages`].
        ManageAdmins,
        /// Read the inbox, which holds activation codes, and see to its faults; set how mail leaves and what it says.
        Mail,
        /// Let other programs in, and tell them what happens.
        Integrate,
        /// Choose how every admin has to sign in.
        SetSignIn,
    }
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Own,
        Self::SeePeople,
        Self::ManagePeople,
        Self::HelpPeople,
        Self::SeeAudit,
        Self::SeeAdmins,
        Self::ManageAdmins,
        Self::Mail,
        Self::Integrate,
        Self::SetSignIn,
    ];

    /// Its name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::SeePeople => "see_people",
            Self::ManagePeople => "manage_people",
            Self::HelpPeople => "help_people",
            Self::SeeAudit => "see_audit",
            Self::SeeAdmins => "see_admins",
            Self::ManageAdmins => "manage_admins",
            Self::Mail => "mail",
            Self::Integrate => "integrate",
            Self::SetSignIn => "set_sign_in",
        }
    }

    /// The permission of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }

    /// Whether a role has it.
    pub fn is_held_by(self, role: Role) -> bool {
        match self {
            Self::Own | Self::SeePeople => true,
            Self::HelpPeople => role.helps_people(),
            Self::SeeAudit | Self::SeeAdmins => role != Role::HelpDesk,
            Self::ManagePeople | Self::ManageAdmins | Self::Mail | Self::Integrate => role.manages_people(),
            Self::SetSignIn => role == Role::Owner,
        }
    }

    /// Whether an API key can have it. Nobody's account is a program's, nor is how people sign in, and an admin made by a
    /// key would hold more than the key does.
    pub fn is_scope(self) -> bool {
        !matches!(self, Self::Own | Self::ManageAdmins | Self::SetSignIn)
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn names_read_back() {
        for permission in Permission::ALL {
            let name = serde_json::to_string(&permission).unwrap();
            assert_eq!(name, format!("\"{}\"", permission.as_str()));
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
        }
    }
}
