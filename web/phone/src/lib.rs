//! The screen of a simulated phone: a device in a frame, drawn from [`SimulatedPhone`], answering with [`Touch`]es.
//!
//! | module | subject |
//! |---|---|
//! | [`frame`] | the device around the screen |
//! | [`welcome`] | a phone that is not activated yet |
//! | [`home`] | an activated phone with nothing to do |
//! | [`request`] | the request (B4) and the unlock (B5) |
//!
//! Needs [`pocketkey_kit::time::provide_clock`] above it.

mod frame;
mod home;
mod request;
mod scan;
mod strings;
mod welcome;

use leptos::prelude::*;
use pocketkey_api::sandbox::{Screen, SimulatedPhone, Touch};

/// Which [`Screen`] is shown; what is on it changes without drawing everything anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Welcome,
    Home,
    Request,
    Unlock,
}

impl Kind {
    fn of(screen: &Screen) -> Self {
        match screen {
            Screen::Welcome { .. } => Self::Welcome,
            Screen::Home { .. } => Self::Home,
            Screen::Request { .. } => Self::Request,
            Screen::Unlock { .. } => Self::Unlock,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Home => "home",
            Self::Request => "request",
            Self::Unlock => "unlock",
        }
    }
}

/// A simulated phone on screen.
#[component]
pub fn PhoneScreen(
    /// The phone, live.
    #[prop(into)]
    phone: Signal<SimulatedPhone>,
    /// What the person does on it.
    #[prop(into)]
    on_touch: Callback<Touch>,
) -> impl IntoView {
    let kind = Memo::new(move |_| phone.with(|phone| Kind::of(&phone.screen)));
    let screen = Memo::new(move |_| phone.with(|phone| phone.screen.clone()));
    let connected = Memo::new(move |_| phone.with(|phone| phone.connected));
    let text = RwSignal::new(String::new());
    // What was scanned has done its work once another screen appears.
    Effect::new(move |before: Option<Kind>| {
        let now = kind.get();
        if before.is_some_and(|before| before != now) {
            text.set(String::new());
        }
        now
    });
    let content = move || match kind.get() {
        Kind::Welcome => welcome::view(screen.into(), text, on_touch),
        Kind::Home => home::view(screen.into(), connected.into(), text, on_touch),
        Kind::Request => request::ask(screen.into(), on_touch),
        Kind::Unlock => request::unlock(screen.into(), on_touch),
    };
    view! {
        <frame::Frame phone kind=Signal::derive(move || kind.get().name()) request=request::announced(screen.into())>
            {content}
        </frame::Frame>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use pocketkey_api::sandbox::Screen;

    use super::Kind;

    #[test]
    fn every_screen_is_named_as_in_the_api() {
        for json in [
            r#"{"kind":"welcome"}"#,
            r#"{"kind":"home","organisation":"","name":"","computers":[],"credentials":[]}"#,
            r#"{"kind":"request","request":{"action":"select","rp_id":"","rp_name":"","account":"","computer":"","asked_at":0,"expires_at":0}}"#,
            r#"{"kind":"unlock","request":{"action":"select","rp_id":"","rp_name":"","account":"","computer":"","asked_at":0,"expires_at":0}}"#,
        ] {
            let screen: Screen = serde_json::from_str(json).unwrap();
            assert!(json.contains(&format!(r#""kind":"{}""#, Kind::of(&screen).name())), "{json}");
        }
    }
}
