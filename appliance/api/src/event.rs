//! Server-sent events (`GET /api/v1/events`): what changed, so that open pages fetch it again.

use crate::{JobId, KeyId, MailId, UserId, api_type};

api_type! {
    /// Something changed. Carries ids only: who listens fetches what it shows.
    #[serde(tag = "event", rename_all = "snake_case")]
    pub enum Event {
        /// A user was added or changed, or their status did.
        User {
            /// Which.
            user_id: UserId,
        },
        /// A key changed: invited, activated, expired.
        Key {
            /// Which.
            key_id: KeyId,
            /// Whose.
            user_id: UserId,
        },
        /// A mail arrived in the inbox.
        Mail {
            /// Which.
            mail_id: MailId,
        },
        /// Many users changed at once, or the members of a group: fetch lists again.
        Users,
        /// Groups were made, renamed or deleted.
        Groups,
        /// Work in the background came further.
        Job {
            /// Which.
            job_id: JobId,
        },
        /// The listener was too slow and missed events: fetch everything again.
        Lagged,
    }
}
