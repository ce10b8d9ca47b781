//! One's own account: name and address, password, two-step sign-in, passkeys, where one is signed in.

mod codes;
mod confirm;
mod passkeys;
mod password;
mod profile;
mod required;
mod sessions;
mod two_step;

pub use required::RequiredPage;

use leptos::prelude::*;
use pocketkey_api::{account::Account, event::Event};
use pocketkey_kit::{api, prelude::*};

use crate::{
    session::{use_role, use_session},
    strings,
};

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let session = use_session();
    let account = load(|| async { api::get::<Account>("/api/v1/account").await });
    let own = Memo::new(move |_| {
        session.with(|session| session.admin.as_ref().map(|own| own.id.clone())).flatten()
    });
    let is_own = move |event: &Event| match event {
        Event::Admin { admin_id } => own.with_untracked(|own| own.as_ref() == Some(admin_id)),
        _ => false,
    };
    let account = account.refetch_on(is_own);
    let sensitive = confirm::Sensitive::new();
    let role = use_role();
    let role_line = move || {
        let role = role.get();
        format!("{}: {}", strings::role(role), strings::role_hint(role))
    };
    let known = Memo::new(move |_| account.with(|_| ()).is_some());
    let page = move || {
        if !known.get() {
            return account.show(|_| ().into_any());
        }
        view! {
            <div class="grid gap-5">
                <profile::Profile account sensitive/>
                <password::ChangePassword sensitive/>
                <two_step::TwoStep account sensitive/>
                <passkeys::Passkeys account sensitive/>
                <sessions::Sessions/>
            </div>
            <confirm::ConfirmYourself account sensitive/>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::account()/>
        <p class="-mt-3 mb-5 text-muted" data-testid="own-role">{role_line}</p>
        {page}
    }
}
