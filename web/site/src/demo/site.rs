//! The demo site itself: another organisation's web site, so it looks like one.

use leptos::prelude::*;
use pocketkey_api::demo::{CredentialKind, DemoOutcome};
use pocketkey_kit::prelude::*;

use super::{
    ceremony::{Action, Demo},
    key::KeyStatus,
    outcome::Outcome,
};
use crate::strings;

/// The demo site. `alone`: its name is the page's heading (h1).
#[component]
pub fn DemoSite(
    /// Its state.
    demo: Demo,
    /// Whether it is the whole page.
    #[prop(optional)]
    alone: bool,
) -> impl IntoView {
    const NAME: &str = "font-serif text-xl leading-6 font-semibold";
    let name = if alone {
        view! { <h1 class=NAME>{strings::DEMO}</h1> }.into_any()
    } else {
        view! { <h3 class=NAME>{strings::DEMO}</h3> }.into_any()
    };
    let account = RwSignal::new(strings::FIRST_ACCOUNT.to_owned());
    let button = move |label: &'static str, main: bool, action, kind, test_id: &'static str| {
        view! {
            <Button
                label
                kind=if main { ButtonKind::Primary } else { ButtonKind::Secondary }
                disabled=Signal::derive(move || demo.waits())
                on_click=move |()| demo.begin(action, kind, account.get_untracked().trim().to_owned())
                test_id
            />
        }
    };
    view! {
        <section class="card overflow-hidden" aria-label=strings::DEMO data-testid="demo-site">
            <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-line bg-[light-dark(#fbf6ec,#221e17)] px-5 py-4">
                <div class="flex items-center gap-3">
                    <span class="flex size-10 items-center justify-center rounded-full bg-[light-dark(#8a4b12,#e3b27c)] font-serif text-xl font-semibold text-[light-dark(#fff,#221e17)]" aria-hidden="true">
                        "d"
                    </span>
                    <div>
                        {name}
                        <p class="text-sm text-[light-dark(#6b5a43,#c2b49c)]">{strings::DEMO_TEXT}</p>
                    </div>
                </div>
                <KeyStatus key=demo.key()/>
            </div>
            <div class="space-y-5 p-5">
                <div class="field">
                    <label class="field-label" for="demo-account">{strings::ACCOUNT}</label>
                    <input
                        class="input"
                        id="demo-account"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        prop:value=move || account.get()
                        on:input=move |event| account.set(event_target_value(&event))
                    />
                </div>
                <div class="grid gap-x-6 gap-y-5 sm:grid-cols-2">
                    <Way title=strings::SECURITY_KEY text=strings::SECURITY_KEY_TEXT icon=IconKind::Key alone>
                        {button(strings::REGISTER, true, Action::Register, CredentialKind::SecurityKey, "demo-register")}
                        {button(strings::SIGN_IN, false, Action::SignIn, CredentialKind::SecurityKey, "demo-sign-in")}
                    </Way>
                    <Way title=strings::PASSKEY text=strings::PASSKEY_TEXT icon=IconKind::User alone>
                        {button(strings::CREATE_PASSKEY, false, Action::Register, CredentialKind::Passkey, "demo-passkey-register")}
                        {button(strings::SIGN_IN_PASSKEY, false, Action::SignIn, CredentialKind::Passkey, "demo-passkey-sign-in")}
                    </Way>
                </div>
                <OutcomePanel demo alone/>
            </div>
        </section>
    }
    .into_any()
}

/// One way to sign in, and its buttons.
#[component]
fn Way(
    title: &'static str,
    text: &'static str,
    icon: IconKind,
    alone: bool,
    children: Children,
) -> impl IntoView {
    const TITLE: &str = "flex items-center gap-2 text-base font-semibold";
    let heading = view! { <Icon kind=icon class="size-4.5 text-muted"/> {title} };
    let heading = if alone {
        view! { <h2 class=TITLE>{heading}</h2> }.into_any()
    } else {
        view! { <h4 class=TITLE>{heading}</h4> }.into_any()
    };
    view! {
        <div>
            {heading}
            <p class="mb-3 text-sm text-muted">{text}</p>
            <div class="flex flex-wrap gap-2">{children()}</div>
        </div>
    }
    .into_any()
}

/// How the latest ceremony stands.
#[component]
fn OutcomePanel(demo: Demo, alone: bool) -> impl IntoView {
    let outcome = demo.outcome();
    let look = move || {
        let tone = outcome.with(|outcome| match outcome {
            Outcome::Idle | Outcome::Waiting => "bg-sunken",
            Outcome::Registered(_) | Outcome::SignedIn(_) => "bg-good-soft",
            Outcome::Failed(_) => "bg-bad-soft",
        });
        format!("rounded-xl px-4 py-3.5 {tone}")
    };
    let content = move || match outcome.get() {
        Outcome::Idle => view! { <p class="text-sm text-muted">{strings::IDLE}</p> }.into_any(),
        Outcome::Waiting => view! {
            <div class="flex flex-wrap items-center gap-x-4 gap-y-3">
                <span class="spinner text-xl text-accent-text" aria-hidden="true"></span>
                <p class="grow">
                    <strong class="block font-semibold">{strings::WAITING}</strong>
                    <span class="text-sm text-muted">{strings::WAITING_TEXT}</span>
                    // Where the phone is on the same page, but out of sight.
                    {(!alone)
                        .then(|| {
                            view! {
                                <a class="link ml-1.5 text-sm lg:hidden" href="#phones" rel="external">
                                    {strings::WAITING_SHOW}
                                </a>
                            }
                        })}
                </p>
                <Button label=strings::CANCEL on_click=move |()| demo.cancel() test_id="demo-cancel"/>
            </div>
        }
        .into_any(),
        Outcome::Registered(outcome) => {
            let title = strings::registered(&outcome.account);
            verified(title, strings::REGISTERED_TEXT, outcome)
        }
        Outcome::SignedIn(outcome) => {
            let title = strings::signed_in(&outcome.account);
            verified(title, strings::SIGNED_IN_TEXT, outcome)
        }
        Outcome::Failed(failed) => view! {
            <div class="flex gap-3">
                <Icon kind=IconKind::Alert class="mt-0.5 size-5 shrink-0 text-bad"/>
                <p class="min-w-0">
                    <strong class="block font-semibold text-bad">{failed.title}</strong>
                    <span class="text-sm">{failed.text} " "</span>
                    <code class="font-mono text-xs text-muted">{failed.code}</code>
                </p>
            </div>
        }
        .into_any(),
    };
    view! {
        <div
            class=look
            role="status"
            aria-live="polite"
            data-testid="demo-outcome"
            data-state=move || outcome.with(Outcome::state)
            data-code=move || outcome.with(Outcome::code)
        >
            {content}
        </div>
    }
    .into_any()
}

/// A ceremony that ended well, and what the site has verified.
fn verified(title: String, text: &'static str, outcome: DemoOutcome) -> AnyView {
    const NO_MODEL: &str = "00000000-0000-0000-0000-000000000000";
    let row = |label: &'static str, value: String| {
        view! {
            <div class="contents">
                <dt class="text-muted">{label}</dt>
                <dd class="min-w-0 font-mono text-xs leading-5 break-all">{value}</dd>
            </div>
        }
    };
    let verified = if outcome.user_verified { strings::YES } else { strings::NO };
    let aaguid = outcome
        .aaguid
        .map(|aaguid| if aaguid == NO_MODEL { strings::AAGUID_HIDDEN.to_owned() } else { aaguid });
    view! {
        <div class="flex gap-3">
            <Icon kind=IconKind::Check class="mt-0.5 size-5 shrink-0 text-good"/>
            <div class="min-w-0 grow">
                <p>
                    <strong class="block font-semibold text-good">{title}</strong>
                    <span class="text-sm">{text}</span>
                </p>
                <details class="mt-1.5" open>
                    <summary class="text-sm font-medium">{strings::DETAILS}</summary>
                    <dl class="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-sm" data-testid="demo-details">
                        {row(strings::DETAIL_ACCOUNT, outcome.account)}
                        {row(strings::DETAIL_VERIFIED, verified.to_owned())}
                        {row(strings::DETAIL_COUNTER, outcome.sign_count.to_string())}
                        {aaguid.map(|aaguid| row(strings::DETAIL_AAGUID, aaguid))}
                        {outcome.attestation.map(|format| row(strings::DETAIL_ATTESTATION, format))}
                        {row(strings::DETAIL_CREDENTIAL, outcome.credential_id)}
                    </dl>
                </details>
            </div>
        </div>
    }
    .into_any()
}
