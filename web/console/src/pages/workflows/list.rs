//! Every workflow, live.

use leptos::prelude::*;
use pocketkey_api::{event::Event, permission::Permission, workflow::Workflow};
use pocketkey_kit::{api, prelude::*};

use super::labels::{RunProgress, WorkflowBadge, audience, trigger};
use crate::{session::may, strings};

/// The page.
#[component]
pub fn WorkflowList() -> impl IntoView {
    let workflows = load(|| api::get::<Vec<Workflow>>("/api/v1/workflows"));
    use_event(move |event| {
        if matches!(event, Event::Workflows | Event::Run { .. } | Event::Groups | Event::Lagged) {
            workflows.refetch();
        }
    });
    let manage = may(Permission::ManagePeople);
    let draw = move |workflows: Vec<Workflow>| {
        if workflows.is_empty() {
            return view! {
                <div class="card">
                    <EmptyState
                        icon=IconKind::Flow
                        title=strings::no_workflows()
                        text=strings::no_workflows_text()
                        test_id="no-workflows"
                    >
                        {manage.then(|| view! {
                            <LinkButton
                                label=strings::first_workflow()
                                href="/workflows/new"
                                icon=IconKind::Plus
                                kind=ButtonKind::Primary
                                test_id="first-workflow"
                            />
                        })}
                    </EmptyState>
                </div>
            }
            .into_any();
        }
        let item = |workflow: Workflow| {
            let (whom, when) = (audience(&workflow), trigger(workflow.trigger));
            view! {
                <li class="relative px-5 py-4" data-testid="workflow-row">
                    <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
                        <h2 class="min-w-0 break-words">
                            <RowLink href=format!("/workflows/{}", workflow.id)>{workflow.name}</RowLink>
                        </h2>
                        <WorkflowBadge state=workflow.state/>
                    </div>
                    <p class="text-sm text-muted">{whom} " · " {when}</p>
                    {workflow.last_run.map(|run| view! { <div class="mt-2"><RunProgress run/></div> })}
                </li>
            }
        };
        view! {
            <ul class="card divide-y divide-line" data-testid="workflows">
                {workflows.into_iter().map(item).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::workflows() text=strings::workflows_text()>
            {manage.then(|| view! {
                <LinkButton
                    label=strings::new_workflow()
                    href="/workflows/new"
                    icon=IconKind::Plus
                    kind=ButtonKind::Primary
                    test_id="new-workflow"
                />
            })}
        </PageHeader>
        {workflows.show(draw)}
    }
}
