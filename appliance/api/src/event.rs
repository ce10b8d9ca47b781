//! Server-sent events (`GET /api/v1/events`): what changed, so that open pages fetch it again.

use std::fmt;

use serde::Deserialize;

use crate::{AdminId, ComputerId, JobId, KeyId, MailId, RunId, UserId, api_type};

api_type! {
    /// Something changed. Carries ids only: who listens fetches what it shows.
    #[serde(tag = "event", rename_all = "snake_case", try_from = "Members")]
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

/// An event as it is read, member by member. Serde's way to read a tagged enum keeps all it has read until it knows the
/// tag, which would be a twentieth of what the console loads first.
#[derive(Deserialize)]
struct Members {
    event: String,
    user_id: Option<UserId>,
    key_id: Option<KeyId>,
    computer_id: Option<ComputerId>,
    device_id: Option<String>,
    mail_id: Option<MailId>,
    admin_id: Option<AdminId>,
    job_id: Option<JobId>,
    run_id: Option<RunId>,
}

impl Members {
    fn event(self) -> Option<Event> {
        Some(match self.event.as_str() {
            "user" => Event::User { user_id: self.user_id? },
            "key" => Event::Key { key_id: self.key_id?, user_id: self.user_id? },
            "computer" => Event::Computer { computer_id: self.computer_id? },
            "phone" => Event::Phone { device_id: self.device_id? },
            "mail" => Event::Mail { mail_id: self.mail_id? },
            "mail_fault" => Event::MailFault,
            "outbox" => Event::Outbox,
            "users" => Event::Users,
            "settings" => Event::Settings,
            "groups" => Event::Groups,
            "authentications" => Event::Authentications,
            "admin" => Event::Admin { admin_id: self.admin_id? },
            "admin_invitations" => Event::AdminInvitations,
            "job" => Event::Job { job_id: self.job_id? },
            "workflows" => Event::Workflows,
            "run" => Event::Run { run_id: self.run_id? },
            "lagged" => Event::Lagged,
            _ => return None,
        })
    }
}

/// Not an event, or one of another version.
struct NoEvent;

impl fmt::Display for NoEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no event, or one without its ids")
    }
}

impl TryFrom<Members> for Event {
    type Error = NoEvent;

    fn try_from(members: Members) -> Result<Self, NoEvent> {
        members.event().ok_or(NoEvent)
    }
}

#[cfg(test)]
mod tests {
    use super::Event;

    /// Every event, one after the other: a new one does not compile before it is here.
    fn after(event: &Event) -> Option<Event> {
        Some(match event {
            Event::User { .. } => Event::Key { key_id: "k".into(), user_id: "u".into() },
            Event::Key { .. } => Event::Computer { computer_id: "c".into() },
            Event::Computer { .. } => Event::Phone { device_id: "d".to_owned() },
            Event::Phone { .. } => Event::Mail { mail_id: "m".into() },
            Event::Mail { .. } => Event::MailFault,
            Event::MailFault => Event::Outbox,
            Event::Outbox => Event::Users,
            Event::Users => Event::Settings,
            Event::Settings => Event::Groups,
            Event::Groups => Event::Authentications,
            Event::Authentications => Event::Admin { admin_id: "a".into() },
            Event::Admin { .. } => Event::AdminInvitations,
            Event::AdminInvitations => Event::Job { job_id: "j".into() },
            Event::Job { .. } => Event::Workflows,
            Event::Workflows => Event::Run { run_id: "r".into() },
            Event::Run { .. } => Event::Lagged,
            Event::Lagged => return None,
        })
    }

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let first = Event::User { user_id: "u".into() };
        let mut events = 0;
        for event in std::iter::successors(Some(first), after) {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event, "{text}");
            events += 1;
        }
        assert_eq!(events, 17);
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for text in [r#"{"event":"key","key_id":"k"}"#, r#"{"event":"tea"}"#, r#"{"user_id":"u"}"#, "[]"] {
            assert!(serde_json::from_str::<Event>(text).is_err(), "{text}");
        }
    }
}
