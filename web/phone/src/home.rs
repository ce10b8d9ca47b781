//! An activated phone with nothing to do: who it belongs to, what it is paired with, what it holds.

use leptos::prelude::*;
use pocketkey_api::sandbox::{CredentialSummary, PairedComputer, Screen, Touch};
use pocketkey_kit::prelude::*;

use crate::{scan::Scan, strings};

/// What is on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Home {
    organisation: String,
    name: String,
    computers: Vec<PairedComputer>,
    credentials: Vec<CredentialSummary>,
    notice: Option<String>,
}

impl Home {
    fn of(screen: &Screen) -> Self {
        match screen.clone() {
            Screen::Home { organisation, name, computers, credentials, notice } => {
                Self { organisation, name, computers, credentials, notice }
            }
            _ => Self::default(),
        }
    }
}

fn computer(computer: PairedComputer) -> impl IntoView {
    view! {
        <li class="flex items-center gap-2.5 py-2">
            <Icon kind=IconKind::Computer class="size-4.5 shrink-0 text-muted"/>
            <span class="min-w-0 grow">{computer.name}</span>
            <span class="shrink-0 font-mono text-xs text-muted" title=strings::CODE>
                <span class="sr-only">{strings::CODE} " "</span>
                {computer.code}
            </span>
        </li>
    }
}

fn credential(credential: CredentialSummary) -> impl IntoView {
    view! {
        <li class="flex items-center gap-2.5 py-2">
            <Icon kind=IconKind::Key class="size-4.5 shrink-0 text-muted"/>
            <span class="min-w-0 grow">
                <span class="block leading-5">{credential.rp_id}</span>
                <span class="block text-xs leading-4 text-muted">{credential.account}</span>
            </span>
        </li>
    }
}

fn list<T>(
    title: &'static str,
    none: &'static str,
    items: impl Fn() -> Vec<T> + Send + 'static,
    row: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    let content = move || {
        let items = items();
        if items.is_empty() {
            view! { <p class="py-1.5 text-sm text-muted">{none}</p> }.into_any()
        } else {
            view! { <ul class="divide-y divide-line text-sm">{items.into_iter().map(&row).collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <section>
            <h4 class="text-xs font-semibold tracking-wide text-muted uppercase">{title}</h4>
            {content}
        </section>
    }
}

pub fn view(
    screen: Signal<Screen>,
    connected: Signal<bool>,
    text: RwSignal<String>,
    on_touch: Callback<Touch>,
) -> AnyView {
    let home = Memo::new(move |_| screen.with(Home::of));
    let ready = move || {
        let (icon, title, text) = if connected.get() {
            (IconKind::Shield, strings::GOOD_DAY, strings::READY_TEXT)
        } else {
            (IconKind::Alert, strings::NOT_CONNECTED, strings::NOT_CONNECTED_TEXT)
        };
        view! {
            <p class="flex items-center gap-2 font-semibold">
                <Icon kind=icon/>
                {title}
            </p>
            <p class="mt-0.5 text-sm">{text}</p>
        }
    };
    let notice = move || {
        home.with(|home| home.notice.clone())
            .map(|notice| view! { <div role="status" data-testid="phone-notice" class="note">{notice}</div> })
    };
    view! {
        <div class="flex items-center gap-3 pt-1 pb-4">
            <span class="avatar" aria-hidden="true">{move || home.with(|home| pocketkey_kit::shell::initials(&home.name))}</span>
            <div class="min-w-0">
                <h3 class="leading-5">{move || home.with(|home| home.name.clone())}</h3>
                <p class="text-xs text-muted">{move || home.with(|home| home.organisation.clone())}</p>
            </div>
        </div>
        <div class="mb-4 rounded-2xl bg-accent-soft px-4 py-4 text-accent-text">
            {ready}
        </div>
        <div class="grow space-y-4">
            {notice}
            {list(
                strings::COMPUTERS,
                strings::NO_COMPUTERS,
                move || home.with(|home| home.computers.clone()),
                |item| computer(item).into_any(),
            )}
            {list(
                strings::CREDENTIALS,
                strings::NO_CREDENTIALS,
                move || home.with(|home| home.credentials.clone()),
                |item| credential(item).into_any(),
            )}
        </div>
        <div class="mt-4 border-t border-line pt-3">
            <Scan label=strings::SCAN_FIELD button=strings::SCAN text on_touch/>
        </div>
    }
    .into_any()
}
