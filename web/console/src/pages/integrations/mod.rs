//! Other programs (A17, A18): the keys they come in with, and the webhooks by which they are told.

pub mod api_keys;
mod deliveries;
mod new_api_key;
mod scopes;
pub mod webhook;
mod webhook_form;
pub mod webhooks;

use leptos::prelude::*;
use pocketkey_kit::{dom, prelude::*};

use crate::strings;

/// A dialog that ends with a secret, shown this once in place of what was asked before.
#[component]
fn SecretDialog(
    open: RwSignal<bool>,
    title: &'static str,
    /// What the secret is for.
    text: &'static str,
    /// The secret, once there is one.
    made: RwSignal<Option<String>>,
    test_id: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    Effect::new(move |_| {
        if !open.get() {
            made.set(None);
        }
    });
    let content = move || match made.get() {
        Some(secret) => view! { <OnceOnly secret text open/> }.into_any(),
        None => children().into_any(),
    };
    view! { <Dialog open title=title.to_owned() test_id>{content.clone()}</Dialog> }
}

#[component]
fn OnceOnly(secret: String, text: &'static str, open: RwSignal<bool>) -> impl IntoView {
    // The form that had the focus is gone.
    dom::focus_soon("#secret");
    view! {
        <div class="max-w-lg space-y-4">
            <Note tone=Tone::Warn>{strings::shown_once()} " " {text}</Note>
            <output
                class="block rounded-lg bg-sunken px-3 py-2.5 font-mono text-sm break-all"
                id="secret"
                tabindex="-1"
                data-testid="secret"
            >
                {secret.clone()}
            </output>
            <div class="flex flex-wrap justify-end gap-2">
                <CopyButton text=secret label=strings::copy_secret() test_id="copy-secret"/>
                <Button
                    label=strings::done()
                    kind=ButtonKind::Primary
                    on_click=move || open.set(false)
                    test_id="secret-done"
                />
            </div>
        </div>
    }
}
