//! A search field, reached with `/` from anywhere on its page, and its place in the address.

use std::time::Duration;

use leptos::{html, prelude::*};

use crate::{
    dom,
    icon::{Icon, IconKind},
    router::use_router,
    strings,
};

/// What a page's search field holds, and what is searched for: `?q=` of its address. What is typed goes into the address
/// after a short pause, and going back or following a link changes the field.
#[must_use]
pub fn use_search() -> (RwSignal<String>, Memo<String>) {
    let router = use_router();
    let q = router.query("q");
    let search = RwSignal::new(q.get_untracked());
    let pause = StoredValue::new(None::<TimeoutHandle>);
    // What this put into the address: when it comes back from there, more may have been typed.
    let sent = StoredValue::new(q.get_untracked());
    Effect::new(move |_| {
        let text = search.with(|search| search.trim().to_owned());
        if text == q.get_untracked() {
            return;
        }
        let go = move || {
            sent.set_value(text.clone());
            router.replace(&router.with("q", &text));
        };
        let handle = set_timeout_with_handle(go, Duration::from_millis(200)).ok();
        pause.update_value(|pause| {
            if let Some(earlier) = std::mem::replace(pause, handle) {
                earlier.clear();
            }
        });
    });
    Effect::new(move |_| {
        let q = q.get();
        if sent.get_value() != q {
            sent.set_value(q.clone());
            search.set(q);
        }
    });
    on_cleanup(move || {
        if let Some(Some(handle)) = pause.try_get_value() {
            handle.clear();
        }
    });
    (search, q)
}

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
        if event.key() == "/" && dom::is_command(&event) {
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
                            aria-label=strings::cancel_search()
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
