//! Work in the background, as it goes on: how far it is, what came of it, what went wrong, and taking it back.

use leptos::prelude::*;
use pocketkey_api::{
    JobId,
    event::Event,
    job::{Job, JobKind, JobProblem, JobState},
};
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// So many problems are shown; the rest is only counted.
const SHOWN: usize = 100;

/// A job, live.
pub fn use_job(id: JobId) -> Load<Job> {
    let path = format!("/api/v1/jobs/{id}");
    let job = load(move || {
        let path = path.clone();
        async move { api::get::<Job>(&path).await }
    });
    job.refetch_on(move |event| matches!(event, Event::Job { job_id } if *job_id == id))
}

/// A job in a card, until it is dismissed.
#[component]
pub fn JobCard(
    /// Which; none = no card. Taking it back puts the job that does so here.
    job: RwSignal<Option<JobId>>,
) -> impl IntoView {
    move || {
        job.get().map(|id| {
            let shown = use_job(id.clone());
            let card = move |shown: Job| card(shown, job);
            view! { <div class="card mb-4" data-testid="job">{shown.show(card)}</div> }
        })
    }
}

fn card(shown: Job, job: RwSignal<Option<JobId>>) -> AnyView {
    let toasts = use_toasts();
    let running = shown.state == JobState::Running;
    let path = format!("/api/v1/jobs/{}/undo", shown.id);
    let undo = move || {
        let path = path.clone();
        toasts.attempt(async move { api::post::<_, Job>(&path, &()).await }, move |undoing| {
            job.set(Some(undoing.id));
        });
    };
    let can_undo = shown.can_undo && !running;
    view! {
        <div class="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
            <div class="min-w-0 grow basis-60">
                <JobProgress job=shown.clone()/>
            </div>
            {can_undo.then(|| view! {
                <Button label=strings::undo() icon=IconKind::Refresh small=true on_click=undo test_id="job-undo"/>
            })}
            {(!running).then(|| view! {
                <Button
                    label=strings::dismiss()
                    icon=IconKind::Close
                    icon_only=true
                    small=true
                    kind=ButtonKind::Ghost
                    on_click=move || job.set(None)
                    test_id="job-dismiss"
                />
            })}
        </div>
        <JobProblems job=shown/>
    }
    .into_any()
}

/// How far a job is: a bar while it runs, a sentence when it is over.
#[component]
pub fn JobProgress(job: Job) -> impl IntoView {
    let sentence = sentence(&job);
    match job.state {
        JobState::Running => view! {
            <p class="mb-1.5 flex justify-between gap-4 text-sm">
                <span class="font-medium">{strings::job_running(job.kind)}</span>
                <span class="tabular-nums text-muted">{strings::of(job.done, job.total)}</span>
            </p>
            <progress
                class="progress"
                max=job.total.to_string()
                value=job.done.to_string()
                aria-label=strings::job_running(job.kind)
            ></progress>
        }
        .into_any(),
        JobState::Done => {
            view! { <p class="text-sm font-medium" role="status" data-testid="job-done">{sentence}</p> }
                .into_any()
        }
        JobState::Failed => {
            view! { <Note tone=Tone::Bad test_id="job-failed">{strings::job_failed()} " " {sentence}</Note> }
                .into_any()
        }
    }
}

/// What came of a job, in a sentence.
pub fn sentence(job: &Job) -> String {
    let outcome = job.outcome;
    let count =
        |count: u32, word: &'static str| (count > 0).then(|| format!("{} {word}", strings::number(count)));
    let changed = match job.kind {
        JobKind::ImportCheck => strings::would_change(),
        JobKind::Import => strings::changed(),
        JobKind::Invite => strings::invited(),
        JobKind::Join => strings::joined_label(),
        JobKind::Leave => strings::left_label(),
        JobKind::Block => strings::were_blocked(),
        JobKind::Unblock => strings::were_unblocked(),
        JobKind::Delete => strings::deleted_label(),
    };
    let created = if job.kind == JobKind::ImportCheck { strings::would_add() } else { strings::were_added() };
    let parts: Vec<String> = [
        count(outcome.created, created),
        count(outcome.changed, changed),
        count(outcome.unchanged, strings::unchanged()),
        count(outcome.failed, strings::failed()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { strings::nothing_to_do().to_owned() } else { format!("{}.", parts.join(", ")) }
}

/// What went wrong, line by line.
#[component]
pub fn JobProblems(job: Job) -> impl IntoView {
    let Job { problems, outcome, .. } = job;
    if problems.is_empty() {
        return ().into_any();
    }
    let lines = problems.iter().any(|problem| problem.line.is_some());
    let more = problems.len() > SHOWN;
    let row = move |problem: JobProblem| {
        let about = match (problem.user_id, problem.about) {
            (Some(id), about) => view! { <a class="link" href=format!("/users/{id}")>{about}</a> }.into_any(),
            (None, about) => about.into_any(),
        };
        view! {
            <tr data-testid="job-problem">
                {lines.then(|| view! { <td class="w-px tabular-nums text-muted">{problem.line}</td> })}
                <td class="max-w-0 w-1/3 truncate">{about}</td>
                <td>
                    {problem.field.filter(|field| field != "row").map(|field| view! {
                        <span class="text-muted">{strings::field(&field).to_owned()} ": "</span>
                    })}
                    {problem.message}
                </td>
            </tr>
        }
    };
    let mut columns = vec![Column::new(strings::who(), ""), Column::new(strings::problem(), "")];
    if lines {
        columns.insert(0, Column::new(strings::line(), ""));
    }
    view! {
        <div class="max-h-80 overflow-auto border-t border-line" tabindex="0" role="region" aria-label=strings::problems()>
            <Table caption=strings::problems() columns test_id="job-problems">
                {problems.into_iter().take(SHOWN).map(row).collect_view()}
            </Table>
            {more.then(|| view! {
                <p class="px-4 py-2 text-sm text-muted">{strings::more_problems(outcome.failed)}</p>
            })}
        </div>
    }
    .into_any()
}
