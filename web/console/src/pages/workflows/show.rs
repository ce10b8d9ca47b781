//! A workflow: what it does, its runs, and what can be done about it.

use leptos::prelude::*;
use pocketkey_api::{
    WorkflowId,
    event::Event,
    permission::Permission,
    workflow::{Run, Workflow, WorkflowState},
};
use pocketkey_kit::{api, prelude::*};

use super::labels::{RunBadge, WorkflowBadge, audience, cause, sentence, trigger};
use crate::{delete::TypeToDelete, labels::kind_name, session::may, strings};

/// The page.
#[component]
pub fn WorkflowPage(id: WorkflowId) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/workflows/{id}"));
    let id = StoredValue::new(id);
    let workflow = load(move || async move { api::get::<Workflow>(&path.get_value()).await });
    let runs = load_list::<Run>(move || format!("{}/runs", path.get_value()));
    use_event(move |event| match event {
        Event::Workflows | Event::Groups | Event::Lagged => {
            workflow.refetch();
            runs.refetch();
        }
        Event::Run { run_id }
            if runs.page().with_untracked(|page| page.items.iter().any(|run| run.id == run_id))
                != Some(false) =>
        {
            runs.refetch();
        }
        _ => {}
    });
    let name = move || {
        workflow.with(|workflow| workflow.name.clone()).unwrap_or_else(|| strings::workflows().into())
    };
    let (router, toasts, manage) = (use_router(), use_toasts(), may(Permission::ManagePeople));
    let busy = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let run_now = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::post::<_, Run>(&format!("{}/runs", path.get_value()), &()).await;
            busy.try_set(false);
            match answer {
                Ok(run) => router.go(&format!("/workflows/{}/runs/{}", run.workflow_id, run.id)),
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    let pause = move |on: bool| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let path = format!("{}/pause", path.get_value());
            let answer = if on { api::put_only(&path).await } else { api::delete(&path).await };
            busy.try_set(false);
            match answer {
                Ok(()) => toasts.say(if on { strings::is_paused() } else { strings::is_resumed() }),
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    let paused = Memo::new(move |_| workflow.with(|it| it.state == WorkflowState::Paused));
    let buttons = move || {
        paused.get().filter(|_| manage).map(|paused| {
            view! {
                <Button
                    label=strings::delete()
                    icon=IconKind::Trash
                    icon_only=true
                    on_click=move || deleting.set(true)
                    test_id="delete-workflow"
                />
                <LinkButton
                    label=strings::edit_label()
                    icon=IconKind::Edit
                    href=format!("/workflows/{}/edit?step=review", id.get_value())
                    test_id="edit-workflow"
                />
                <Button
                    label=if paused { strings::resume() } else { strings::pause() }
                    icon=if paused { IconKind::Play } else { IconKind::Pause }
                    disabled=busy
                    on_click=move || pause(!paused)
                    test_id="pause-workflow"
                />
                <Button
                    label=strings::run_now()
                    icon=IconKind::Play
                    kind=ButtonKind::Primary
                    disabled=Signal::derive(move || busy.get() || paused)
                    on_click=run_now
                    test_id="run-now"
                />
            }
        })
    };
    view! {
        <PageHeader title=Signal::derive(name) back=("/workflows".to_owned(), strings::workflows().to_owned())>
            {buttons}
        </PageHeader>
        {workflow.show(|workflow| view! { <Summary workflow/> }.into_any())}
        <h2 class="mt-6 mb-2">{strings::runs()}</h2>
        <div class="card">
            {runs.show(no_runs, history)}
        </div>
        <Dialog open=deleting title=strings::delete_workflow() test_id="delete-dialog">
            {move || {
                let name = workflow.with_untracked(|it| it.name.clone()).unwrap_or_default();
                view! {
                    <TypeToDelete
                        path=path.get_value()
                        name=name.clone()
                        word=name
                        text=strings::delete_workflow_text()
                        then="/workflows"
                        open=deleting
                    />
                }
            }}
        </Dialog>
    }
}

#[component]
fn Summary(workflow: Workflow) -> impl IntoView {
    let (whom, when) = (audience(&workflow), trigger(workflow.trigger));
    let settings =
        if workflow.settings.is_some() { strings::settings_own() } else { strings::settings_default() };
    let row = |term: &'static str, value: AnyView| {
        view! {
            <div class="min-w-0">
                <dt class="text-sm text-muted">{term}</dt>
                <dd class="font-medium break-words">{value}</dd>
            </div>
        }
    };
    let next = workflow.next_at.map(|at| row(strings::next_run(), view! { <RelativeTime at/> }.into_any()));
    view! {
        <dl class="card grid grid-cols-2 gap-x-6 gap-y-4 p-5 md:grid-cols-3" data-testid="workflow">
            {row(strings::status(), view! { <WorkflowBadge state=workflow.state/> }.into_any())}
            {row(strings::groups(), whom.into_any())}
            {row(strings::key_type(), kind_name(workflow.kind).into_any())}
            {row(strings::step_settings(), settings.into_any())}
            {row(strings::when(), when.into_any())}
            {next}
        </dl>
    }
}

fn no_runs() -> AnyView {
    view! {
        <EmptyState
            icon=IconKind::Flow
            title=strings::no_runs()
            text=strings::no_runs_text()
            test_id="no-runs"
        />
    }
    .into_any()
}

fn history(runs: Vec<Run>) -> AnyView {
    let row = |run: Run| {
        view! {
            <tr data-testid="run-row">
                <td>
                    <RowLink href=format!("/workflows/{}/runs/{}", run.workflow_id, run.id)>{strings::run_number(run.number)}</RowLink>
                    <div class="text-sm text-muted">{cause(run.cause)} " · " <RelativeTime at=run.started_at/></div>
                    <div class="text-sm text-muted sm:hidden">{sentence(&run)}</div>
                </td>
                <td class="hidden text-muted sm:table-cell">{sentence(&run)}</td>
                <td class="w-px whitespace-nowrap"><RunBadge state=run.state/></td>
            </tr>
        }
    };
    let columns = vec![
        Column::new(strings::run(), ""),
        Column::new(strings::result(), "hidden sm:table-cell"),
        Column::new(strings::status(), ""),
    ];
    view! {
        <Table caption=strings::runs() columns test_id="runs">{runs.into_iter().map(row).collect_view()}</Table>
    }
    .into_any()
}
