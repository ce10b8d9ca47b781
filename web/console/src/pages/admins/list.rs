//! The list of admins. What is out of the signed-in one's reach is shown, and cannot be changed.

use leptos::prelude::*;
use pocketkey_api::{
    Problem,
    admin::{AdminChange, AdminSummary, Role},
    event::Event,
};
use pocketkey_kit::{api, prelude::*};

use super::grantable;
use crate::{
    confirm::{Confirm, ConfirmDialog, Subject},
    session::{use_role, use_session},
    strings,
};

async fn set_role(path: String, role: Role) -> Result<AdminSummary, Problem> {
    api::patch(&path, &AdminChange { role }).await
}

/// The list.
#[component]
pub fn AdminList() -> impl IntoView {
    let admins = load_list::<AdminSummary>(|| "/api/v1/admins".to_owned())
        .refetch_on(|event| matches!(event, Event::Admin { .. }));
    let confirm = Confirm::new();
    let draw = move |all: Vec<AdminSummary>| {
        let rows = all.into_iter().map(|admin| view! { <Row admin confirm/> }).collect_view();
        view! { <ul class="divide-y divide-line" data-testid="admins">{rows}</ul> }.into_any()
    };
    view! {
        <div class="card overflow-hidden">{admins.show(|| ().into_any(), draw)}</div>
        <ConfirmDialog confirm/>
    }
}

#[component]
fn Row(admin: AdminSummary, confirm: Confirm) -> impl IntoView {
    let AdminSummary { admin, two_step, passkey_count, signed_in_at, blocked_at, locked_until, .. } = admin;
    let own = use_role();
    let id = admin.id.clone();
    let session = use_session();
    let is_self = session.with_untracked(|session| session.admin.as_ref().is_some_and(|own| own.id == id));
    let is_self = is_self == Some(true);
    let role = admin.role;
    let within_reach = Memo::new(move |_| !is_self && own.get().manages(role));
    let status = match (blocked_at, locked_until) {
        (Some(_), _) => Some((strings::blocked_label(), Tone::Bad)),
        (None, Some(_)) => Some((strings::locked(), Tone::Warn)),
        (None, None) => None,
    };
    let mut ways = Vec::new();
    if two_step {
        ways.push(strings::two_step().to_owned());
    }
    if passkey_count > 0 {
        ways.push(strings::passkeys(passkey_count));
    }
    let ways = ways.into_iter().map(|way| view! { " · " {way} }).collect_view();
    let signed_in = match signed_in_at {
        Some(at) => view! { {strings::signed_in_at()} " " <RelativeTime at/> }.into_any(),
        None => strings::never_signed_in().into_any(),
    };
    let subject = StoredValue::new(Subject {
        path: format!("/api/v1/admins/{}", admin.id),
        name: admin.name.clone(),
        block_text: strings::block_admin_text(),
        delete_text: strings::delete_admin_text(),
        then: None,
    });
    let blocked = blocked_at.is_some();
    let locked = locked_until.is_some() && !blocked;
    let has_second_step = two_step || passkey_count > 0;
    let actions = move || {
        if within_reach.get() {
            view! { <Actions subject role blocked locked has_second_step confirm/> }.into_any()
        } else {
            view! { <Badge label=strings::role(role) test_id="admin-role"/> }.into_any()
        }
    };
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5" data-testid="admin-row">
            <div class="min-w-0 grow basis-56">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span class="min-w-0 font-medium break-words">{admin.name}</span>
                    {is_self.then(|| view! { <a class="link text-sm" href="/account">{strings::you()}</a> })}
                    {status.map(|(label, tone)| view! { <Badge label tone dot=true test_id="admin-status"/> })}
                </p>
                <p class="text-sm break-words text-muted">{admin.email}</p>
                <p class="text-sm text-muted">{signed_in} {ways}</p>
            </div>
            <div class="flex flex-wrap items-center gap-2">{actions}</div>
        </li>
    }
}

#[component]
fn Actions(
    subject: StoredValue<Subject>,
    role: Role,
    blocked: bool,
    locked: bool,
    has_second_step: bool,
    confirm: Confirm,
) -> impl IntoView {
    let own = use_role();
    let toasts = use_toasts();
    let choose = move |event| {
        let Some(to) = Role::parse(&event_target_value(&event)) else { return };
        let Subject { path, name, .. } = subject.get_value();
        toasts.attempt(set_role(path.clone(), to), move |_| {
            toasts.say_undo(strings::role_changed(&name, to), move || set_role(path.clone(), role));
        });
    };
    let option = move |choice: Choice<Role>| {
        view! { <option value=choice.key selected=choice.value == role>{choice.label}</option> }
    };
    let unlock = move || {
        let Subject { path, name, .. } = subject.get_value();
        let request = async move { api::delete(&format!("{path}/lock")).await };
        toasts.attempt(request, move |()| toasts.say(strings::unlocked(&name)));
    };
    view! {
        <select
            class="input w-auto"
            aria-label=subject.with_value(|subject| strings::role_of(&subject.name))
            data-testid="role-select"
            on:change=choose
        >
            {grantable(own.get_untracked()).into_iter().map(option).collect_view()}
        </select>
        {locked.then(|| view! {
            <Button label=strings::unlock() small=true on_click=unlock test_id="unlock-admin"/>
        })}
        {has_second_step.then(|| view! {
            <Button
                label=strings::reset_second_step()
                small=true
                on_click=move || confirm.reset_second_step(subject.get_value())
                test_id="reset-second-step"
            />
        })}
        <Button
            label=if blocked { strings::unblock() } else { strings::block() }
            small=true
            on_click=move || confirm.block(subject.get_value(), blocked)
            test_id="block-admin"
        />
        <Button
            label=strings::delete()
            icon=IconKind::Trash
            icon_only=true
            small=true
            kind=ButtonKind::Ghost
            on_click=move || confirm.delete(subject.get_value())
            test_id="delete-admin"
        />
    }
}
