//! The hub among sockets and database.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use pocketkey_link::{
    frame::{Frame, Refusal},
    id::{DeviceId, PairingId},
};
use tokio::{
    sync::{Notify, OnceCell},
    time,
};

use super::{
    admission::{self, Admission, Admitted},
    hub::{Bond, Effect, Hub, Role, SessionId},
    notes::Note,
    outbox::{Outbox, Waiting, outbox},
};
use crate::{
    App,
    db::DbError,
    devices,
    pairing::store::{self, Waiting as WaitingPairing},
    push::Call,
};

/// How often the hub is tidied even if no deadline passes.
const TIDY: Duration = Duration::from_secs(60);

/// The relay of one appliance.
#[derive(Default)]
pub struct Relay {
    state: Mutex<State>,
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
    outboxes: HashMap<SessionId, Outbox>,
    /// When [`run`] looks again; `None` while it looks.
    alarm: Option<Instant>,
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

/// So many notes wait for the log at most; beyond that, while the database stands still, the latest are lost.
const MAX_NOTES: usize = 10_000;

/// What the hub wants of others.
enum Work {
    Record(Bond),
    Forget(PairingId),
    Wake(Call),
}

impl Relay {
    /// How many devices are connected.
    pub fn connections(&self) -> usize {
        self.lock().hub.connections()
    }

    /// How many phones and how many computers are connected.
    pub fn online(&self) -> (usize, usize) {
        self.lock().hub.online_by_role()
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
        self.lock().hub.waits_for(phone)
    }

    /// Lets a computer wait for a phone.
    ///
    /// # Errors
    /// If the pairings cannot be loaded.
    pub async fn expect(&self, app: &App, waiting: WaitingPairing) -> Result<(), DbError> {
        self.load(app).await?;
        expect(&mut self.lock().hub, waiting, app.now());
        Ok(())
    }

    /// The device that wants to connect, if it is one of ours: by its certificate, or else by the database. It has yet
    /// to prove to be the one.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn admit(
        &self,
        app: &App,
        device: DeviceId,
        certificate: Option<&[u8]>,
    ) -> Result<Option<Admitted>, DbError> {
        let admission = self.load(app).await?;
        if let Some(device) = certificate.and_then(|it| admission.by_certificate(device, it, app.now())) {
            return Ok(Some(Admitted { device, fresh: None }));
        }
        self.lookups.fetch_add(1, Ordering::Relaxed);
        admission.by_database(app, device).await
    }

    /// A device has proven who it is: its session, and what waits to be written to it.
    ///
    /// # Errors
    /// If the pairings cannot be loaded.
    pub(super) async fn connect(
        &self,
        app: &App,
        Admitted { device, fresh }: Admitted,
        from: IpAddr,
    ) -> Result<(SessionId, Waiting), DbError> {
        self.load(app).await?;
        let session = self.last_session.fetch_add(1, Ordering::Relaxed) + 1;
        let (outbox, waiting) = outbox();
        // A new session asks nothing of others.
        self.apply(|state| {
            state.outboxes.insert(session, outbox);
            if device.role == Role::Computer {
                state.addresses.insert(device.id, from);
            }
            let mut effects = state.hub.connected(Instant::now(), session, device.id, device.role);
            if let (Some(certificate), true) = (fresh, state.hub.is_session(session)) {
                effects.push(Effect::Send(session, Frame::Certificate { certificate: certificate.into() }));
            }
            effects
        });
        Ok((session, waiting))
    }

