//! Outgoing mail (E4): how it leaves, what it says, what became of it.

pub mod outbox;
pub mod settings;
pub mod template;
pub mod templates;
mod trial;

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use crate::strings;

/// Links between the pages of the settings.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let path = use_router().path();
    let link = move |(href, label): (&'static str, &'static str)| {
        let current = move || path.with(|path| path == href).then_some("page");
        view! { <a class="tab" href=href aria-current=current>{label}</a> }
    };
    view! {
        <nav class="tabs mb-5" aria-label=strings::SETTINGS>
            {[
                ("/settings/mail", strings::MAIL_SETTINGS),
                ("/settings/templates", strings::TEMPLATES),
                ("/settings/keys", strings::SECURITY_KEYS),
            ]
                .map(link)
                .collect_view()}
        </nav>
    }
}
