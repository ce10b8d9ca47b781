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
        WorkflowState::Paused => (strings::paused(), Tone::Warn),
        WorkflowState::Running => (strings::running(), Tone::Accent),
        WorkflowState::Waiting => (strings::waits(), Tone::Good),
        WorkflowState::Done => (strings::run_done(), Tone::Neutral),
    };
    view! { <Badge label tone dot=true test_id="workflow-state"/> }
}

/// A run's state as a badge.
#[component]
pub fn RunBadge(state: RunState) -> impl IntoView {
    let (label, tone) = match state {
        RunState::Running => (strings::running(), Tone::Accent),
        RunState::Paused => (strings::paused(), Tone::Warn),
        RunState::Cancelled => (strings::cancelled(), Tone::Bad),
        RunState::Done => (strings::run_done(), Tone::Good),
    };
    view! { <Badge label tone dot=true test_id="run-state"/> }
}

/// What a result's state is called, and its colour.
pub fn result_word(state: ResultState) -> (&'static str, Tone) {
    match state {
        ResultState::Waiting => (strings::not_yet(), Tone::Neutral),
        ResultState::Skipped => (strings::skipped(), Tone::Neutral),
        ResultState::Queued => (strings::mail_waits(), Tone::Accent),
        ResultState::Mailed => (strings::mailed(), Tone::Warn),
        ResultState::Activated => (strings::key_activated(), Tone::Good),
        ResultState::MailFailed => (strings::result_mail_failed(), Tone::Bad),
        ResultState::Expired => (strings::expired(), Tone::Bad),
        ResultState::Withdrawn => (strings::withdrawn(), Tone::Neutral),
    }
}

/// Why somebody was passed over.
pub fn reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Active => strings::reason_active(),
        SkipReason::UserBlocked => strings::reason_user_blocked(),
        SkipReason::KeyBlocked => strings::reason_key_blocked(),
        SkipReason::NotInGroup => strings::reason_not_in_group(),
    }
}

/// Why a run began.
pub fn cause(cause: RunCause) -> &'static str {
    match cause {
        RunCause::Admin => strings::cause_admin(),
        RunCause::Schedule => strings::cause_schedule(),
        RunCause::Joined => strings::cause_joined(),
        RunCause::Imported => strings::cause_imported(),
        RunCause::Retry => strings::cause_retry(),
    }
}

/// When a workflow runs.
pub fn trigger(trigger: Trigger) -> String {
    match trigger {
        Trigger::Once => strings::once().to_owned(),
        Trigger::Schedule { weekday, minute } => strings::schedule(weekday, minute),
        Trigger::Joined => strings::on_joined().to_owned(),
        Trigger::Imported => strings::on_imported().to_owned(),
    }
}

/// Whom a workflow is for.
pub fn audience(workflow: &Workflow) -> String {
    if workflow.everybody {
        return strings::for_all_users().to_owned();
    }
    match &workflow.groups[..] {
        [] => strings::groups_gone().to_owned(),
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
                    aria-label=strings::running()
                ></progress>
            })}
        </div>
    }
}
