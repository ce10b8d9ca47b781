//! A search field, reached with `/` from anywhere on its page.

use leptos::{html, prelude::*};

use crate::{
    dom,
    icon::{Icon, IconKind},
    strings,
};

/// A search field. Escape clears it.
#[component]
pub fn SearchField(
    /// What is searched, for example `Search users`.
    #[prop(into)]
    label: String,
    /// What is searched for.
    value: RwSignal<String>,
    /// `data-testid`.
    #[prop(default = "search".into(), into)]
    test_id: String,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let slash = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "/"
            && !event.ctrl_key()
            && !event.meta_key()
            && !event.alt_key()
            && !dom::is_typing()
        {
            event.prevent_default();
            if let Some(input) = input.get_untracked() {
                drop(input.focus());
                input.select();
            }
        }
    });
    on_cleanup(move || slash.remove());
    view! {
        <div class="relative w-full sm:max-w-80" role="search">
            <span class="pointer-events-none absolute inset-y-0 left-3 flex items-center text-muted">
                <Icon kind=IconKind::Search class="size-4"/>
            </span>
            <input
                node_ref=input
                class="input peer pl-9! pr-9!"
                type="text"
                inputmode="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=label.clone()
                aria-keyshortcuts="/"
                placeholder=label
                data-testid=test_id
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        value.set(String::new());
                    }
                }
            />
            {move || {
                if value.with(String::is_empty) {
                    view! {
                        <kbd
                            class="kbd pointer-events-none absolute top-1/2 right-2.5 hidden -translate-y-1/2 peer-focus:hidden sm:block"
                            aria-hidden="true"
                        >
                            "/"
                        </kbd>
                    }
                        .into_any()
                } else {
                    view! {
                        <button
                            type="button"
                            class="absolute inset-y-0 right-1 flex w-8 items-center justify-center rounded text-muted hover:text-ink"
                            aria-label=strings::CANCEL_SEARCH
                            on:click=move |_| {
                                value.set(String::new());
                                if let Some(input) = input.get_untracked() {
                                    drop(input.focus());
                                }
                            }
                        >
                            <Icon kind=IconKind::Close class="size-4"/>
                        </button>
                    }
                        .into_any()
                }
            }}
        </div>
    }
    .into_any()
}
