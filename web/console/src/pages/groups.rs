//! Groups (A7): the list, and making a new one.

use leptos::prelude::*;
use pocketkey_api::{
    Problem,
    group::{Group, NewGroup},
};
use pocketkey_kit::{api, load::load, prelude::*};

use crate::strings;

/// Every group, by name.
pub async fn all_groups() -> Result<Vec<Group>, Problem> {
    api::get("/api/v1/groups").await
}

/// The page.
#[component]
pub fn GroupList() -> impl IntoView {
    let groups = load(all_groups);
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let form = FormState::new();
    let name = RwSignal::new(String::new());
    let create = move || {
        let group = NewGroup { name: name.get_untracked() };
        form.send(async move { api::post::<_, Group>("/api/v1/groups", &group).await }, move |group| {
            toasts.say(strings::group_added(&group.name));
            name.set(String::new());
            open.set(false);
            groups.refetch();
        });
    };
    let start = move || {
        form.set_problem(None);
        open.set(true);
    };
    let draw = move |groups: Vec<Group>| {
        if groups.is_empty() {
            return view! {
                <EmptyState
                    icon=IconKind::Groups
                    title=strings::NO_GROUPS
                    text=strings::NO_GROUPS_TEXT
                    test_id="no-groups"
                >
                    <Button
                        label=strings::FIRST_GROUP
                        icon=IconKind::Plus
                        kind=ButtonKind::Primary
                        on_click=start
                        test_id="first-group"
                    />
                </EmptyState>
            }
            .into_any();
        }
        let row = |group: Group| {
            view! {
                <li class="flex items-center gap-3 px-5 py-3" data-testid="group-row">
                    <Icon kind=IconKind::Groups class="size-5 shrink-0 text-muted"/>
                    <span class="min-w-0 font-medium break-words">{group.name}</span>
                </li>
            }
        };
        view! { <ul class="divide-y divide-line">{groups.into_iter().map(row).collect_view()}</ul> }
            .into_any()
    };
    view! {
        <PageHeader title=strings::GROUPS>
            <Button
                label=strings::NEW_GROUP
                icon=IconKind::Plus
                kind=ButtonKind::Primary
                on_click=start
                test_id="new-group"
            />
        </PageHeader>
        <div class="card">{groups.show(draw)}</div>
        <Dialog open title=strings::NEW_GROUP test_id="group-dialog">
            <Form on_submit=create>
                <FormProblem state=form/>
                <TextField
                    name="name"
                    label=strings::GROUP_NAME
                    value=name
                    error=form.error("name")
                />
                <div class="flex justify-end gap-2">
                    <Button label=strings::CANCEL on_click=move || open.set(false)/>
                    <Button
                        label=strings::CREATE_GROUP
                        kind=ButtonKind::Primary
                        loading=form.busy()
                        test_id="create-group"
                    />
                </div>
            </Form>
        </Dialog>
    }
}
