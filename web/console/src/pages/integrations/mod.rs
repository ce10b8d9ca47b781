//! Other programs (A17, A18): the keys they come in with, and the webhooks by which they are told.

pub mod api_keys;
mod deliveries;
mod new_api_key;
mod scopes;
pub mod webhook;
mod webhook_form;
pub mod webhooks;

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use crate::strings;

/// A secret that is shown this once. For inside of a dialog.
#[component]
fn OnceOnly(
    /// The secret.
    secret: String,
    /// What it is for.
    text: &'static str,
    /// The dialog.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <div class="max-w-lg space-y-4">
            <Note tone=Tone::Warn>{strings::shown_once()} " " {text}</Note>
            <p class="rounded-lg bg-sunken px-3 py-2.5 font-mono text-sm break-all" data-testid="secret">
                {secret.clone()}
            </p>
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

/// Asks before something ends; `on_yes` does it. For inside of a dialog.
#[component]
fn Ask(
    /// What comes of it.
    text: &'static str,
    /// The button's words.
    yes: &'static str,
    /// How it goes.
    form: FormState,
    /// The dialog.
    open: RwSignal<bool>,
    /// What happens.
    #[prop(into)]
    on_yes: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="max-w-md">
            <FormProblem state=form/>
            <p class="text-muted">{text}</p>
            <div class="mt-5 flex flex-wrap justify-end gap-2">
                <Button label=strings::cancel() on_click=move || open.set(false) test_id="ask-no"/>
                <Button
                    label=yes
                    kind=ButtonKind::Danger
                    loading=form.busy()
                    on_click=on_yes
                    test_id="ask-yes"
                />
            </div>
        </div>
    }
}
