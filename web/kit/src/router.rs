//! The page's address: going from page to page in place, and what the address says.
//!
//! An app's routes are a `match` on the path; what is needed of a router beside that is here. Links of this origin are
//! followed in place unless they say `target`, `download` or `rel="external"`; back and forward work; a modified click
//! opens a tab as ever.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, UrlSearchParams};

/// The address, as a context. Copies are handles to the same one.
#[derive(Debug, Clone, Copy)]
pub struct Router {
    path: RwSignal<String>,
    query: RwSignal<String>,
}

/// Follows the address for as long as the calling component lives, and gives [`use_router`] to those below.
pub fn provide_router() -> Router {
    let router = Router { path: RwSignal::new(String::new()), query: RwSignal::new(String::new()) };
    router.read();
    provide_context(router);
    let back = window_event_listener(leptos::ev::popstate, move |_| router.read());
    let click = window_event_listener(leptos::ev::click, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        if let Some(address) = event.target().and_then(in_place) {
            event.prevent_default();
            router.go(&address);
        }
    });
    on_cleanup(move || {
        back.remove();
        click.remove();
    });
    router
}

/// The address.
///
/// # Panics
/// Without [`provide_router`] above.
#[must_use]
pub fn use_router() -> Router {
    expect_context()
}

impl Router {
    /// The path, for example `/users`.
    #[must_use]
    pub fn path(self) -> Signal<String> {
        self.path.into()
    }

    /// The value of a query parameter; empty if there is none.
    #[must_use]
    pub fn query(self, name: &'static str) -> Memo<String> {
        Memo::new(move |_| {
            let query = self.query.with(|query| UrlSearchParams::new_with_str(query));
            query.ok().and_then(|query| query.get(name)).unwrap_or_default()
        })
    }

    /// The present address with another value of a query parameter; an empty value takes it away.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> String {
        let path = self.path.get_untracked();
        let query = self.query.with_untracked(|query| UrlSearchParams::new_with_str(query));
        let Ok(query) = query else { return path };
        if value.is_empty() {
            query.delete(name);
        } else {
            query.set(name, value);
        }
        let query = String::from(query.to_string());
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// Does something if the address asks for it by the query parameter `name`, which it then no longer has.
    pub fn on_asked(self, name: &'static str, deed: impl Fn() + 'static) {
        let asked = self.query(name);
        Effect::new(move |_| {
            if asked.with(|asked| !asked.is_empty()) {
                deed();
                self.replace(&self.with(name, ""));
            }
        });
    }

    /// Goes to a page, from its top.
    pub fn go(self, address: &str) {
        if let Ok(history) = window().history() {
            drop(history.push_state_with_url(&JsValue::NULL, "", Some(address)));
        }
        self.read();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Changes the address without a step back to the one before.
    pub fn replace(self, address: &str) {
        if let Ok(history) = window().history() {
            drop(history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
        }
        self.read();
    }

    /// Takes over what the browser's address bar says.
    fn read(self) {
        let location = window().location();
        for (part, now) in [(self.path, location.pathname()), (self.query, location.search())] {
            let now = now.unwrap_or_default();
            if part.with_untracked(|part| *part != now) {
                part.set(now);
            }
        }
    }
}

/// Where a click on `target` leads, if it is on a link that is followed in place.
fn in_place(target: web_sys::EventTarget) -> Option<String> {
    let link = target.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    let elsewhere = !matches!(link.target().as_str(), "" | "_self")
        || link.has_attribute("download")
        || link.rel().split_ascii_whitespace().any(|word| word == "external")
        || window().location().origin().ok()? != link.origin();
    (!elsewhere).then(|| format!("{}{}{}", link.pathname(), link.search(), link.hash()))
}
