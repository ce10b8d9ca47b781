//! Work in the background: imports, and the same thing done to many users.

use crate::{JobId, UserId, api_type};

api_type! {
    /// `GET /api/v1/jobs/{id}`: how far it is, and what came of it. Jobs are remembered until the appliance stops.
    pub struct Job {
        /// Its id.
        pub id: JobId,
        /// What it does.
        pub kind: JobKind,
        /// Whether it still runs.
        pub state: JobState,
        /// How many rows or users there are.
        pub total: u32,
        /// How many of them are done with.
        pub done: u32,
        /// What came of those.
        pub outcome: Outcome,
        /// What went wrong, row by row or user by user; the first thousand.
        pub problems: Vec<JobProblem>,
        /// Whether `POST /api/v1/jobs/{id}/undo` takes it back.
        pub can_undo: bool,
        /// When it began.
        pub started_at: i64,
    }
}

api_type! {
    /// What a job does.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum JobKind {
        /// Checks what an import would do, and changes nothing.
        ImportCheck,
        /// Imports users.
        Import,
        /// Invites users.
        Invite,
        /// Adds users to a group.
        Join,
        /// Takes users out of a group.
        Leave,
        /// Blocks users.
        Block,
        /// Unblocks users.
        Unblock,
        /// Deletes users.
        Delete,
    }
}

api_type! {
    /// Whether a job still runs.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum JobState {
        /// It runs.
        Running,
        /// It came to its end; some rows may have failed.
        Done,
        /// It broke off: what it did before stays done.
        Failed,
    }
}

api_type! {
    /// What came of a job's rows or users; the sum is `done`.
    #[derive(Copy, Default)]
    pub struct Outcome {
        /// Added.
        pub created: u32,
        /// Changed: updated, invited, joined, left, deleted.
        pub changed: u32,
        /// Nothing to do.
        pub unchanged: u32,
        /// Not done, for a reason that is among the problems.
        pub failed: u32,
    }
}

impl Outcome {
    /// How many there are in all.
    #[must_use]
    pub const fn sum(&self) -> u32 {
        self.created + self.changed + self.unchanged + self.failed
    }
}

api_type! {
    /// Why a row or a user was left out.
    pub struct JobProblem {
        /// The line of the file, the first being 1; for imports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub line: Option<u32>,
        /// The user, if it is about one there is already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_id: Option<UserId>,
        /// Who or what it is about: a name, or the value at fault.
        pub about: String,
        /// The field at fault; for imports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
        /// What is wrong, for people.
        pub message: String,
    }
}
