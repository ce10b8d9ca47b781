//! The dashboard (A16): how things stand, in numbers.

use crate::{api_type, authentication::AuthReason};

api_type! {
    /// `GET /api/v1/dashboard`.
    #[derive(Default)]
    pub struct Dashboard {
        /// The users.
        pub people: People,
        /// Active keys that were not used for 90 days.
        pub unused_keys: u32,
        /// Computers that are paired with a phone.
        pub computers: u32,
        /// The last 30 days, UTC, oldest first, today last.
        pub days: Vec<Day>,
        /// Why requests failed in these days, the most frequent reason first.
        pub failures: Vec<FailureCount>,
        /// The appliance's own mails.
        pub mail: MailHealth,
        /// The relay.
        pub relay: RelayHealth,
    }
}

api_type! {
    /// How many users stand where; the sum of all but `total` is `total`.
    #[derive(Copy, Default)]
    pub struct People {
        /// All of them.
        pub total: u32,
        /// With a key that works.
        pub active: u32,
        /// Whose invitation waits.
        pub pending: u32,
        /// Whose invitation lapsed.
        pub lapsed: u32,
        /// Who were never invited.
        pub never_invited: u32,
        /// Blocked.
        pub blocked: u32,
    }
}

api_type! {
    /// What happened on a day.
    #[derive(Copy, Default)]
    pub struct Day {
        /// When it begins.
        pub at: i64,
        /// Sign-ins that succeeded.
        pub signed_in: u32,
        /// Registrations that succeeded.
        pub registered: u32,
        /// Requests that failed.
        pub failed: u32,
    }
}

api_type! {
    /// How many requests failed for a reason.
    #[derive(Copy)]
    pub struct FailureCount {
        /// The reason.
        pub reason: AuthReason,
        /// How many.
        pub count: u32,
    }
}

api_type! {
    /// How the appliance's own mails fare.
    #[derive(Copy, Default)]
    pub struct MailHealth {
        /// Waiting to be sent.
        pub queued: u32,
        /// Given up in the last seven days.
        pub failed: u32,
        /// Sent since midnight, UTC.
        pub sent_today: u32,
    }
}

api_type! {
    /// How the relay fares.
    #[derive(Copy, Default)]
    pub struct RelayHealth {
        /// Phones connected.
        pub phones: u32,
        /// Computers connected.
        pub computers: u32,
        /// Connections closed since the start because their device did not keep up.
        pub overflows: u64,
        /// When the appliance was started.
        pub started_at: i64,
    }
}
