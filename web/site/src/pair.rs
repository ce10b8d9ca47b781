//! `/pair#…`: a computer's code, opened in a browser instead of being scanned by the app.

use leptos::prelude::*;
use pocketkey_api::sandbox::Touch;
use pocketkey_kit::prelude::*;
use pocketkey_link::qr::{self, Scanned};

use crate::{
    shell::Shell,
    strings,
    world::{is_home, teller, use_world},
};

/// The page.
#[component]
pub fn PairPage() -> impl IntoView {
    let link = window().location().href().unwrap_or_default();
    let content = if matches!(qr::read(&link), Ok(Scanned::Pairing(_))) {
        view! { <Simulated link/> }.into_any()
    } else {
        view! {
            <Note tone=Tone::Bad test_id="link-incomplete">
                <strong class="font-semibold">{strings::LINK_INCOMPLETE}</strong>
            </Note>
        }
        .into_any()
    };
    view! {
        <Shell title=strings::PAIR>
            <h1 class="text-2xl">{strings::PAIR}</h1>
            <p class="mt-1 mb-5 text-muted">{strings::PAIR_TEXT}</p>
            {content}
        </Shell>
    }
    .into_any()
}

/// Buttons that let the sandbox's phones scan the code.
#[component]
fn Simulated(link: String) -> impl IntoView {
    let world = use_world();
    let phones = move || world.phones().into_iter().filter(is_home).collect::<Vec<_>>();
    view! {
        <div class="flex flex-wrap gap-2">
            <For each=phones key=|phone| phone.id.clone() let(phone)>
                {
                    let scan = teller(phone.id, "touch");
                    let text = link.clone();
                    view! {
                        <Button
                            label=strings::pair_on(&phone.model)
                            icon=IconKind::Phone
                            on_click=move |()| scan.run(Touch::Scan { text: text.clone() })
                            test_id="pair-simulated"
                        />
                    }
                }
            </For>
        </div>
    }
    .into_any()
}
