//! The words and colours of workflows, runs and results.

use leptos::prelude::*;
use pocketkey_api::workflow::{
    ResultState, Run, RunCause, RunState, SkipReason, Trigger, Workflow, WorkflowState,
};
use pocketkey_kit::prelude::*;

use crate::strings;

/// A workflow's state as a badge.
#[component]
pub fn WorkflowBadge(state: WorkflowState) -> impl IntoView {
    let (label, tone) = match state {
        WorkflowState::Paused => (strings::PAUSED, Tone::Warn),
        WorkflowState::Running => (strings::RUNNING, Tone::Accent),
        WorkflowState::Waiting => (strings::WAITS, Tone::Good),
        WorkflowState::Done => (strings::RUN_DONE, Tone::Neutral),
    };
    view! { <Badge label tone dot=true test_id="workflow-state"/> }
}

/// A run's state as a badge.
#[component]
pub fn RunBadge(state: RunState) -> impl IntoView {
    let (label, tone) = match state {
        RunState::Running => (strings::RUNNING, Tone::Accent),
        RunState::Paused => (strings::PAUSED, Tone::Warn),
        RunState::Cancelled => (strings::CANCELLED, Tone::Bad),
        RunState::Done => (strings::RUN_DONE, Tone::Good),
    };
    view! { <Badge label tone dot=true test_id="run-state"/> }
}

/// What a result's state is called, and its colour.
pub fn result_word(state: ResultState) -> (&'static str, Tone) {
    match state {
        ResultState::Waiting => (strings::NOT_YET, Tone::Neutral),
        ResultState::Skipped => (strings::SKIPPED, Tone::Neutral),
        ResultState::Queued => (strings::MAIL_WAITS, Tone::Accent),
        ResultState::Mailed => (strings::MAILED, Tone::Warn),
        ResultState::Activated => (strings::KEY_ACTIVATED, Tone::Good),
        ResultState::MailFailed => (strings::RESULT_MAIL_FAILED, Tone::Bad),
        ResultState::Expired => (strings::EXPIRED, Tone::Bad),
        ResultState::Withdrawn => (strings::WITHDRAWN, Tone::Neutral),
    }
}

/// Why somebody was passed over.
pub fn reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Active => strings::REASON_ACTIVE,
        SkipReason::UserBlocked => strings::REASON_USER_BLOCKED,
        SkipReason::KeyBlocked => strings::REASON_KEY_BLOCKED,
        SkipReason::NotInGroup => strings::REASON_NOT_IN_GROUP,
    }
}

/// Why a run began.
pub fn cause(cause: RunCause) -> &'static str {
    match cause {
        RunCause::Admin => strings::CAUSE_ADMIN,
        RunCause::Schedule => strings::CAUSE_SCHEDULE,
        RunCause::Joined => strings::CAUSE_JOINED,
        RunCause::Imported => strings::CAUSE_IMPORTED,
        RunCause::Retry => strings::CAUSE_RETRY,
    }
}

/// When a workflow runs.
pub fn trigger(trigger: Trigger) -> String {
    match trigger {
        Trigger::Once => strings::ONCE.to_owned(),
        Trigger::Schedule { weekday, minute } => strings::schedule(weekday, minute),
        Trigger::Joined => strings::ON_JOINED.to_owned(),
        Trigger::Imported => strings::ON_IMPORTED.to_owned(),
    }
}

/// Whom a workflow is for.
pub fn audience(workflow: &Workflow) -> String {
    if workflow.everybody {
        return strings::FOR_ALL_USERS.to_owned();
    }
    match &workflow.groups[..] {
        [] => strings::GROUPS_GONE.to_owned(),
        groups => groups.iter().map(|group| &*group.name).collect::<Vec<_>>().join(", "),
    }
}

/// What a run came to, in a sentence.
pub fn sentence(run: &Run) -> String {
    strings::run_sentence(run.invited, run.skipped)
}

/// How far a run is: a bar while it goes on, a sentence when it is over.
#[component]
pub fn RunProgress(run: Run) -> impl IntoView {
    let done = run.invited + run.skipped;
    let open = matches!(run.state, RunState::Running | RunState::Paused);
    view! {
        <div data-testid="run-progress">
            <p class="flex flex-wrap justify-between gap-x-4 text-sm" role=(!open).then_some("status")>
                <span>{sentence(&run)}</span>
                {open.then(|| view! {
                    <span class="tabular-nums text-muted">{strings::of(done, run.total)}</span>
                })}
            </p>
            {open.then(|| view! {
                <progress
                    class="progress mt-1.5"
                    max=run.total.max(1).to_string()
                    value=done.to_string()
                    aria-label=strings::RUNNING
                ></progress>
            })}
        </div>
    }
}
