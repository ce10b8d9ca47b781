//! One security key of a user: its status, phone, invitation and settings, and what can be done about it.

use leptos::prelude::*;
use pocketkey_api::{
    KeyId,
    activation::{ActivationMethod, ActivationState, ActivationStatus},
    key::{Key, KeySettings, KeyStatus},
    permission::Permission,
};
use pocketkey_kit::{api, prelude::*, time::use_past};

use super::activation::Inviting;
use crate::{
    confirm::{Confirm, Subject},
    labels::{KeyStatusBadge, chosen, kind_icon, kind_name, label_name, storages, verifications},
    session::may,
    strings,
};

/// A key.
#[component]
pub fn KeyCard(
    key: Key,
    /// Invites the key's phone.
    inviting: Inviting,
    /// Asks before blocking and deleting.
    confirm: Confirm,
) -> impl IntoView {
    let waits = key.kind.has_device() && matches!(key.status, KeyStatus::NotActivated | KeyStatus::Pending);
    let title =
        key.phone.as_ref().map_or_else(|| kind_name(key.kind).to_owned(), |phone| phone.model.clone());
    let label = label_name(key.kind).filter(|_| !key.label.is_empty());
    let subtitle = match (&key.phone, label) {
        (Some(phone), _) => Some(phone.os.clone()),
        (None, Some(name)) => Some(format!("{name} {}", key.label)),
        (None, None) => None,
    };
    let no_device = (!key.kind.has_device()).then(|| {
        view! { <p class="text-sm text-muted" data-testid="no-device">{strings::no_device_text()}</p> }
    });
    let icon = kind_icon(key.kind);
    let assigned_at = key.created_at;
    let activated = key.phone.as_ref().map(|phone| {
        let at = phone.activated_at;
        let presence = if phone.online { strings::connected() } else { strings::not_connected() };
        view! {
            {strings::activated_at()}
            " "
            <RelativeTime at/>
            " · "
            <span data-testid="key-presence">{presence}</span>
        }
    });
    let helps = may(Permission::HelpPeople);
    let actions = (waits && helps).then(|| view! { <Actions key=key.clone() inviting/> });
    let dangers = helps.then(|| view! { <Dangers key=key.clone() confirm/> });
    let replaces = key.replaces.is_some().then(|| {
        view! { <p class="text-sm text-muted" data-testid="key-replaces">{strings::replaces()}</p> }
    });
    let key_id = key.id.clone();
    let taken = key.phone.as_ref().map(|phone| phone.settings_taken_at);
    let blocked = (key.status == KeyStatus::Blocked).then(|| {
        let words = match key.blocked_at {
            Some(at) => {
                view! { {strings::blocked_label()} " " <RelativeTime at/> ". " {strings::key_blocked_text()} }
                    .into_any()
            }
            None => strings::key_blocked_by_user().into_any(),
        };
        view! { <p class="text-sm text-muted" data-testid="key-blocked">{words}</p> }
    });
    let invitation = key.activation.filter(|_| waits).map(|state| view! { <InvitationLine state/> });
    view! {
        <article class="card" data-testid="key">
            <div class="flex flex-wrap items-start gap-x-4 gap-y-3 p-5">
                <span class="rounded-xl bg-accent-soft p-2.5 text-accent-text">
                    <Icon kind=icon class="size-6"/>
                </span>
                <div class="min-w-0 grow basis-48">
                    <h2 class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                        <span data-testid="key-phone">{title}</span>
                        <KeyStatusBadge status=key.status invitation=key.activation/>
                    </h2>
                    <p class="text-sm text-muted">
                        {subtitle.map(|os| view! { <span data-testid="key-os">{os}</span> " · " })}
                        {match activated {
                            Some(activated) => activated.into_any(),
                            None => view! { {strings::assigned()} " " <RelativeTime at=assigned_at/> }.into_any(),
                        }}
                    </p>
                    {invitation}
                    {blocked}
                    {no_device}
                    {replaces}
                </div>
                {actions}
            </div>
            {key.settings.map(|settings| view! {
                <Settings id=key_id settings uses_defaults=key.uses_defaults taken/>
            })}
            {dangers}
        </article>
    }
}

/// What became of the invitation.
#[component]
fn InvitationLine(state: ActivationState) -> impl IntoView {
    let past = use_past(state.expires_at);
    let sent = match state.method {
        ActivationMethod::Now => strings::invited_now(),
        ActivationMethod::Email => strings::invited_by_email(),
    };
    let outcome = move || match state.status {
        ActivationStatus::Open if !past.get() => {
            view! { {strings::valid_for()} " " <Countdown until=state.expires_at/> }.into_any()
        }
        ActivationStatus::Open | ActivationStatus::Expired => {
            view! { {strings::expired_at()} " " <RelativeTime at=state.expires_at/> }.into_any()
        }
        ActivationStatus::Locked => strings::locked_text().into_any(),
        ActivationStatus::Redeemed | ActivationStatus::Voided => ().into_any(),
    };
    view! {
        <p class="text-sm text-muted" data-testid="key-invitation">
            {sent} " " <RelativeTime at=state.created_at/> " · " {outcome}
        </p>
    }
}

