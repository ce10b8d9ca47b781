//! What passes between browser and phone, as it happens.

use leptos::prelude::*;
use pocketkey_api::sandbox::Screen;
use pocketkey_kit::prelude::*;

use crate::{
    demo::{Demo, Outcome},
    strings,
    world::use_world,
};

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    Sent,
    Asks,
    Unlocks,
    Done,
    Failed,
}

impl Stage {
    /// From what the site and the phones show. A phone may also be asked by another tab or program.
    fn of(outcome: &Outcome, asks: bool, unlocks: bool) -> Self {
        match outcome {
            _ if unlocks => Self::Unlocks,
            _ if asks => Self::Asks,
            Outcome::Idle => Self::Idle,
            Outcome::Waiting => Self::Sent,
            Outcome::Registered(_) | Outcome::SignedIn(_) => Self::Done,
            Outcome::Failed(_) => Self::Failed,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Idle => strings::FLOW_IDLE,
            Self::Sent => strings::FLOW_SENT,
            Self::Asks => strings::FLOW_ASKS,
            Self::Unlocks => strings::FLOW_UNLOCKS,
            Self::Done => strings::FLOW_DONE,
            Self::Failed => strings::FLOW_FAILED,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Sent => "sent",
            Self::Asks => "asks",
            Self::Unlocks => "unlocks",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Colour of a station: the `last` of them is where the request waits.
    const fn station(self, last: bool) -> &'static str {
        match self {
            Self::Idle => "bg-sunken text-muted",
            Self::Sent if last => "bg-sunken text-muted",
            Self::Sent => "bg-accent-soft text-accent-text",
            Self::Asks | Self::Unlocks if last => "bg-accent text-on-accent",
            Self::Asks | Self::Unlocks => "bg-accent-soft text-accent-text",
            Self::Done => "bg-good-soft text-good",
            Self::Failed => "bg-bad-soft text-bad",
        }
    }

    const fn waits(self) -> bool {
        matches!(self, Self::Sent | Self::Asks | Self::Unlocks)
    }
}

/// The strip: browser → key → relay → phone.
#[component]
pub fn Flow(
    /// The demo site whose requests are shown.
    demo: Demo,
) -> impl IntoView {
    let world = use_world();
    let stage = Memo::new(move |_| {
        let shows = |wanted: fn(&Screen) -> bool| world.first_phone(|phone| wanted(&phone.screen)).is_some();
        let asks = shows(|screen| matches!(screen, Screen::Request { .. }));
        let unlocks = shows(|screen| matches!(screen, Screen::Unlock { .. }));
        demo.outcome().with(|outcome| Stage::of(outcome, asks, unlocks))
    });
    let key_name = move || if demo.key().is_stand_in() { strings::FLOW_STAND_IN } else { strings::FLOW_KEY };
    let station = move |icon, name: Signal<&'static str>, last: bool| {
        let class = move || {
            format!(
                "flex size-10 items-center justify-center rounded-xl transition-colors {}",
                stage.get().station(last)
            )
        };
        view! {
            <li class="flex shrink-0 flex-col items-center gap-1">
                <span class=class>
                    <Icon kind=icon/>
                </span>
                <span class="text-xs font-medium">{name}</span>
            </li>
        }
    };
    let way = move |label: &'static str| {
        let line = move || {
            if stage.get().waits() {
                "h-0.5 w-full animate-pulse rounded bg-accent-text"
            } else {
                "h-0.5 w-full rounded bg-line"
            }
        };
        view! {
            <li class="flex grow flex-col items-center gap-1 pt-[1.1875rem] sm:pt-2.5">
                <span class="text-[0.6875rem] leading-3 text-muted max-sm:sr-only">{label}</span>
                <span class=line></span>
            </li>
        }
    };
    let fixed = |name: &'static str| Signal::stored(name);
    view! {
        <section
            class="card mt-4 px-4 py-3.5 sm:px-6"
            aria-label=strings::FLOW
            data-testid="flow"
            data-stage=move || stage.get().name()
        >
            <ol class="mx-auto flex max-w-3xl items-start gap-1.5 sm:gap-3">
                {station(IconKind::Globe, fixed(strings::FLOW_BROWSER), false)}
                {way(strings::FLOW_BROWSER_TEXT)}
                {station(IconKind::Key, Signal::derive(key_name), false)}
                {way(strings::FLOW_RELAY_TEXT)}
                {station(IconKind::Pocketkey, fixed(strings::FLOW_RELAY), false)}
                {way(strings::FLOW_RELAY_TEXT)}
                {station(IconKind::Phone, fixed(strings::FLOW_PHONE), true)}
            </ol>
            <p class="mt-2 text-center text-sm text-muted" role="status">{move || stage.get().words()}</p>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_knows_better_than_the_site() {
        assert_eq!(Stage::of(&Outcome::Waiting, false, false), Stage::Sent);
        assert_eq!(Stage::of(&Outcome::Waiting, true, false), Stage::Asks);
        assert_eq!(Stage::of(&Outcome::Waiting, false, true), Stage::Unlocks);
        assert_eq!(Stage::of(&Outcome::Idle, true, false), Stage::Asks, "asked by another tab");
        assert_eq!(Stage::of(&Outcome::Idle, false, false), Stage::Idle);
    }
}
