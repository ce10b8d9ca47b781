//! Settings → Security keys: the organisation's defaults (A4).

use leptos::prelude::*;
use pocketkey_api::permission::Permission;
use pocketkey_kit::prelude::*;

use super::settings::SettingsForm;
use crate::{pages::settings::SettingsTabs, session::may, strings};

/// The page.
#[component]
pub fn DefaultsPage() -> impl IntoView {
    let manages = may(Permission::ManagePeople);
    view! {
        <PageHeader title=strings::default_settings() text=strings::default_settings_text()/>
        {manages.then(|| view! { <SettingsTabs/> })}
        <div class="card p-5">
            <SettingsForm path="/api/v1/settings/keys".to_owned() editable=manages/>
        </div>
    }
}