    /// Gives a connected device a certificate that names its pairings as they are now.
    async fn certify(&self, app: &App, device: DeviceId) -> Result<(), DbError> {
        let admitted = self.load(app).await?.by_database(app, device).await?;
        if let Some(certificate) = admitted.and_then(|admitted| admitted.fresh) {
            let frame = Frame::Certificate { certificate: certificate.into() };
            self.apply(|state| state.hub.tell_device(device, frame));
        }
        Ok(())
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
    pub async fn ready(&self, app: &App) -> Result<(), DbError> {
        self.load(app).await.map(|_| ())
    }

    /// A device is blocked in the database since `now`: see [`Hub::block`].
    pub fn block(&self, device: DeviceId, now: i64) {
        self.revoke(device, now);
        self.apply(|state| state.hub.block(Instant::now(), device));
    }

    /// A device is not blocked any more.
    pub fn allow(&self, device: DeviceId) {
        self.lock().hub.allow(device);
    }

    /// A device is gone from the database since `now`: see [`Hub::remove`].
    pub fn remove(&self, device: DeviceId, now: i64) {
        self.revoke(device, now);
        self.apply(|state| {
            let effects = state.hub.remove(Instant::now(), device);
            state.note();
            state.addresses.remove(&device);
            effects
        });
    }

    /// One that is not loaded yet loads it with the rest.
    fn revoke(&self, device: DeviceId, now: i64) {
        if let Some(admission) = self.loaded.get() {
            admission.revoke(device, now);
        }
    }

    /// Whether a device is connected.
    pub fn is_online(&self, device: DeviceId) -> bool {
        self.lock().hub.is_online(device)
    }

    /// A frame from a session.
    pub(super) async fn received(&self, app: &App, session: SessionId, frame: Frame) {
        let todo = self.apply(|state| state.hub.received(Instant::now(), session, frame));
        if !todo.is_empty() {
            // Boxed: it is rare, and an idle session has no room for it.
            Box::pin(self.work(app, todo)).await;
        }
    }

    /// Does what the hub asks of the database.
    async fn work(&self, app: &App, mut todo: VecDeque<Work>) {
        while let Some(work) = todo.pop_front() {
            match work {
                Work::Record(bond) => {
                    let now = app.now();
                    let write = app.db().write::<_, DbError, _>(move |tx| {
                        store::record(tx, bond, now)?;
                        devices::service::paired_or_not(tx, now, bond.computer, true)
                    });
                    match write.await {
                        Ok(()) => {
                            todo.extend(self.apply(|state| state.hub.bonded(bond)));
                            devices::service::came(app, bond.computer, Role::Computer);
                            for device in [bond.computer, bond.phone] {
                                if let Err(error) = self.certify(app, device).await {
                                    tracing::warn!(%error, "a device keeps without a certificate");
                                }
                            }
                        }
                        Err(error) => tracing::error!(%error, "a pairing could not be recorded"),
                    }
                }
                Work::Wake(call) => app.wake().wake(call),
                Work::Forget(pairing) => {
                    let now = app.now();
                    let write = app.db().write::<_, DbError, _>(move |tx| {
                        if let Some(computer) = store::computer(tx, pairing)? {
                            devices::service::paired_or_not(tx, now, computer, false)?;
                        }
                        store::forget(tx, pairing)
                    });
                    if let Err(error) = write.await {
                        tracing::error!(%error, "a pairing could not be removed");
                    }
                }
            }
        }
    }

    /// A session's connection is gone.
    pub(super) fn disconnected(&self, session: SessionId) {
        self.apply(|state| {
            state.outboxes.remove(&session);
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

    async fn load(&self, app: &App) -> Result<&Admission, DbError> {
        let load = || async {
            let now = app.now();
            let (bonds, waiting, blocked, revoked) = app
                .db()
                .read::<_, DbError, _>(move |conn| {
                    let blocked = devices::store::blocked(conn)?;
                    Ok((store::bonds(conn)?, store::waiting(conn, now)?, blocked, admission::revoked(conn)?))
                })
                .await?;
            let mut state = self.lock();
            bonds.into_iter().for_each(|bond| state.hub.restore(bond));
            waiting.into_iter().for_each(|one| expect(&mut state.hub, one, now));
            // Nobody is connected yet: there is nobody to tell.
            blocked.into_iter().for_each(|device| drop(state.hub.block(Instant::now(), device)));
            Ok(Admission::new(app.secret(), revoked))
        };
        self.loaded.get_or_try_init(load).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the hub act and does at once what can be done at once; gives back what others must do.
    fn apply(&self, act: impl FnOnce(&mut State) -> Vec<Effect>) -> VecDeque<Work> {
        let mut state = self.lock();
        let mut effects = VecDeque::from(act(&mut state));
        let mut work = VecDeque::new();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Send(session, frame) => {
                    let full =
                        state.outboxes.get(&session).is_some_and(|to| to.push(frame.encode()).is_err());
                    if full {
                        self.overflows.fetch_add(1, Ordering::Relaxed);
                        state.outboxes.remove(&session);
                        effects.extend(state.hub.disconnected(Instant::now(), session));
                    }
                }
                Effect::Close(session) => {
                    state.outboxes.remove(&session);
                }
                Effect::Record(bond) => work.push_back(Work::Record(bond)),
                Effect::Wake(phone, until) => work.push_back(Work::Wake(Call::new(phone, until))),
                Effect::Forget(pairing) => work.push_back(Work::Forget(pairing)),
            }
        }
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
        work
    }
}

impl State {
    /// Takes up what the hub noted; whether there is something for the log.
    fn note(&mut self) -> bool {
        for note in self.hub.take_notes() {
            if self.notes.len() < MAX_NOTES {
                let ip = match &note {
                    Note::Ended { bond, .. } => self.addresses.get(&bond.computer).copied(),
                    Note::Late { .. } => None,
                };
                self.notes.push(Noted { note, at: Instant::now(), ip });
            }
        }
        !self.notes.is_empty()
    }
}

/// `waiting`, with its end turned from Unix time to a monotonic instant.
fn expect(hub: &mut Hub, waiting: WaitingPairing, now: i64) {
    let left = u64::try_from(waiting.expires_at - now).unwrap_or(0);
    hub.expect(waiting.pairing, waiting.computer, Instant::now() + Duration::from_millis(left));
}

/// Ends exchanges when their time is over, until the appliance stops; then says farewell to every session.
pub async fn run(app: App) {
    let relay = app.relay();
    let mut stopped = Box::pin(app.stopped());
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
        super::{hub::Role, outbox::MAX_FRAMES},
        *,
    };

    #[tokio::test]
    async fn a_device_that_does_not_read_is_closed_and_delays_nobody() {
        let (computer, phone) = (DeviceId([1; 16]), DeviceId([2; 16]));
        let bond = Bond { pairing: PairingId([3; 16]), computer, phone };
        let (relay, now) = (Relay::default(), Instant::now());
        relay.lock().hub.restore(bond);
        let mut ends =
            [(1, computer, Role::Computer), (2, phone, Role::Phone)].map(|(session, device, role)| {
                let (outbox, waiting) = outbox();
                relay.apply(|state| {
                    state.outboxes.insert(session, outbox);
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
        while let Ok(Some(frame)) = time::timeout(Duration::ZERO, ends[0].next()).await {
            heard.push(Frame::decode(&frame).unwrap());
        }
        assert!(heard.iter().any(|frame| matches!(frame, Frame::Presence { peer } if !peer.online)));
        let mut kept = 0;
        while ends[1].next().await.is_some() {
            kept += 1;
        }
        assert_eq!(kept, MAX_FRAMES, "what was queued is written, then the session closes");
    }
}
