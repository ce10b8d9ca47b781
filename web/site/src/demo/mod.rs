//! `/demo`: a relying party to register at and sign in to, and the key that answers for it.
//!
//! | module | subject |
//! |---|---|
//! | [`ceremony`] | registration and sign-in from the button to the verified end |
//! | [`outcome`] | how a ceremony ended, in words |
//! | [`key`] | which key answers: the browser's, or the in-page stand-in |
//! | [`site`] | the site itself |

mod ceremony;
pub mod key;
mod outcome;
mod site;

use leptos::prelude::*;

pub use ceremony::Demo;
pub use outcome::Outcome;
pub use site::DemoSite;

use crate::{shell::Shell, strings};

/// The page.
#[component]
pub fn DemoPage() -> impl IntoView {
    let key = key::provide_key();
    let demo = Demo::new(key);
    view! {
        <Shell title=strings::DEMO>
            <key::StandInBanner key/>
            <DemoSite demo alone=true/>
        </Shell>
    }
    .into_any()
}
