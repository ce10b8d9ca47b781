//! A group: its name, who is in it, and the way out of the world.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId, Problem,
    event::Event,
    group::{GroupSummary, NewGroup},
    permission::Permission,
};
use pocketkey_kit::{api, prelude::*};

use super::members::Members;
use crate::{delete::TypeToDelete, pages::keys::settings::SettingsForm, session::may, strings};

const TABS: [Tab; 2] = [
    Tab { key: "members", label: strings::members_label },
    Tab { key: "settings", label: strings::key_settings },
];

/// The page.
#[component]
pub fn GroupPage(id: GroupId) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/groups/{id}"));
    let group = load(move || async move { api::get::<GroupSummary>(&path.get_value()).await })
        .refetch_on(|event| matches!(event, Event::Groups | Event::Users));
    let manages = may(Permission::ManagePeople);
    let name = move || group.with(|group| group.name.clone()).unwrap_or_else(|| strings::group().into());
    let count = Memo::new(move |_| group.with(|group| group.member_count));
    let (renaming, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let unknown = Memo::new(move |_| count.with(Option::is_none));
    let id = StoredValue::new(id);
    let tab = use_tab(&TABS);
    view! {
        <PageHeader title=Signal::derive(name) back=("/groups".to_owned(), strings::groups().to_owned())>
            {manages.then(|| view! {
                <Button
                    label=strings::rename()
                    icon=IconKind::Edit
                    disabled=unknown
                    on_click=move || renaming.set(true)
                    test_id="rename-group"
                />
                <Button
                    label=strings::delete()
                    icon=IconKind::Trash
                    disabled=unknown
                    on_click=move || deleting.set(true)
                    test_id="delete-group"
                />
            })}
        </PageHeader>
        <p class="-mt-3 mb-4 text-muted" data-testid="member-count">{move || count.get().map(strings::members)}</p>
        <Tabs label=strings::group() tabs=&TABS/>
        {move || match (unknown.get(), tab.get()) {
            (true, _) => group.show(|_| ().into_any()),
            (false, "settings") => view! {
                <section class="card p-5" aria-label=strings::key_settings()>
                    <p class="mb-4 text-sm text-muted">{strings::group_settings_text()}</p>
                    <SettingsForm path=format!("{}/settings", path.get_value()) editable=manages/>
                </section>
            }
            .into_any(),
            (false, _) => view! { <Members group=id.get_value()/> }.into_any(),
        }}
        <Dialog open=renaming title=strings::rename_group() test_id="rename-dialog">
            <Rename path=path.get_value() group open=renaming/>
        </Dialog>
        <Dialog open=deleting title=strings::delete_group() test_id="delete-dialog">
            {move || {
                let name = group.with_untracked(|group| group.name.clone()).unwrap_or_default();
                view! {
                    <TypeToDelete
                        path=path.get_value()
                        name=name.clone()
                        word=name
                        text=strings::delete_group_text()
                        then="/groups"
                        open=deleting
                    />
                }
            }}
        </Dialog>
    }
}

async fn rename(path: String, name: String) -> Result<GroupSummary, Problem> {
    api::put(&path, &NewGroup { name }).await
}

#[component]
fn Rename(path: String, group: Load<GroupSummary>, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let before = group.with_untracked(|group| group.name.clone()).unwrap_or_default();
    let name = RwSignal::new(before.clone());
    let save = move || {
        let (path, before) = (path.clone(), before.clone());
        form.send(rename(path.clone(), name.get_untracked()), move |renamed| {
            open.set(false);
            group.put(renamed);
            // The page may be another one by then: what it shows is told by the event.
            toasts.say_undo(strings::saved(strings::group_name()), move || {
                rename(path.clone(), before.clone())
            });
        });
    };
    view! {
        <Form on_submit=save>
            <FormProblem state=form/>
            <TextField name="name" label=strings::group_name() value=name error=form.error("name")/>
            <DialogButtons open form label=strings::save() test_id="rename-confirm"/>
        </Form>
    }
}
