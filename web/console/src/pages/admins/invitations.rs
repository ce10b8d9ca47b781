//! Who was invited and did not join yet.

use leptos::prelude::*;
use pocketkey_api::{
    Page,
    admin::{AdminInvitation, Role},
    event::Event,
};
use pocketkey_kit::{api, load::load, prelude::*, time};

use crate::{session::use_role, strings};

const PATH: &str = "/api/v1/admins/invitations";

/// The list, with a heading of its own.
#[component]
pub fn Invitations(
    /// The dialog that invites somebody.
    open: RwSignal<bool>,
) -> impl IntoView {
    let role = use_role();
    let invitations = load(|| async { api::get::<Page<AdminInvitation>>(PATH).await });
    use_event(move |event| {
        if matches!(event, Event::AdminInvitations | Event::Lagged) {
            invitations.refetch();
        }
    });
    let more = |after: String| format!("{PATH}?after={}", api::encode(&after));
    let draw = move |page: Page<AdminInvitation>| {
        if page.items.is_empty() {
            return view! {
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
            .into_any();
        }
        let row = |invitation| view! { <Row invitation role/> };
        view! {
            <ul class="divide-y divide-line" data-testid="invitations">
                {page.items.into_iter().map(row).collect_view()}
            </ul>
            <LoadMore list=invitations path=more/>
        }
        .into_any()
    };
    view! {
        <section class="mt-8">
            <h2 class="mb-3">{strings::invitations()}</h2>
            <div class="card overflow-hidden">{invitations.show(draw)}</div>
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
        leptos::task::spawn_local(async move {
            match api::post::<_, AdminInvitation>(&path, &()).await {
                Ok(_) => toasts.say(strings::admin_invited(&address)),
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    let revoke = move || {
        let (path, name) = (path.get_value(), whom.get_value());
        leptos::task::spawn_local(async move {
            match api::delete(&path).await {
                Ok(()) => toasts.say(strings::invitation_revoked(&name)),
                Err(problem) => toasts.problem(&problem),
            }
        });
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
