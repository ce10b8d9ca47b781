//! The few things done to the document by hand.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

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
