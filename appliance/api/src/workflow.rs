//! Workflows (A8, A9): "Security key device assignment" for many users, run by run, with a result per user.

use crate::{
    GroupId, KeyId, RunId, WorkflowId, api_type,
    group::Group,
    key::{KeyKind, KeyUser},
    settings::SettingsChoice,
};

api_type! {
    /// `POST /api/v1/workflows`: a new workflow. It assigns a key to every user it is for who has no active one of that kind,
    /// and invites them by e-mail.
    pub struct NewWorkflow {
        /// Its name; unique.
        pub name: String,
        /// Whom it is for: members of these groups; none = all users.
        #[serde(default)]
        pub groups: Vec<GroupId>,
        /// What kind of key. Only kinds that can be activated by e-mail: smartphones.
        pub kind: KeyKind,
        /// What is chosen for keys that it assigns; `None` = default settings. Keys there are already keep theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<SettingsChoice>,
        /// When it runs.
        pub trigger: Trigger,
    }
}

api_type! {
    /// `PATCH /api/v1/workflows/{id}`: what changes; what is absent stays.
    #[derive(Default)]
    pub struct WorkflowChange {
        /// As in [`NewWorkflow`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// As in [`NewWorkflow`]: all groups it is for from now on; an empty list = all users.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub groups: Option<Vec<GroupId>>,
        /// As in [`NewWorkflow`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<KeyKind>,
        /// As in [`NewWorkflow`]: all that is chosen from now on; `{}` = default settings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<SettingsChoice>,
        /// As in [`NewWorkflow`]. None begins a run by being chosen, not even `once`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trigger: Option<Trigger>,
    }
}

api_type! {
    /// When a workflow runs.
    #[derive(Copy)]
    #[serde(tag = "on", rename_all = "snake_case")]
    pub enum Trigger {
        /// At once, and then only when an admin says so.
        Once,
        /// Every day or every week.
        Schedule {
            /// On which day of the week, 1 = Monday to 7 = Sunday; absent = every day.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            weekday: Option<u8>,
            /// At what time, UTC, in minutes after midnight.
            minute: u16,
        },
        /// For users who are added to one of the groups – to any group, if it is for all users.
        Joined,
        /// For users whom an import adds.
        Imported,
    }
}

api_type! {
    /// `POST /api/v1/workflows/preview`: whom would it be for?
    pub struct Audience {
        /// As in [`NewWorkflow`].
        #[serde(default)]
        pub groups: Vec<GroupId>,
        /// As in [`NewWorkflow`].
        pub kind: KeyKind,
    }
}

api_type! {
    /// Whom a workflow would be for now.
    #[derive(Copy)]
    pub struct AudienceCount {
        /// How many users.
        pub users: u32,
        /// How many of them have no active key of that kind, and are not blocked.
        pub to_invite: u32,
    }
}

api_type! {
    /// A workflow.
    pub struct Workflow {
        /// Its id.
        pub id: WorkflowId,
        /// Its name; unique.
        pub name: String,
        /// Whether it is for all users.
        pub everybody: bool,
        /// Otherwise the groups it is for, by name. If they have all been deleted, it is for nobody.
        pub groups: Vec<Group>,
        /// What kind of key.
        pub kind: KeyKind,
        /// What is chosen for keys that it assigns; absent = default settings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<SettingsChoice>,
        /// When it runs.
        pub trigger: Trigger,
        /// Where it stands.
        pub state: WorkflowState,
        /// When it runs next, if it has a schedule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_at: Option<i64>,
        /// When it was made.
        pub created_at: i64,
        /// The latest run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_run: Option<Run>,
    }
}

api_type! {
    /// Where a workflow stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum WorkflowState {
        /// An admin paused it: nothing begins or goes on. Users who come meanwhile are looked at afterwards.
        Paused,
        /// A run is under way.
        Running,
        /// It waits for its time, for users to come, or – if it was changed to run once – for an admin.
        Waiting,
        /// It has run, and runs again only when an admin says so.
        Done,
    }
}

