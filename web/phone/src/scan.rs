//! What stands for the camera: a field that takes the text of a QR code, a link or digits.

use leptos::prelude::*;
use pocketkey_api::sandbox::Touch;

/// The field and its button, side by side or one below the other.
#[component]
pub fn Scan(
    /// The field's label.
    label: &'static str,
    /// The button's words.
    button: &'static str,
    /// What is typed.
    text: RwSignal<String>,
    /// As the one main action of its screen.
    #[prop(optional)]
    main: bool,
    /// What the person does.
    on_touch: Callback<Touch>,
) -> impl IntoView {
    let id = "phone-scan-text";
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let scanned = text.get_untracked().trim().to_owned();
        if !scanned.is_empty() {
            on_touch.run(Touch::Scan { text: scanned });
        }
    };
    let (form, control) = if main {
        ("flex flex-col gap-3", "btn btn-primary min-h-11")
    } else {
        ("flex items-end gap-2", "btn btn-secondary flex-none min-h-[2.375rem]")
    };
    view! {
        <form class=form on:submit=send>
            <label class="field grow">
                <span class="field-label">{label}</span>
                <input
                    class="input"
                    data-testid=id
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </label>
            <button class=control type="submit" data-testid="phone-scan">{button}</button>
        </form>
    }
    .into_any()
}
