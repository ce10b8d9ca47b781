//! Copying to the clipboard.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    icon::{Icon, IconKind},
    strings,
};

/// Copies a text and says so. Absent where browsers offer no clipboard (plain HTTP).
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What it is called, for example `Copy the link`.
    #[prop(default = strings::copy().into(), into)]
    label: String,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
) -> impl IntoView {
    if !window().is_secure_context() {
        return ().into_any();
    }
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let written = window().navigator().clipboard().write_text(&text.get_untracked());
        leptos::task::spawn_local(async move {
            if JsFuture::from(written).await.is_ok() {
                copied.try_set(true);
                set_timeout(
                    move || {
                        copied.try_set(false);
                    },
                    Duration::from_secs(2),
                );
            }
        });
    };
    let icon = move || {
        let kind = if copied.get() { IconKind::Check } else { IconKind::Copy };
        view! { <Icon kind/> }
    };
    view! {
        <button class="btn btn-secondary btn-small" type="button" data-testid=test_id on:click=copy>
            {icon}
            <span role="status">
                {move || if copied.get() { strings::copied().to_owned() } else { label.clone() }}
            </span>
        </button>
    }
    .into_any()
}
