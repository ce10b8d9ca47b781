//! The list of groups, and making a new one.

use leptos::prelude::*;
use pocketkey_api::{
    event::Event,
    group::{Group, GroupSummary, NewGroup},
    permission::Permission,
};
use pocketkey_kit::{api, prelude::*};

use super::all_groups;
use crate::{session::may, strings};

/// The page.
#[component]
pub fn GroupList() -> impl IntoView {
    let groups = load(all_groups).refetch_on(|event| matches!(event, Event::Groups | Event::Users));
    let manages = may(Permission::ManagePeople);
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
    if manages {
        use_router().on_asked("new", start);
    }
    let draw = move |groups: Vec<GroupSummary>| {
        if groups.is_empty() {
            return view! {
                <EmptyState
                    icon=IconKind::Groups
                    title=strings::no_groups()
                    text=strings::no_groups_text()
                    test_id="no-groups"
                >
                    {manages.then(|| view! {
                        <Button
                            label=strings::first_group()
                            icon=IconKind::Plus
                            kind=ButtonKind::Primary
                            on_click=start
                            test_id="first-group"
                        />
                    })}
                </EmptyState>
            }
            .into_any();
        }
        let row = |group: GroupSummary| {
            view! {
                <tr data-testid="group-row">
                    <td class="break-words">
                        <RowLink href=format!("/groups/{}", group.id)>{group.name}</RowLink>
                    </td>
                    <td class="w-px whitespace-nowrap tabular-nums text-muted">{group.member_count}</td>
                </tr>
            }
        };
        let columns = vec![Column::new(strings::name(), ""), Column::new(strings::members_label(), "")];
        view! {
            <Table caption=strings::groups() columns test_id="groups">
                {groups.into_iter().map(row).collect_view()}
            </Table>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::groups()>
            {manages.then(|| view! {
                <Button
                    label=strings::new_group()
                    icon=IconKind::Plus
                    kind=ButtonKind::Primary
                    on_click=start
                    test_id="new-group"
                />
            })}
        </PageHeader>
        <div class="card">{groups.show(draw)}</div>
        <Dialog open title=strings::new_group() test_id="group-dialog">
            <Form on_submit=create>
                <FormProblem state=form/>
                <TextField
                    name="name"
                    label=strings::group_name()
                    value=name
                    error=form.error("name")
                />
                <DialogButtons open form label=strings::create_group() test_id="create-group"/>
            </Form>
        </Dialog>
    }
}
