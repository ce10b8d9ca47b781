//! The frame of the pages one sees before being signed in.

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

/// A card in the middle, the logo above.
#[component]
pub fn Welcome(
    /// The page's name.
    #[prop(into)]
    title: Signal<String>,
    /// One line below it.
    #[prop(into)]
    text: Signal<String>,
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| pocketkey_kit::dom::set_title(&title.get()));
    pocketkey_kit::dom::focus_soon("main form input");
    view! {
        <main class="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
            <div class="w-full max-w-md">
                <Icon kind=IconKind::Pocketkey class="mx-auto mb-4 size-10 text-accent-text"/>
                <h1 class="text-center text-2xl" tabindex="-1">{move || title.get()}</h1>
                <p class="mt-1.5 mb-6 text-center text-muted">{move || text.get()}</p>
                <div class="card p-5 sm:p-7">{children()}</div>
                <div class="mx-auto mt-6 w-64">
                    <ThemeToggle/>
                </div>
            </div>
        </main>
    }
}
