//! What keys bring up on any page: the palette, the sheet of keys, a page of the main menu.

use leptos::prelude::*;
use pocketkey_kit::{prelude::*, shortcuts::with_control};

use crate::{parts, strings};

/// After `g`: the letter of each page of the main menu.
const LETTERS: [(char, &str); 10] = [
    ('d', "/dashboard"),
    ('u', "/users"),
    ('g', "/groups"),
    ('k', "/keys"),
    ('w', "/workflows"),
    ('c', "/computers"),
    ('i', "/inbox"),
    ('o', "/outbox"),
    ('l', "/logs"),
    ('s', "/settings"),
];

/// The letter that leads to a page.
pub fn letter(href: &str) -> Option<char> {
    LETTERS.iter().find(|(_, page)| *page == href).map(|(letter, _)| *letter)
}

/// What is brought up. Copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Shortcuts {
    /// Whether the palette is shown.
    pub palette: RwSignal<bool>,
    /// Whether the sheet of keys is shown.
    pub help: RwSignal<bool>,
    /// The main menu.
    pub nav: StoredValue<Vec<NavItem>>,
}

/// Follows the keys while the calling component lives. Put one [`BroughtUp`] below it.
pub fn provide_shortcuts(nav: Vec<NavItem>) -> Shortcuts {
    let shortcuts =
        Shortcuts { palette: RwSignal::new(false), help: RwSignal::new(false), nav: StoredValue::new(nav) };
    provide_context(shortcuts);
    let router = use_router();
    use_shortcuts(move |shortcut| match shortcut {
        Shortcut::Palette => {
            shortcuts.help.set(false);
            shortcuts.palette.update(|open| *open = !*open);
        }
        Shortcut::Help => shortcuts.help.set(true),
        Shortcut::Go(key) => {
            let page =
                shortcuts.nav.with_value(|nav| nav.iter().find(|it| letter(it.href) == Some(key)).cloned());
            if let Some(page) = page {
                router.go(page.href);
            }
        }
    });
    // Wherever one has gone meanwhile, it is not in the way.
    let path = router.path();
    Effect::new(move |_| {
        path.track();
        shortcuts.palette.set(false);
        shortcuts.help.set(false);
    });
    shortcuts
}

/// The palette and the sheet, fetched when first wanted.
#[component]
pub fn BroughtUp(shortcuts: Shortcuts) -> impl IntoView {
    let once =
        |open: RwSignal<bool>| Memo::new(move |before: Option<&bool>| before == Some(&true) || open.get());
    let (palette, help) = (once(shortcuts.palette), once(shortcuts.help));
    view! {
        {move || palette.get().then(|| lazy_piece(parts::palette(shortcuts)))}
        {move || help.get().then(|| lazy_piece(parts::shortcut_sheet(shortcuts)))}
    }
}

/// The sheet of keys.
#[component]
pub fn Sheet(shortcuts: Shortcuts) -> impl IntoView {
    let row = |keys: &[&str], does: &str| ShortcutRow {
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        does: does.to_owned(),
    };
    let everywhere = vec![
        row(&[&with_control("K")], strings::key_palette()),
        row(&["/"], strings::key_search()),
        row(&["Esc"], strings::key_escape()),
        row(&["?"], strings::key_help()),
    ];
    let pages = shortcuts.nav.get_value().into_iter().filter_map(|page| {
        letter(page.href).map(|letter| row(&["g", letter.encode_utf8(&mut [0; 4])], page.label))
    });
    let sections = vec![(strings::everywhere(), everywhere), (strings::go_to(), pages.collect())];
    view! { <ShortcutSheet open=shortcuts.help sections/> }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::route::Route;

    #[test]
    fn every_letter_is_given_once() {
        let letters: BTreeSet<_> = LETTERS.iter().map(|(letter, _)| letter).collect();
        assert_eq!(letters.len(), LETTERS.len());
        assert_eq!(letter("/users"), Some('u'));
        assert_ne!(Route::of("/users"), Route::NotFound);
    }
}
