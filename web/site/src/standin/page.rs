//! The stand-in's glue to the page: a WebSocket to the relay, `sessionStorage`, timers. What it decides is in
//! [`super::computer`].

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use futures_channel::oneshot;
use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use pocketkey_api::pairing::{NewPairing, Pairing};
use pocketkey_kit::{api, time};
use pocketkey_link::frame::{Frame, PairFailure, Refusal};
use serde_json::Value;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AbortSignal, BinaryType, MessageEvent, WebSocket};

use super::{
    Ceremony, Failure, Origin,
    computer::{Computer, Effect, Name, Phone, State},
};
use crate::strings;

/// Where the stand-in is kept. `sessionStorage` is a tab's own, so every tab is a computer of its own.
const STORE: &str = "pocketkey-stand-in";

/// First pause before a new try to connect; it doubles up to [`RETRY_MOST`].
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MOST: Duration = Duration::from_secs(15);
/// So many tries have failed that the pause is the longest.
const SELDOM: u32 = 8;

/// How often it starts over with new keys by itself before it asks.
const FRESH_STARTS: u32 = 3;

/// How long a phone may take to pair, and a request may wait for it, in milliseconds.
const PAIRING: u32 = 15_000;

/// How much longer than the relay this page waits for an answer, in milliseconds: the relay's word is the better one.
const GRACE: u32 = 1_500;

/// How long the appliance may be gone before a request fails: it may just be restarted.
const APPLIANCE_MAY_BE_AWAY: Duration = Duration::from_secs(10);

/// How often the stand-in looks at the clock, in milliseconds.
const TICK: u32 = 1_000;

/// Where the stand-in stands, for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Connecting for the first time.
    Starting,
    /// No phone is paired; the invitation waits for one.
    NoPhone(Option<String>),
    /// A phone was shown the invitation.
    Pairing,
    /// A phone is paired and not connected.
    PhoneOffline(Phone),
    /// A phone is paired and connected.
    Ready(Phone),
    /// The appliance cannot be reached; tried again by itself.
    Unreachable,
    /// Needs the person: try again.
    Failed(String),
}

/// The stand-in of this page. Copies are handles to the same one; it ends with the component that made it.
#[derive(Clone, Copy)]
pub struct StandIn {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    condition: RwSignal<Condition>,
}

/// The CTAP2 reply, or why there is none.
type Answer = Result<Vec<u8>, Failure>;

struct Inner {
    computer: RefCell<Computer>,
    socket: RefCell<Option<Socket>>,
    answer: RefCell<Option<oneshot::Sender<Answer>>>,
    /// The invitation that a phone was shown.
    shown: RefCell<Option<String>>,
    failed: RefCell<Option<String>>,
    /// Counts connections begun, so that a try that was overtaken can tell.
    attempt: Cell<u64>,
    tries: Cell<u32>,
    fresh_starts: Cell<u32>,
    condition: RwSignal<Condition>,
}

struct Socket {
    socket: WebSocket,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_close: Closure<dyn Fn()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        drop(self.socket.close());
    }
}

fn entropy(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the browser gives random bytes");
}

fn now() -> u64 {
    u64::try_from(time::now()).unwrap_or(0)
}

/// Where this page is from.
fn origin() -> Origin {
    let location = window().location();
    Origin { origin: location.origin().unwrap_or_default(), host: location.hostname().unwrap_or_default() }
}

fn name() -> Name {
    let os = window().navigator().platform().ok().filter(|os| !os.is_empty());
    Name {
        server: origin().origin,
        name: strings::STAND_IN_NAME.to_owned(),
        os: os.unwrap_or_else(|| strings::STAND_IN_OS.to_owned()),
    }
}

fn store(saved: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        drop(match saved {
            Some(saved) => storage.set_item(STORE, saved),
            None => storage.remove_item(STORE),
        });
    }
}

