//! The sandbox as this page sees it: there or not, live, and its phones within reach.

use leptos::prelude::*;
use pocketkey_api::{
    PhoneId,
    sandbox::{Sandbox, Screen, SimulatedPhone, Touch},
};
use pocketkey_kit::{
    api,
    events::{Stream, StreamEvent},
    toast::use_toasts,
};
use serde::Serialize;

/// What is known of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// Not asked yet, or no answer yet.
    Unknown,
    /// This appliance is no sandbox.
    Absent,
    /// The sandbox, as of now.
    Here(Sandbox),
}

/// The sandbox. Copies are handles to the same one.
#[derive(Debug, Clone, Copy)]
pub struct World {
    presence: RwSignal<Presence>,
    lost: RwSignal<bool>,
}

/// Looks for the sandbox and follows it while the calling component lives; [`use_world`] needs it.
pub fn provide_world() {
    let world = World { presence: RwSignal::new(Presence::Unknown), lost: RwSignal::new(false) };
    provide_context(world);
    let stream = StoredValue::new_local(None::<Stream>);
    leptos::task::spawn_local(async move {
        match api::get::<Sandbox>("/api/v1/sandbox").await {
            Ok(sandbox) => {
                world.put(sandbox);
                stream.try_set_value(Some(Stream::open(
                    "/api/v1/sandbox/events",
                    move |event| match event {
                        // The first message says how things stand; until it comes, what is known may be out of date.
                        StreamEvent::Open => {}
                        StreamEvent::Lost => drop(world.lost.try_set(true)),
                        StreamEvent::Message(sandbox) => {
                            world.put(sandbox);
                            world.lost.try_set(false);
                        }
                    },
                )));
            }
            Err(_) => drop(world.presence.try_set(Presence::Absent)),
        }
    });
}

/// The sandbox.
///
/// # Panics
/// Without [`provide_world`] above.
pub fn use_world() -> World {
    expect_context()
}

impl World {
    fn put(self, sandbox: Sandbox) {
        let here = Presence::Here(sandbox);
        if self.presence.try_with_untracked(|old| *old != here) == Some(true) {
            self.presence.set(here);
        }
    }

    /// What is known.
    pub fn presence(self) -> Signal<Presence> {
        self.presence.into()
    }

    /// What `read` makes of the sandbox, where there is one.
    pub fn with<T>(self, read: impl FnOnce(&Sandbox) -> T) -> Option<T> {
        self.presence.with(|presence| match presence {
            Presence::Here(sandbox) => Some(read(sandbox)),
            Presence::Unknown | Presence::Absent => None,
        })
    }

    /// The phones, in order, as they are now.
    pub fn phones(self) -> Vec<SimulatedPhone> {
        self.with(|sandbox| sandbox.phones.clone()).unwrap_or_default()
    }

    /// One phone, live. When it is gone, its last word stands.
    pub fn follow(self, phone: SimulatedPhone) -> Memo<SimulatedPhone> {
        Memo::new(move |before: Option<&SimulatedPhone>| {
            let now = self.with(|sandbox| sandbox.phones.iter().find(|other| other.id == phone.id).cloned());
            now.flatten().or_else(|| before.cloned()).unwrap_or_else(|| phone.clone())
        })
    }

    /// The first phone that shows what `wanted` looks for.
    pub fn first_phone(self, wanted: impl Fn(&SimulatedPhone) -> bool) -> Option<SimulatedPhone> {
        self.with(|sandbox| sandbox.phones.iter().find(|phone| wanted(phone)).cloned()).flatten()
    }

    /// Whether the live updates are interrupted.
    pub fn lost(self) -> Signal<bool> {
        self.lost.into()
    }
}

/// Whether the phone is activated and has nothing to do.
pub fn is_home(phone: &SimulatedPhone) -> bool {
    matches!(phone.screen, Screen::Home { .. })
}

/// Whether the phone waits to be activated.
pub fn is_new(phone: &SimulatedPhone) -> bool {
    matches!(phone.screen, Screen::Welcome { .. })
}

/// Where to tell a phone something: `touch`, `script`, `online`, `asleep` or `far`.
fn address(phone: &PhoneId, what: &str) -> String {
    format!("/api/v1/sandbox/phones/{}/{what}", api::encode(&phone.0))
}

/// Touches a phone's screen.
///
/// # Errors
/// The appliance's problem, in words.
pub async fn touch(phone: &PhoneId, touch: &Touch) -> Result<(), pocketkey_api::Problem> {
    api::post_only(&address(phone, "touch"), touch).await
}

/// Makes a callback that tells `phone` something, and the person if that fails.
pub fn teller<T: Serialize + Send + Sync + 'static>(phone: PhoneId, what: &'static str) -> Callback<T> {
    let toasts = use_toasts();
    Callback::new(move |body: T| {
        let address = address(&phone, what);
        leptos::task::spawn_local(async move {
            if let Err(problem) = api::post_only(&address, &body).await {
                toasts.problem(&problem);
            }
        });
    })
}
