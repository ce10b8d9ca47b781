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
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};
use pocketkey_kit::prelude::*;

#[component]
fn App() -> impl IntoView {
    provide_toasts();
    provide_clock();
    world::provide_world();
    view! {
        <Router>
            <Routes fallback=|| view! { <shell::NotFound/> }.into_any()>
                <Route path=path!("/activate") view=|| view! { <activate::ActivatePage/> }.into_any()/>
                <Route path=path!("/pair") view=|| view! { <pair::PairPage/> }.into_any()/>
                <Route path=path!("/demo") view=|| view! { <demo::DemoPage/> }.into_any()/>
                <Route path=path!("/sandbox") view=|| view! { <sandbox::SandboxPage/> }.into_any()/>
                <Route path=path!("/phone") view=|| view! { <phones::PhonesPage/> }.into_any()/>
            </Routes>
        </Router>
        <ToastRegion/>
    }
}

fn main() {
    console_error_panic_hook::set_once();
    let Some(root) = pocketkey_kit::dom::find("#app") else { return };
    leptos::mount::mount_to(root, App).forget();
}
