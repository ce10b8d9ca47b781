//! Light, dark, or as the system says. `static/theme.js` applies the stored choice before anything is drawn.

use leptos::prelude::*;

use crate::{
    icon::{Icon, IconKind},
    strings,
};

const STORE: &str = "pocketkey-theme";

/// The stored choice: `light`, `dark` or `system`.
fn stored() -> String {
    let choice =
        window().local_storage().ok().flatten().and_then(|store| store.get_item(STORE).ok().flatten());
    choice.filter(|choice| choice == "light" || choice == "dark").unwrap_or_else(|| "system".into())
}

fn choose(theme: &str) {
    if let Ok(Some(store)) = window().local_storage() {
        drop(store.set_item(STORE, theme)); // without storage the choice lasts as long as the page
    }
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("data-theme", theme));
    }
}

/// Chooses the theme.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = RwSignal::new(stored());
    let options = [
        ("light", strings::theme_light(), IconKind::Sun),
        ("dark", strings::theme_dark(), IconKind::Moon),
        ("system", strings::theme_system(), IconKind::Computer),
    ];
    let option = move |(key, label, icon): (&'static str, &'static str, IconKind)| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="theme"
                    value=key
                    data-testid=format!("theme-{key}")
                    prop:checked=move || theme.with(|theme| theme == key)
                    on:change=move |_| {
                        choose(key);
                        theme.set(key.to_owned());
                    }
                />
                <Icon kind=icon class=""/>
                {label}
            </label>
        }
    };
    view! {
        <fieldset class="segments">
            <legend class="sr-only">{strings::theme()}</legend>
            {options.map(option).collect_view()}
        </fieldset>
    }
    .into_any()
}
