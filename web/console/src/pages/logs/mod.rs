//! Logs: what phones were asked (A14), and what admins did (A15).

pub mod audit;
mod filters;
mod settings;
pub mod sign_ins;

use leptos::prelude::*;
use pocketkey_api::admin::Role;
use pocketkey_kit::prelude::*;

pub use filters::fact;

use crate::{session::use_session, strings};

/// The two logs, for those who may see both.
#[component]
fn LogTabs() -> impl IntoView {
    let session = use_session();
    let path = use_router().path();
    let sees_both = move || {
        let role = session.with(|session| session.admin.as_ref().map(|admin| admin.role)).flatten();
        role.is_some_and(|role| role != Role::HelpDesk)
    };
    let tab = move |href: &'static str, label: &'static str, key: &'static str| {
        view! {
            <a
                class="tab"
                href=href
                aria-current=move || path.with(|path| path == href).then_some("page")
                data-testid=format!("tab-{key}")
            >
                {label}
            </a>
        }
    };
    move || {
        sees_both().then(|| {
            view! {
                <nav class="tabs mb-5" aria-label=strings::logs()>
                    {tab("/logs", strings::sign_ins(), "sign-ins")}
                    {tab("/logs/audit", strings::audit(), "audit")}
                </nav>
            }
        })
    }
}
