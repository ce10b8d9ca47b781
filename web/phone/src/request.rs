//! A request: what is asked (B4), then the unlock that confirms it (B5).

use leptos::prelude::*;
use pocketkey_api::sandbox::{RequestAction, RequestSummary, Screen, Touch};
use pocketkey_kit::{prelude::*, time};

use crate::strings;

fn summary(screen: &Screen) -> Option<&RequestSummary> {
    match screen {
        Screen::Request { request } | Screen::Unlock { request, .. } => Some(request),
        Screen::Welcome { .. } | Screen::Home { .. } => None,
    }
}

const fn title(action: RequestAction) -> &'static str {
    match action {
        RequestAction::Register => strings::REGISTER,
        RequestAction::SignIn => strings::SIGN_IN,
        RequestAction::Select => strings::SELECT,
        RequestAction::Manage => strings::MANAGE,
        RequestAction::Enroll => strings::ENROLL,
        RequestAction::Reset => strings::RESET,
    }
}

/// What the web site is called: its own word for itself, else its id.
fn site(request: &RequestSummary) -> String {
    if request.rp_name.is_empty() { request.rp_id.clone() } else { request.rp_name.clone() }
}

/// What screen readers are told when a request appears.
pub fn announced(screen: Signal<Screen>) -> Signal<Option<String>> {
    Signal::derive(move || {
        screen.with(|screen| {
            summary(screen).map(|request| strings::announcement(title(request.action), &site(request)))
        })
    })
}

fn row(label: &'static str, value: impl IntoView) -> impl IntoView {
    view! {
        <div class="flex justify-between gap-4 py-1.5">
            <dt class="shrink-0 text-muted">{label}</dt>
            <dd class="min-w-0 text-right font-medium">{value}</dd>
        </div>
    }
}

fn details(request: RequestSummary) -> AnyView {
    let RequestSummary { rp_id, account, computer, asked_at, expires_at, .. } = request;
    let known = |label, value: String| (!value.is_empty()).then(|| row(label, value));
    view! {
        <dl class="divide-y divide-line rounded-2xl border border-line px-3.5 py-1 text-sm">
            {known(strings::WEB_SITE, rp_id)}
            {known(strings::ACCOUNT, account)}
            {known(strings::COMPUTER, computer)}
            {row(strings::ASKED, view! { <RelativeTime at=asked_at/> })}
            {row(strings::WAITS, view! { <Countdown until=expires_at/> })}
        </dl>
    }
    .into_any()
}

/// What is left of the request's time, as a bar.
fn time_left(request: &RequestSummary) -> impl IntoView + use<> {
    let (from, until) = (request.asked_at, request.expires_at);
    let now = time::use_now();
    view! {
        <progress
            class="h-1 w-full appearance-none overflow-hidden rounded-full [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
            aria-label=strings::WAITS
            max=(until - from).max(1).to_string()
            value=move || (until - now.get()).clamp(0, (until - from).max(1)).to_string()
        ></progress>
    }
}

/// The request: approve or deny.
pub fn ask(screen: Signal<Screen>, on_touch: Callback<Touch>) -> AnyView {
    let request = Memo::new(move |_| screen.with(|screen| summary(screen).cloned()));
    let content = move || {
        request.get().map(|request| {
            view! {
                <div class="my-auto py-4">
                    <div class="mb-5 flex flex-col items-center text-center">
                        <span class="mb-3 flex size-14 items-center justify-center rounded-2xl bg-accent-soft text-accent-text">
                            <Icon kind=IconKind::Globe class="size-7"/>
                        </span>
                        <h3 class="text-xl">{title(request.action)}</h3>
                        <p class="mt-0.5 text-muted">{site(&request)}</p>
                    </div>
                    {details(request.clone())}
                </div>
                {time_left(&request)}
            }
        })
    };
    view! {
        {content}
        <div class="mt-4 grid grid-cols-2 gap-3">
            <button
                class="btn btn-secondary min-h-12"
                type="button"
                data-testid="phone-deny"
                on:click=move |_| on_touch.run(Touch::Deny)
            >
                {strings::DENY}
            </button>
            <button
                class="btn btn-primary min-h-12"
                type="button"
                data-testid="phone-approve"
                on:click=move |_| on_touch.run(Touch::Approve)
            >
                {strings::APPROVE}
            </button>
        </div>
    }
    .into_any()
}

/// The ridges of a fingertip.
fn fingerprint() -> impl IntoView {
    const RIDGES: &str = "M12 4a8 8 0 0 1 8 8v1.5M4 14v-2a8 8 0 0 1 3.4-6.5M12 8a4 4 0 0 1 4 4v2c0 2.2-.4 4.2-1.2 6M8 12a4 4 0 0 1 1.2-2.8M8 14.5c0 2-.4 3.7-1.2 5.2M12 12v2.5c0 2.3-.4 4.5-1.3 6.5M18.9 17.5c-.2.9-.4 1.7-.7 2.5";
    view! {
        <svg
            class="size-12"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            aria-hidden="true"
        >
            <path d=RIDGES></path>
        </svg>
    }
}

/// The unlock: a finger that fits, one that does not, or deny after all.
pub fn unlock(screen: Signal<Screen>, on_touch: Callback<Touch>) -> AnyView {
    let request = Memo::new(move |_| screen.with(|screen| summary(screen).cloned()));
    let tries = Memo::new(move |_| {
        screen.with(|screen| match screen {
            Screen::Unlock { tries_left, .. } => *tries_left,
            _ => None,
        })
    });
    let warning = move || {
        tries.get().map(|tries| {
            view! { <p class="text-sm font-medium text-bad" role="alert">{strings::tries_left(tries)}</p> }
        })
    };
    view! {
        <div class="my-auto flex flex-col items-center gap-1 py-4 text-center">
            <h3 class="text-xl">{strings::UNLOCK}</h3>
            <p class="text-muted">
                {move || request.get().map(|request| strings::confirms(&site(&request)))}
            </p>
            <button
                class="mt-8 mb-3 flex flex-col items-center gap-3 rounded-3xl p-2 text-sm font-semibold text-accent-text"
                type="button"
                data-testid="phone-unlock"
                on:click=move |_| on_touch.run(Touch::Unlock)
            >
                <span class="flex size-24 items-center justify-center rounded-full bg-accent-soft ring-1 ring-accent-text/30">
                    {fingerprint()}
                </span>
                {strings::UNLOCK_FINGER}
            </button>
            {warning}
        </div>
        {move || request.get().map(|request| time_left(&request))}
        <div class="mt-4 grid grid-cols-2 gap-3">
            <button
                class="btn btn-secondary min-h-12"
                type="button"
                data-testid="phone-deny"
                on:click=move |_| on_touch.run(Touch::Deny)
            >
                {strings::DENY}
            </button>
            <button
                class="btn btn-ghost min-h-12"
                type="button"
                data-testid="phone-unlock-wrong"
                on:click=move |_| on_touch.run(Touch::UnlockWrong)
            >
                {strings::WRONG_FINGER}
            </button>
        </div>
    }
    .into_any()
}
