//! An address that leads nowhere.

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use crate::strings;

/// Says so, and where to go.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <PageHeader title=strings::NOT_FOUND text=strings::NOT_FOUND_TEXT/>
        <LinkButton label=strings::TO_USERS href="/users" kind=ButtonKind::Primary/>
    }
}
