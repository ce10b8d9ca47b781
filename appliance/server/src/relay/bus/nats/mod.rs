//! The bus over a NATS cluster: a subject for each device, which the node that holds it listens on.
//!
//! Parcels are core messages. One that nobody listens for comes back at once ("no responders"), which is how a node learns
//! that a phone is offline: no table of who is where, nothing to go stale. `news` keeps what must not be lost.

mod cluster;
mod desk;
mod news;

use std::{
    collections::HashSet,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_nats::{Client, StatusCode, Subscriber, connection::State};
use futures_util::{
    FutureExt, StreamExt,
    future::{BoxFuture, join_all},
};
use pocketkey_link::id::DeviceId;
use tokio::{
    task::{JoinSet, coop::unconstrained},
    time::timeout,
};

pub use cluster::Cluster;

use super::{
    Ask, Bus, News, NodeId, Parcel, Seat, Subjects, What, decode, encode, subjects::Undelivered, told::Told,
};
use crate::{
    clock::Clock,
    relay::{Relay, SessionId, hub::Place},
};

/// How long a node may take to say that it holds a device.
const PRESENCE_TIME: Duration = Duration::from_secs(1);

/// Connections of one device closer together than this are told apart by the nodes' clocks; else the later word counts.
const AT_ONCE: u64 = 5_000;

/// A node's place on the bus; cloning shares it.
#[derive(Clone)]
pub struct Nats(Arc<Inner>);

struct Inner {
    cluster: Cluster,
    subjects: Subjects,
    place: Place,
    clock: Arc<dyn Clock>,
    /// What the console tells, on its way to the bucket.
    told: Told,
    last_news: AtomicU64,
    /// Whether all news there were have been heard.
    informed: AtomicBool,
}

impl Nats {
    /// The place of a node of the appliance with this id.
    pub fn new(cluster: Cluster, organisation: &[u8; 16], place: Place, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            subjects: Subjects::new(organisation, cluster.node),
            cluster,
            place,
            clock,
            told: Told::default(),
            last_news: AtomicU64::new(0),
            informed: AtomicBool::new(false),
        }))
    }

    /// Whether the node is on the bus now.
    pub fn connected(&self) -> bool {
        self.client().connection_state() == State::Connected
    }

    /// Whether every news has been heard that there was.
    pub fn is_informed(&self) -> bool {
        self.0.informed.load(Ordering::Relaxed)
    }

    /// Does what the bus has to do beside carrying parcels, until it is dropped.
    pub async fn run(self, relay: Arc<Relay>) {
        let mut work = JoinSet::new();
        work.spawn(self.clone().undelivered(Arc::clone(&relay)));
        work.spawn(self.clone().rejoin(Arc::clone(&relay)));
        match self.0.place {
            Place::Console => {
                work.spawn(desk::hello(self.clone(), Arc::clone(&relay)));
                work.spawn(desk::answer(self.clone(), Arc::clone(&relay)));
                work.spawn(news::tell(self, relay));
            }
            Place::Relay => {
                work.spawn(news::at_once(self.clone(), Arc::clone(&relay)));
                work.spawn(desk::bring_notes(self.clone(), Arc::clone(&relay)));
                work.spawn(desk::count(self.clone(), Arc::clone(&relay)));
                work.spawn(news::listen(self, relay));
            }
            Place::Alone => {}
        }
        while work.join_next().await.is_some() {}
    }

    /// Tells the console's node something; false if it certainly does not hear it. A pairing frame that nobody takes comes
    /// back.
    pub fn tell_console(&self, ask: &Ask) -> bool {
        let back = match ask {
            Ask::Pair { device, frame, .. } => {
                frame.pairing_attempt().map(|pairing| Undelivered::Pairing(pairing, *device))
            }
            _ => None,
        };
        self.publish(self.0.subjects.authority(), encode(ask), back)
    }

    /// Asks the console's node.
    pub async fn ask_console<T>(&self, ask: &Ask) -> Option<T>
    where
        T: for<'b> minicbor::Decode<'b, ()>,
    {
        let asked = self.client().request(self.0.subjects.authority(), encode(ask).into());
        let answer =
            asked.await.inspect_err(|error| tracing::debug!(%error, "the console does not answer")).ok()?;
        decode(&answer.payload).inspect_err(|error| tracing::warn!(%error)).ok()
    }

    fn client(&self) -> &Client {
        &self.0.cluster.client
    }

    /// Publishes without waiting. Without a connection, or with a full queue, nothing is sent: late it would be of no use.
    fn publish(&self, subject: String, payload: Vec<u8>, back: Option<Undelivered>) -> bool {
        if !self.connected() {
            return false;
        }
        let payload = payload.into();
        let sent = match back {
            Some(back) => {
                let back = self.0.subjects.back(back);
                unconstrained(self.client().publish_with_reply(subject, back, payload)).now_or_never()
            }
            None => unconstrained(self.client().publish(subject, payload)).now_or_never(),
        };
        matches!(sent, Some(Ok(())))
    }

    /// A subscription, as soon as there can be one.
    async fn subscribe(&self, subject: String) -> Option<Subscriber> {
        self.client()
            .subscribe(subject)
            .await
            .inspect_err(|error| tracing::error!(%error, "no subscription"))
            .ok()
    }

    /// A later time than any before, in microseconds.
    fn stamp(&self) -> u64 {
        let now = u64::try_from(self.0.clock.now()).unwrap_or(0).saturating_mul(1_000);
        let later = |last: u64| Some(now.max(last + 1));
        let last = self.0.last_news.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later).unwrap_or(now);
        now.max(last + 1)
    }

    /// Hears what came back.
    async fn undelivered(self, relay: Arc<Relay>) {
        let Some(mut heard) = self.subscribe(self.0.subjects.undelivered()).await else { return };
        while let Some(message) = heard.next().await {
            if message.status == Some(StatusCode::NO_RESPONDERS)
                && let Some(what) = self.0.subjects.came_back(&message.subject)
            {
                relay.undelivered(what);
            }
        }
    }

    /// Others may have missed who is here, whenever there was no connection.
    async fn rejoin(self, relay: Arc<Relay>) {
        let mut connections = self.0.cluster.connections.subscribe();
        while connections.changed().await.is_ok() {
            connections.mark_unchanged();
            relay.rejoined();
        }
    }

    /// Holds a device: whatever is for it goes to the relay.
    async fn hold(
        self,
        relay: Weak<Relay>,
        device: DeviceId,
        session: SessionId,
        since: u64,
        mut heard: Subscriber,
    ) {
        while let Some(message) = heard.next().await {
            let Some(relay) = relay.upgrade() else { return };
            match decode(&message.payload) {
                Ok(Parcel::AreYouThere) => {
                    if let Some(asker) = message.reply {
                        self.publish(asker.into_string(), Vec::new(), None);
                    }
                }
                Ok(Parcel::Moved { node, since: theirs }) => {
                    let (ours, theirs) = ((since, self.0.cluster.node), (theirs, node));
                    if yields(ours, theirs) {
                        relay.superseded(session);
                    }
                }
                Ok(parcel) => relay.arrived(device, parcel),
                Err(error) => tracing::warn!(%error),
            }
        }
    }
}