impl StandIn {
    /// Starts the stand-in of this tab, as it was before a reload.
    pub fn start() -> Self {
        let stored = window()
            .session_storage()
            .ok()
            .flatten()
            .and_then(|storage| storage.get_item(STORE).ok().flatten());
        let computer = stored.and_then(|stored| Computer::load(name(), &stored));
        let condition = RwSignal::new(Condition::Starting);
        let inner = Rc::new(Inner {
            computer: RefCell::new(computer.unwrap_or_else(|| Computer::new(name(), &mut entropy))),
            socket: RefCell::default(),
            answer: RefCell::default(),
            shown: RefCell::default(),
            failed: RefCell::default(),
            attempt: Cell::default(),
            tries: Cell::default(),
            fresh_starts: Cell::default(),
            condition,
        });
        Inner::connect(&inner);
        leptos::task::spawn_local(Inner::tick(Rc::downgrade(&inner)));
        Self { inner: StoredValue::new_local(inner), condition }
    }

    /// Where it stands.
    pub fn condition(self) -> Signal<Condition> {
        self.condition.into()
    }

    /// A phone was shown the invitation; it must answer soon. `false` if one was shown it before.
    pub fn shown(self, invitation: &str) -> bool {
        let Some(inner) = self.inner.try_get_value() else { return false };
        if inner.shown.borrow().as_deref() == Some(invitation) {
            return false;
        }
        inner.shown.replace(Some(invitation.to_owned()));
        inner.refresh();
        let (weak, invitation) = (Rc::downgrade(&inner), invitation.to_owned());
        let late = move || {
            if let Some(inner) = weak.upgrade()
                && inner.computer.borrow().state() == State::Unpaired(Some(invitation))
            {
                inner.fail(strings::PAIRING_UNANSWERED.to_owned());
            }
        };
        set_timeout(late, Duration::from_millis(PAIRING.into()));
        true
    }

    /// It needs the person's help.
    pub fn fail(self, words: String) {
        if let Some(inner) = self.inner.try_get_value() {
            inner.fail(words);
        }
    }

    /// Starts over after [`Condition::Failed`].
    pub fn again(self) {
        if let Some(inner) = self.inner.try_get_value() {
            inner.fresh_starts.set(0);
            Inner::start_over(&inner);
        }
    }

    /// Answers `navigator.credentials.create` with RegistrationResponseJSON.
    ///
    /// # Errors
    /// Why there is no credential.
    pub async fn create(self, options: &Value, signal: &AbortSignal) -> Result<Value, Failure> {
        self.run(Ceremony::create(options, &origin())?, signal).await
    }

    /// Answers `navigator.credentials.get` with AuthenticationResponseJSON.
    ///
    /// # Errors
    /// Why there is no assertion.
    pub async fn get(self, options: &Value, signal: &AbortSignal) -> Result<Value, Failure> {
        self.run(Ceremony::get(options, &origin())?, signal).await
    }

    async fn run(self, mut ceremony: Ceremony, signal: &AbortSignal) -> Result<Value, Failure> {
        self.settled(signal).await?;
        let inner = self.inner.try_get_value().ok_or(Failure::Aborted)?;
        let ctap = std::mem::take(&mut ceremony.ctap);
        let frame = inner.computer.borrow_mut().ask(ctap, ceremony.timeout, now(), &mut entropy)?;
        let (sender, answer) = oneshot::channel();
        inner.answer.replace(Some(sender));
        inner.send(&frame);

        let late = {
            let weak = Rc::downgrade(&inner);
            Timeout::new(ceremony.timeout.saturating_add(GRACE), move || give_up(&weak, Failure::TimedOut))
        };
        let aborted = {
            let weak = Rc::downgrade(&inner);
            Closure::<dyn Fn()>::new(move || give_up(&weak, Failure::Aborted))
        };
        signal.set_onabort(Some(aborted.as_ref().unchecked_ref()));
        drop(inner);
        let reply = answer.await.unwrap_or(Err(Failure::Aborted));
        signal.set_onabort(None);
        late.cancel();
        ceremony.finish(&reply?)
    }

