//! Changes that outlast a session: devices that are blocked or removed, bonds that come and go. The database has them, the
//! certificates that they make untrue are void, and every node is told.

use std::{collections::VecDeque, time::Instant};

use pocketkey_link::{
    frame::Frame,
    id::{DeviceId, PairingId},
};

use super::{
    super::{
        authority::Authority,
        bus::{Standing, What},
        hub::{Bond, Role},
    },
    Relay,
};

/// What the hub wants of the database.
pub(super) enum Work {
    Record(Bond),
    Forget(PairingId),
}

impl Relay {
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

    /// Does what the hub asks of the database.
    pub(super) async fn work(&self, mut todo: VecDeque<Work>) {
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
}
