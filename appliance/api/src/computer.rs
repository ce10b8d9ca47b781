//! Computers that are paired with a phone, and what can be done about them (A21).

use crate::{ComputerId, UserId, api_type};

api_type! {
    /// A computer as listed.
    pub struct Computer {
        /// Its id at the relay.
        pub id: ComputerId,
        /// What people call it, for example `Ada's laptop`.
        pub name: String,
        /// The operating system.
        pub os: String,
        /// The phone that answers for it; none if the phone was deleted since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<ComputerPhone>,
        /// Whether it is connected now.
        pub online: bool,
        /// When it was last connected or introduced itself.
        pub seen_at: i64,
        /// When an administrator blocked it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_at: Option<i64>,
    }
}

api_type! {
    /// The phone that a computer is paired with.
    pub struct ComputerPhone {
        /// Its model, for example `Pixel 9`.
        pub model: String,
        /// Whose security key it is.
        pub user_id: UserId,
        /// Their full name.
        pub user_name: String,
    }
}
