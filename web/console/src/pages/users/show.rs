//! A user: who they are, and their security keys, live.

use leptos::prelude::*;
use pocketkey_api::{
    KeyId, UserId,
    activation::{Activation, ActivationMethod},
    event::Event,
    user::{User, UserDetail},
};
use pocketkey_kit::{api, load::load, prelude::*};

use super::{
    activation::{Invitation, invite},
    key_card::KeyCard,
};
use crate::{
    confirm::{Confirm, ConfirmDialog, Subject},
    labels::UserStatusBadge,
    strings,
};

const TABS: [Tab; 2] =
    [Tab { key: "info", label: strings::INFO }, Tab { key: "keys", label: strings::SECURITY_KEYS }];

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
        Event::Computer { .. } | Event::Mail { .. } | Event::MailFault => {}
        _ => detail.refetch(),
    });
    let name = move || detail.with(|detail| detail.user.name.clone()).unwrap_or_else(|| strings::USER.into());
    let status = move || detail.with(|detail| detail.user.status);
    let tab = use_tab(&TABS);
    let confirm = Confirm::new();

    // The invitation shown in the dialog stands outside of what is drawn anew when something changes.
    let toasts = use_toasts();
    let form = FormState::new();
    let open = RwSignal::new(false);
    let shown = RwSignal::new(None::<(KeyId, Activation)>);
    let activate = Callback::new(move |(key_id, method): (KeyId, ActivationMethod)| {
        let asked = key_id.clone();
        form.send(async move { invite(&asked, method).await }, move |activation| {
            if let Some(address) = &activation.mailed_to {
                toasts.say(strings::mailed_to(address));
            } else {
                shown.set(Some((key_id, activation)));
                open.set(true);
            }
        });
    });
    Effect::new(move |_| {
        if let Some(problem) = form.problem().get() {
            toasts.problem(&problem);
        }
    });
    let invitation = move || {
        shown.get().map(|(key_id, activation)| {
            let again = Callback::new({
                let key_id = key_id.clone();
                move |method| activate.run((key_id.clone(), method))
            });
            view! { <Invitation user_id=id.get_value() key_id activation on_again=again/> }
        })
    };
    view! {
        <PageHeader title=Signal::derive(name) back=("/users".to_owned(), strings::USERS.to_owned())>
            {move || status().map(|status| view! { <span class="self-center"><UserStatusBadge status/></span> })}
            <LinkButton
                label=strings::NEW_KEY
                href=format!("/users/{}/keys/new", id.get_value())
                icon=IconKind::Plus
                kind=ButtonKind::Primary
                test_id="new-key"
            />
        </PageHeader>
        <Tabs label=strings::USER tabs=&TABS/>
        {detail
            .show(move |detail| match tab.get() {
                "keys" => keys(detail, form.busy(), activate, confirm),
                _ => info(detail.user, confirm),
            })}
        <Dialog open title=strings::ACTIVATE_PHONE test_id="activation-dialog">
            {invitation}
        </Dialog>
        <ConfirmDialog confirm/>
    }
}

fn info(user: User, confirm: Confirm) -> AnyView {
    let dangers = view! { <Dangers user=user.clone() confirm/> };
    let fact = |term: &'static str, value: AnyView| {
        view! {
            <div class="grid gap-x-4 px-5 py-3 sm:grid-cols-[11rem_1fr]">
                <dt class="text-sm leading-6 text-muted">{term}</dt>
                <dd class="min-w-0 break-words">{value}</dd>
            </div>
        }
    };
    let text = |text: String| {
        if text.is_empty() {
            view! { <span class="text-muted">"–"</span> }.into_any()
        } else {
            text.into_any()
        }
    };
    let groups = if user.groups.is_empty() {
        text(String::new())
    } else {
        let badges = user.groups.into_iter().map(|group| view! { <Badge label=group.name/> });
        view! { <span class="flex flex-wrap gap-1.5">{badges.collect_view()}</span> }.into_any()
    };
    view! {
        <dl class="card divide-y divide-line" data-testid="user-info">
            {fact(strings::FULL_NAME, text(user.name))}
            {fact(strings::EMAIL, text(user.email))}
            {fact(strings::USERNAME, text(user.username))}
            {fact(strings::USER_ID, text(user.external_id))}
            {fact(strings::GROUPS, groups)}
            {fact(strings::ADDED, view! { <RelativeTime at=user.created_at/> }.into_any())}
        </dl>
        {dangers}
    }
    .into_any()
}

/// Blocking and deleting the user.
#[component]
fn Dangers(user: User, confirm: Confirm) -> impl IntoView {
    let blocked = user.blocked_at.is_some();
    let subject = StoredValue::new(Subject {
        path: format!("/api/v1/users/{}", user.id),
        name: user.name,
        block_text: strings::BLOCK_USER_TEXT,
        delete_text: strings::DELETE_USER_TEXT,
        then: Some("/users"),
    });
    let on_block = move || {
        if blocked { confirm.unblock(subject.get_value()) } else { confirm.block(subject.get_value()) }
    };
    view! {
        <div class="card mt-5 flex flex-wrap items-center gap-x-4 gap-y-3 px-5 py-4">
            <p class="grow basis-64 text-sm text-muted">
                {if blocked { strings::USER_BLOCKED_TEXT } else { strings::BLOCK_USER_HINT }}
            </p>
            <div class="flex flex-wrap gap-2">
                <Button
                    label=if blocked { strings::UNBLOCK_USER } else { strings::BLOCK_USER }
                    icon=if blocked { IconKind::Check } else { IconKind::Block }
                    on_click=on_block
                    test_id="block-user"
                />
                <Button
                    label=strings::DELETE_USER
                    icon=IconKind::Trash
                    kind=ButtonKind::Ghost
                    on_click=move || confirm.delete(subject.get_value())
                    test_id="delete-user"
                />
            </div>
        </div>
    }
}

fn keys(
    detail: UserDetail,
    busy: Signal<bool>,
    on_activate: Callback<(KeyId, ActivationMethod)>,
    confirm: Confirm,
) -> AnyView {
    let UserDetail { user, keys } = detail;
    if keys.is_empty() {
        return view! {
            <div class="card">
                <EmptyState
                    icon=IconKind::Key
                    title=strings::NO_KEYS
                    text=strings::no_keys_text(&user.name)
                    test_id="no-keys"
                >
                    <LinkButton
                        label=strings::ASSIGN_KEY
                        href=format!("/users/{}/keys/new", user.id)
                        icon=IconKind::Key
                        kind=ButtonKind::Primary
                    />
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let card = move |key| view! { <li><KeyCard key busy on_activate confirm/></li> };
    view! { <ul class="space-y-4">{keys.into_iter().map(card).collect_view()}</ul> }.into_any()
}
