//! Settings → Security keys: the organisation's defaults (A4).

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use super::choices::SettingsForm;
use crate::{pages::settings::SettingsTabs, session::may_manage, strings};

/// The page.
#[component]
pub fn DefaultsPage() -> impl IntoView {
    view! {
        <PageHeader title=strings::default_settings() text=strings::default_settings_text()/>
        {move || may_manage().get().then(|| view! { <SettingsTabs/> })}
        <div class="card p-5">
            <SettingsForm path="/api/v1/settings/keys".to_owned() editable=may_manage()/>
        </div>
    }
}
