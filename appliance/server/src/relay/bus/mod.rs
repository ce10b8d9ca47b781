//! The bus: what the nodes of one appliance share. [`Local`] is that of an appliance on one node, with nobody else on it;
//! [`Nats`] joins several.
//!
//! It carries parcels to devices, to whichever node holds them, and news of what certificates may still say wrongly. Parcels
//! may get lost; news may not. What is in a frame's body it cannot read.

mod local;
mod nats;
mod options;
mod parcel;
mod subjects;
mod told;

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use pocketkey_link::{certificate::LIFETIME_MS, id::DeviceId};
use tokio::task::AbortHandle;

pub use local::Local;
pub use nats::{Cluster, Nats};
pub use options::{BusOptions, OptionsError};
pub use parcel::{
    Answer, Ask, BadParcel, Greeting, Known, News, NodeId, NotedElsewhere, Parcel, Standing, Topic, What,
    decode, encode,
};
pub use subjects::{Subjects, Undelivered};

use super::{Relay, SessionId, hub::Place};

/// How long news are of use, and kept: longer than any certificate that they correct.
pub const NEWS_KEPT: Duration = Duration::from_millis(2 * LIFETIME_MS);

/// What a relay asks of it.
pub trait Bus: Send + Sync {
    /// Which part this node has.
    fn place(&self) -> Place;

    /// Makes this node the one that holds `device`, until the seat is dropped: what is for the device goes to `relay`.
    fn join(&self, relay: &Arc<Relay>, device: DeviceId, session: SessionId) -> Option<Seat>;

    /// Sends a parcel to the node that holds `device`; never waits. False if it certainly does not arrive; a request that
    /// nobody takes comes back as [`Relay::undelivered`].
    fn send(&self, device: DeviceId, parcel: Parcel) -> bool;

    /// Tells every node, now or as soon as it listens; never waits.
    fn tell(&self, news: What);

    /// Those of the devices that another node holds.
    fn elsewhere(&self, devices: Vec<DeviceId>) -> BoxFuture<'_, HashSet<DeviceId>>;
}

/// A device's place on the bus. Dropping it gives the place up.
#[derive(Debug)]
pub struct Seat(AbortHandle);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.abort();
    }
}
