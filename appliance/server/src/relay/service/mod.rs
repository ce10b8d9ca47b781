//! The hub among sockets, database and bus; `nodes` is what other nodes want of it.

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
    id::{DeviceId, PairingId},
};
use tokio::{
    sync::{Notify, OnceCell},
    time,
};

use super::{
    admission::{Admission, Admitted},
    authority::{Authority, LookUpError},
    bus::{Bus, NodeId, Seat, Standing, Topic, Undelivered, What},
    hub::{Bond, Effect, Hub, Place, Role, SessionId},
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

/// What the hub wants of others.
enum Work {
    Record(Bond),
    Forget(PairingId),
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

    /// Gives devices that are connected certificates that name their pairings as they are now.
    async fn certify(&self, devices: Vec<DeviceId>) {
        for device in devices {
            match self.authority.admit(device).await {
                Ok(admitted) => {
                    if let Some(certificate) = admitted.and_then(|(admitted, _)| admitted.fresh) {
                        let frame = Frame::Certificate { certificate: certificate.into() };
                        self.apply(|state| state.hub.tell_device(device, frame));
                    }
                }
                Err(error) => tracing::warn!(%error, "a device keeps without a certificate"),
            }
        }
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

    /// A device is blocked in the database since `now`: see [`Hub::block`].
    pub fn block(&self, device: DeviceId, now: i64) {
        self.revoke(device, now);
        self.apply(|state| state.hub.block(Instant::now(), device));
        self.bus.tell(What::Device { device, revoked_at: now, standing: Standing::Blocked });
    }

    /// A device is not blocked any more.
    pub fn allow(&self, device: DeviceId) {
        self.lock().hub.allow(device);
        let revoked_at = self.loaded.get().and_then(|it| it.revoked_at(device)).unwrap_or(0);
        self.bus.tell(What::Device { device, revoked_at, standing: Standing::Good });
    }

    /// A device is gone from the database since `now`, and with it these bonds: see [`Hub::remove`].
    pub fn remove(&self, device: DeviceId, bonds: &[Bond], now: i64) {
        self.revoke(device, now);
        self.apply(|state| state.remove(device));
        self.bus.tell(What::Device { device, revoked_at: now, standing: Standing::Removed });
        for bond in bonds {
            self.bus.tell(What::Unbonded(bond.pairing));
            self.void(bond.other(device), now);
        }
    }

    /// One that is not loaded yet loads it with the rest.
    fn revoke(&self, device: DeviceId, at: i64) {
        if let Some(admission) = self.loaded.get() {
            admission.revoke(device, at, self.authority.now());
        }
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

    /// Does what the hub asks of the database.
    async fn work(&self, mut todo: VecDeque<Work>) {
        // A relay node's hub records nothing: what it forgets, the console's node has forgotten.
        let Authority::Here(database) = &self.authority else { return };
        while let Some(work) = todo.pop_front() {
            let now = self.authority.now();
            match work {
                Work::Record(bond) => match database.record(bond, now).await {
                    Ok(replaced) => {
                        todo.extend(self.apply(|state| state.hub.bonded(bond)));
                        replaced.iter().for_each(|old| self.unbonded(old, now));
                        self.bus.tell(What::Bonded(bond));
                        self.came(bond.computer, Role::Computer);
                        let mut devices = vec![bond.computer, bond.phone];
                        devices.extend(replaced.iter().map(|old| old.phone));
                        self.certify(devices).await;
                    }
                    Err(error) => tracing::error!(%error, "a pairing could not be recorded"),
                },
                Work::Forget(pairing) => match database.forget(pairing, now).await {
                    Ok(Some(bond)) => {
                        self.unbonded(&bond, now);
                        self.certify(vec![bond.computer, bond.phone]).await;
                    }
                    Ok(None) => {}
                    Err(error) => tracing::error!(%error, "a pairing could not be removed"),
                },
            }
        }
    }

    /// A bond is no more: what was issued to its ends before is void.
    fn unbonded(&self, bond: &Bond, now: i64) {
        self.bus.tell(What::Unbonded(bond.pairing));
        self.void(bond.computer, now);
        self.void(bond.phone, now);
    }

    /// What was issued to a device before `now` is void.
    fn void(&self, device: DeviceId, now: i64) {
        self.revoke(device, now - 1);
        let standing = if self.lock().hub.is_blocked(device) { Standing::Blocked } else { Standing::Good };
        self.bus.tell(What::Device { device, revoked_at: now - 1, standing });
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
mod tests {
    use pocketkey_link::id::ExchangeId;

    use super::{
        super::{
            admission::{self, Issuer},
            authority::Database,
            bus::Local,
            hub::Role,
            outbox::MAX_FRAMES,
            wire_tests::frames,
        },
        *,
    };
    use crate::{clock::SystemClock, db::Db, events::Events, pairing, push::web_push, secret::ServerSecret};

    /// The relay of an appliance on one node.
    fn alone(data: &std::path::Path) -> Relay {
        let database = Database {
            db: Arc::new(Db::open(data).unwrap()),
            events: Events::default(),
            wake: Arc::new(web_push().0),
            clock: Arc::new(SystemClock),
            issuer: Issuer::new(&ServerSecret::new([1; 32])),
            url: "http://localhost".into(),
        };
        Relay::new(Authority::Here(database), Box::new(Local))
    }

    #[tokio::test]
    async fn a_device_that_does_not_read_is_closed_and_delays_nobody() {
        let (computer, phone) = (DeviceId([1; 16]), DeviceId([2; 16]));
        let bond = Bond { pairing: PairingId([3; 16]), computer, phone };
        let folder = tempfile::tempdir().unwrap();
        let (relay, now) = (alone(folder.path()), Instant::now());
        relay.lock().hub.restore(bond);
        let mut ends =
            [(1, computer, Role::Computer), (2, phone, Role::Phone)].map(|(session, device, role)| {
                let (outbox, waiting) = outbox();
                relay.apply(|state| {
                    state.sessions.insert(session, Session { outbox, renews_at: i64::MAX, _seat: None });
                    state.hub.connected(now, session, device, role)
                });
                waiting
            });
        let mut heard = Vec::new();
        for n in 0..u8::try_from(MAX_FRAMES).unwrap() {
            if relay.overflows() > 0 {
                break;
            }
            let exchange = ExchangeId([n; 16]);
            let request =
                Frame::Request { exchange, pairing: bond.pairing, ttl_ms: 1000, body: vec![0].into() };
            relay.apply(|state| state.hub.received(now, 1, request));
            relay
                .apply(|state| state.hub.received(now, 1, Frame::Cancel { exchange, pairing: bond.pairing }));
        }
        assert_eq!((relay.overflows(), relay.connections()), (1, 1));
        while let Ok(Some(bytes)) = time::timeout(Duration::ZERO, ends[0].take()).await {
            heard.extend(frames(&bytes));
        }
        assert!(heard.iter().any(|frame| matches!(frame, Frame::Presence { peer } if !peer.online)));
        let mut kept = 0;
        while let Some(bytes) = ends[1].take().await {
            kept += frames(&bytes).len();
        }
        assert_eq!(kept, MAX_FRAMES, "what was queued is written, then the session closes");
    }
    #[tokio::test]
    async fn a_bond_that_was_replaced_is_told_of_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let [computer, old, new] = [1, 2, 3].map(|n| DeviceId([n; 16]));
        let [replaced, standing] =
            [(4, old), (5, new)].map(|(n, phone)| Bond { pairing: PairingId([n; 16]), computer, phone });
        let relay = alone(folder.path());
        let Authority::Here(database) = &relay.authority else { unreachable!() };
        let now = relay.authority.now();
        database
            .db
            .write::<_, DbError, _>(move |tx| {
                tx.execute_batch(
                    "INSERT INTO users (id, username, username_key, name, email, email_key, search, created_at)
                         VALUES ('u', 'ada', 'ada', 'Ada', 'a@example.test', 'a@example.test', '', 0);
                     INSERT INTO keys (id, user_id, kind, created_at)
                         VALUES ('old', 'u', 'smartphone', 0), ('new', 'u', 'smartphone', 0);",
                )?;
                let mut insert = tx.prepare(
                    "INSERT INTO devices (id, role, key_id, name, model, os, sign_key, channel_key, created_at, seen_at)
                     VALUES (?1, iif(?2 IS NULL, 'computer', 'phone'), ?2, '', '', '', ?3, ?3, 0, 0)",
                )?;
                for (device, key) in [(computer, None), (old, Some("old")), (new, Some("new"))] {
                    insert.execute((device.to_string(), key, [device.0; 2].concat()))?;
                }
                pairing::store::record(tx, replaced, now)?;
                for device in [computer, old] {
                    admission::revoke(tx, device, now)?;
                }
                pairing::store::record(tx, standing, now)
            })
            .await
            .unwrap();
        database.db.close().await;

        let news = alone(folder.path()).all_news().await.unwrap();
        assert!(news.contains(&What::Unbonded(replaced.pairing)), "{news:?}");
        assert!(news.contains(&What::Bonded(standing)), "{news:?}");
        for device in [computer, old] {
            let void = |what: &What| matches!(what, What::Device { device: it, .. } if *it == device);
            assert!(news.iter().any(void), "the certificates of {device} name it: {news:?}");
        }
    }
}
