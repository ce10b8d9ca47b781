//! Which key answers the demo site: the browser's own, or the in-page stand-in (F10); and how that key stands.

use leptos::prelude::*;
use pocketkey_api::sandbox::{KeyState, SandboxKeyKind, Touch};
use pocketkey_kit::prelude::*;

use crate::{
    qr,
    standin::{Condition, StandIn},
    strings,
    world::{Presence, World, is_home, touch, use_world},
};

/// The key. Copies are handles to the same one.
#[derive(Clone, Copy)]
pub struct Key {
    world: World,
    answers: RwSignal<Option<Answers>>,
}

/// Who answers.
#[derive(Clone, Copy)]
pub enum Answers {
    /// `navigator.credentials`.
    Browser,
    /// The stand-in.
    StandIn(StandIn),
}

/// How the key stands: for the line that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// In words.
    pub words: String,
    /// More of it.
    pub detail: Option<String>,
    /// How good that is.
    pub tone: Tone,
    /// For `data-state`.
    pub state: &'static str,
}

impl KeyLine {
    fn new(state: &'static str, tone: Tone, words: impl Into<String>) -> Self {
        Self { words: words.into(), detail: None, tone, state }
    }

    fn unreachable() -> Self {
        let detail = Some(strings::KEY_UNREACHABLE_DETAIL.to_owned());
        Self { detail, ..Self::new("appliance_unreachable", Tone::Bad, strings::KEY_UNREACHABLE) }
    }

    fn of_key(state: KeyState) -> Self {
        match state {
            KeyState::Ready => Self::new("ready", Tone::Good, strings::KEY_READY),
            KeyState::NoPhone => Self::new("no_phone", Tone::Warn, strings::KEY_NO_PHONE),
            KeyState::PhoneOffline => Self::new("phone_offline", Tone::Warn, strings::KEY_PHONE_OFFLINE),
            KeyState::ApplianceUnreachable => Self::unreachable(),
            KeyState::Disabled => Self::new("disabled", Tone::Warn, strings::KEY_DISABLED),
        }
    }

    fn of_stand_in(condition: &Condition) -> Self {
        match condition {
            Condition::Starting => Self::new("starting", Tone::Neutral, strings::KEY_STARTING),
            Condition::NoPhone(_) => Self::new("no_phone", Tone::Warn, strings::KEY_NO_PHONE),
            Condition::Pairing => Self::new("pairing", Tone::Neutral, strings::KEY_PAIRING),
            Condition::PhoneOffline(_) => Self::new("phone_offline", Tone::Warn, strings::KEY_PHONE_OFFLINE),
            Condition::Ready(phone) => Self {
                detail: Some(strings::paired_with(&phone.model, &phone.code)),
                ..Self::new("ready", Tone::Good, strings::KEY_READY)
            },
            Condition::Unreachable => Self::unreachable(),
            Condition::Failed(words) => {
                Self { detail: Some(words.clone()), ..Self::new("failed", Tone::Bad, strings::KEY_FAILED) }
            }
        }
    }
}

impl Key {
    /// Who answers, once that is known.
    pub fn answers(self) -> Option<Answers> {
        self.answers.get()
    }

    /// Who answers, waiting until that is known.
    pub async fn settled(self) -> Answers {
        loop {
            if let Some(answers) = self.answers.try_get_untracked().flatten() {
                return answers;
            }
            gloo_timers::future::TimeoutFuture::new(50).await;
        }
    }

    /// Whether the stand-in answers.
    pub fn is_stand_in(self) -> bool {
        self.answers.with(|answers| matches!(answers, Some(Answers::StandIn(_))))
    }

    /// How the key stands, where that is known: not for a key outside a sandbox.
    pub fn line(self) -> Option<KeyLine> {
        match self.answers.get()? {
            Answers::Browser => self.world.with(|sandbox| KeyLine::of_key(sandbox.key.state)),
            Answers::StandIn(stand_in) => Some(stand_in.condition().with(KeyLine::of_stand_in)),
        }
    }
}

/// Finds out which key answers; a stand-in lives as long as the calling component. `?key=stand-in` asks for one.
pub fn provide_key() -> Key {
    let world = use_world();
    let forced = use_router().query("key").with_untracked(|key| key == "stand-in");
    let key = Key { world, answers: RwSignal::new(None) };
    let owner = Owner::current();
    Effect::new(move |_| {
        let stand_in = world.presence().with(|presence| match presence {
            Presence::Unknown => None,
            Presence::Absent => Some(forced),
            Presence::Here(sandbox) => Some(forced || sandbox.key.kind == SandboxKeyKind::StandIn),
        });
        let Some(stand_in) = stand_in else { return };
        if key.answers.with_untracked(Option::is_some) {
            return;
        }
        let answers = if stand_in {
            // The effect owns what is made in it only until it runs again; the component keeps it.
            let stand_in = owner.as_ref().map_or_else(StandIn::start, |owner| owner.with(StandIn::start));
            Answers::StandIn(stand_in)
        } else {
            Answers::Browser
        };
        key.answers.set(Some(answers));
    });
    show_invitation(key);
    key
}

