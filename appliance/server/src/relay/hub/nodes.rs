//! A hub among others: what goes to devices at other nodes, and what comes from there.
//!
//! The bus loses things now and then. What it carries between two devices they repeat themselves; what it says of who is
//! where is put right by the next frame that comes back undelivered.

use std::time::{Duration, Instant};

use pocketkey_link::{
    frame::{ByteVec, Failure, Frame, MAX_TTL_MS, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
};

use super::{Bond, Effect, Hub, Place, SessionId, turn_away};
use crate::relay::{
    bus::Parcel,
    notes::{End, Note},
};

impl Hub {
    /// Takes up the bonds that a device's certificate names, but for those that are no more.
    pub fn certified(&mut self, bonds: &[Bond]) {
        for bond in bonds {
            if !self.over.contains(&bond.pairing) {
                self.restore(*bond);
            }
        }
    }

    /// News of a bond that may be younger than certificates are.
    pub fn heard_of_bond(&mut self, bond: Bond) -> Vec<Effect> {
        self.announced.insert(bond.pairing);
        if self.bonds.contains_key(&bond.pairing) { Vec::new() } else { self.bonded(bond) }
    }

    /// News that a bond is no more; certificates may name it for some time still.
    pub fn heard_of_end(&mut self, pairing: PairingId) -> Vec<Effect> {
        let mut out = Vec::new();
        self.announced.remove(&pairing);
        self.over.insert(pairing);
        self.unbond(pairing, &mut out);
        out
    }

    /// What was heard of a pairing is in every certificate by now.
    pub fn forget_news(&mut self, pairing: PairingId) {
        self.over.remove(&pairing);
        if self.announced.remove(&pairing)
            && let Some(&bond) = self.bonds.get(&pairing)
            && !self.online.contains_key(&bond.computer)
        {
            self.forget_bonds_of(bond.computer);
        }
    }

    /// Something for a device that is, or was, connected here.
    pub fn arrived(&mut self, now: Instant, to: DeviceId, parcel: Parcel) -> Vec<Effect> {
        let mut out = Vec::new();
        match parcel {
            Parcel::Frame(frame) => self.frame_arrived(now, to, frame, &mut out),
            Parcel::Abandoned { exchange, pairing } => {
                if self.permitted(to, pairing).is_some_and(|bond| !self.present(bond.computer)) {
                    self.exchanges.close(exchange);
                    self.tell_here(to, Frame::Cancel { exchange, pairing }, &mut out);
                }
            }
            Parcel::Came { device } => {
                if self.peer_came(now, to, device, &mut out) {
                    out.push(Effect::Forward(device, Parcel::There { device: to }));
                }
            }
            Parcel::There { device } => {
                self.peer_came(now, to, device, &mut out);
            }
            Parcel::Went { device } => self.peer_went(device, &mut out),
            Parcel::Gone if self.online.contains_key(&to) => {
                self.announce(to, Parcel::Came { device: to }, &mut out);
            }
            Parcel::Bonded(bond) if self.place == Place::Relay => return self.heard_of_bond(bond),
            // These are between the nodes themselves.
            Parcel::Gone | Parcel::Bonded(_) | Parcel::Moved { .. } | Parcel::AreYouThere => {}
        }
        out
    }

    /// A request was not delivered: no node holds the phone.
    pub fn bounced(&mut self, exchange: ExchangeId) -> Vec<Effect> {
        let mut out = Vec::new();
        let Some(known) = self.exchanges.get_mut(exchange) else { return out };
        known.forwarded = known.forwarded.saturating_sub(1);
        let (bond, kept, taken) = (known.bond, known.mail.is_some(), known.taken);
        // The phone came while the request was on its way back, and it has gone out again.
        if std::mem::take(&mut known.crossed) || self.online.contains_key(&bond.phone) {
            return out;
        }
        self.peer_went(bond.phone, &mut out);
        let pairing = bond.pairing;
        if kept {
            self.tell_here(bond.computer, Frame::Queued { exchange, pairing }, &mut out);
            out.extend(self.wake(exchange, bond.phone));
        } else if !taken {
            self.close(exchange, End::Failed(Failure::PhoneOffline));
            let failed = Frame::Failed { exchange, pairing, reason: Failure::PhoneOffline };
            self.tell_here(bond.computer, failed, &mut out);
        }
        out
    }

    /// The device of this session has connected to another node.
    pub fn superseded(&mut self, session: SessionId) -> Vec<Effect> {
        let Some(gone) = self.sessions.remove(&session) else { return Vec::new() };
        let (device, out) = (gone.device, turn_away(session, Refusal::Superseded));
        if self.online.get(&device) == Some(&session) {
            self.online.remove(&device);
            // A computer asks again where it is now; what a phone from here was asked is kept where it was asked.
            for exchange in self.exchanges.of(device) {
                let bond = self.exchanges.get(exchange).map(|known| known.bond);
                if bond
                    .is_some_and(|bond| bond.computer == device || !self.online.contains_key(&bond.computer))
                {
                    self.exchanges.close(exchange);
                }
            }
            if self.bonds_of(device).any(|bond| self.online.contains_key(&bond.other(device))) {
                self.elsewhere.insert(device);
            }
            self.forget_bonds_of(device);
        }
        out
    }

    /// The bus is back: the others may have missed who is here, and what waits here may find its phone.
    pub fn rejoined(&mut self, now: Instant) -> Vec<Effect> {
        let mut out = Vec::new();
        for &device in self.online.keys() {
            self.announce(device, Parcel::Came { device }, &mut out);
        }
        for phone in self.exchanges.phones() {
            self.send_again(now, phone, &mut out);
        }
        out
    }

    /// A computer here asks a phone that is not.
    pub(super) fn request_elsewhere(
        &mut self,
        bond: &Bond,
        exchange: ExchangeId,
        ttl_ms: u32,
        body: ByteVec,
        again: bool,
    ) -> Vec<Effect> {
        // Kept until the phone has it: it may turn out to be nowhere.
        self.exchanges.queue(exchange, body.clone());
        if let Some(known) = self.exchanges.get_mut(exchange) {
            known.forwarded += 1;
        }
        let request = Frame::Request { exchange, pairing: bond.pairing, ttl_ms, body };
        let mut out = vec![Effect::Forward(bond.phone, Parcel::Frame(request))];
        if again {
            out.extend(self.wake(exchange, bond.phone));
        }
        out
    }

    /// An exchange's computer has been away for too long, unless it is at another node: then that one has the exchange.
    pub(super) fn abandoned(&self, bond: &Bond, exchange: ExchangeId, out: &mut Vec<Effect>) {
        let pairing = bond.pairing;
        if self.elsewhere.contains(&bond.computer) {
            return;
        }
        if self.online.contains_key(&bond.phone) {
            self.tell_here(bond.phone, Frame::Cancel { exchange, pairing }, out);
        } else if self.place != Place::Alone {
            out.push(Effect::Forward(bond.phone, Parcel::Abandoned { exchange, pairing }));
        }
    }

    /// Tells the peers of `device` that are not here.
    pub(super) fn announce(&self, device: DeviceId, parcel: Parcel, out: &mut Vec<Effect>) {
        for bond in self.bonds_of(device) {
            self.announce_to(bond.other(device), parcel.clone(), out);
        }
    }

    pub(super) fn announce_to(&self, peer: DeviceId, parcel: Parcel, out: &mut Vec<Effect>) {
        if self.place != Place::Alone && !self.online.contains_key(&peer) {
            out.push(Effect::Forward(peer, parcel));
        }
    }

    /// A device's connection here is gone.
    pub(super) fn left(&mut self, device: DeviceId, out: &mut Vec<Effect>) {
        if self.place == Place::Alone {
            return;
        }
        self.announce(device, Parcel::Went { device }, out);
        // It may be at another node by now, which then has to say so again.
        out.push(Effect::Forward(device, Parcel::Gone));
        self.forget_bonds_of(device);
    }

    /// What is known only because `device` was here.
    fn forget_bonds_of(&mut self, device: DeviceId) {
        for pairing in self.bonds_of.get(&device).cloned().unwrap_or_default() {
            let Some(&bond) = self.bonds.get(&pairing) else { continue };
            let other = bond.other(device);
            if self.online.contains_key(&other) {
                continue;
            }
            let still = self.bonds_of(other).any(|bond| self.online.contains_key(&bond.other(other)));
            if !still {
                self.elsewhere.remove(&other);
            }
            if self.place == Place::Relay && !self.announced.contains(&pairing) {
                self.bonds.remove(&pairing);
                for end in [device, other] {
                    if let Some(of) = self.bonds_of.get_mut(&end) {
                        of.retain(|it| *it != pairing);
                        if of.is_empty() {
                            self.bonds_of.remove(&end);
                        }
                    }
                }
            }
        }
    }

    /// Queues a frame for a device that is connected here.
    fn tell_here(&self, device: DeviceId, frame: Frame, out: &mut Vec<Effect>) {
        out.extend(self.online.get(&device).map(|&session| Effect::Send(session, frame)));
    }

    /// Whether a device is connected, here or elsewhere as far as we heard.
    fn present(&self, device: DeviceId) -> bool {
        self.online.contains_key(&device) || self.elsewhere.contains(&device)
    }

    /// The bond, if `device` is one of its ends.
    fn permitted(&self, device: DeviceId, pairing: PairingId) -> Option<&Bond> {
        self.bonds.get(&pairing).filter(|bond| bond.computer == device || bond.phone == device)
    }

    /// A frame from another node. What a device must not send was refused there; whom it may send to is checked here, too.
    fn frame_arrived(&mut self, now: Instant, to: DeviceId, frame: Frame, out: &mut Vec<Effect>) {
        let allowed = match &frame {
            Frame::Request { exchange, pairing, ttl_ms, .. } => {
                let bond = self.permitted(to, *pairing).copied().filter(|bond| bond.phone == to);
                // So that the phone is told, too, if it is blocked.
                if let (Some(bond), None) = (bond, self.exchanges.get(*exchange)) {
                    let ttl = Duration::from_millis((*ttl_ms).min(MAX_TTL_MS).into());
                    self.exchanges.open(*exchange, bond, now, now + ttl);
                    if let Some(opened) = self.exchanges.get_mut(*exchange) {
                        opened.guest = true;
                    }
                }
                bond.is_some()
            }
            Frame::Cancel { exchange, pairing }
            | Frame::Response { exchange, pairing, .. }
            | Frame::Failed { exchange, pairing, .. } => {
                let bond = self.permitted(to, *pairing).copied();
                if bond.is_some() && self.exchanges.get(*exchange).map(|known| known.bond) == bond {
                    let end = match &frame {
                        Frame::Response { .. } => End::Answered,
                        Frame::Failed { reason, .. } => End::Failed(*reason),
                        _ => End::CalledOff,
                    };
                    self.close(*exchange, end);
                }
                bond.is_some()
            }
            Frame::Report { exchange, report } => {
                let (exchange, report) = (*exchange, report.clone());
                match self.exchanges.get_mut(exchange) {
                    Some(known) if known.bond.computer == to => known.report = Some(report),
                    Some(_) => {}
                    // It crossed the exchange's end.
                    None => {
                        let phone = self.bonds_of(to).find(|bond| bond.computer == to).map(|bond| bond.phone);
                        self.notes.extend(phone.map(|phone| Note::Late { exchange, phone, report }));
                    }
                }
                false
            }
            Frame::Taken { exchange, pairing } => {
                let known = self.exchanges.get_mut(*exchange);
                if let Some(known) = known.filter(|known| known.bond.computer == to) {
                    (known.taken, known.crossed, known.mail) = (true, false, None);
                }
                self.permitted(to, *pairing).is_some_and(|bond| bond.computer == to)
            }
            Frame::Got { pairing, .. } => self.permitted(to, *pairing).is_some(),
            // The console's hub has checked these.
            Frame::PairOpen { .. }
            | Frame::PairAnswer { .. }
            | Frame::PairDone { .. }
            | Frame::PairFailed { .. }
            | Frame::Certificate { .. }
            | Frame::News {} => true,
            _ => false,
        };
        if allowed {
            self.tell_here(to, frame, out);
        }
    }

    /// A peer of a device here is connected elsewhere; false if it is none.
    fn peer_came(&mut self, now: Instant, to: DeviceId, device: DeviceId, out: &mut Vec<Effect>) -> bool {
        let peers = self.bonds_of(to).any(|bond| bond.other(to) == device);
        if !peers || !self.online.contains_key(&to) || self.online.contains_key(&device) {
            return false;
        }
        if self.elsewhere.insert(device) {
            self.tell_presence(device, out);
        }
        self.send_again(now, device, out);
        true
    }

    fn peer_went(&mut self, device: DeviceId, out: &mut Vec<Effect>) {
        if self.elsewhere.remove(&device) {
            self.tell_presence(device, out);
        }
    }

    /// Sends what waits for a phone to the node that holds it.
    fn send_again(&mut self, now: Instant, phone: DeviceId, out: &mut Vec<Effect>) {
        if self.online.contains_key(&phone) {
            return;
        }
        for exchange in self.exchanges.of(phone) {
            let Some(known) = self.exchanges.get_mut(exchange) else { continue };
            let Some(body) = known.mail.clone().filter(|_| known.bond.phone == phone) else { continue };
            known.crossed = known.forwarded > 0;
            known.forwarded += 1;
            let left = known.deadline.saturating_duration_since(now).as_millis();
            let ttl_ms = u32::try_from(left).unwrap_or(MAX_TTL_MS);
            let request = Frame::Request { exchange, pairing: known.bond.pairing, ttl_ms, body };
            out.push(Effect::Forward(phone, Parcel::Frame(request)));
        }
    }
}
