//! A run, live: how far it is, and what came of every user; pausing, resuming, cancelling it, and running it again for
//! failures.

use leptos::prelude::*;
use pocketkey_api::{
    RunId, WorkflowId,
    event::Event,
    permission::Permission,
    workflow::{ResultState, Run, RunDetail, RunResult, RunState},
};
use pocketkey_kit::{api, prelude::*};

use super::labels::{RunBadge, RunProgress, cause, reason, result_word};
use crate::{
    filters::{Choose, FilterBar, Filters, options},
    session::may,
    strings,
};

/// The page.
#[component]
pub fn RunPage(workflow: WorkflowId, id: RunId) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/runs/{id}"));
    let own = StoredValue::new(format!("/workflows/{workflow}/runs/{id}"));
    let filters = Filters::of(&["state"]);
    let detail = load(move || async move { api::get::<RunDetail>(&path.get_value()).await });
    let results = load_list::<RunResult>(move || filters.path(&format!("{}/results", path.get_value()), &[]));
    let is_about = move |event: &Event| match event {
        Event::Run { run_id } => *run_id == id,
        Event::Key { .. } | Event::Users | Event::Workflows | Event::Outbox | Event::Lagged => true,
        _ => false,
    };
    use_changes(is_about, move || {
        detail.refetch();
        results.refetch();
    });
    let title = move || {
        detail.with(|detail| strings::run_title(&detail.run.workflow, detail.run.number)).unwrap_or_default()
    };
    let draw = |all: Vec<RunResult>| {
        let columns = vec![Column::new(strings::user(), ""), Column::new(strings::result(), "")];
        view! {
            <Table caption=strings::results() columns test_id="results">
                {all.into_iter().map(row).collect_view()}
            </Table>
        }
        .into_any()
    };
    let states = options(ResultState::ALL, ResultState::key, |state| result_word(state).0);
    view! {
        <PageHeader
            title=Signal::derive(title)
            back=(format!("/workflows/{workflow}"), strings::to_workflow().to_owned())
        >
            <Actions detail path/>
        </PageHeader>
        {detail.show(|detail| view! { <Summary detail/> }.into_any())}
        <FilterBar search=strings::search_users()>
            <Choose filters name="state" label=strings::result() any=strings::any_result() options=states/>
        </FilterBar>
        <div class="card">{results.show(move || nobody(!filters.any(), own.get_value()), draw)}</div>
    }
}

#[component]
fn Summary(detail: RunDetail) -> impl IntoView {
    let RunDetail { run, counts } = detail;
    let count = |it: pocketkey_api::workflow::ResultCount| {
        let (word, tone) = result_word(it.state);
        let label = format!("{word}: {}", strings::number(it.count));
        view! {
            <li>
                <a class="rounded" href=format!("?state={}", it.state.key()) data-testid=format!("count-{}", it.state.key())>
                    <Badge label tone/>
                </a>
            </li>
        }
    };
    view! {
        <section class="card mb-5 space-y-3 p-5" aria-label=strings::run() data-testid="run">
            <p class="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
                <RunBadge state=run.state/>
                <span>{cause(run.cause)} " · " {strings::started()} " " <RelativeTime at=run.started_at/></span>
                {run.ended_at.map(|at| view! { <span>{strings::ended()} " " <RelativeTime at/></span> })}
            </p>
            <RunProgress run/>
            <ul class="flex flex-wrap gap-2" aria-label=strings::results()>{counts.into_iter().map(count).collect_view()}</ul>
        </section>
    }
}

