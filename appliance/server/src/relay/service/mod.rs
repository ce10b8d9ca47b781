//! The hub among sockets, database and bus; `nodes` is what other nodes want of it, `changes` what outlasts a session.

mod changes;
mod nodes;
mod renewal;

use std::{
    collections::{HashSet, VecDeque},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use foldhash::HashMap;
use pocketkey_link::{
    frame::{Frame, Refusal},
    id::DeviceId,
};
use tokio::{
    sync::{Notify, OnceCell},
    time,
};

use changes::Work;

use super::{
    admission::{Admission, Admitted},
    authority::{Authority, LookUpError},
    bus::{Bus, NodeId, Seat, Topic, Undelivered},
    hub::{Effect, Hub, Place, Role, SessionId},
    notes::Note,
    outbox::{Outbox, Waiting, outbox},
};
use crate::{db::DbError, pairing::store::Waiting as WaitingPairing};

/// How often the hub is tidied even if no deadline passes.
const TIDY: Duration = Duration::from_secs(60);

/// The relay of one node.
pub struct Relay {
    state: Mutex<State>,
    authority: Authority,
    bus: Box<dyn Bus>,
    loaded: OnceCell<Admission>,
    last_session: AtomicU64,
    /// Sessions closed because their device did not keep up.
    overflows: AtomicU64,
    lookups: AtomicU64,
    earlier_deadline: Notify,
    noted: Notify,
}

#[derive(Default)]
struct State {
    hub: Hub,
    sessions: HashMap<SessionId, Session>,
    /// When [`run`] looks again; `None` while it looks.
    alarm: Option<Instant>,
    /// Phones that other nodes want called, and until when.
    called: HashMap<DeviceId, Instant>,
    /// When the latest news of each device and pairing were told.
    heard: HashMap<Topic, u64>,
    /// How many devices are at other nodes.
    counted: HashMap<NodeId, Counted>,
    /// Where computers connected from last.
    addresses: HashMap<DeviceId, IpAddr>,
    /// For the log, until [`Relay::notes`] is asked.
    notes: Vec<Noted>,
}

/// Something for the log, and when and where it was seen.
#[derive(Debug, Clone)]
pub struct Noted {
    /// What.
    pub note: Note,
    /// When.
    pub at: Instant,
    /// Where the computer connected from.
    pub ip: Option<IpAddr>,
}

/// What a node said of the devices that are connected to it.
struct Counted {
    at: Instant,
    phones: usize,
    computers: usize,
}

/// A node that has not said a word for so long is gone.
const COUNTED_LATELY: Duration = Duration::from_secs(15);

/// So many notes wait for the log at most; beyond that, while the database stands still, the latest are lost.
const MAX_NOTES: usize = 10_000;

struct Session {
    outbox: Outbox,
    /// When its device is given a new certificate, in Unix milliseconds.
    renews_at: i64,
    /// Held, not used: whether others find the device here.
    _seat: Option<Seat>,
}

impl Relay {
    /// The relay of a node.
    pub fn new(authority: Authority, bus: Box<dyn Bus>) -> Self {
        let state = State { hub: Hub::at(bus.place()), ..State::default() };
        Self {
            state: Mutex::new(state),
            authority,
            bus,
            loaded: OnceCell::new(),
            last_session: AtomicU64::default(),
            overflows: AtomicU64::default(),
            lookups: AtomicU64::default(),
            earlier_deadline: Notify::new(),
            noted: Notify::new(),
        }
    }

    /// How many devices are connected.
    pub fn connections(&self) -> usize {
        self.lock().hub.connections()
    }

    /// How many phones and how many computers are connected, at other nodes as far as they have said lately.
    pub fn online(&self) -> (usize, usize) {
        let state = self.lock();
        let lately = |counted: &&Counted| counted.at.elapsed() < COUNTED_LATELY;
        let elsewhere = state.counted.values().filter(lately);
        elsewhere.fold(state.hub.online_by_role(), |(phones, computers), there| {
            (phones + there.phones, computers + there.computers)
        })
    }

    /// What the log is to be told; waits until there is something.
    pub async fn notes(&self) -> Vec<Noted> {
        loop {
            let notes = self.take_notes();
            if !notes.is_empty() {
                return notes;
            }
            self.noted.notified().await;
        }
    }

    /// What the log is to be told so far.
    pub fn take_notes(&self) -> Vec<Noted> {
        std::mem::take(&mut self.lock().notes)
    }

    /// How many sessions were closed because their device did not keep up.
    pub fn overflows(&self) -> u64 {
        self.overflows.load(Ordering::Relaxed)
    }

    /// Whether a request waits for this phone that it has not taken.
    pub fn waits_for(&self, phone: DeviceId) -> bool {
        let state = self.lock();
        state.hub.waits_for(phone) || state.called.get(&phone).is_some_and(|until| *until > Instant::now())
    }

    /// Lets a computer wait for a phone.
    ///
    /// # Errors
    /// If the pairings cannot be loaded.
    pub async fn expect(&self, waiting: WaitingPairing) -> Result<(), DbError> {
        self.load().await?;
        expect(&mut self.lock().hub, waiting, self.authority.now());
        Ok(())
    }

    /// The device that wants to connect, if it is one of ours: by its certificate, or else by whoever knows them all. It
    /// has yet to prove to be the one.
    ///
    /// # Errors
    /// If it cannot be looked up.
    pub(super) async fn admit(
        &self,
        device: DeviceId,
        certificate: Option<&[u8]>,
    ) -> Result<Option<Admitted>, LookUpError> {
        let admission = self.load().await?;
        let now = self.authority.now();
        if let Some(admitted) = certificate.and_then(|it| admission.by_certificate(device, it, now)) {
            return Ok(Some(admitted));
        }
        self.lookups.fetch_add(1, Ordering::Relaxed);
        let found = self.authority.admit(device).await?;
        if let Some((admitted, true)) = &found {
            self.apply(|state| state.hub.block(Instant::now(), admitted.device.id));
        }
        Ok(found.map(|(admitted, _)| admitted))
    }

    /// A device has proven who it is: its session, and what waits to be written to it.
    ///
    /// # Errors
    /// If the pairings cannot be loaded.
    pub(super) async fn connect(
        self: &Arc<Self>,
        admitted: Admitted,
        from: IpAddr,
    ) -> Result<(SessionId, Waiting), DbError> {
        self.load().await?;
        let Admitted { device, bonds, fresh, issued_at } = admitted;
        let renews_at = renewal::due(issued_at, self.authority.now(), renewal::chance());
        let session = self.last_session.fetch_add(1, Ordering::Relaxed) + 1;
        // Before the hub tells anybody that the device is here.
        let seat = self.bus.join(self, device.id, session);
        let (outbox, waiting) = outbox();
        // A new session asks nothing of others.
        self.apply(|state| {
            state.sessions.insert(session, Session { outbox, renews_at, _seat: seat });
            if device.role == Role::Computer {
                state.addresses.insert(device.id, from);
            }
            if self.bus.place() == Place::Relay {
                state.hub.certified(&bonds);
            }
            let mut effects = state.hub.connected(Instant::now(), session, device.id, device.role);
            if let (Some(certificate), true) = (fresh, state.hub.is_session(session)) {
                effects.push(Effect::Send(session, Frame::Certificate { certificate: certificate.into() }));
            }
            effects
        });
        Ok((session, waiting))
    }

    /// Tells a device, wherever it is connected, to ask the appliance what is new.
    pub fn tell_news(&self, device: DeviceId) {
        self.apply(|state| state.hub.tell_device(device, Frame::News {}));
    }

    /// How often a device that connected had to be looked up in the database.
    pub fn lookups(&self) -> u64 {
        self.lookups.load(Ordering::Relaxed)
    }

    /// Takes up what the database holds. Whoever is about to tell of a change does this first, so that the change does
    /// not come before what it changes.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub async fn ready(&self) -> Result<(), DbError> {
        self.load().await.map(|_| ())
    }

    /// Which of the devices are connected, at whatever node.
    pub async fn present(&self, devices: Vec<DeviceId>) -> HashSet<DeviceId> {
        let (here, others): (Vec<_>, Vec<_>) = {
            let state = self.lock();
            devices.into_iter().partition(|device| state.hub.is_online(*device))
        };
        let mut online = self.bus.elsewhere(others).await;
        online.extend(here);
        online
    }

    /// A device has connected.
    pub(super) fn came(&self, device: DeviceId, role: Role) {
        if self.bus.place() == Place::Console {
            self.lock().called.remove(&device);
        }
        self.authority.came(device, role);
    }

    /// A device's connection is gone.
    pub(super) async fn went(&self, device: DeviceId, role: Role) {
        self.authority.went(device, role).await;
    }

    /// Frames from a session, all that have come.
    pub(super) async fn received(&self, session: SessionId, frames: impl FnMut() -> Option<Frame>) {
        let todo = self.take_in(session, frames);
        if !todo.is_empty() {
            // Boxed: it is rare, and an idle session has no room for it.
            Box::pin(self.work(todo)).await;
        }
    }

    /// A session's connection is gone.
    pub(super) fn disconnected(&self, session: SessionId) {
        self.apply(|state| {
            state.sessions.remove(&session);
            state.hub.disconnected(Instant::now(), session)
        });
    }

    /// Tells a session why it ends, and ends it.
    pub(super) fn refuse(&self, session: SessionId, reason: Refusal) {
        self.apply(|state| {
            let mut effects = vec![Effect::Send(session, Frame::Refused { reason }), Effect::Close(session)];
            effects.extend(state.hub.disconnected(Instant::now(), session));
            effects
        });
    }

    async fn load(&self) -> Result<&Admission, DbError> {
        let load = || async {
            let beginning = self.authority.beginning().await?;
            let now = self.authority.now();
            let mut state = self.lock();
            beginning.bonds.into_iter().for_each(|bond| state.hub.restore(bond));
            beginning.waiting.into_iter().for_each(|one| expect(&mut state.hub, one, now));
            // Nobody is connected yet: there is nobody to tell.
            let blocked = beginning.blocked.into_iter();
            blocked.for_each(|device| drop(state.hub.block(Instant::now(), device)));
            Ok(beginning.admission)
        };
        self.loaded.get_or_try_init(load).await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the hub act on frames, one after the other.
    fn take_in(&self, session: SessionId, mut frames: impl FnMut() -> Option<Frame>) -> VecDeque<Work> {
        let mut state = self.lock();
        let now = Instant::now();
        let mut work = VecDeque::new();
        while let Some(frame) = frames() {
            let effects = state.hub.received(now, session, frame);
            work.append(&mut self.carry_out(&mut state, effects));
        }
        self.settle(state);
        work
    }

    /// Lets the hub act and does at once what can be done at once; gives back what others must do.
    fn apply(&self, act: impl FnOnce(&mut State) -> Vec<Effect>) -> VecDeque<Work> {
        let mut state = self.lock();
        let effects = act(&mut state);
        let work = self.carry_out(&mut state, effects);
        self.settle(state);
        work
    }

    fn carry_out(&self, state: &mut State, effects: Vec<Effect>) -> VecDeque<Work> {
        let mut effects = VecDeque::from(effects);
        let mut work = VecDeque::new();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Send(session, frame) => {
                    let full = state.sessions.get(&session).is_some_and(|to| to.outbox.push(&frame).is_err());
                    if full {
                        self.overflows.fetch_add(1, Ordering::Relaxed);
                        state.sessions.remove(&session);
                        effects.extend(state.hub.disconnected(Instant::now(), session));
                    }
                }
                Effect::Close(session) => {
                    state.sessions.remove(&session);
                }
                Effect::Record(bond) => work.push_back(Work::Record(bond)),
                Effect::Forget(pairing) => work.push_back(Work::Forget(pairing)),
                Effect::Wake(phone, until) => self.authority.wake(phone, until),
                Effect::Forward(device, parcel) => {
                    let undelivered = Undelivered::of(&parcel);
                    if !self.bus.send(device, parcel)
                        && let Some(undelivered) = undelivered
                    {
                        effects.extend(came_back(&mut state.hub, undelivered));
                    }
                }
                Effect::Ask(device, role, frame) => {
                    let pairing = frame.pairing_attempt();
                    if !self.authority.pair(device, role, frame)
                        && let Some(pairing) = pairing
                    {
                        effects.extend(state.hub.pairing_impossible(device, pairing));
                    }
                }
            }
        }
        work
    }

    /// Wakes whoever keeps the log, and the clock, if the hub has something for them.
    fn settle(&self, mut state: MutexGuard<'_, State>) {
        if state.note() {
            self.noted.notify_one();
        }
        // Most exchanges end before their time: the clock is woken for an earlier deadline only.
        let next = state.hub.next_deadline();
        if let (Some(next), Some(alarm)) = (next, state.alarm)
            && next < alarm
        {
            state.alarm = None;
            self.earlier_deadline.notify_one();
        }
    }
}

