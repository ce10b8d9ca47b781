//! The few things done to the document by hand.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};

/// Focuses the first element that matches `selector`, once what is being drawn now is drawn.
pub fn focus_soon(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = find(selector) {
            drop(element.focus());
        }
    });
}

/// The first element that matches `selector`.
#[must_use]
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Types `text` into the field with this id, where its cursor is, and goes there; gives what it holds then.
#[must_use]
pub fn type_into(id: &str, text: &str) -> Option<String> {
    let element = document().get_element_by_id(id)?;
    let value = if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        let at = area.selection_start().ok().flatten().unwrap_or(0) + units(text);
        area.set_range_text(text).ok()?;
        drop(area.set_selection_range(at, at));
        area.value()
    } else {
        let input = element.dyn_ref::<HtmlInputElement>()?;
        let at = input.selection_start().ok().flatten().unwrap_or(0) + units(text);
        input.set_range_text(text).ok()?;
        drop(input.set_selection_range(at, at));
        input.value()
    };
    drop(element.dyn_ref::<HtmlElement>()?.focus());
    Some(value)
}

/// A text's length as the document counts it.
fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(0)
}

/// Whether the person is typing somewhere, so that a single key is no command.
#[must_use]
pub fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        let tag = element.tag_name();
        tag == "INPUT" || tag == "TEXTAREA" || tag == "SELECT" || element.has_attribute("contenteditable")
    })
}

/// Sets the tab's title: `page · Pocketkey`.
pub fn set_title(page: &str) {
    document().set_title(&format!("{page} · {}", crate::strings::PRODUCT));
}

/// The fragment of the page's address without `#`.
#[must_use]
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}
