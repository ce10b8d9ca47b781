//! An address that leads nowhere.

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use crate::strings;

/// Says so, and where to go.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <PageHeader title=strings::not_found() text=strings::not_found_text()/>
        <LinkButton label=strings::to_users() href="/users" kind=ButtonKind::Primary/>
    }
}
