//! The palette: one field that finds pages, actions and people, and goes there.
//!
//! It follows the combobox pattern of WAI-ARIA: the focus stays in the field, `aria-activedescendant` says which option
//! Enter takes. Options are links, so that a modified click opens a tab as ever.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::{
    dialog::follow,
    dom,
    icon::{Icon, IconKind},
    strings,
};

/// Something to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaletteItem {
    /// The heading it stands under; those with the same one come one after the other.
    pub section: &'static str,
    /// Its icon.
    pub icon: IconKind,
    /// Its words.
    pub label: String,
    /// What tells it from others of the same words.
    pub hint: String,
    /// The keys that lead there, too.
    pub keys: Option<String>,
    /// Where it leads.
    pub href: String,
    /// Leads out of this app.
    pub external: bool,
}

impl PaletteItem {
    /// Whether every word of `query` is in what the item says of itself.
    #[must_use]
    pub fn matches(&self, query: &str) -> bool {
        let text = format!("{} {} {}", self.section, self.label, self.hint).to_lowercase();
        query.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

/// The palette, a dialog.
#[component]
pub fn Palette(
    /// Whether it is shown; choosing something and Escape set this to false.
    open: RwSignal<bool>,
    /// What is typed.
    query: RwSignal<String>,
    /// What that finds. What comes later stands further down, so that what is chosen stays where it is.
    #[prop(into)]
    items: Signal<Vec<PaletteItem>>,
    /// What there is to say beside it, such as that nothing was found.
    #[prop(into)]
    note: Signal<Option<String>>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, open);
    let chosen = RwSignal::new(0);
    Effect::new(move |_| {
        query.track();
        chosen.set(0);
    });
    let count = Memo::new(move |_| items.with(Vec::len));
    let current = Memo::new(move |_| chosen.get().min(count.get().saturating_sub(1)));
    let step = move |by: usize| {
        let count = count.get_untracked();
        if count > 0 {
            let next = (current.get_untracked() + by) % count;
            chosen.set(next);
            dom::reveal(&option_id(next));
        }
    };
    let press = move |event: KeyboardEvent| {
        match &*event.key() {
            _ if event.is_composing() => return,
            "ArrowDown" => step(1),
            "ArrowUp" => step(count.get_untracked().saturating_sub(1)),
            "Enter" => take(current.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let field = move || {
        view! {
            <div class="flex items-center gap-3 border-b border-line px-4">
                <Icon kind=IconKind::Search class="size-5 shrink-0 text-muted"/>
                <input
                    class="palette-input"
                    type="text"
                    role="combobox"
                    aria-label=strings::palette()
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls="palette-options"
                    aria-activedescendant=move || (count.get() > 0).then(|| option_id(current.get()))
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    placeholder=strings::palette()
                    data-testid="palette-input"
                    prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=press
                />
                <button
                    class="btn btn-ghost btn-small btn-icon -mr-2"
                    type="button"
                    aria-label=strings::close()
                    data-testid="palette-close"
                    on:click=move |_| open.set(false)
                >
                    <Icon kind=IconKind::Close class="size-4"/>
                </button>
            </div>
        }
    };
    let options = move || {
        let mut index = 0..;
        let all = items.get();
        let sections = all.chunk_by(|one, next| one.section == next.section).map(|section| {
            let title = section.first().map_or("", |item| item.section);
            let options = section
                .iter()
                .zip(&mut index)
                .map(|(item, index)| option(item, index, current, chosen, open));
            view! {
                <div class="px-2 pt-2" role="group" aria-label=title>
                    <p class="px-3 pb-1 text-sm font-medium text-muted" aria-hidden="true">{title}</p>
                    {options.collect_view()}
                </div>
            }
        });
        sections.collect_view()
    };
    let content = move || {
        open.get().then(|| {
            view! {
                {field()}
                <div
                    class="min-h-0 grow overflow-y-auto overscroll-contain"
                    id="palette-options"
                    role="listbox"
                    aria-label=strings::palette_results()
                >
                    {options}
                </div>
                <p class="px-5 py-3 text-sm text-muted empty:hidden" role="status" data-testid="palette-note">
                    {move || note.get()}
                </p>
                <p class="flex gap-4 border-t border-line px-5 py-2.5 text-sm text-muted max-sm:hidden">
                    <span><kbd class="kbd">"↑"</kbd> " " <kbd class="kbd">"↓"</kbd> " " {strings::palette_move()}</span>
                    <span><kbd class="kbd">"Enter"</kbd> " " {strings::palette_go()}</span>
                    <span><kbd class="kbd">"Esc"</kbd> " " {strings::palette_close()}</span>
                </p>
            }
        })
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog palette"
            prop:closedBy="any"
            aria-label=strings::palette()
            data-testid="palette"
            on:close=move |_| open.set(false)
        >
            {content}
        </dialog>
    }
    .into_any()
}

fn option(
    item: &PaletteItem,
    index: usize,
    current: Memo<usize>,
    chosen: RwSignal<usize>,
    open: RwSignal<bool>,
) -> impl IntoView + use<> {
    let PaletteItem { icon, label, hint, keys, href, external, .. } = item.clone();
    view! {
        <a
            class="palette-option"
            id=option_id(index)
            role="option"
            tabindex="-1"
            href=href
            rel=external.then_some("external")
            aria-selected=move || if current.get() == index { "true" } else { "false" }
            data-testid="palette-option"
            on:mousemove=move |_| chosen.set(index)
            on:click=move |event| {
                if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                    open.set(false);
                }
            }
        >
            <Icon kind=icon class=""/>
            <span class="min-w-0 truncate">{label}</span>
            <span class="min-w-0 flex-1 truncate text-sm text-muted">{hint}</span>
            {keys.map(|keys| view! { <kbd class="kbd max-sm:hidden" aria-hidden="true">{keys}</kbd> })}
        </a>
    }
}

fn option_id(index: usize) -> String {
    format!("palette-option-{index}")
}

/// Follows an option as a click would.
fn take(index: usize) {
    let option = document().get_element_by_id(&option_id(index));
    if let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) {
        option.click();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_there() {
        let item = PaletteItem {
            section: "Go to",
            icon: IconKind::Users,
            label: "Users".into(),
            hint: "ada@example.org".into(),
            keys: None,
            href: "/users".into(),
            external: false,
        };
        for (query, expected) in
            [("", true), ("use", true), ("GO users", true), ("ada us", true), ("users new", false)]
        {
            assert_eq!(item.matches(query), expected, "{query}");
        }
    }
}
