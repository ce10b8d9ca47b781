//! Settings → Security keys: the organisation's defaults (A4).

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use super::choices::SettingsForm;
use crate::{session::may_manage, strings};

/// The page.
#[component]
pub fn DefaultsPage() -> impl IntoView {
    view! {
        <div class="mx-auto max-w-3xl">
            <PageHeader
                title=strings::DEFAULT_SETTINGS
                text=strings::DEFAULT_SETTINGS_TEXT
                back=("/keys".to_owned(), strings::SECURITY_KEYS.to_owned())
            />
            <div class="card p-5">
                <SettingsForm path="/api/v1/settings/keys".to_owned() editable=may_manage()/>
            </div>
        </div>
    }
}