/// Lets the first simulated phone that can scan the stand-in's invitation.
fn show_invitation(key: Key) {
    let world = key.world;
    Effect::new(move |_| {
        let Some(Answers::StandIn(stand_in)) = key.answers.get() else { return };
        let Condition::NoPhone(Some(invitation)) = stand_in.condition().get() else { return };
        if world.lost().get() {
            return; // what is known of the phones may be out of date
        }
        let Some(phone) = world.first_phone(|phone| is_home(phone) && phone.connected) else { return };
        if stand_in.shown(&invitation) {
            leptos::task::spawn_local(async move {
                if let Err(problem) = touch(&phone.id, &Touch::Scan { text: invitation }).await {
                    stand_in.fail(problem.to_string());
                }
            });
        }
    });
}

/// The line that says how the key stands; nothing where that is not known.
#[component]
pub fn KeyStatus(
    /// The key.
    key: Key,
) -> impl IntoView {
    let line = Memo::new(move |_| key.line());
    let again = move || match key.answers() {
        Some(Answers::StandIn(stand_in)) => {
            stand_in.condition().with(|condition| matches!(condition, Condition::Failed(_))).then(|| {
                view! {
                    <Button
                        label=strings::AGAIN
                        icon=IconKind::Refresh
                        small=true
                        on_click=move |()| stand_in.again()
                        test_id="key-again"
                    />
                }
            })
        }
        _ => None,
    };
    move || {
        line.get().map(|line| {
            view! {
                <div class="flex min-w-0 items-center gap-2 [&_.badge]:rounded-xl [&_.badge]:whitespace-normal" data-testid="key-state" data-state=line.state role="status">
                    <Icon kind=IconKind::Key class="size-4.5 text-muted"/>
                    <span class="sr-only">{strings::KEY}</span>
                    <Badge label=line.words tone=line.tone dot=true/>
                    {line.detail.map(|detail| view! { <span class="text-sm text-[light-dark(#6b5a43,#c2b49c)]">{detail}</span> })}
                    {again}
                </div>
            }
        })
    }
}

/// Says that the stand-in answers, why, and how it stands. Nothing where the browser's own key does.
#[component]
pub fn StandInBanner(
    /// The key.
    key: Key,
) -> impl IntoView {
    let world = key.world;
    let stand_in = Memo::new(move |_| key.is_stand_in());
    let missing = Memo::new(move |_| world.with(|sandbox| sandbox.key.missing.clone()).flatten());
    let invitation = Memo::new(move |_| {
        // Only where no simulated phone will scan it by itself.
        let Some(Answers::StandIn(stand_in)) = key.answers() else { return None };
        match stand_in.condition().get() {
            Condition::NoPhone(invitation) if world.presence().get() == Presence::Absent => invitation,
            _ => None,
        }
    });
    let advice = move || {
        missing.get().map(
            |advice| view! { <p class="mt-1 whitespace-pre-line" data-testid="key-missing">{advice}</p> },
        )
    };
    let scan = move || {
        invitation.get().map(|invitation| {
            let picture = qr::svg(&invitation);
            view! {
                <div class="mt-3 flex flex-col items-start gap-2">
                    <p class="font-medium">{strings::INVITATION}</p>
                    {picture.map(|svg| view! { <Qr svg alt=strings::INVITATION_QR/> })}
                    <CopyButton text=invitation label=strings::COPY_LINK test_id="copy-invitation"/>
                </div>
            }
        })
    };
    view! {
        {move || {
            stand_in
                .get()
                .then(|| {
                    view! {
                        <div class="mb-4">
                            <Note test_id="stand-in-banner">
                                <p class="font-semibold">{strings::STAND_IN}</p>
                                <details class="mt-0.5">
                                    <summary class="text-accent-text">{strings::STAND_IN_MORE}</summary>
                                    <p class="mt-1">{strings::STAND_IN_TEXT}</p>
                                    {advice}
                                </details>
                                {scan}
                            </Note>
                        </div>
                    }
                })
        }}
    }
    .into_any()
}