/// Whether our connection of a device gives way to one that another node has announced.
fn yields(ours: (u64, NodeId), theirs: (u64, NodeId)) -> bool {
    ours.1 != theirs.1 && (ours.0.abs_diff(theirs.0) > AT_ONCE || ours < theirs)
}

impl Bus for Nats {
    fn place(&self) -> Place {
        self.0.place
    }

    fn join(&self, relay: &Arc<Relay>, device: DeviceId, session: SessionId) -> Option<Seat> {
        let (nats, relay) = (self.clone(), Arc::downgrade(relay));
        let subject = self.0.subjects.device(device);
        let since = u64::try_from(self.0.clock.now()).unwrap_or(0);
        let moved = encode(&Parcel::Moved { node: self.0.cluster.node, since });
        // Now, unless there is no connection: a device that comes does not wait for the bus.
        let subscribed = unconstrained(self.subscribe(subject.clone())).now_or_never();
        self.publish(subject.clone(), moved, None);
        let holding = tokio::spawn(async move {
            let heard = match subscribed {
                Some(heard) => heard,
                None => nats.subscribe(subject).await,
            };
            if let Some(heard) = heard {
                nats.hold(relay, device, session, since, heard).await;
            }
        });
        Some(Seat(holding.abort_handle()))
    }

    fn send(&self, device: DeviceId, parcel: Parcel) -> bool {
        self.publish(self.0.subjects.device(device), encode(&parcel), Undelivered::of(&parcel))
    }

    fn tell(&self, what: What) {
        let news = News { at: self.stamp(), what };
        // At once to whoever listens, and into the bucket for everybody else.
        self.publish(self.0.subjects.news(), encode(&news), None);
        self.0.told.tell(news);
    }

    fn elsewhere(&self, devices: Vec<DeviceId>) -> BoxFuture<'_, HashSet<DeviceId>> {
        Box::pin(async move {
            if !self.connected() {
                return HashSet::new();
            }
            let ask = |device: DeviceId| async move {
                let question = encode(&Parcel::AreYouThere).into();
                let asked = self.client().request(self.0.subjects.device(device), question);
                matches!(timeout(PRESENCE_TIME, asked).await, Ok(Ok(_))).then_some(device)
            };
            join_all(devices.into_iter().map(ask)).await.into_iter().flatten().collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_connections_one_gives_way() {
        let (a, b) = (NodeId(1), NodeId(2));
        assert!(yields((1_000, a), (2_000, b)) && !yields((2_000, b), (1_000, a)), "the earlier one");
        assert!(yields((1_000, a), (1_000, b)) && !yields((1_000, b), (1_000, a)), "or the lower node");
        assert!(yields((90_000, a), (10_000, b)), "clocks that differ: the word that came last");
        assert!(!yields((1_000, a), (2_000, a)), "it is our own word");
    }
}
