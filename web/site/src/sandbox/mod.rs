//! `/sandbox`: the computer's browser, the phone, and what passes between them, on one page.

mod flow;
mod hints;

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use crate::{
    demo::{Demo, DemoSite, key},
    phones::Phones,
    shell::{NoSandbox, Shell},
    strings,
    world::{Presence, use_world},
};

/// The page.
#[component]
pub fn SandboxPage() -> impl IntoView {
    let presence = use_world().presence();
    let state = Memo::new(move |_| {
        presence.with(|presence| match presence {
            Presence::Unknown => None,
            Presence::Absent => Some(false),
            Presence::Here(_) => Some(true),
        })
    });
    let content = move || match state.get() {
        None => view! { <Heading/> <Card class=""><Skeleton lines=8/></Card> }.into_any(),
        Some(false) => view! { <Heading/> <NoSandbox/> }.into_any(),
        Some(true) => view! { <Sandbox/> }.into_any(),
    };
    view! {
        <Shell
            title=strings::SANDBOX
            wide=true
            actions=Box::new(|| {
                view! {
                    <Outside label=strings::OPEN_CONSOLE to="/users" icon=IconKind::Users test_id="open-console"/>
                    <Outside label=strings::OPEN_INBOX to="/inbox" icon=IconKind::Inbox test_id="open-inbox"/>
                }
                .into_any()
            })
        >
            {content}
        </Shell>
    }
    .into_any()
}

/// A link into the console, signed in as the sandbox's admin, in a tab of its own: this one shows the phone.
#[component]
fn Outside(label: &'static str, to: &'static str, icon: IconKind, test_id: &'static str) -> impl IntoView {
    view! {
        <a
            class="btn btn-secondary btn-small"
            href=format!("/api/v1/sandbox/console?to={to}")
            target="_blank"
            rel="external noopener"
            data-testid=test_id
        >
            <Icon kind=icon class="max-sm:hidden"/>
            <span>{label} <span class="sr-only">" " {strings::NEW_TAB}</span></span>
        </a>
    }
    .into_any()
}

#[component]
fn Heading() -> impl IntoView {
    view! {
        <h1 class="text-2xl">{strings::SANDBOX}</h1>
        <p class="mt-1 mb-4 text-muted">{strings::SANDBOX_TEXT}</p>
    }
    .into_any()
}

#[component]
fn Sandbox() -> impl IntoView {
    let key = key::provide_key();
    let demo = Demo::new(key);
    let address = format!("{}/demo", window().location().host().unwrap_or_default());
    // The phone stands beside everything else, so that its buttons are in sight when it asks.
    view! {
        <div class="grid gap-x-8 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19.5rem]">
            <div class="min-w-0">
                <Heading/>
                <key::StandInBanner key/>
                <hints::Hints demo/>
                <flow::Flow demo/>
                <section class="mt-6" aria-labelledby="sandbox-browser">
                    <div class="mb-2.5 flex items-center gap-3">
                        <span class="flex gap-1.5" aria-hidden="true">
                            <span class="size-2.5 rounded-full bg-line"></span>
                            <span class="size-2.5 rounded-full bg-line"></span>
                            <span class="size-2.5 rounded-full bg-line"></span>
                        </span>
                        <h2 class="shrink-0 text-sm text-muted" id="sandbox-browser">{strings::BROWSER_ON_COMPUTER}</h2>
                        <a
                            class="min-w-0 grow truncate rounded-full bg-sunken px-3.5 py-0.5 text-center font-mono text-xs leading-6 text-muted hover:text-ink"
                            href="/demo"
                        >
                            {address}
                        </a>
                    </div>
                    <DemoSite demo/>
                </section>
            </div>
            <div class="space-y-10" id="phones">
                <Phones/>
            </div>
        </div>
    }
    .into_any()
}
