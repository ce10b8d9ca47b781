//! A user: who they are, and their security keys, live.

use leptos::prelude::*;
use pocketkey_api::{UserId, event::Event, key::Key, permission::Permission, user::UserDetail};
use pocketkey_kit::{api, prelude::*};

use super::{
    activation::{InvitationDialog, Inviting},
    activity::activity,
    block::BlockUser,
    info::Info,
    key_card::KeyCard,
    memberships::Memberships,
};
use crate::{
    confirm::{Confirm, ConfirmDialog},
    delete::TypeToDelete,
    labels::UserStatusBadge,
    pages::logs::sign_ins::RecentSignIns,
    session::may,
    strings,
};

const TABS: [Tab; 4] = [
    Tab { key: "info", label: strings::info },
    Tab { key: "keys", label: strings::security_keys },
    Tab { key: "activity", label: strings::activity },
    Tab { key: "groups", label: strings::groups },
];

/// The page of a user.
#[component]
pub fn UserPage(id: UserId) -> impl IntoView {
    let id = StoredValue::new(id);
    let detail =
        load(
            move || async move { api::get::<UserDetail>(&format!("/api/v1/users/{}", id.get_value())).await },
        );
    use_event(move |event| match event {
        Event::User { user_id } | Event::Key { user_id, .. } if user_id != id.get_value() => {}
        Event::User { .. } | Event::Key { .. } | Event::Users | Event::Lagged => detail.refetch(),
        Event::Phone { device_id } => {
            let is_it = |key: &Key| key.phone.as_ref().is_some_and(|phone| phone.device_id == device_id);
            if detail.with(|detail| detail.keys.iter().any(is_it)) == Some(true) {
                detail.refetch();
            }
        }
        _ => {}
    });
    let name =
        move || detail.with(|detail| detail.user.name.clone()).unwrap_or_else(|| strings::user().into());
    let status = move || detail.with(|detail| detail.user.status);
    let tab = use_tab(&TABS);
    let user = Memo::new(move |_| detail.with(|detail| detail.user.clone()));
    let there = Memo::new(move |_| user.with(Option::is_some));
    let deleting = RwSignal::new(false);
    let (confirm, inviting) = (Confirm::new(), Inviting::new());
    view! {
        <PageHeader title=Signal::derive(name) back=("/users".to_owned(), strings::users_label().to_owned())>
            {move || status().map(|status| view! { <span class="self-center"><UserStatusBadge status/></span> })}
            {may(Permission::ManagePeople).then(|| view! {
                <Button
                    label=strings::delete()
                    icon=IconKind::Trash
                    icon_only=true
                    disabled=Signal::derive(move || user.with(Option::is_none))
                    on_click=move || deleting.set(true)
                    test_id="delete-user"
                />
            })}
            {may(Permission::HelpPeople).then(|| view! {
                <LinkButton
                    label=strings::new_key()
                    href=format!("/users/{}/keys/new", id.get_value())
                    icon=IconKind::Plus
                    kind=ButtonKind::Primary
                    test_id="new-key"
                />
            })}
        </PageHeader>
        <Tabs label=strings::user() tabs=&TABS/>
        {move || match tab.get() {
            "keys" => detail.show(move |detail| keys(detail, inviting, confirm)),
            "activity" => view! {
                <RecentSignIns user=id.get_value()/>
                {detail.show(|detail| activity(&detail))}
            }
            .into_any(),
            // These are changed in place: what is typed must outlive an update.
            tab => {
                match (there.get(), tab) {
                    (false, _) => detail.show(|_| ().into_any()),
                    (true, "groups") => view! { <Memberships id=id.get_value() user/> }.into_any(),
                    (true, _) => {
                        let blockable = move || user.get().filter(|_| may(Permission::HelpPeople));
                        let block = move || blockable().map(|user| view! { <BlockUser user confirm/> });
                        view! {
                            <Info id=id.get_value() user/>
                            {block}
                        }
                        .into_any()
                    }
                }
            }
        }}
        <Dialog open=deleting title=strings::delete_user() test_id="delete-dialog">
            {move || user.get().map(|user| view! {
                <TypeToDelete
                    path=format!("/api/v1/users/{}", user.id)
                    name=user.name
                    word=user.username
                    text=strings::delete_user_text()
                    then="/users"
                    open=deleting
                />
            })}
        </Dialog>
        <ConfirmDialog confirm/>
        <InvitationDialog inviting/>
    }
}

fn keys(detail: UserDetail, inviting: Inviting, confirm: Confirm) -> AnyView {
    let UserDetail { user, keys } = detail;
    if keys.is_empty() {
        return view! {
            <div class="card">
                <EmptyState
                    icon=IconKind::Key
                    title=strings::no_keys()
                    text=strings::no_keys_text(&user.name)
                    test_id="no-keys"
                >
                    {may(Permission::HelpPeople).then(|| view! {
                        <LinkButton
                            label=strings::assign_key()
                            href=format!("/users/{}/keys/new", user.id)
                            icon=IconKind::Key
                            kind=ButtonKind::Primary
                        />
                    })}
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let card = move |key| view! { <li><KeyCard key inviting confirm/></li> };
    view! { <ul class="space-y-4">{keys.into_iter().map(card).collect_view()}</ul> }.into_any()
}
