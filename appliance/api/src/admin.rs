//! Admins and what they may do (A12).

use crate::{AdminInvitationId, api_type, session::Admin};

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

impl Role {
    /// Whether somebody of this role may add, change, import and delete users, groups, keys and computers.
    pub fn manages_people(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Whether somebody of this role may assign keys, invite, block and unblock.
    pub fn helps_people(self) -> bool {
        self != Self::Auditor
    }

    /// Whether somebody of this role may make, change, block and delete admins of the role `other`.
    pub fn manages(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => matches!(other, Self::HelpDesk | Self::Auditor),
            Self::HelpDesk | Self::Auditor => false,
        }
    }
}

api_type! {
    /// An admin as listed.
    pub struct AdminSummary {
        /// Who.
        pub admin: Admin,
        /// Whether a code of an authenticator app is asked for beside the password.
        pub two_step: bool,
        /// How many passkeys they sign in with.
        pub passkey_count: u32,
        /// When they became an admin.
        pub created_at: i64,
        /// When they signed in last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub signed_in_at: Option<i64>,
        /// Since when they are blocked, if they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_at: Option<i64>,
        /// Until when they cannot sign in with a password, after too many wrong tries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub locked_until: Option<i64>,
    }
}

api_type! {
    /// `PATCH /api/v1/admins/{id}`.
    pub struct AdminChange {
        /// What they may do from now on.
        pub role: Role,
    }
}

api_type! {
    /// Somebody who was invited to become an admin and did not accept yet.
    pub struct AdminInvitation {
        /// Id.
        pub id: AdminInvitationId,
        /// What they will be allowed to do.
        pub role: Role,
        /// Full name.
        pub name: String,
        /// Where the invitation went.
        pub email: String,
        /// Who invited them, by name.
        pub invited_by: String,
        /// When it was sent, or sent again.
        pub created_at: i64,
        /// When its link stops working.
        pub expires_at: i64,
    }
}

api_type! {
    /// `POST /api/v1/admins/invitations`: whom to invite.
    pub struct NewAdminInvitation {
        /// Full name.
        pub name: String,
        /// Where the invitation goes; later the sign-in name.
        pub email: String,
        /// What they will be allowed to do.
        pub role: Role,
    }
}

api_type! {
    /// `POST /api/v1/admins/invitations/preview`: what an invitation is about.
    pub struct InvitationToken {
        /// The token in the link's fragment.
        pub token: String,
    }
}

api_type! {
    /// What an invitation says before it is accepted.
    pub struct InvitationPreview {
        /// The organisation that invites.
        pub organisation: String,
        /// Full name of the person invited.
        pub name: String,
        /// Their sign-in name.
        pub email: String,
        /// What they will be allowed to do.
        pub role: Role,
        /// Who invited them, by name.
        pub invited_by: String,
        /// When the link stops working.
        pub expires_at: i64,
    }
}

api_type! {
    /// `POST /api/v1/admins/invitations/accept`: become an admin.
    pub struct AcceptInvitation {
        /// The token in the link's fragment.
        pub token: String,
        /// The password to sign in with from now on; at least 10 characters.
        pub password: String,
    }
}
