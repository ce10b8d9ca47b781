//! The admin console, a single-page app: everything it does goes through the REST API.

mod app;
mod confirm;
mod delete;
mod filters;
mod labels;
mod pages;
mod palette;
mod parts;
mod passkey;
mod route;
mod session;
mod shortcuts;
mod strings;

fn main() {
    console_error_panic_hook::set_once();
    pocketkey_kit::lang::start();
    let Some(root) = pocketkey_kit::dom::find("#app") else { return };
    leptos::mount::mount_to(root, app::App).forget();
}
