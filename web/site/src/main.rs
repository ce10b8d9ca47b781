//! The site: activation landing page, demo web site, sandbox and the phones' screens.
//!
//! | module | page |
//! |---|---|
//! | [`activate`] | `/activate#CODE` – what to do with an invitation |
//! | [`pair`] | `/pair#…` – what to do with a computer's code |
//! | [`demo`] | `/demo` – a relying party to register at and sign in to |
//! | [`sandbox`] | `/sandbox` – demo site, phone and what passes between them |
//! | [`phones`] | `/phone` – the simulated phones alone |
//!
//! Shared: [`world`] (the sandbox, live), [`standin`] (the in-page stand-in for a security key), [`shell`] (the frame
//! around a page) and [`strings`].

mod activate;
mod demo;
mod pair;
mod phones;
mod qr;
mod sandbox;
mod shell;
mod standin;
mod strings;
mod world;

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

#[component]
fn App() -> impl IntoView {
    provide_toasts();
    provide_clock();
    world::provide_world();
    let path = provide_router().path();
    view! {
        {move || path.with(|path| page(path))}
        <ToastRegion/>
    }
}

fn page(path: &str) -> AnyView {
    match path.trim_end_matches('/') {
        "/activate" => view! { <activate::ActivatePage/> }.into_any(),
        "/pair" => view! { <pair::PairPage/> }.into_any(),
        "/demo" => view! { <demo::DemoPage/> }.into_any(),
        "/sandbox" => view! { <sandbox::SandboxPage/> }.into_any(),
        "/phone" => view! { <phones::PhonesPage/> }.into_any(),
        _ => view! { <shell::NotFound/> }.into_any(),
    }
}

fn main() {
    console_error_panic_hook::set_once();
    let Some(root) = pocketkey_kit::dom::find("#app") else { return };
    leptos::mount::mount_to(root, App).forget();
}
