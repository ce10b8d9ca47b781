//! Tabs that live in the address: each is a link, so that reload, back and a shared address work.

use leptos::{html, prelude::*};

use crate::{dom, router::use_router};

/// A tab.
#[derive(Debug, Clone, Copy)]
pub struct Tab {
    /// Its value in the address.
    pub key: &'static str,
    /// Its words, in the language of the page.
    pub label: fn() -> &'static str,
}

/// The current tab's key: the query parameter `tab`, if it names one of `tabs`, else the first.
#[must_use]
pub fn use_tab(tabs: &'static [Tab]) -> Memo<&'static str> {
    let chosen = use_router().query("tab");
    Memo::new(move |_| {
        let found = chosen.with(|chosen| tabs.iter().find(|tab| tab.key == chosen));
        found.or(tabs.first()).map_or("", |tab| tab.key)
    })
}

/// A row of tabs.
#[component]
pub fn Tabs(
    /// What the tabs are of, for who cannot see it.
    #[prop(into)]
    label: String,
    /// The tabs; the first is shown when the address names none.
    tabs: &'static [Tab],
) -> impl IntoView {
    let current = use_tab(tabs);
    let path = use_router().path();
    let link = move |(index, tab): (usize, &'static Tab)| {
        let href = move || if index == 0 { path.get() } else { format!("{}?tab={}", path.get(), tab.key) };
        let is_current = move || current.get() == tab.key;
        let link = NodeRef::<html::A>::new();
        dom::reveal_when(link, is_current);
        view! {
            <a
                class="tab"
                node_ref=link
                href=href
                aria-current=move || is_current().then_some("page")
                data-testid=format!("tab-{}", tab.key)
            >
                {(tab.label)()}
            </a>
        }
    };
    view! {
        <nav class="tabs mb-5" aria-label=label>
            {tabs.iter().enumerate().map(link).collect_view()}
        </nav>
    }
    .into_any()
}

/// A row of links between pages that belong together, each an address and its words.
#[component]
pub fn PageTabs(
    /// What the pages are of, for who cannot see it.
    #[prop(into)]
    label: String,
    /// The pages.
    pages: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let path = use_router().path();
    let link = move |(href, label): (&'static str, &'static str)| {
        let is_current = move || path.with(|path| path == href);
        let link = NodeRef::<html::A>::new();
        dom::reveal_when(link, is_current);
        view! {
            <a
                class="tab"
                node_ref=link
                href=href
                aria-current=move || is_current().then_some("page")
                data-testid=href.trim_start_matches('/').replace('/', "-")
            >
                {label}
            </a>
        }
    };
    view! {
        <nav class="tabs mb-5" aria-label=label>
            {pages.into_iter().map(link).collect_view()}
        </nav>
    }
    .into_any()
}
