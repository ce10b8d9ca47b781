//! A phone that is not activated yet.

use leptos::prelude::*;
use pocketkey_api::sandbox::{Screen, Touch};
use pocketkey_kit::prelude::*;

use crate::{scan::Scan, strings};

pub fn view(screen: Signal<Screen>, text: RwSignal<String>, on_touch: Callback<Touch>) -> AnyView {
    let error = Memo::new(move |_| {
        screen.with(|screen| match screen {
            Screen::Welcome { error } => error.clone(),
            _ => None,
        })
    });
    view! {
        <div class="my-auto flex flex-col items-center gap-2 py-4 text-center">
            <span class="mb-3 rounded-3xl bg-accent-soft p-4 text-accent-text">
                <Icon kind=IconKind::Pocketkey class="size-12"/>
            </span>
            <h3 class="text-xl">{strings::WELCOME}</h3>
            <p class="text-sm text-muted">{strings::WELCOME_TEXT}</p>
        </div>
        <div class="space-y-3">
            {move || error.get().map(|error| view! { <Note tone=Tone::Bad test_id="phone-error">{error}</Note> })}
            <Scan label=strings::WELCOME_FIELD button=strings::ACTIVATE text main=true on_touch/>
        </div>
    }
    .into_any()
}
