//! Pairings that wait for a phone, until the bond stands.

use std::time::Instant;

use pocketkey_link::{
    frame::{Frame, PairFailure},
    id::{DeviceId, PairingId},
};

use super::{Bond, Effect, Hub, Place, Role};
use crate::relay::bus::Parcel;

/// A pairing that waits for a phone.
pub(super) struct Waiting {
    pub(super) computer: DeviceId,
    pub(super) expires: Instant,
    /// The phone that opened it last, and how far it got.
    phone: Option<(DeviceId, Step)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Opened,
    Answered,
    /// Message three is on its way to the computer, the bond on its way to the database.
    Done,
    /// The computer refused message three before the bond was recorded.
    Failed(PairFailure),
}

impl Hub {
    /// A computer waits for a phone until `expires`; an earlier wait of it ends.
    pub fn expect(&mut self, pairing: PairingId, computer: DeviceId, expires: Instant) {
        self.waiting.retain(|_, waiting| waiting.computer != computer);
        self.waiting.insert(pairing, Waiting { computer, expires, phone: None });
    }

    /// A device's pairing frame. Frames that are none of its role's are dropped.
    pub fn pairing(&mut self, now: Instant, device: DeviceId, role: Role, frame: Frame) -> Vec<Effect> {
        match (role, frame) {
            (Role::Phone, Frame::PairOpen { pairing, body }) => {
                self.pair_open(now, device, pairing, Frame::PairOpen { pairing, body })
            }
            (Role::Computer, Frame::PairOpen { pairing, .. }) => {
                self.pair_refused(device, pairing, PairFailure::NotActivated)
            }
            (Role::Computer, Frame::PairAnswer { pairing, body }) => {
                self.pair_answer(device, pairing, Frame::PairAnswer { pairing, body })
            }
            (Role::Phone, Frame::PairDone { pairing, body }) => {
                self.pair_done(device, pairing, Frame::PairDone { pairing, body })
            }
            (Role::Computer, Frame::PairFailed { pairing, reason }) => {
                self.pair_failed(device, pairing, reason)
            }
            _ => Vec::new(),
        }
    }

    /// A bond stands in the database: takes it up, replaces the computer's earlier one, and tells everyone.
    pub fn bonded(&mut self, bond: Bond) -> Vec<Effect> {
        let mut out = Vec::new();
        let waiting = self.waiting.remove(&bond.pairing);
        let replaced: Vec<PairingId> = self
            .bonds_of(bond.computer)
            .filter(|old| old.computer == bond.computer && old.pairing != bond.pairing)
            .map(|old| old.pairing)
            .collect();
        for pairing in replaced {
            self.unbond(pairing, &mut out);
        }
        self.restore(bond);
        if let Some(Step::Failed(reason)) = waiting.and_then(|w| w.phone).map(|(_, step)| step) {
            out.extend(self.pair_failed(bond.computer, bond.pairing, reason));
            return out;
        }
        if [bond.computer, bond.phone].iter().any(|device| self.blocked.contains(device)) {
            self.unbond(bond.pairing, &mut out);
            out.push(Effect::Forget(bond.pairing));
            return out;
        }
        for device in [bond.computer, bond.phone] {
            if let Some(&session) = self.online.get(&device) {
                out.push(Effect::Send(session, Frame::Paired { peer: self.peer(&bond, device) }));
                // The two may never have heard of each other.
                self.announce_to(bond.other(device), Parcel::Came { device }, &mut out);
            } else if self.place == Place::Console {
                out.push(Effect::Forward(device, Parcel::Bonded(bond)));
            }
        }
        out
    }

    /// The console's hub cannot be reached for a device's pairing frame.
    pub fn pairing_impossible(&self, device: DeviceId, pairing: PairingId) -> Vec<Effect> {
        self.pair_refused(device, pairing, PairFailure::Unavailable)
    }

    /// Nobody holds the computer that the phone wanted to open a pairing with.
    pub fn computer_unreachable(&mut self, pairing: PairingId) -> Vec<Effect> {
        let opened = self.waiting.get_mut(&pairing).and_then(|waiting| waiting.phone.take());
        opened.map_or_else(Vec::new, |(phone, _)| {
            self.pair_refused(phone, pairing, PairFailure::ComputerOffline)
        })
    }

    fn pair_refused(&self, device: DeviceId, pairing: PairingId, reason: PairFailure) -> Vec<Effect> {
        self.tell_device(device, Frame::PairFailed { pairing, reason })
    }

    /// Whether a computer may be connected somewhere.
    fn reachable(&self, computer: DeviceId) -> bool {
        self.online.contains_key(&computer) || self.place != Place::Alone
    }

    fn pair_open(&mut self, now: Instant, phone: DeviceId, pairing: PairingId, frame: Frame) -> Vec<Effect> {
        let waiting = self.waiting.get(&pairing).filter(|waiting| waiting.expires > now);
        let Some(computer) = waiting.map(|waiting| waiting.computer) else {
            return self.pair_refused(phone, pairing, PairFailure::Expired);
        };
        if !self.reachable(computer) {
            return self.pair_refused(phone, pairing, PairFailure::ComputerOffline);
        }
        if let Some(waiting) = self.waiting.get_mut(&pairing) {
            waiting.phone = Some((phone, Step::Opened));
        }
        self.tell_device(computer, frame)
    }

    fn pair_answer(&mut self, computer: DeviceId, pairing: PairingId, frame: Frame) -> Vec<Effect> {
        let Some(waiting) = self.waiting.get_mut(&pairing).filter(|waiting| waiting.computer == computer)
        else {
            return Vec::new();
        };
        let Some((phone, step @ Step::Opened)) = &mut waiting.phone else { return Vec::new() };
        *step = Step::Answered;
        let phone = *phone;
        self.tell_device(phone, frame)
    }

    fn pair_done(&mut self, phone: DeviceId, pairing: PairingId, frame: Frame) -> Vec<Effect> {
        let Some(waiting) = self.waiting.get(&pairing) else {
            return self.pair_refused(phone, pairing, PairFailure::Expired);
        };
        let computer = waiting.computer;
        if !matches!(waiting.phone, Some((opener, Step::Answered)) if opener == phone) {
            return Vec::new();
        }
        if !self.reachable(computer) {
            return self.pair_refused(phone, pairing, PairFailure::ComputerOffline);
        }
        if let Some(waiting) = self.waiting.get_mut(&pairing) {
            waiting.phone = Some((phone, Step::Done));
        }
        let mut out = self.tell_device(computer, frame);
        out.push(Effect::Record(Bond { pairing, computer, phone }));
        out
    }

    /// The computer could not verify the phone. That may come after the bond was recorded.
    fn pair_failed(&mut self, computer: DeviceId, pairing: PairingId, reason: PairFailure) -> Vec<Effect> {
        let mut out = Vec::new();
        let told = Frame::PairFailed { pairing, reason };
        if let Some(waiting) = self.waiting.get_mut(&pairing).filter(|waiting| waiting.computer == computer) {
            match &mut waiting.phone {
                Some((_, step @ (Step::Done | Step::Failed(_)))) => *step = Step::Failed(reason),
                opened => {
                    if let Some((phone, _)) = opened.take() {
                        self.tell(phone, told, &mut out);
                    }
                }
            }
        } else if let Some(&bond) = self.bonds.get(&pairing).filter(|bond| bond.computer == computer) {
            self.tell(bond.phone, told, &mut out);
            self.unbond(pairing, &mut out);
            out.push(Effect::Forget(pairing));
        }
        out
    }
}
