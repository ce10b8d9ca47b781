//! Recovery codes, shown once.

use leptos::prelude::*;
use pocketkey_kit::{api, dom, prelude::*};

use crate::strings;

/// The codes, with ways to keep them. For inside of a dialog.
#[component]
pub fn Codes(codes: Vec<String>, open: RwSignal<bool>) -> impl IntoView {
    // The form that had the focus is gone.
    dom::focus_soon("#recovery-codes");
    let text = codes.join("\n") + "\n";
    let file = format!("data:text/plain;charset=utf-8,{}", api::encode(&text));
    view! {
        <p class="text-muted">{strings::codes_once()}</p>
        <ul
            class="my-4 grid grid-cols-1 gap-x-6 gap-y-1 rounded-lg bg-sunken p-4 font-mono text-sm sm:grid-cols-2"
            id="recovery-codes"
            tabindex="-1"
            data-testid="recovery-codes"
        >
            {codes.into_iter().map(|code| view! { <li>{code}</li> }).collect_view()}
        </ul>
        <div class="flex flex-wrap justify-end gap-2">
            <CopyButton text label=strings::copy_codes() test_id="copy-codes"/>
            <a
                class="btn btn-secondary btn-small"
                href=file
                download="pocketkey-recovery-codes.txt"
                data-testid="download-codes"
            >
                <Icon kind=IconKind::Download/>
                {strings::download()}
            </a>
            <Button
                label=strings::codes_saved()
                kind=ButtonKind::Primary
                small=true
                on_click=move || open.set(false)
                test_id="codes-saved"
            />
        </div>
    }
}
