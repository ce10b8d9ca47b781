//! Keys that work on every page, and the sheet that lists them.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::{dialog::Dialog, dom, strings};

/// How long after `g` the letter of a page may come, in milliseconds.
const GO_WITHIN: f64 = 1_500.0;

/// What keys ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Ctrl+K or ⌘K, also while typing.
    Palette,
    /// `?`
    Help,
    /// `g`, then this letter.
    Go(char),
}

/// Calls `react` with what is asked for by keys while the calling component lives. A search field sees to `/` itself.
pub fn use_shortcuts(react: impl Fn(Shortcut) + 'static) {
    let going = StoredValue::new(f64::NEG_INFINITY);
    let read = move |event: &KeyboardEvent| {
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key() {
            return (key.eq_ignore_ascii_case("k") && !event.repeat()).then_some(Shortcut::Palette);
        }
        if !dom::is_command(event) {
            return None;
        }
        let since = event.time_stamp() - going.get_value();
        going.set_value(f64::NEG_INFINITY);
        let mut letters = key.chars();
        match (letters.next()?, letters.next()) {
            ('?', None) => Some(Shortcut::Help),
            (letter, None) if since < GO_WITHIN => Some(Shortcut::Go(letter.to_ascii_lowercase())),
            ('g', None) => {
                going.set_value(event.time_stamp());
                None
            }
            _ => None,
        }
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if let Some(shortcut) = read(&event) {
            event.prevent_default();
            react(shortcut);
        }
    });
    on_cleanup(move || listener.remove());
}

/// A key held with the one that commands are given with, as this computer's keyboard calls it.
#[must_use]
pub fn with_control(key: &str) -> String {
    let apple = window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac"));
    if apple { format!("⌘ {key}") } else { format!("Ctrl {key}") }
}

/// A line of the sheet.
#[derive(Debug, Clone)]
pub struct ShortcutRow {
    /// The keys, one after the other.
    pub keys: Vec<String>,
    /// What they do.
    pub does: String,
}

/// The sheet of keys.
#[component]
pub fn ShortcutSheet(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// Lines under their headings.
    sections: Vec<(&'static str, Vec<ShortcutRow>)>,
) -> impl IntoView {
    let sections = StoredValue::new(sections);
    let key = |(index, key): (usize, String)| {
        view! {
            {(index > 0).then(|| view! { <span class="px-1 text-sm text-muted">{strings::shortcut_then()}</span> })}
            <kbd class="kbd">{key}</kbd>
        }
    };
    let row = move |row: ShortcutRow| {
        view! {
            <li class="flex items-center justify-between gap-4 py-1.5">
                <span class="min-w-0">{row.does}</span>
                <span class="flex shrink-0 items-center">
                    {row.keys.into_iter().enumerate().map(key).collect_view()}
                </span>
            </li>
        }
    };
    let section = move |(title, rows): (&'static str, Vec<ShortcutRow>)| {
        view! {
            <section class="mb-4 last:mb-0">
                <h3 class="mb-1 text-sm font-semibold text-muted">{title}</h3>
                <ul class="divide-y divide-line text-sm">{rows.into_iter().map(row).collect_view()}</ul>
            </section>
        }
    };
    view! {
        <Dialog open title=strings::shortcuts() test_id="shortcuts">
            {move || sections.get_value().into_iter().map(section).collect_view()}
        </Dialog>
    }
}
