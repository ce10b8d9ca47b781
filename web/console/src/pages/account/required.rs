//! All that an admin sees who has yet to set up the second step that every admin needs.

use leptos::prelude::*;
use pocketkey_api::account::Account;
use pocketkey_kit::{api, dom, prelude::*};

use super::{confirm, passkeys, two_step};
use crate::{
    session::{sign_out, use_session},
    strings,
};

/// The page. It stays until they go on: recovery codes are to be read first.
#[component]
pub fn RequiredPage() -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let account = load(|| async { api::get::<Account>("/api/v1/account").await });
    let sensitive = confirm::Sensitive::new();
    dom::set_title(strings::second_step_first());
    dom::focus_soon("main h1");
    let has_one = Memo::new(move |_| {
        account.with(|account| account.two_step_since.is_some() || !account.passkeys.is_empty()) == Some(true)
    });
    let text = move || {
        if has_one.get() { strings::second_step_done() } else { strings::second_step_first_text() }
    };
    let leave = move || {
        toasts.attempt(async { api::delete("/api/v1/session").await }, move |()| sign_out(session));
    };
    let known = Memo::new(move |_| account.with(|_| ()).is_some());
    let ways = move || {
        if !known.get() {
            return account.show(|_| ().into_any());
        }
        view! {
            <two_step::TwoStep account sensitive/>
            <passkeys::Passkeys account sensitive/>
            <confirm::ConfirmYourself account sensitive/>
        }
        .into_any()
    };
    let go_on = move || {
        has_one.get().then(|| {
            view! {
                <Button
                    label=strings::continue_label()
                    kind=ButtonKind::Primary
                    on_click=move || session.refetch()
                    test_id="second-step-continue"
                />
            }
        })
    };
    view! {
        <main class="mx-auto grid max-w-2xl gap-5 px-4 py-10" data-testid="second-step-first">
            <div class="text-center">
                <Icon kind=IconKind::Pocketkey class="mx-auto mb-4 size-10 text-accent-text"/>
                <h1 class="text-2xl" tabindex="-1">{strings::second_step_first()}</h1>
                <p class="mt-1.5 text-muted" role="status">{text}</p>
            </div>
            {ways}
            <div class="flex flex-wrap justify-center gap-2">
                {go_on}
                <Button label=strings::sign_out() icon=IconKind::SignOut on_click=leave test_id="sign-out"/>
            </div>
        </main>
    }
}
