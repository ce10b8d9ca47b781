//! Users (A1, A2).

use std::fmt;

use crate::{
    GroupId, UserId, api_type,
    group::Group,
    key::{Key, KeyKind},
};

api_type! {
    /// `POST /api/v1/users`: a new user.
    #[derive(Default)]
    pub struct NewUser {
        /// The organisation's own number for the person ("User ID"); unique; empty = none.
        #[serde(default)]
        pub external_id: String,
        /// Sign-in name; unique.
        pub username: String,
        /// Full name.
        pub name: String,
        /// E-mail address; unique.
        pub email: String,
        /// Groups to join.
        #[serde(default)]
        pub groups: Vec<GroupId>,
    }
}

api_type! {
    /// `PATCH /api/v1/users/{id}`: what changes; what is absent stays.
    #[derive(Default)]
    pub struct UserChange {
        /// As in [`NewUser`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub external_id: Option<String>,
        /// As in [`NewUser`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub username: Option<String>,
        /// As in [`NewUser`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// As in [`NewUser`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub email: Option<String>,
        /// All groups the user is in from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub groups: Option<Vec<GroupId>>,
    }
}

api_type! {
    /// A user as listed.
    pub struct User {
        /// Its id in this appliance.
        pub id: UserId,
        /// The organisation's own number for the person; may be empty.
        pub external_id: String,
        /// Sign-in name.
        pub username: String,
        /// Full name.
        pub name: String,
        /// E-mail address.
        pub email: String,
        /// Derived from the user's keys.
        pub status: UserStatus,
        /// Groups, by name.
        pub groups: Vec<Group>,
        /// How many keys are assigned.
        pub key_count: u32,
        /// When the user was added.
        pub created_at: i64,
        /// When an administrator blocked them with all their keys.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_at: Option<i64>,
    }
}

api_type! {
    /// A user's status, derived from their keys unless they are blocked.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum UserStatus {
        /// At least one key is active and not blocked.
        Active,
        /// A key is assigned and its invitation waits.
        Pending,
        /// No key, or none invited.
        NotInvited,
        /// An administrator blocked them, or every key they could be active or pending by.
        Blocked,
    }
}

api_type! {
    /// `GET /api/v1/users/{id}`: a user with their keys.
    pub struct UserDetail {
        /// The user.
        pub user: User,
        /// The user's keys, oldest first.
        pub keys: Vec<Key>,
    }
}

api_type! {
    /// Which users: all that meet every condition given.
    #[derive(Default)]
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
    pub struct UserFilter {
        /// Each of these words, the first eight, is part of user ID, username, name or e-mail address; case does not matter.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub search: String,
        /// Where they stand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<Standing>,
        /// Members of this group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub group: Option<GroupId>,
        /// By the keys they have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub key: Option<HasKey>,
    }
}

api_type! {
    /// Where users stand, finer than [`UserStatus`].
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Standing {
        /// At least one key is active.
        Active,
        /// An invitation waits.
        Pending,
        /// Neither active nor pending.
        NotInvited,
        /// No invitation was ever made.
        NeverInvited,
        /// Invited, but no phone came before the invitation was over.
        Stale,
        /// Blocked by an administrator, or every key they have is.
        Blocked,
    }
}

impl Standing {
    /// Every one there is.
    pub const ALL: [Self; 6] =
        [Self::Active, Self::Pending, Self::NotInvited, Self::NeverInvited, Self::Stale, Self::Blocked];

    /// Its name in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::NotInvited => "not_invited",
            Self::NeverInvited => "never_invited",
            Self::Stale => "stale",
            Self::Blocked => "blocked",
        }
    }
}

api_type! {
    /// Which keys users have.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum HasKey {
        /// None at all.
        None,
        /// A smartphone, active or not.
        Smartphone,
        /// A card.
        Card,
        /// A fingerprint.
        Fingerprint,
        /// A USB key.
        UsbKey,
        /// An active one that was not used for 90 days.
        Unused,
    }
}

impl HasKey {
    /// Every one there is.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Smartphone, Self::Card, Self::Fingerprint, Self::UsbKey, Self::Unused];

    /// Its name in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Smartphone => KeyKind::Smartphone.key(),
            Self::Card => KeyKind::Card.key(),
            Self::Fingerprint => KeyKind::Fingerprint.key(),
            Self::UsbKey => KeyKind::UsbKey.key(),
            Self::Unused => "unused",
        }
    }
}

api_type! {
    /// The order of the list; in JSON and addresses `name`, or `-name` for downwards.
    #[derive(Copy)]
    pub enum UserSort {
        /// By username.
        #[serde(rename = "username")]
        Username,
        /// By username, downwards.
        #[serde(rename = "-username")]
        UsernameDown,
        /// By full name.
        #[serde(rename = "name")]
        Name,
        /// By full name, downwards.
        #[serde(rename = "-name")]
        NameDown,
        /// By e-mail address.
        #[serde(rename = "email")]
        Email,
        /// By e-mail address, downwards.
        #[serde(rename = "-email")]
        EmailDown,
        /// Oldest first.
        #[serde(rename = "added")]
        Added,
        /// Newest first.
        #[serde(rename = "-added")]
        AddedDown,
    }
}

impl UserSort {
    /// Every order there is.
    pub const ALL: [Self; 8] = [
        Self::Username,
        Self::UsernameDown,
        Self::Name,
        Self::NameDown,
        Self::Email,
        Self::EmailDown,
        Self::Added,
        Self::AddedDown,
    ];

    /// Its name in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::UsernameDown => "-username",
            Self::Name => "name",
            Self::NameDown => "-name",
            Self::Email => "email",
            Self::EmailDown => "-email",
            Self::Added => "added",
            Self::AddedDown => "-added",
        }
    }
}

impl fmt::Display for UserSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

api_type! {
    /// `GET /api/v1/users/count`: how many users a filter finds.
    pub struct UserCount {
        /// How many.
        pub count: u32,
    }
}

api_type! {
    /// `POST /api/v1/users/bulk`: the same for many users, as a job.
    pub struct Bulk {
        /// What is done.
        pub action: BulkAction,
        /// To whom.
        pub users: Selection,
    }
}

api_type! {
    /// What can be done to many users.
    #[serde(tag = "do", rename_all = "snake_case")]
    pub enum BulkAction {
        /// Invites those without an active key by e-mail; who has no key is assigned a smartphone first.
        Invite,
        /// Adds them to a group.
        Join {
            /// Which.
            group: GroupId,
        },
        /// Takes them out of a group.
        Leave {
            /// Which.
            group: GroupId,
        },
        /// Blocks them, with all their keys.
        Block,
        /// Unblocks them; keys that were blocked by themselves stay blocked.
        Unblock,
        /// Deletes them, with their keys.
        Delete,
    }
}

api_type! {
    /// Users chosen one by one, or all that a filter finds.
    #[serde(rename_all = "snake_case")]
    pub enum Selection {
        /// These.
        Ids(Vec<UserId>),
        /// All that the filter finds, provided that they are still so many as the person was told.
        Matching {
            /// Which.
            filter: UserFilter,
            /// How many the person was told.
            expected: u32,
        },
    }
}
