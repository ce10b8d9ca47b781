//! Who was invited and did not join yet.

use leptos::prelude::*;
use pocketkey_api::{
    admin::{AdminInvitation, Role},
    event::Event,
};
use pocketkey_kit::{api, prelude::*, time};

use crate::{session::use_role, strings};

const PATH: &str = "/api/v1/admins/invitations";

/// The list, with a heading of its own.
#[component]
pub fn Invitations(
    /// The dialog that invites somebody.
    open: RwSignal<bool>,
) -> impl IntoView {
    let role = use_role();
    let invitations = load_list::<AdminInvitation>(|| PATH.to_owned())
        .refetch_on(|event| *event == Event::AdminInvitations);
    let none = move || {
        view! {
            <EmptyState
                icon=IconKind::Mail
                title=strings::no_invitations()
                text=strings::no_invitations_text()
                test_id="no-invitations"
            >
                {move || role.get().manages(Role::HelpDesk).then(|| view! {
                    <Button
                        label=strings::invite_admin()
                        icon=IconKind::Plus
                        on_click=move || open.set(true)
                        test_id="first-invitation"
                    />
                })}
            </EmptyState>
        }
        .into_any()
    };
    let draw = move |all: Vec<AdminInvitation>| {
        let rows = all.into_iter().map(|invitation| view! { <Row invitation role/> }).collect_view();
        view! { <ul class="divide-y divide-line" data-testid="invitations">{rows}</ul> }.into_any()
    };
    view! {
        <section class="mt-8">
            <h2 class="mb-3">{strings::invitations()}</h2>
            <div class="card overflow-hidden">{invitations.show(none, draw)}</div>
        </section>
    }
}

#[component]
fn Row(invitation: AdminInvitation, role: Memo<Role>) -> impl IntoView {
    let toasts = use_toasts();
    let AdminInvitation { id, role: granted, name, email, expires_at, .. } = invitation;
    let path = StoredValue::new(format!("{PATH}/{id}"));
    let (whom, address) = (StoredValue::new(name.clone()), StoredValue::new(email.clone()));
    let send = move || {
        // The row may be another one when the answer comes.
        let (path, address) = (format!("{}/mail", path.get_value()), address.get_value());
        let request = async move { api::post::<_, AdminInvitation>(&path, &()).await };
        toasts.attempt(request, move |_| toasts.say(strings::admin_invited(&address)));
    };
    let revoke = move || {
        let (path, name) = (path.get_value(), whom.get_value());
        let request = async move { api::delete(&path).await };
        toasts.attempt(request, move |()| toasts.say(strings::invitation_revoked(&name)));
    };
    let past = time::use_past(expires_at);
    let expiry = move || {
        if past.get() {
            view! { <Badge label=strings::expired() tone=Tone::Bad dot=true test_id="invitation-expired"/> }
                .into_any()
        } else {
            view! { <span class="text-sm text-muted">{strings::valid_for()} " " <Countdown until=expires_at/></span> }
                .into_any()
        }
    };
    let actions = move || {
        role.get().manages(granted).then(|| {
            view! {
                <Button label=strings::send_again() small=true on_click=send test_id="send-invitation"/>
                <Button label=strings::revoke() small=true on_click=revoke test_id="revoke-invitation"/>
            }
        })
    };
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5" data-testid="invitation-row">
            <div class="min-w-0 grow basis-56">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span class="min-w-0 font-medium break-words">{name}</span>
                    <Badge label=strings::role(granted)/>
                    {expiry}
                </p>
                <p class="text-sm break-words text-muted">{email}</p>
            </div>
            <div class="flex flex-wrap gap-2">{actions}</div>
        </li>
    }
}
