//! The device around the screen: bezel, status bar, and a place where requests are announced.

use leptos::prelude::*;
use pocketkey_api::sandbox::SimulatedPhone;

use crate::strings;

/// The phone; `children` is what its app shows.
#[component]
pub fn Frame(
    /// The phone.
    phone: Signal<SimulatedPhone>,
    /// Name of the screen, for `data-screen`.
    kind: Signal<&'static str>,
    /// What screen readers are told when it changes.
    request: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let network = move || {
        phone.with(|phone| match (phone.online, phone.asleep, phone.connected) {
            (false, ..) => (strings::OFFLINE, "text-warn"),
            (true, true, _) => (strings::ASLEEP, "text-muted"),
            (true, false, false) => (strings::CONNECTING, "text-muted"),
            (true, false, true) => (strings::CONNECTED, "text-good"),
        })
    };
    let fault = move || {
        let fault = phone.with(|phone| phone.authenticator.fault)?;
        Some(
            view! { <p class="bg-warn-soft px-6 py-1 text-xs font-semibold text-warn" data-testid="fault">{strings::fault(fault)}</p> },
        )
    };
    let class = move || format!("flex items-center gap-1.5 {}", network().1);
    view! {
        <div
            class="mx-auto flex h-[37rem] w-full max-w-[19.5rem] flex-col overflow-hidden rounded-[2.75rem] border-[9px] border-[light-dark(#1c1c26,#3b3e4b)] bg-surface shadow-float"
            role="group"
            aria-label=move || phone.with(|phone| strings::screen_of(&phone.model))
            data-testid="phone-screen"
            data-screen=kind
        >
            <div class="flex items-center justify-between gap-3 px-6 pt-3 pb-1 text-xs font-medium">
                <span class="min-w-0 truncate text-muted">{move || phone.with(|phone| phone.model.clone())}</span>
                <span class=class>
                    <span class="size-1.5 rounded-full bg-current"></span>
                    <span class="whitespace-nowrap">{move || network().0}</span>
                </span>
            </div>
            {fault}
            <p class="sr-only" role="status" aria-live="assertive">{request}</p>
            <div class="flex min-h-0 grow flex-col overflow-y-auto px-5 pt-2 pb-4 wrap-anywhere">{children()}</div>
            <div class="mx-auto mb-2 h-1 w-24 shrink-0 rounded-full bg-line"></div>
        </div>
    }
    .into_any()
}
