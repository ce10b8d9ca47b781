//! Beginning jobs, following them, and taking them back.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use pocketkey_api::{
    JobId,
    audit::Action,
    event::Event,
    job::{Job, JobKind, JobProblem, JobState, Outcome},
};

use serde_json::{Value, json};

use super::{JobError, Undo};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::DbError,
    events::Events,
    secret, users,
};

/// So many jobs are remembered.
const REMEMBERED: usize = 50;
/// So many problems of a job are kept; the others are only counted.
const PROBLEMS: usize = 1000;

struct State {
    job: Job,
    undo: Option<Undo>,
}

/// The jobs, latest last.
#[derive(Default)]
pub struct Jobs(Mutex<VecDeque<Arc<Mutex<State>>>>);

/// A job as whoever does it sees it.
#[derive(Clone)]
pub struct JobHandle {
    state: Arc<Mutex<State>>,
    events: Events,
}

impl Jobs {
    /// Begins a job over `total` rows or users. The oldest one is forgotten when there are many.
    pub fn begin(&self, app: &App, kind: JobKind, total: usize) -> JobHandle {
        let job = Job {
            id: JobId(secret::new_id()),
            kind,
            state: JobState::Running,
            total: u32::try_from(total).unwrap_or(u32::MAX),
            done: 0,
            outcome: Outcome::default(),
            problems: Vec::new(),
            can_undo: false,
            started_at: app.now(),
        };
        let state = Arc::new(Mutex::new(State { job, undo: None }));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(state.clone());
        if all.len() > REMEMBERED {
            all.pop_front();
        }
        JobHandle { state, events: app.events().clone() }
    }

    fn find(&self, id: &JobId) -> Result<Arc<Mutex<State>>, JobError> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|state| locked(state, |state| state.job.id == *id)).cloned().ok_or(JobError::NotFound)
    }

    /// How far a job is.
    ///
    /// # Errors
    /// [`JobError::NotFound`].
    pub fn show(&self, id: &JobId) -> Result<Job, JobError> {
        Ok(locked(&*self.find(id)?, |state| state.job.clone()))
    }

    /// Takes a job back, once, by another job.
    ///
    /// # Errors
    /// [`JobError::NotFound`], [`JobError::NothingToUndo`].
    pub fn undo(&self, app: &App, id: &JobId, by: &Actor) -> Result<Job, JobError> {
        let undo = locked(&*self.find(id)?, |state| {
            state.job.can_undo = false;
            state.undo.take()
        });
        Ok(users::bulk::undo(app, undo.ok_or(JobError::NothingToUndo)?, by))
    }
}

impl JobHandle {
    /// The job as it is now.
    pub fn show(&self) -> Job {
        locked(&self.state, |state| state.job.clone())
    }

    /// Counts what was done since the last time, and tells open pages.
    pub fn add(&self, outcome: Outcome, problems: Vec<JobProblem>) {
        self.change(|state| {
            let sum = &mut state.job.outcome;
            sum.created += outcome.created;
            sum.changed += outcome.changed;
            sum.unchanged += outcome.unchanged;
            sum.failed += outcome.failed;
            state.job.done = sum.sum();
            let room = PROBLEMS - state.job.problems.len();
            state.job.problems.extend(problems.into_iter().take(room));
        });
    }

    /// Says how to take the job back.
    pub fn set_undo(&self, undo: Undo) {
        self.change(|state| {
            state.job.can_undo = true;
            state.undo = Some(undo);
        });
    }

    /// Does `work` to the end, between two entries in the audit log: that `by` had it done, how (`detail`), and what came
    /// of it. What is done to each user names this job: see [`Actor::by_job`].
    pub async fn run(
        &self,
        app: &App,
        by: &Actor,
        detail: Value,
        work: impl Future<Output = Result<(), DbError>>,
    ) {
        let worked = match self.note(app, by, Action::JobStarted, detail).await {
            Ok(()) => work.await,
            Err(error) => Err(error),
        };
        let Job { outcome, .. } = self.show();
        let detail = json!({ "whole": worked.is_ok(), "outcome": outcome });
        let noted = self.note(app, by, Action::JobFinished, detail).await;
        self.end(worked.and(noted));
    }

    async fn note(&self, app: &App, by: &Actor, action: Action, mut detail: Value) -> Result<(), DbError> {
        let Job { id, kind, total, .. } = self.show();
        detail["total"] = total.into();
        let (now, by) = (app.now(), by.clone());
        app.db()
            .write(move |tx| {
                let name = serde_json::to_value(kind).unwrap_or_default();
                let target = Target::new(&id.0, name.as_str().unwrap_or_default());
                audit::record(tx, now, &by, action, target, &detail)
            })
            .await
    }

    /// Ends the job.
    pub fn end(&self, worked: Result<(), DbError>) {
        if let Err(error) = &worked {
            tracing::error!(%error, "a job broke off");
        }
        self.change(|state| {
            state.job.state = if worked.is_ok() { JobState::Done } else { JobState::Failed };
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let job_id = locked(&self.state, |state| {
            change(state);
            state.job.id.clone()
        });
        self.events.send(Event::Job { job_id });
    }
}

fn locked<T>(state: &Mutex<State>, look: impl FnOnce(&mut State) -> T) -> T {
    look(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}