/// Activating a key that waits.
#[component]
fn Actions(key: Key, inviting: Inviting) -> impl IntoView {
    let invited_by_email =
        key.activation.is_some_and(|activation| activation.method == ActivationMethod::Email);
    let mail_label = if invited_by_email { strings::send_again() } else { strings::send_by_email() };
    let ids = StoredValue::new((key.user_id, key.id));
    let activate = move |method| {
        let (user, key) = ids.get_value();
        inviting.invite(user, key, method);
    };
    let busy = inviting.busy();
    view! {
        <div class="flex flex-wrap gap-2">
            <Button
                label=mail_label
                icon=IconKind::Mail
                small=true
                disabled=busy
                on_click=move || activate(ActivationMethod::Email)
                test_id="send-again"
            />
            <Button
                label=strings::activate_now()
                icon=IconKind::Phone
                kind=ButtonKind::Primary
                small=true
                disabled=busy
                on_click=move || activate(ActivationMethod::Now)
                test_id="activate-now"
            />
        </div>
    }
}

/// Revoking the invitation, replacing, blocking and deleting the key.
#[component]
fn Dangers(key: Key, confirm: Confirm) -> impl IntoView {
    let (router, toasts) = (use_router(), use_toasts());
    let path = StoredValue::new(format!("/api/v1/keys/{}", key.id));
    let revoke = move || {
        let request = async move { api::delete(&format!("{}/activation", path.get_value())).await };
        toasts.attempt(request, move |()| toasts.say(strings::revoked_label()));
    };
    let replace = move || {
        let request = async move { api::post::<_, Key>(&format!("{}/replace", path.get_value()), &()).await };
        toasts.attempt(request, move |new| {
            toasts.say(strings::replaced());
            router.go(&format!("/keys/{}", new.id));
        });
    };
    let can_revoke = key.status == KeyStatus::Pending;
    let can_replace = key.phone.is_some() || !key.kind.has_device();
    let blocked = key.blocked_at.is_some();
    let subject = StoredValue::new(Subject {
        path: format!("/api/v1/keys/{}", key.id),
        name: key.phone.map_or_else(|| kind_name(key.kind).to_owned(), |phone| phone.model),
        block_text: strings::block_key_text(),
        delete_text: strings::delete_key_text(),
        then: None,
    });
    view! {
        <div class="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-2.5">
            {can_revoke.then(|| view! {
                <Button
                    label=strings::revoke()
                    icon=IconKind::Close
                    small=true
                    kind=ButtonKind::Ghost
                    on_click=revoke
                    test_id="revoke-key"
                />
            })}
            {can_replace.then(|| view! {
                <Button
                    label=strings::replace()
                    icon=IconKind::Refresh
                    small=true
                    kind=ButtonKind::Ghost
                    on_click=replace
                    test_id="replace-key"
                />
            })}
            <Button
                label=if blocked { strings::unblock() } else { strings::block() }
                icon=if blocked { IconKind::Check } else { IconKind::Block }
                small=true
                kind=if blocked { ButtonKind::Secondary } else { ButtonKind::Ghost }
                on_click=move || confirm.block(subject.get_value(), blocked)
                test_id="block-key"
            />
            {may(Permission::ManagePeople).then(|| view! {
                <Button
                    label=strings::delete()
                    icon=IconKind::Trash
                    small=true
                    kind=ButtonKind::Ghost
                    on_click=move || confirm.delete(subject.get_value())
                    test_id="delete-key"
                />
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Settings(
    id: KeyId,
    settings: KeySettings,
    uses_defaults: bool,
    /// If there is a phone: when it took them, if it has.
    taken: Option<Option<i64>>,
) -> impl IntoView {
    let taken = taken.map(|at| {
        let words = match at {
            Some(at) => view! { {strings::settings_taken()} " " <RelativeTime at/> }.into_any(),
            None => strings::settings_wait().into_any(),
        };
        view! { <span class="ml-auto" data-testid="settings-taken">{words}</span> }
    });
    let on_off = |on| if on { strings::on() } else { strings::off() };
    let rows = [
        (strings::bluetooth_proximity(), on_off(settings.bluetooth_proximity)),
        (strings::offline_login(), on_off(settings.offline_login)),
        (strings::verification(), chosen(&verifications(), &settings.verification)),
        (strings::credential_storage(), chosen(&storages(), &settings.credential_storage)),
    ];
    let row = |(term, value)| {
        view! {
            <div>
                <dt class="text-muted">{term}</dt>
                <dd class="font-medium">{value}</dd>
            </div>
        }
    };
    view! {
        <details class="group border-t border-line">
            <summary class="flex flex-wrap items-center gap-1.5 rounded-b-xl px-5 py-2.5 text-sm text-muted hover:text-ink">
                <Icon kind=IconKind::Right class="size-4 transition-transform group-open:rotate-90"/>
                {if uses_defaults { strings::settings_default() } else { strings::settings_own() }}
                {taken}
            </summary>
            <dl class="grid gap-x-6 gap-y-3 px-5 pb-5 text-sm sm:grid-cols-2" data-testid="key-settings">
                {rows.map(row).collect_view()}
            </dl>
            <p class="-mt-2 px-5 pb-4 text-sm">
                <a class="link" href=format!("/keys/{id}") data-testid="change-settings">{strings::change_settings()}</a>
            </p>
        </details>
    }
}