    /// Waits while the stand-in is about to be ready.
    async fn settled(self, signal: &AbortSignal) -> Result<(), Failure> {
        const STEP: u32 = 50;
        for _ in 0..PAIRING / STEP {
            let soon = self.condition.try_with_untracked(|condition| {
                matches!(condition, Condition::Starting | Condition::Pairing)
            });
            if signal.aborted() {
                return Err(Failure::Aborted);
            }
            if soon != Some(true) {
                break;
            }
            TimeoutFuture::new(STEP).await;
        }
        Ok(())
    }
}

/// Ends the request that is under way, and tells the phone.
fn give_up(inner: &Weak<Inner>, why: Failure) {
    let Some(inner) = inner.upgrade() else { return };
    let cancel = inner.computer.borrow_mut().cancel(now());
    if let Some(cancel) = cancel {
        inner.send(&cancel);
    }
    inner.end(Err(why));
}

impl Inner {
    fn send(&self, frame: &Frame) {
        if let Some(socket) = &*self.socket.borrow() {
            // A socket that does not take it is about to close, which ends the request.
            drop(socket.socket.send_with_u8_array(&frame.encode()));
        }
    }

    fn end(&self, how: Answer) {
        if let Some(answer) = self.answer.take() {
            drop(answer.send(how)); // nobody waits once the page is gone
        }
    }

    fn fail(&self, words: String) {
        self.failed.replace(Some(words));
        self.refresh();
    }

    /// Tells the page where the stand-in stands.
    fn refresh(&self) {
        let state = self.computer.borrow().state();
        let condition = match (self.failed.borrow().clone(), state) {
            (_, State::Ready(phone)) => Condition::Ready(phone),
            (Some(words), _) => Condition::Failed(words),
            (None, State::PhoneOffline(phone)) => Condition::PhoneOffline(phone),
            (None, State::Unpaired(invitation)) => match invitation {
                Some(invitation) if self.shown.borrow().as_ref() == Some(&invitation) => Condition::Pairing,
                invitation => Condition::NoPhone(invitation),
            },
            (None, State::Unconnected) if self.tries.get() == 0 => Condition::Starting,
            (None, State::Unconnected) => Condition::Unreachable,
        };
        if self.condition.try_with_untracked(|old| *old != condition) == Some(true) {
            self.condition.set(condition);
        }
    }

    /// Says again what was lost on the way, for as long as the page lives.
    async fn tick(weak: Weak<Self>) {
        loop {
            TimeoutFuture::new(TICK).await;
            let Some(inner) = weak.upgrade() else { return };
            let effects = inner.computer.borrow_mut().tick(now());
            Self::apply(&inner, effects);
        }
    }

    /// Asks the appliance for a pairing if one is needed, then opens the socket.
    fn connect(inner: &Rc<Self>) {
        let weak = Rc::downgrade(inner);
        let attempt = inner.attempt.get() + 1;
        inner.attempt.set(attempt);
        leptos::task::spawn_local(async move {
            let Some(introduction) = weak.upgrade().map(|inner| inner.introduction()) else { return };
            let invited = match introduction {
                Some(introduction) => {
                    let pairing = api::post::<NewPairing, Pairing>("/api/v1/pairings", &introduction).await;
                    weak.upgrade().is_some_and(|inner| match pairing {
                        Ok(pairing) if inner.attempt.get() == attempt => {
                            inner.computer.borrow_mut().invite(&pairing, &mut entropy)
                        }
                        _ => false,
                    })
                }
                None => true,
            };
            if let Some(inner) = weak.upgrade()
                && inner.attempt.get() == attempt
            {
                if !(invited && Self::open(&inner)) {
                    Self::closed(&inner);
                }
                inner.refresh();
            }
        });
    }

    fn introduction(&self) -> Option<NewPairing> {
        let computer = self.computer.borrow();
        computer.needs_pairing().then(|| computer.introduction())
    }