impl State {
    /// Takes up what the hub noted; whether there is something for the log.
    fn note(&mut self) -> bool {
        for note in self.hub.take_notes() {
            let ip = match &note {
                Note::Ended { bond, .. } => self.addresses.get(&bond.computer).copied(),
                Note::Late { .. } => None,
            };
            self.keep(Noted { note, at: Instant::now(), ip });
        }
        !self.notes.is_empty()
    }

    fn keep(&mut self, noted: Noted) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(noted);
        }
    }
}

/// `waiting`, with its end turned from Unix time to a monotonic instant.
fn expect(hub: &mut Hub, waiting: WaitingPairing, now: i64) {
    let left = u64::try_from(waiting.expires_at - now).unwrap_or(0);
    hub.expect(waiting.pairing, waiting.computer, Instant::now() + Duration::from_millis(left));
}

fn came_back(hub: &mut Hub, what: Undelivered) -> Vec<Effect> {
    match what {
        Undelivered::Request(exchange) => hub.bounced(exchange),
        Undelivered::Opening(pairing) => hub.computer_unreachable(pairing),
        Undelivered::Pairing(pairing, device) => hub.pairing_impossible(device, pairing),
    }
}

/// Ends exchanges when their time is over and renews certificates, until the node stops; then says farewell to every
/// session.
pub async fn run(relay: Arc<Relay>, stopped: impl Future<Output = ()>) {
    let mut stopped = std::pin::pin!(stopped);
    let mut renewing = std::pin::pin!(renewal::run(&relay));
    loop {
        let idle = Instant::now() + TIDY;
        let next = {
            let mut state = relay.lock();
            let next = state.hub.next_deadline().map_or(idle, |deadline| deadline.min(idle));
            *state.alarm.insert(next)
        };
        tokio::select! {
            () = &mut stopped => break,
            () = time::sleep_until(next.into()) => {}
            () = relay.earlier_deadline.notified() => {}
            () = &mut renewing => {}
        }
        relay.apply(|state| state.hub.tick(Instant::now()));
    }
    let sessions: Vec<SessionId> = relay.lock().hub.sessions().collect();
    for session in sessions {
        relay.refuse(session, Refusal::Restarting);
    }
}

#[cfg(test)]
mod tests;
