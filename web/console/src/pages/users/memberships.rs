//! The groups a user is in.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId, UserId,
    group::Group,
    permission::Permission,
    user::{User, UserChange},
};
use pocketkey_kit::prelude::*;

use super::{group_picker::GroupPicker, info::change};
use crate::{session::may, strings};

/// The tab: boxes to tick, then saved together; for who may not change them, the groups alone.
#[component]
pub fn Memberships(id: UserId, user: Memo<Option<User>>) -> impl IntoView {
    if may(Permission::ManagePeople) {
        return view! { <ChangeGroups id user/> }.into_any();
    }
    let groups = move || {
        let groups = user.with(|user| user.as_ref().map(|user| user.groups.clone())).unwrap_or_default();
        if groups.is_empty() {
            return view! { <p class="text-muted">{strings::in_no_group()}</p> }.into_any();
        }
        let badge = |group: Group| {
            view! { <li><a class="chip" href=format!("/groups/{}", group.id)>{group.name}</a></li> }
        };
        view! { <ul class="flex flex-wrap gap-2">{groups.into_iter().map(badge).collect_view()}</ul> }
            .into_any()
    };
    view! { <div class="card p-5" data-testid="groups-of-user">{groups}</div> }.into_any()
}

#[component]
fn ChangeGroups(id: UserId, user: Memo<Option<User>>) -> impl IntoView {
    let toasts = use_toasts();
    let id = StoredValue::new(id);
    let now = Memo::new(move |_| {
        let ids = |user: &User| user.groups.iter().map(|group| group.id.clone()).collect::<Vec<_>>();
        user.with(|user| user.as_ref().map(ids)).unwrap_or_default()
    });
    let chosen = RwSignal::new(now.get_untracked());
    Effect::new(move |_| chosen.set(now.get()));
    let same = Signal::derive(move || {
        let sorted = |mut ids: Vec<GroupId>| {
            ids.sort();
            ids
        };
        sorted(chosen.get()) == sorted(now.get())
    });
    let form = FormState::new();
    let to = |groups: Vec<GroupId>| UserChange { groups: Some(groups), ..UserChange::default() };
    let save = move || {
        let before = now.get_untracked();
        let request = change(id.get_value(), to(chosen.get_untracked()));
        form.send(request, move |_| {
            let id = id.get_value();
            let back = move || change(id.clone(), to(before.clone()));
            toasts.say_undo(strings::saved(strings::groups()), back);
        });
    };
    view! {
        <div class="card p-5">
            <Form on_submit=save>
                <GroupPicker chosen error=form.error("groups")/>
                <Button
                    label=strings::save()
                    kind=ButtonKind::Primary
                    disabled=same
                    loading=form.busy()
                    test_id="save-groups"
                />
            </Form>
        </div>
    }
}
