//! Signing in: a password and where wanted a code, or a passkey alone; and joining by invitation.

mod code;
mod join;
mod password;

use leptos::prelude::*;

pub use join::JoinPage;

use crate::{pages::welcome::Welcome, session::use_session, strings};

/// The sign-in page. It appears at whatever address was asked for, which is shown once signed in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let organisation = move || session.with(|session| session.organisation.clone()).unwrap_or_default();
    let owing = Memo::new(move |_| session.with(|session| session.second_step.clone()).flatten());
    move || match owing.get() {
        Some(owing) => view! {
            <Welcome title=strings::second_step() text=strings::second_step_text()>
                <code::CodeForm owing/>
            </Welcome>
        }
        .into_any(),
        None => view! {
            <Welcome title=strings::sign_in() text=Signal::derive(organisation)>
                <password::PasswordForm/>
            </Welcome>
        }
        .into_any(),
    }
}

/// A line with a word in its middle.
#[component]
fn Or() -> impl IntoView {
    view! {
        <p class="my-4 flex items-center gap-3 text-sm text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
            {strings::or()}
        </p>
    }
}
