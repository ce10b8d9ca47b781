//! What comes over the bus, and what the console's node does for relay nodes.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use pocketkey_link::{
    certificate::LIFETIME_MS,
    frame::{Frame, MAX_TTL_MS},
    id::DeviceId,
};

use super::{
    super::{
        admission::Admitted,
        authority::{Authority, Database, LookUpError},
        bus::{
            Answer, Greeting, Known, NEWS_KEPT, News, NodeId, NotedElsewhere, Parcel, Standing, Topic,
            Undelivered, What,
        },
        hub::{Effect, Role},
    },
    COUNTED_LATELY, Counted, Relay, SessionId, State, came_back,
};
use crate::devices::Device;

/// No request waits longer for its phone.
const LONGEST_CALL: Duration = Duration::from_millis(MAX_TTL_MS as u64);

impl State {
    /// A device is no more.
    pub(super) fn remove(&mut self, device: DeviceId) -> Vec<Effect> {
        let effects = self.hub.remove(Instant::now(), device);
        self.note();
        self.addresses.remove(&device);
        effects
    }

    /// News from before then say nothing that certificates do not say by now.
    fn forget_before(&mut self, then: u64) {
        for (topic, _) in self.heard.extract_if(|_, at| *at < then) {
            if let Topic::Pairing(pairing) = topic {
                self.hub.forget_news(pairing);
            }
        }
    }
}

/// What comes over the bus.
impl Relay {
    /// Something for a device here.
    pub(in crate::relay) fn arrived(&self, device: DeviceId, parcel: Parcel) {
        self.apply(|state| state.hub.arrived(Instant::now(), device, parcel));
    }

    /// Something that nobody took.
    pub(in crate::relay) fn undelivered(&self, what: Undelivered) {
        self.apply(|state| came_back(&mut state.hub, what));
    }

    /// The device of this session is at another node now.
    pub(in crate::relay) fn superseded(&self, session: SessionId) {
        self.apply(|state| state.hub.superseded(session));
    }

    /// The bus is back after it was lost.
    pub(in crate::relay) fn rejoined(&self) {
        self.apply(|state| state.hub.rejoined(Instant::now()));
    }

    /// News, for a relay node. Older ones than were heard change nothing.
    pub(in crate::relay) async fn heard(&self, News { at, what }: News) {
        let Ok(admission) = self.load().await else { return };
        let now = self.authority.now();
        self.apply(|state| {
            let latest = state.heard.entry(what.topic()).or_default();
            if *latest >= at {
                return Vec::new();
            }
            *latest = at;
            match what {
                What::Device { device, revoked_at, standing } => {
                    admission.revoke(device, revoked_at, now);
                    match standing {
                        Standing::Good => {
                            state.hub.allow(device);
                            Vec::new()
                        }
                        Standing::Blocked => state.hub.block(Instant::now(), device),
                        Standing::Removed => state.remove(device),
                    }
                }
                What::Bonded(bond) => state.hub.heard_of_bond(bond),
                What::Unbonded(pairing) => state.hub.heard_of_end(pairing),
                What::Complete => {
                    state.forget_before(
                        at.saturating_sub(u64::try_from(NEWS_KEPT.as_micros()).unwrap_or(u64::MAX)),
                    );
                    Vec::new()
                }
            }
        });
    }
}

/// What other nodes ask of the console's.
impl Relay {
    fn database(&self) -> Result<&Database, LookUpError> {
        match &self.authority {
            Authority::Here(database) => Ok(database),
            Authority::Away(_) => Err(LookUpError::Away),
        }
    }

    /// Who this appliance is.
    pub(in crate::relay) async fn greeting(&self) -> Result<Greeting, LookUpError> {
        self.load().await?;
        Ok(self.database()?.greeting())
    }

    /// A device that another node does not know.
    pub(in crate::relay) async fn vouch(&self, device: DeviceId) -> Result<Answer, LookUpError> {
        self.load().await?;
        self.lookups.fetch_add(1, Ordering::Relaxed);
        let known = self.authority.admit(device).await?.map(|(admitted, _)| {
            let Admitted { device: Device { id, role, sign_key }, bonds, fresh, .. } = admitted;
            let blocked = self.lock().hub.is_blocked(id);
            Known { role, sign_key, bonds, certificate: fresh.map(Into::into), blocked }
        });
        Ok(Answer { known })
    }

    /// A pairing frame of a device at another node.
    pub(in crate::relay) fn pairing(self: &Arc<Self>, device: DeviceId, role: Role, frame: Frame) {
        let todo = self.apply(|state| state.hub.pairing(Instant::now(), device, role, frame));
        if !todo.is_empty() {
            let relay = Arc::clone(self);
            tokio::spawn(async move { relay.work(todo).await });
        }
    }

    /// What the log is to be told by another node.
    pub(in crate::relay) fn noted_elsewhere(&self, notes: Vec<NotedElsewhere>) {
        let now = Instant::now();
        let mut state = self.lock();
        notes.into_iter().for_each(|noted| state.keep(noted.noted(now)));
        self.noted.notify_one();
    }

    /// How many devices are connected to another node.
    pub(in crate::relay) fn counted_elsewhere(&self, node: NodeId, phones: usize, computers: usize) {
        let counted = Counted { at: Instant::now(), phones, computers };
        let counts = &mut self.lock().counted;
        counts.retain(|_, counted| counted.at.elapsed() < COUNTED_LATELY);
        counts.insert(node, counted);
    }

    /// Another node wants a phone called.
    pub(in crate::relay) fn call(&self, phone: DeviceId, within: Duration) {
        let now = Instant::now();
        let until = now + within.min(LONGEST_CALL);
        {
            let mut state = self.lock();
            state.called.retain(|_, until| *until > now);
            state.called.insert(phone, until);
        }
        self.authority.wake(phone, until);
    }

    /// Everything that certificates may say wrongly.
    pub(in crate::relay) async fn all_news(&self) -> Result<Vec<What>, LookUpError> {
        self.load().await?;
        let database = self.database()?;
        let (revoked, [blocked, removed]) = database.fallen().await?;
        let mut devices: HashMap<_, _> =
            revoked.into_iter().map(|(device, at)| (device, (at, Standing::Good))).collect();
        for (fallen, standing) in [(blocked, Standing::Blocked), (removed, Standing::Removed)] {
            for device in fallen {
                devices.entry(device).or_insert((0, standing)).1 = standing;
            }
        }
        let told = devices.into_iter().map(|(device, (revoked_at, standing))| What::Device {
            device,
            revoked_at,
            standing,
        });
        let since = self.authority.now() - LIFETIME_MS.cast_signed();
        let (bonds, replaced) = database.young_bonds(since).await?;
        let bonds = bonds.into_iter().map(What::Bonded);
        Ok(told.chain(bonds).chain(replaced.into_iter().map(What::Unbonded)).collect())
    }
}
