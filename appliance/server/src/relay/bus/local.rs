//! The bus of an appliance on one node: nobody else is on it.

use std::{collections::HashSet, future, sync::Arc};

use futures_util::future::BoxFuture;
use pocketkey_link::id::DeviceId;

use super::{Bus, Parcel, Seat, What};
use crate::relay::{Relay, SessionId, hub::Place};

/// Costs nothing, and carries nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Local;

impl Bus for Local {
    fn place(&self) -> Place {
        Place::Alone
    }

    fn join(&self, _: &Arc<Relay>, _: DeviceId, _: SessionId) -> Option<Seat> {
        None
    }

    fn send(&self, _: DeviceId, _: Parcel) -> bool {
        false
    }

    fn tell(&self, _: What) {}

    fn elsewhere(&self, _: Vec<DeviceId>) -> BoxFuture<'_, HashSet<DeviceId>> {
        Box::pin(future::ready(HashSet::new()))
    }
}