/// Pausing, resuming, cancelling, running again.
#[component]
fn Actions(detail: Load<RunDetail>, path: StoredValue<String>) -> impl IntoView {
    let (router, toasts, manage) = (use_router(), use_toasts(), may(Permission::ManagePeople));
    let busy = RwSignal::new(false);
    let cancelling = RwSignal::new(false);
    let pause = move |on: bool| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let path = format!("{}/pause", path.get_value());
            let answer = if on { api::put_only(&path).await } else { api::delete(&path).await };
            busy.try_set(false);
            match answer {
                Ok(()) => detail.refetch(),
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    let cancel = move || {
        cancelling.set(false);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::post::<_, RunDetail>(&format!("{}/cancel", path.get_value()), &()).await;
            busy.try_set(false);
            match answer {
                Ok(now) => {
                    detail.put(now);
                    toasts.say(strings::is_cancelled());
                }
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    let retry = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::post::<_, Run>(&format!("{}/retry", path.get_value()), &()).await;
            busy.try_set(false);
            match answer {
                Ok(run) => router.go(&format!("/workflows/{}/runs/{}", run.workflow_id, run.id)),
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    let state = Memo::new(move |_| detail.with(|it| it.run.state).filter(|_| manage));
    let failures = Memo::new(move |_| {
        let failed = |it: &RunDetail| {
            it.counts.iter().filter(|it| it.state.is_failure()).map(|it| it.count).sum::<u32>()
        };
        detail.with(failed).filter(|count| *count > 0 && manage)
    });
    let going_on = move || match state.get() {
        Some(state @ (RunState::Running | RunState::Paused)) => {
            let paused = state == RunState::Paused;
            view! {
                <Button
                    label=strings::cancel_run()
                    icon=IconKind::Close
                    disabled=busy
                    on_click=move || cancelling.set(true)
                    test_id="cancel-run"
                />
                <Button
                    label=if paused { strings::resume() } else { strings::pause() }
                    icon=if paused { IconKind::Play } else { IconKind::Pause }
                    disabled=busy
                    on_click=move || pause(!paused)
                    test_id="pause-run"
                />
            }
            .into_any()
        }
        _ => ().into_any(),
    };
    view! {
        {going_on}
        {move || failures.get().map(|count| view! {
            <Button
                label=strings::retry(count)
                icon=IconKind::Refresh
                kind=ButtonKind::Primary
                disabled=busy
                on_click=retry
                test_id="retry-failures"
            />
        })}
        <Dialog open=cancelling title=strings::cancel_run_question() test_id="cancel-dialog">
            <p class="max-w-md text-muted">{strings::cancel_run_text()}</p>
            <div class="mt-5 flex flex-wrap justify-end gap-2">
                <Button label=strings::keep_running() on_click=move || cancelling.set(false)/>
                <Button
                    label=strings::cancel_run()
                    kind=ButtonKind::Danger
                    on_click=cancel
                    test_id="cancel-confirm"
                />
            </div>
        </Dialog>
    }
}

fn row(result: RunResult) -> impl IntoView {
    let (label, tone) = result_word(result.state);
    let why = result.reason.map(|why| reason(why).to_owned()).or(result.error);
    view! {
        <tr data-testid="result-row">
            <td class="max-w-0 w-1/2">
                <div class="truncate">
                    <RowLink href=format!("/users/{}?tab=keys", result.user.id)>{result.user.name}</RowLink>
                </div>
                <div class="truncate text-sm text-muted">{result.user.email}</div>
            </td>
            <td>
                <Badge label tone dot=true test_id="result-state"/>
                {why.map(|why| view! { <div class="mt-0.5 text-sm text-muted break-words">{why}</div> })}
            </td>
        </tr>
    }
}

fn nobody(whole: bool, own: String) -> AnyView {
    if whole {
        return view! {
            <EmptyState
                icon=IconKind::Users
                title=strings::no_results()
                text=strings::no_results_text()
                test_id="no-results"
            />
        }
        .into_any();
    }
    view! {
        <EmptyState
            icon=IconKind::Search
            title=strings::nobody_like_that()
            text=strings::nobody_found_text()
            test_id="no-match"
        >
            <LinkButton label=strings::show_all_users() href=own test_id="show-all"/>
        </EmptyState>
    }
    .into_any()
}
