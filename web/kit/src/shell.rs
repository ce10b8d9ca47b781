//! The frame around the console's pages: a sidebar where there is room, else a bar above and a menu below.

use leptos::{html, prelude::*};

use crate::{
    dom,
    events::Banner,
    icon::{Icon, IconKind},
    router::use_router,
    shortcuts, strings,
};

/// An entry of the main menu.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where it leads; current on that page and those below it.
    pub href: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Its icon.
    pub icon: IconKind,
    /// Leads out of this app.
    pub external: bool,
}

/// The frame. Needs [`crate::router::provide_router`] and [`crate::events::provide_events`] above it.
#[component]
pub fn AppShell(
    /// Shown beside the logo.
    #[prop(into)]
    organisation: Signal<String>,
    /// The main menu.
    nav: Vec<NavItem>,
    /// Name of the person signed in; opens the account menu.
    #[prop(into)]
    account: Signal<String>,
    /// The account menu's content.
    menu: Children,
    /// Opens the palette.
    #[prop(into)]
    on_search: Callback<()>,
    children: Children,
) -> impl IntoView {
    let path = use_router().path();
    let item = move |item: NavItem| {
        let is_current =
            move || path.with(|path| path == item.href || path.starts_with(&format!("{}/", item.href)));
        let link = NodeRef::<html::A>::new();
        dom::reveal_when(link, is_current);
        view! {
            <a
                class="nav-item"
                node_ref=link
                href=item.href
                rel=item.external.then_some("external")
                aria-current=move || is_current().then_some("page")
                data-testid=format!("nav-{}", item.href.trim_start_matches('/'))
            >
                <Icon kind=item.icon class=""/>
                <span>{item.label}</span>
            </a>
        }
    };
    view! {
        <div class="shell">
            <a
                class="btn btn-primary fixed top-2 left-2 z-50 not-focus:sr-only"
                href="#main"
                rel="external"
            >
                {strings::skip()}
            </a>
            <header class="shell-side">
                <div class="shell-bar">
                    <Icon kind=IconKind::Pocketkey class="size-6 shrink-0 text-accent-text"/>
                    <span class="line-clamp-2 min-w-0 grow leading-5 font-semibold wrap-anywhere" data-testid="organisation">
                        {move || organisation.get()}
                    </span>
                    <button
                        class="shell-search"
                        type="button"
                        aria-keyshortcuts="Control+K Meta+K"
                        data-testid="open-palette"
                        on:click=move |_| on_search.run(())
                    >
                        <Icon kind=IconKind::Search class="size-4.5 shrink-0"/>
                        <span class="grow text-left max-md:sr-only">{strings::palette()}</span>
                        <kbd class="kbd max-md:hidden" aria-hidden="true">{shortcuts::with_control("K")}</kbd>
                    </button>
                    <button
                        class="avatar"
                        type="button"
                        popovertarget="account-menu"
                        aria-label=move || account.get()
                        title=move || account.get()
                        data-testid="account"
                    >
                        // Not as text: the button's name is the person's, and would have to contain it.
                        <span class="before:content-[attr(data-initials)]" data-initials=move || initials(&account.get())></span>
                    </button>
                </div>
                <nav class="shell-nav" aria-label=strings::main_menu()>
                    {nav.into_iter().map(item).collect_view()}
                </nav>
            </header>
            <div id="account-menu" class="menu menu-account" popover="auto">
                {menu()}
            </div>
            <main id="main" class="shell-main" tabindex="-1">
                <div class="shell-page">
                    <Banner/>
                    {children()}
                </div>
            </main>
        </div>
    }
    .into_any()
}

/// The first letters of the first and last word, for a picture of a person: `.avatar` writes them large, for which the
/// program would need tables.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        for (name, expected) in [("Ada Lovelace", "AL"), ("ada", "a"), ("", ""), ("Élise de la Tour", "ÉT")]
        {
            assert_eq!(super::initials(name), expected, "{name}");
        }
    }
}
