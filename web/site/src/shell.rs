//! The frame around a page of the site: the product's name above, the theme below.

use leptos::prelude::*;
use pocketkey_kit::{dom, prelude::*};

use crate::{strings, world::use_world};

/// The frame. `children` begin with a heading (h1).
#[component]
pub fn Shell(
    /// Names the tab.
    #[prop(into)]
    title: Signal<String>,
    /// A page with much on it.
    #[prop(optional)]
    wide: bool,
    /// Shown at the right of the bar.
    #[prop(optional)]
    actions: Option<Children>,
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| dom::set_title(&title.get()));
    let lost = use_world().lost();
    let width = if wide { "mx-auto w-full max-w-6xl" } else { "mx-auto w-full max-w-2xl" };
    view! {
        <div class="flex min-h-dvh flex-col">
            <a class="btn btn-primary fixed top-2 left-2 z-50 not-focus:sr-only" href="#main" rel="external">
                {strings::SKIP}
            </a>
            <header class="border-b border-line bg-surface px-4 py-2.5 sm:px-6">
                <div class=format!("{width} flex flex-wrap items-center gap-x-4 gap-y-2")>
                    <span class="flex grow items-center gap-2 font-semibold">
                        <Icon kind=IconKind::Pocketkey class="size-6 text-accent-text"/>
                        {strings::PRODUCT}
                    </span>
                    {actions.map(|actions| actions())}
                </div>
            </header>
            <main id="main" class="grow px-4 py-6 sm:px-6" tabindex="-1">
                <div class=width>
                    {move || {
                        lost.get()
                            .then(|| {
                                view! {
                                    <div class="mb-4" role="status">
                                        <Note tone=Tone::Warn test_id="connection-lost">{strings::CONNECTION_LOST}</Note>
                                    </div>
                                }
                            })
                    }}
                    {children()}
                </div>
            </main>
            <footer class="px-4 pb-6 sm:px-6">
                <div class=format!("{width} flex justify-center")>
                    <div class="w-64">
                        <ThemeToggle/>
                    </div>
                </div>
            </footer>
        </div>
    }
    .into_any()
}

/// A page that does not exist.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Shell title=strings::NOT_FOUND>
            <h1 class="text-2xl">{strings::NOT_FOUND}</h1>
            <p class="mt-1 mb-4 text-muted">{strings::NOT_FOUND_TEXT}</p>
            <div class="flex flex-wrap gap-2">
                <LinkButton label=strings::SANDBOX href="/sandbox"/>
                <LinkButton label=strings::DEMO href="/demo"/>
                <LinkButton label=strings::OPEN_CONSOLE href="/" external=true/>
            </div>
        </Shell>
    }
    .into_any()
}

/// In place of what only a sandbox has.
#[component]
pub fn NoSandbox() -> impl IntoView {
    view! {
        <Card class="">
            <EmptyState
                icon=IconKind::Box
                title=strings::NO_SANDBOX
                text=strings::NO_SANDBOX_TEXT
                test_id="no-sandbox"
            />
        </Card>
    }
    .into_any()
}
