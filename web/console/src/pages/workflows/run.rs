//! A run, live: how far it is, and what came of every user; pausing, resuming, cancelling it, and running it again for
//! failures.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{
    Page, RunId, WorkflowId,
    event::Event,
    workflow::{ResultState, Run, RunDetail, RunResult, RunState},
};
use pocketkey_kit::{api, load::load, prelude::*};

use super::labels::{RunBadge, RunProgress, cause, reason, result_word};
use crate::{
    pages::users::filters::{Filter, search_in_address},
    session::may_manage,
    strings,
};

/// Results fetched at a time, and at most when a long list is fetched again.
const PAGE: (usize, usize) = (50, 200);
/// A run goes on in steps that are quicker than anybody looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The page.
#[component]
pub fn RunPage(workflow: WorkflowId, id: RunId) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/runs/{id}"));
    let own = StoredValue::new(format!("/workflows/{workflow}/runs/{id}"));
    let router = use_router();
    let (q, state) = (router.query("q"), router.query("state"));
    let state = Memo::new(move |_| ResultState::parse(&state.get()));

    let detail = load(move || async move { api::get::<RunDetail>(&path.get_value()).await });
    let results_path = move |limit: usize, after: &str| {
        let mut address = format!("{}/results?limit={limit}", path.get_value());
        let state = state.get().map_or("", ResultState::key);
        for (name, value) in [("search", &*q.get()), ("state", state), ("after", after)] {
            if !value.is_empty() {
                address.push_str(&format!("&{name}={}", api::encode(value)));
            }
        }
        address
    };
    let shown = StoredValue::new(PAGE.0);
    Effect::new(move |_| {
        q.track();
        state.track();
        shown.set_value(PAGE.0);
    });
    let results = load(move || {
        let path = results_path(shown.get_value().clamp(PAGE.0, PAGE.1), "");
        async move { api::get::<Page<RunResult>>(&path).await }
    });
    Effect::new(move |_| {
        if let Some(count) = results.with(|page| page.items.len()) {
            shown.set_value(count);
        }
    });
    let waits = StoredValue::new(false);
    use_event(move |event| {
        let about = match event {
            Event::Run { run_id } => run_id == id,
            Event::Key { .. } | Event::Users | Event::Workflows | Event::Outbox | Event::Lagged => true,
            _ => false,
        };
        if !about || waits.get_value() {
            return;
        }
        waits.set_value(true);
        let fetch = move || {
            waits.try_set_value(false);
            detail.refetch();
            results.refetch();
        };
        set_timeout(fetch, PAUSE);
    });
    let title = move || {
        detail.with(|detail| strings::run_title(&detail.run.workflow, detail.run.number)).unwrap_or_default()
    };
    let more = move |after: String| untrack(|| results_path(PAGE.0, &after));
    let draw = move |page: Page<RunResult>| {
        if page.items.is_empty() {
            return nobody(q.get().is_empty() && state.get().is_none(), own.get_value());
        }
        let columns = vec![Column::new(strings::user(), ""), Column::new(strings::result(), "")];
        view! {
            <Table caption=strings::results() columns test_id="results">
                {page.items.into_iter().map(row).collect_view()}
            </Table>
            <LoadMore list=results path=more/>
        }
        .into_any()
    };
    view! {
        <PageHeader
            title=Signal::derive(title)
            back=(format!("/workflows/{workflow}"), strings::to_workflow().to_owned())
        >
            <Actions detail path/>
        </PageHeader>
        {detail.show(|detail| view! { <Summary detail/> }.into_any())}
        <Filters own=own.get_value() q state/>
        <div class="card">{results.show(draw)}</div>
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
    let (router, toasts, manage) = (use_router(), use_toasts(), may_manage());
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
    let state = Memo::new(move |_| detail.with(|it| it.run.state).filter(|_| manage.get()));
    let failures = Memo::new(move |_| {
        let failed = |it: &RunDetail| {
            it.counts.iter().filter(|it| it.state.is_failure()).map(|it| it.count).sum::<u32>()
        };
        detail.with(failed).filter(|count| *count > 0 && manage.get())
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

#[component]
fn Filters(own: String, q: Memo<String>, state: Memo<Option<ResultState>>) -> impl IntoView {
    let router = use_router();
    let own = StoredValue::new(own);
    let address = move |search: &str, state: Option<ResultState>| {
        let parts = [("q", search), ("state", state.map_or("", ResultState::key))];
        let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<_> = parts.map(|(name, value)| format!("{name}={}", api::encode(value))).collect();
        let sign = if query.is_empty() { "" } else { "?" };
        format!("{}{sign}{}", own.get_value(), query.join("&"))
    };
    let search = RwSignal::new(q.get_untracked());
    search_in_address(search, q, move |text| address(text, state.get_untracked()));
    let states = ResultState::ALL.map(|it| (it.key().to_owned(), result_word(it).0.to_owned())).to_vec();
    view! {
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::filters()>
            <div class="w-full sm:w-64"><SearchField label=strings::search_users() value=search/></div>
            <Filter
                label=strings::result()
                any=strings::any_result()
                options=Signal::stored(states)
                value=Signal::derive(move || state.get().map_or("", ResultState::key).to_owned())
                on_choose=move |key: String| {
                    router.replace(&address(&q.get_untracked(), ResultState::parse(&key)));
                }
                test_id="filter-state"
            />
        </div>
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
