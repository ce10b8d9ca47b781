//! Users (A1, A2).

use crate::{GroupId, UserId, api_type, group::Group, key::Key};

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
