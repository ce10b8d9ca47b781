//! What the pages of the settings share.

use leptos::prelude::*;
use pocketkey_api::{admin::Role, permission::Permission};
use pocketkey_kit::prelude::*;

use crate::{session::may, strings};

/// Links between the pages of the settings, as far as the role sees them.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let path = use_router().path();
    let link = move |(href, label): (&'static str, &'static str)| {
        let current = move || path.with(|path| path == href).then_some("page");
        let test_id = href.replace("/settings/", "settings-");
        view! { <a class="tab" href=href aria-current=current data-testid=test_id>{label}</a> }
    };
    let mut links = Vec::new();
    if may(Role::manages_people) {
        links.push(("/settings/mail", strings::mail_settings()));
        links.push(("/settings/templates", strings::templates()));
        links.push(("/settings/keys", strings::security_keys()));
    }
    links.push(("/settings/admins", strings::admins()));
    if may(|role| Permission::Integrate.is_held_by(role)) {
        links.push(("/settings/api-keys", strings::api_keys()));
        links.push(("/settings/webhooks", strings::webhooks()));
    }
    view! {
        <nav class="tabs mb-5" aria-label=strings::settings()>{links.into_iter().map(link).collect_view()}</nav>
    }
}
