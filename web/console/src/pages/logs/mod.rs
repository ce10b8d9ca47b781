//! Logs: what phones were asked (A14), and what admins did (A15).

pub mod audit;
mod settings;
pub mod sign_ins;

use leptos::prelude::*;
use pocketkey_api::permission::Permission;
use pocketkey_kit::prelude::*;

use crate::{filters::Filters, session::may, strings};

/// The two logs, for those who may see both.
#[component]
fn LogTabs() -> impl IntoView {
    let pages = vec![("/logs", strings::sign_ins()), ("/logs/audit", strings::audit())];
    may(Permission::SeeAudit).then(|| view! { <PageTabs label=strings::logs() pages/> })
}

/// In place of a list without entries: what to do if it is for the filters, else `empty`.
fn nothing(filters: Filters, whole: &'static str, empty: impl FnOnce() -> AnyView) -> AnyView {
    if !filters.any() {
        return empty();
    }
    view! {
        <EmptyState
            icon=IconKind::Search
            title=strings::nothing_like_that()
            text=strings::nothing_like_that_text()
            test_id="no-match"
        >
            <LinkButton label=strings::show_whole_log() href=whole/>
        </EmptyState>
    }
    .into_any()
}
