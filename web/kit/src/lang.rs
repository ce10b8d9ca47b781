//! The language: as chosen in the account menu, or else the browser's, or else English.
//!
//! A page says in [`start`] that it speaks every language; one that does not stays English.

use std::cell::Cell;

use leptos::prelude::*;

use crate::strings;

const STORE: &str = "pocketkey-language";

thread_local! {
    static LANG: Cell<Lang> = const { Cell::new(Lang::En) };
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// German.
    De,
}

impl Lang {
    const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its code, as in `<html lang>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What it calls itself.
    const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// The language of a tag such as `de-AT`.
    fn of(tag: &str) -> Option<Self> {
        let code = tag.split('-').next()?;
        Self::ALL.into_iter().find(|lang| code.eq_ignore_ascii_case(lang.code()))
    }
}

/// The language of this page.
#[must_use]
pub fn lang() -> Lang {
    LANG.get()
}

/// Of the same text in all languages, the one to show.
#[must_use]
pub fn pick(en: &'static str, de: &'static str) -> &'static str {
    match lang() {
        Lang::En => en,
        Lang::De => de,
    }
}

/// Declares texts: each is a function that gives it in the language of the page.
#[macro_export]
macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident: $en:literal, $de:literal;)*) => {
        $(
            $(#[$meta])*
            #[must_use]
            pub fn $name() -> &'static str {
                $crate::lang::pick($en, $de)
            }
        )*
    };
}

/// Finds out the language, before anything is drawn.
pub fn start() {
    let preferred = window().navigator().languages();
    let preferred = preferred.iter().filter_map(|tag| tag.as_string());
    let lang = stored().or_else(|| preferred.into_iter().find_map(|tag| Lang::of(&tag))).unwrap_or(Lang::En);
    LANG.set(lang);
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("lang", lang.code()));
    }
}

fn stored() -> Option<Lang> {
    let store = window().local_storage().ok().flatten()?;
    Lang::of(&store.get_item(STORE).ok().flatten()?)
}

/// Stores the choice, none for the browser's, and draws the page anew.
fn choose(lang: Option<Lang>) {
    if let Ok(Some(store)) = window().local_storage() {
        drop(match lang {
            Some(lang) => store.set_item(STORE, lang.code()),
            None => store.remove_item(STORE),
        });
    }
    drop(window().location().reload());
}

/// Chooses the language.
#[component]
pub fn LanguageToggle() -> impl IntoView {
    let current = stored();
    let option = move |lang: Option<Lang>| {
        let (key, label) =
            lang.map_or(("system", strings::language_system()), |lang| (lang.code(), lang.name()));
        view! {
            <label class="segment" lang=lang.map(Lang::code)>
                <input
                    type="radio"
                    name="language"
                    value=key
                    data-testid=format!("language-{key}")
                    prop:checked=lang == current
                    on:change=move |_| choose(lang)
                />
                {label}
            </label>
        }
    };
    view! {
        <fieldset class="segments mt-1.5">
            <legend class="sr-only">{strings::language()}</legend>
            {[None, Some(Lang::En), Some(Lang::De)].map(option).collect_view()}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_language() {
        assert_eq!(Lang::of("de-AT"), Some(Lang::De));
        assert_eq!(Lang::of("EN"), Some(Lang::En));
        assert_eq!(Lang::of("fr"), None);
    }

    #[test]
    fn a_page_is_english_until_it_says_otherwise() {
        assert_eq!(pick("Save", "Speichern"), "Save");
        LANG.set(Lang::De);
        assert_eq!(pick("Save", "Speichern"), "Speichern");
        assert_eq!(crate::chart::number(1_234_567), "1.234.567");
        assert_eq!(crate::chart::counted(1, "Zeile", "Zeilen"), "1 Zeile");
    }
}
