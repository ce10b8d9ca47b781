//! Three steps for who is here for the first time; each is ticked off as it happens.

use leptos::prelude::*;
use pocketkey_api::sandbox::Screen;
use pocketkey_kit::prelude::*;

use crate::{
    demo::{Demo, Outcome},
    strings,
    world::use_world,
};

/// How many of the three steps lie behind, given what is seen now.
const fn progress(before: u8, registering: bool, registered: bool, signed_in: bool) -> u8 {
    let now = match (registering, registered, signed_in) {
        (_, _, true) => 3,
        (_, true, false) => 2,
        (true, false, false) => 1,
        (false, false, false) => 0,
    };
    if now > before { now } else { before }
}

/// The steps.
#[component]
pub fn Hints(
    /// The demo site they are about.
    demo: Demo,
) -> impl IntoView {
    let world = use_world();
    let done = Memo::new(move |before: Option<&u8>| {
        let asks = world
            .first_phone(|phone| matches!(phone.screen, Screen::Request { .. } | Screen::Unlock { .. }))
            .is_some();
        demo.outcome().with(|outcome| {
            progress(
                before.copied().unwrap_or(0),
                asks,
                matches!(outcome, Outcome::Registered(_)),
                matches!(outcome, Outcome::SignedIn(_)),
            )
        })
    });
    let steps = [
        (strings::HINT_REGISTER, strings::HINT_REGISTER_TEXT),
        (strings::HINT_APPROVE, strings::HINT_APPROVE_TEXT),
        (strings::HINT_SIGN_IN, strings::HINT_SIGN_IN_TEXT),
    ];
    let step = move |(number, (title, text)): (u8, (&'static str, &'static str))| {
        let behind = move || done.get() >= number;
        let current = move || done.get() + 1 == number;
        let mark = move || {
            if behind() {
                "flex size-6 shrink-0 items-center justify-center rounded-full bg-good-soft text-good"
            } else if current() {
                "flex size-6 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent"
            } else {
                "flex size-6 shrink-0 items-center justify-center rounded-full bg-sunken text-muted"
            }
        };
        let sign = move || {
            if behind() {
                view! { <Icon kind=IconKind::Check class="size-4"/> }.into_any()
            } else {
                view! { <span class="text-xs font-semibold">{number}</span> }.into_any()
            }
        };
        view! {
            <li class="flex items-center gap-2.5" aria-current=move || current().then_some("step")>
                <span class=mark>{sign}</span>
                <span class="text-sm">
                    <strong class="font-semibold">{title}</strong>
                    " "
                    <span class="text-muted">{text}</span>
                </span>
            </li>
        }
    };
    view! {
        <section aria-label=strings::HINTS data-testid="hints" data-done=move || done.get().to_string()>
            <ol class="flex flex-wrap gap-x-7 gap-y-2">{(1_u8..).zip(steps).map(step).collect_view()}</ol>
            <p class="mt-2 text-sm text-good" role="status">{move || (done.get() == 3).then_some(strings::HINT_DONE)}</p>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::progress;

    #[test]
    fn steps_are_ticked_off_once_and_stay_so() {
        assert_eq!(progress(0, false, false, false), 0);
        assert_eq!(progress(0, true, false, false), 1);
        assert_eq!(progress(1, false, true, false), 2);
        assert_eq!(progress(2, true, false, false), 2, "the second request is no step back");
        assert_eq!(progress(2, false, false, true), 3);
        assert_eq!(progress(3, false, false, false), 3);
    }
}
