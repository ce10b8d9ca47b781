//! Server-sent events (`GET /api/v1/events`): what changed, so that open pages fetch it again.

use crate::{AdminId, ComputerId, JobId, KeyId, MailId, RunId, UserId, api_type};

api_type! {
    /// Something changed. Carries ids only: who listens fetches what it shows.
    #[serde(tag = "event", rename_all = "snake_case")]
    pub enum Event {
        /// A user was added, changed or deleted, or their status changed.
        User {
            /// Which.
            user_id: UserId,
        },
        /// A key changed: invited, activated, expired, blocked, deleted.
        Key {
            /// Which.
            key_id: KeyId,
            /// Whose.
            user_id: UserId,
        },
        /// A computer came or went, was paired, blocked or deleted.
        Computer {
            /// Which.
            computer_id: ComputerId,
        },
        /// A phone came or went.
        Phone {
            /// Its id at the relay.
            device_id: String,
        },
        /// A mail arrived in the inbox, or mails were deleted.
        Mail {
            /// Which, or the last of them.
            mail_id: MailId,
        },
        /// What the mail sink does wrong on purpose was set anew.
        MailFault,
        /// Mails were put into the outbox, sent, refused or dropped.
        Outbox,
        /// Many users changed at once, or the members of a group: fetch lists again.
        Users,
        /// Settings of keys were chosen for the organisation or a group.
        Settings,
        /// Groups were made, renamed or deleted.
        Groups,
        /// The authentication log has new entries.
        Authentications,
        /// An admin was added, changed, blocked or deleted, or signed out elsewhere.
        Admin {
            /// Which.
            admin_id: AdminId,
        },
        /// Invitations of admins were sent, revoked or accepted.
        AdminInvitations,
        /// Work in the background came further.
        Job {
            /// Which.
            job_id: JobId,
        },
        /// Workflows were made, paused, resumed or deleted, or runs began or ended.
        Workflows,
        /// A run came further.
        Run {
            /// Which.
            run_id: RunId,
        },
        /// The listener was too slow and missed events: fetch everything again.
        Lagged,
    }
}