    fn open(inner: &Rc<Self>) -> bool {
        // http → ws, https → wss.
        let url = format!("ws{}/api/v1/relay", origin().origin.trim_start_matches("http"));
        let Ok(socket) = WebSocket::new(&url) else { return false };
        socket.set_binary_type(BinaryType::Arraybuffer);
        let weak = Rc::downgrade(inner);
        let on_message: Closure<dyn Fn(MessageEvent)> = Closure::new(move |event: MessageEvent| {
            if let (Some(inner), Ok(buffer)) = (weak.upgrade(), event.data().dyn_into::<ArrayBuffer>()) {
                Self::received(&inner, &Uint8Array::new(&buffer).to_vec());
            }
        });
        let weak = Rc::downgrade(inner);
        let on_close: Closure<dyn Fn()> = Closure::new(move || {
            if let Some(inner) = weak.upgrade() {
                Self::closed(&inner);
            }
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        inner.socket.replace(Some(Socket { socket, _on_message: on_message, _on_close: on_close }));
        true
    }

    fn received(inner: &Rc<Self>, bytes: &[u8]) {
        let Ok(frame) = Frame::decode(bytes) else { return };
        let effects = inner.computer.borrow_mut().received(frame, now(), &mut entropy);
        Self::apply(inner, effects);
        if matches!(inner.computer.borrow().state(), State::Ready(_) | State::PhoneOffline(_)) {
            inner.tries.set(0);
            inner.fresh_starts.set(0);
            inner.failed.replace(None);
        }
        inner.refresh();
    }

    fn apply(inner: &Rc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(frame) => inner.send(&frame),
                Effect::Save => {
                    let computer = inner.computer.borrow();
                    store(computer.save().as_deref());
                    // Unpaired behind our back: there must be a new invitation.
                    let again = computer.needs_pairing().then(|| Rc::downgrade(inner));
                    drop(computer);
                    if let Some(weak) = again {
                        later(weak, RETRY, Self::start_over);
                    }
                }
                Effect::Ended(how) => inner.end(how),
                Effect::PairFailed(PairFailure::Expired) => Self::fresh_start(inner),
                Effect::PairFailed(reason) => inner.fail(reason.to_string()),
                Effect::Refused(Refusal::NotProven | Refusal::Superseded) => Self::fresh_start(inner),
                Effect::Refused(Refusal::Blocked) => {
                    inner.tries.set(SELDOM);
                    inner.fail(strings::STAND_IN_BLOCKED.to_owned());
                }
                // The socket closes and is opened again.
                Effect::Refused(Refusal::Protocol | Refusal::Restarting) => {}
            }
        }
    }

    /// The appliance does not know this computer (any more), or another tab is it: become another one.
    fn fresh_start(inner: &Rc<Self>) {
        let before = inner.fresh_starts.get();
        inner.fresh_starts.set(before + 1);
        if before < FRESH_STARTS {
            later(Rc::downgrade(inner), RETRY, Self::start_over);
        } else {
            inner.fail(strings::STAND_IN_REFUSED.to_owned());
        }
    }

    fn start_over(inner: &Rc<Self>) {
        let old = inner.socket.take();
        drop(old);
        inner.end(Err(Failure::Unreachable));
        store(None);
        inner.computer.replace(Computer::new(name(), &mut entropy));
        inner.shown.replace(None);
        inner.failed.replace(None);
        inner.tries.set(0);
        inner.refresh();
        Self::connect(inner);
    }

    /// The connection is gone, or could not be made: again, later and later.
    fn closed(inner: &Rc<Self>) {
        inner.computer.borrow_mut().disconnected();
        later(Rc::downgrade(inner), APPLIANCE_MAY_BE_AWAY, |inner| {
            if inner.computer.borrow().state() == State::Unconnected {
                give_up(&Rc::downgrade(inner), Failure::Unreachable);
            }
        });
        let tries = inner.tries.get();
        inner.tries.set(tries + 1);
        inner.refresh();
        let pause = RETRY.saturating_mul(1 << tries.min(SELDOM)).min(RETRY_MOST);
        let attempt = inner.attempt.get();
        later(Rc::downgrade(inner), pause, move |inner| {
            if inner.attempt.get() == attempt {
                Self::connect(inner);
            }
        });
    }
}

fn later(weak: Weak<Inner>, pause: Duration, act: impl FnOnce(&Rc<Inner>) + 'static) {
    let act = move || {
        if let Some(inner) = weak.upgrade() {
            act(&inner);
        }
    };
    set_timeout(act, pause);
}
