//! A page's heading: names the tab, and takes the focus after navigation so that a screen reader starts there.

use std::cell::Cell;

use leptos::{html, prelude::*};

use crate::{
    dom,
    icon::{Icon, IconKind},
};

thread_local! {
    /// The first page of a visit leaves the focus where the browser put it.
    static FIRST: Cell<bool> = const { Cell::new(true) };
}

/// The heading of a page, once a page.
#[component]
pub fn PageHeader(
    /// The page's name (h1, and the tab's title).
    #[prop(into)]
    title: Signal<String>,
    /// One line below it.
    #[prop(optional, into)]
    text: Option<String>,
    /// The page above: its address and name.
    #[prop(optional, into)]
    back: Option<(String, String)>,
    /// The page's actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    Effect::new(move |_| dom::set_title(&title.get()));
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && !FIRST.replace(false)
        {
            drop(heading.focus());
        }
    });
    view! {
        <header class="mb-5">
            {back
                .map(|(href, label)| {
                    view! {
                        <a
                            class="mb-2 -ml-1 inline-flex items-center gap-1 rounded text-sm text-muted hover:text-ink"
                            href=href
                            data-testid="back-link"
                        >
                            <Icon kind=IconKind::Left class="size-4"/>
                            {label}
                        </a>
                    }
                })}
            <div class="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
                <div class="min-w-0 grow basis-72">
                    <h1 class="text-2xl wrap-anywhere" tabindex="-1" node_ref=heading>
                        {move || title.get()}
                    </h1>
                    {text.map(|text| view! { <p class="mt-1 max-w-2xl text-muted">{text}</p> })}
                </div>
                {children.map(|children| view! { <div class="flex flex-wrap gap-2">{children()}</div> })}
            </div>
        </header>
    }
    .into_any()
}

/// The heading of a step within a page (h2); takes the focus when the step appears.
#[component]
pub fn StepHeading(
    /// The step's name.
    #[prop(into)]
    title: String,
    /// One line below it.
    #[prop(optional, into)]
    text: Option<String>,
    /// Takes no focus: the first step of a page, whose h1 has it.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && !quiet
        {
            drop(heading.focus());
        }
    });
    view! {
        <header class="mb-4">
            <h2 class="text-lg" tabindex="-1" node_ref=heading>{title}</h2>
            {text.map(|text| view! { <p class="mt-0.5 text-muted">{text}</p> })}
        </header>
    }
    .into_any()
}