api_type! {
    /// A run of a workflow.
    pub struct Run {
        /// Its id.
        pub id: RunId,
        /// Whose run.
        pub workflow_id: WorkflowId,
        /// The workflow's name.
        pub workflow: String,
        /// 1 for the workflow's first run, and so on.
        pub number: u32,
        /// Why it began.
        pub cause: RunCause,
        /// Where it stands.
        pub state: RunState,
        /// How many users it is about.
        pub total: u32,
        /// How many of them it has invited.
        pub invited: u32,
        /// How many it has passed over.
        pub skipped: u32,
        /// When it began.
        pub started_at: i64,
        /// When it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ended_at: Option<i64>,
    }
}

api_type! {
    /// Why a run began.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum RunCause {
        /// The workflow was submitted, or an admin said "Run now".
        Admin,
        /// It was time.
        Schedule,
        /// Users were added to a group.
        Joined,
        /// Users were imported.
        Imported,
        /// "Re-run for failures" of another run.
        Retry,
    }
}

api_type! {
    /// Where a run stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum RunState {
        /// It goes on.
        Running,
        /// An admin paused it.
        Paused,
        /// An admin cancelled it: what it did before stays done.
        Cancelled,
        /// It came to its end.
        Done,
    }
}

api_type! {
    /// `GET /api/v1/runs/{id}`: a run, and what came of it until now.
    pub struct RunDetail {
        /// The run.
        pub run: Run,
        /// How many users are in which state; states of nobody are absent.
        pub counts: Vec<ResultCount>,
    }
}

api_type! {
    /// How many users are in a state.
    #[derive(Copy)]
    pub struct ResultCount {
        /// The state.
        pub state: ResultState,
        /// How many.
        pub count: u32,
    }
}

api_type! {
    /// What a run came to for a user.
    pub struct RunResult {
        /// The user.
        pub user: KeyUser,
        /// Where they stand now.
        pub state: ResultState,
        /// Why they were passed over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<SkipReason>,
        /// What the mail server said, if the mail failed or is being tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error: Option<String>,
        /// The key they were invited to activate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub key_id: Option<KeyId>,
        /// When the run looked at them.
        pub at: i64,
    }
}

api_type! {
    /// What became of a user since a run looked at them.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ResultState {
        /// The run has not come to them yet.
        Waiting,
        /// They were passed over.
        Skipped,
        /// The mail waits to be sent.
        Queued,
        /// The mail server took the mail; the invitation is open.
        Mailed,
        /// The key is active.
        Activated,
        /// The mail could not be sent.
        MailFailed,
        /// The invitation expired, or was locked after wrong codes.
        Expired,
        /// A later invitation replaced this one, or an admin revoked it or deleted the key.
        Withdrawn,
    }
}

impl ResultState {
    /// Every one there is.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Queued,
        Self::Mailed,
        Self::Activated,
        Self::MailFailed,
        Self::Expired,
        Self::Withdrawn,
        Self::Skipped,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Skipped => "skipped",
            Self::Queued => "queued",
            Self::Mailed => "mailed",
            Self::Activated => "activated",
            Self::MailFailed => "mail_failed",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == name)
    }

    /// Whether "Re-run for failures" takes them up.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::MailFailed | Self::Expired)
    }
}

api_type! {
    /// Why a run passed over a user.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SkipReason {
        /// They have an active key of that kind.
        Active,
        /// They are blocked.
        UserBlocked,
        /// Their key of that kind is blocked.
        KeyBlocked,
        /// They are in none of the workflow's groups any more.
        NotInGroup,
    }
}

impl SkipReason {
    /// Every one there is.
    pub const ALL: [Self; 4] = [Self::Active, Self::UserBlocked, Self::KeyBlocked, Self::NotInGroup];

    /// Its name in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::UserBlocked => "user_blocked",
            Self::KeyBlocked => "key_blocked",
            Self::NotInGroup => "not_in_group",
        }
    }
}
