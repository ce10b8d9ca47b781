//! Admins and what they may do (A12).

use crate::api_type;

api_type! {
    /// What an admin may do. Each role includes what is said of the ones below it, but for the auditor's.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Role {
        /// Everything, other owners included.
        Owner,
        /// Everything but owners and other admins.
        Admin,
        /// Sees people and their keys; assigns, invites, blocks and unblocks.
        HelpDesk,
        /// Sees everything but mails, logs included; changes nothing.
        Auditor,
    }
}

impl Role {
    /// All of them, the most powerful first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::HelpDesk, Self::Auditor];

    /// Its name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::HelpDesk => "help_desk",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}
