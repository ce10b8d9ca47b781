//! What the pages of the settings share.

use leptos::prelude::*;
use pocketkey_api::permission::Permission;
use pocketkey_kit::prelude::*;

use crate::{session::may, strings};

/// Links between the pages of the settings, as far as the role sees them.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let pages = [
        (Permission::Mail, "/settings/mail", strings::mail_settings()),
        (Permission::Mail, "/settings/templates", strings::templates()),
        (Permission::ManagePeople, "/settings/keys", strings::security_keys()),
        (Permission::SeeAdmins, "/settings/admins", strings::admins()),
        (Permission::Integrate, "/settings/api-keys", strings::api_keys()),
        (Permission::Integrate, "/settings/webhooks", strings::webhooks()),
    ];
    let pages = pages.into_iter().filter(|(seen_by, ..)| may(*seen_by));
    let pages = pages.map(|(_, href, label)| (href, label)).collect();
    view! { <PageTabs label=strings::settings() pages/> }
}
