//! The few things done to the document by hand.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{
    Element, FocusOptions, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent,
    ScrollIntoViewOptions, ScrollLogicalPosition,
};

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

/// Keeps the focus on what has it now, if that is drawn anew, or moves because something comes or goes before it; if it is
/// gone, the one that took its place among its like has it then, or the page's heading. To be called just before drawing.
pub fn keep_focus() {
    let Some(held) = focused() else { return };
    let own = name(&held);
    let place = |all: &[Element]| all.iter().position(|element| *element == held);
    let (among_twins, among_kin) = (place(&twins(&held, &own)), place(&kin(&held)));
    request_animation_frame(move || {
        let there = held.is_connected();
        if focused().is_some_and(|now| now != held) || there && name(&held) == own {
            return;
        }
        let at = |all: Vec<Element>, place: Option<usize>| all.get(place?).or(all.last()).cloned();
        let heir = at(twins(&held, &own), among_twins)
            .or_else(|| there.then(|| held.clone()))
            .or_else(|| at(kin(&held), among_kin.filter(|_| held.has_attribute(TEST_ID))))
            .and_then(|heir| heir.dyn_into::<HtmlElement>().ok());
        if let Some(heir) = heir.or_else(|| find("h1[tabindex]")) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            drop(heir.focus_with_options(&options));
        }
    });
}

/// What has the focus, if anything has.
fn focused() -> Option<Element> {
    document().active_element().filter(|element| element.tag_name() != "BODY")
}

const TEST_ID: &str = "data-testid";

/// What in the page is of the same kind as `element`.
fn kin(element: &Element) -> Vec<Element> {
    let kind = element.get_attribute(TEST_ID);
    let all = document().get_elements_by_tag_name(&element.tag_name());
    let all = (0..all.length()).filter_map(|index| all.item(index));
    all.filter(|other| other.get_attribute(TEST_ID) == kind).collect()
}

/// What tells an element from its kin.
fn name(element: &Element) -> [Option<String>; 3] {
    ["id", "href", "aria-label"].map(|attribute| element.get_attribute(attribute))
}

/// Of its kin, those called `own`.
fn twins(element: &Element, own: &[Option<String>; 3]) -> Vec<Element> {
    kin(element).into_iter().filter(|other| name(other) == *own).collect()
}

/// Focuses the first field within `element`, once what is being drawn now is drawn.
pub fn focus_field_soon(element: HtmlElement) {
    request_animation_frame(move || {
        let field = element.query_selector("input:enabled, textarea:enabled, select:enabled").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            drop(field.focus());
        }
    });
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

/// Whether a key is pressed as a command: nothing but Shift is held, the person is not typing, and no dialog is open.
#[must_use]
pub fn is_command(event: &KeyboardEvent) -> bool {
    let other = event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat();
    !other && !is_typing() && find("dialog[open]").is_none()
}

fn is_typing() -> bool {
    focused().is_some_and(|element| match element.dyn_ref::<HtmlInputElement>() {
        Some(input) => !matches!(&*input.type_(), "checkbox" | "radio" | "file" | "button" | "submit"),
        None => element.matches("textarea, select, [contenteditable]").unwrap_or(false),
    })
}

/// Scrolls what is around the element with this id, as little as will do to see it.
pub fn reveal(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        scroll_to(&element);
    }
}

/// Scrolls the row that a link is in, so that it is seen when it becomes the current one.
pub fn reveal_when(link: NodeRef<html::A>, current: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        if let Some(link) = link.get()
            && current()
        {
            request_animation_frame(move || scroll_to(&link));
        }
    });
}

fn scroll_to(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
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
