//! The relay's rules, without sockets, clock or database: frames in, frames and effects out.
//!
//! The hub knows which devices are connected, who is paired with whom, which exchanges run and which pairings wait
//! for a phone. Bodies pass through it unread. `now` is whatever monotonic instant the caller hands in.
//!
//! A hub is alone, or one of several: `nodes` has what is for devices that are connected elsewhere, and what comes from
//! there. An exchange is kept by the node of its computer; pairings that wait, by the console's.

mod nodes;
#[cfg(test)]
mod nodes_tests;
mod pairing;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use foldhash::{HashMap, HashSet};
use minicbor::{Decode, Encode};
use pocketkey_link::{
    frame::{ByteVec, Failure, Frame, MAX_TTL_MS, Peer, Refusal, Report},
    id::{DeviceId, ExchangeId, PairingId},
};

use self::pairing::Waiting;
use super::{
    bucket::{Bucket, Rate},
    bus::Parcel,
    exchanges::{COMPUTER_MAY_BE_AWAY, Exchange, Exchanges},
    notes::{End, Note},
};

/// One connection, numbered by the caller; a number is never used again.
pub type SessionId = u64;

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// An activated phone.
    #[n(0)]
    Phone,
    /// A computer, or the browser stand-in of one.
    #[n(1)]
    Computer,
}

impl Role {
    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Computer => "computer",
        }
    }
}

/// A recorded bond between a computer and a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Bond {
    /// The pairing.
    #[n(0)]
    pub pairing: PairingId,
    /// The computer.
    #[n(1)]
    pub computer: DeviceId,
    /// Its phone.
    #[n(2)]
    pub phone: DeviceId,
}

impl Bond {
    /// The other side, seen from `device`.
    pub fn other(&self, device: DeviceId) -> DeviceId {
        if device == self.computer { self.phone } else { self.computer }
    }
}

/// Which part a hub has among others.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// There are no others.
    #[default]
    Alone,
    /// The console's: it has the database beside it, and pairings are made here.
    Console,
    /// A relay node's: it knows what certificates say, and the news.
    Relay,
}

/// What the caller must do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Queue a frame for a session; if its queue is full, close it and call [`Hub::disconnected`].
    Send(SessionId, Frame),
    /// Close a session once everything queued for it is written. The hub has forgotten it.
    Close(SessionId),
    /// Commit this bond, then call [`Hub::bonded`].
    Record(Bond),
    /// Commit that this bond is no more; the hub has forgotten it.
    Forget(PairingId),
    /// Call a phone that is away: something waits for it until then.
    Wake(DeviceId, Instant),
    /// Hand this to the node that holds the device. If there is none, call [`Hub::bounced`].
    Forward(DeviceId, Parcel),
    /// Hand a device's pairing frame to the console's hub. If it is not there, call [`Hub::pairing_impossible`].
    Ask(DeviceId, Role, Frame),
}

struct Session {
    device: DeviceId,
    role: Role,
    bucket: Bucket,
}

/// The state of all connections.
#[derive(Default)]
pub struct Hub {
    sessions: HashMap<SessionId, Session>,
    online: HashMap<DeviceId, SessionId>,
    bonds: HashMap<PairingId, Bond>,
    bonds_of: HashMap<DeviceId, Vec<PairingId>>,
    waiting: HashMap<PairingId, Waiting>,
    exchanges: Exchanges,
    /// The organisation's new requests.
    requests: Option<Bucket>,
    /// Blocked devices, and those deleted since the start: a proof that was under way gets them nowhere.
    blocked: HashSet<DeviceId>,
    notes: Vec<Note>,
    place: Place,
    /// Peers of devices here that are connected to another node, as far as we heard.
    elsewhere: HashSet<DeviceId>,
    /// What certificates may still say wrongly: pairings that are no more, and bonds that are newer.
    announced: HashSet<PairingId>,
    over: HashSet<PairingId>,
}

impl Hub {
    /// A hub in this place.
    pub fn at(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// A device has proven who it is. Its older session, if any, is superseded.
    pub fn connected(
        &mut self,
        now: Instant,
        session: SessionId,
        device: DeviceId,
        role: Role,
    ) -> Vec<Effect> {
        if self.blocked.contains(&device) {
            return turn_away(session, Refusal::Blocked);
        }
        let mut out = Vec::new();
        let older = self.online.insert(device, session);
        if let Some(older) = older {
            self.sessions.remove(&older);
            out.extend(turn_away(older, Refusal::Superseded));
        }
        self.sessions.insert(session, Session { device, role, bucket: Bucket::full(now) });
        let peers = self.bonds_of(device).map(|bond| self.peer(bond, device)).collect();
        out.push(Effect::Send(session, Frame::Welcome { peers }));
        for (exchange, pairing, deadline, body) in self.exchanges.deliver(device) {
            let left = deadline.saturating_duration_since(now).as_millis();
            let ttl_ms = u32::try_from(left).unwrap_or(MAX_TTL_MS);
            out.push(Effect::Send(session, Frame::Request { exchange, pairing, ttl_ms, body }));
        }
        // A computer that was started anew knows nothing of what it asked before.
        self.exchanges.abandon(device, now + COMPUTER_MAY_BE_AWAY);
        if older.is_none() {
            self.tell_presence(device, &mut out);
        }
        self.elsewhere.remove(&device);
        self.announce(device, Parcel::Came { device }, &mut out);
        out
    }

    /// A session's connection is gone, or its queue was full. Unknown sessions are fine.
    pub fn disconnected(&mut self, now: Instant, session: SessionId) -> Vec<Effect> {
        let mut out = Vec::new();
        if let Some(gone) = self.sessions.remove(&session)
            && self.online.get(&gone.device) == Some(&session)
        {
            self.online.remove(&gone.device);
            self.exchanges.abandon(gone.device, now + COMPUTER_MAY_BE_AWAY);
            self.tell_presence(gone.device, &mut out);
            self.left(gone.device, &mut out);
        }
        out
    }

    /// A frame from a session. Frames from sessions the hub has forgotten are dropped.
    pub fn received(&mut self, now: Instant, from: SessionId, frame: Frame) -> Vec<Effect> {
        let Some(session) = self.sessions.get_mut(&from) else { return Vec::new() };
        if !session.bucket.take(now, Rate::DEVICE) {
            return self.refuse(now, from, Refusal::Protocol);
        }
        let (device, role) = (session.device, session.role);
        match (role, frame) {
            (Role::Computer, Frame::Request { exchange, pairing, ttl_ms, body }) => {
                self.request(now, from, device, (exchange, pairing), ttl_ms, body)
            }
            (Role::Computer, Frame::Cancel { exchange, pairing }) => {
                self.cancel(from, device, exchange, pairing)
            }
            (Role::Computer | Role::Phone, got @ Frame::Got { pairing, .. }) => {
                self.forward(device, pairing, got)
            }
            (Role::Phone, taken @ Frame::Taken { exchange, pairing }) => {
                if let Some(known) =
                    self.exchanges.get_mut(exchange).filter(|known| known.bond.phone == device)
                {
                    known.taken = true;
                }
                self.forward(device, pairing, taken)
            }
            (
                Role::Phone,
                answer
                @ (Frame::Response { exchange, pairing, .. } | Frame::Failed { exchange, pairing, .. }),
            ) => self.answer(device, exchange, pairing, answer),
            (Role::Phone, Frame::Report { exchange, report }) => self.reported(device, exchange, report),
            (
                Role::Computer,
                frame @ (Frame::PairOpen { .. } | Frame::PairAnswer { .. } | Frame::PairFailed { .. }),
            )
            | (Role::Phone, frame @ (Frame::PairOpen { .. } | Frame::PairDone { .. })) => {
                if self.place == Place::Relay {
                    vec![Effect::Ask(device, role, frame)]
                } else {
                    self.pairing(now, device, role, frame)
                }
            }
            _ => self.refuse(now, from, Refusal::Protocol),
        }
    }

    /// An administrator blocks a device: what is under way with it ends at both ends, its session closes, and it stays
    /// out until [`Hub::allow`].
    pub fn block(&mut self, now: Instant, device: DeviceId) -> Vec<Effect> {
        self.shut_out(now, device, Refusal::Blocked)
    }

    fn shut_out(&mut self, now: Instant, device: DeviceId, reason: Refusal) -> Vec<Effect> {
        let mut out = Vec::new();
        self.blocked.insert(device);
        self.waiting.retain(|_, waiting| waiting.computer != device);
        for exchange in self.exchanges.of(device) {
            self.fail(exchange, Failure::Blocked, &mut out);
        }
        if let Some(&session) = self.online.get(&device) {
            out.extend(self.refuse(now, session, reason));
        }
        out
    }

    /// Lets a blocked device connect again.
    pub fn allow(&mut self, device: DeviceId) {
        self.blocked.remove(&device);
    }

    /// A device is deleted: what is under way ends as if it were blocked, nobody knows it any more, and its bonds are gone.
    pub fn remove(&mut self, now: Instant, device: DeviceId) -> Vec<Effect> {
        let mut out = self.shut_out(now, device, Refusal::NotProven);
        for pairing in self.bonds_of.remove(&device).unwrap_or_default() {
            self.unbond(pairing, &mut out);
        }
        out
    }

    /// Ends every exchange whose time is over.
    pub fn tick(&mut self, now: Instant) -> Vec<Effect> {
        let mut out = Vec::new();
        while let Some((exchange, ended)) = self.exchanges.close_due(now) {
            let pairing = ended.bond.pairing;
            let end = if ended.abandoned() { End::CalledOff } else { End::Failed(Failure::TimedOut) };
            self.notes.extend(Note::ended(exchange, &ended, end));
            if ended.abandoned() {
                self.abandoned(&ended.bond, exchange, &mut out);
            } else {
                let failed = Frame::Failed { exchange, pairing, reason: Failure::TimedOut };
                self.tell_both(&ended.bond, &failed, &mut out);
            }
        }
        self.waiting.retain(|_, waiting| waiting.expires > now);
        out
    }

    /// When [`Hub::tick`] has something to do next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.exchanges.next_due()
    }

    /// Takes up a bond that the database held before, or that a certificate names.
    pub fn restore(&mut self, bond: Bond) {
        if self.bonds.insert(bond.pairing, bond).is_none() {
            for device in [bond.computer, bond.phone] {
                // Most devices have one; a vector grows to four at once.
                self.bonds_of.entry(device).or_insert_with(|| Vec::with_capacity(1)).push(bond.pairing);
            }
        }
    }

    /// What the log is to be told since the last time.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Hands a frame to a device, if it is connected.
    pub fn tell_device(&self, device: DeviceId, frame: Frame) -> Vec<Effect> {
        let mut out = Vec::new();
        self.tell(device, frame, &mut out);
        out
    }

    /// Whose session it is, if it stands.
    pub fn device_of(&self, session: SessionId) -> Option<DeviceId> {
        self.sessions.get(&session).map(|session| session.device)
    }

    /// Whether a session stands.
    pub fn is_session(&self, session: SessionId) -> bool {
        self.sessions.contains_key(&session)
    }

    /// Whether a device is connected.
    pub fn is_online(&self, device: DeviceId) -> bool {
        self.online.contains_key(&device)
    }

    /// Whether a device is blocked, or was deleted.
    pub fn is_blocked(&self, device: DeviceId) -> bool {
        self.blocked.contains(&device)
    }

    /// Whether a request waits for this phone that it has not taken.
    pub fn waits_for(&self, phone: DeviceId) -> bool {
        self.exchanges.wait_for(phone)
    }

    /// How many devices are connected.
    pub fn connections(&self) -> usize {
        self.sessions.len()
    }

    /// How many phones and how many computers are connected.
    pub fn online_by_role(&self) -> (usize, usize) {
        let phones = self.sessions.values().filter(|session| session.role == Role::Phone).count();
        (phones, self.sessions.len() - phones)
    }

    /// Every session, for the farewell when the appliance stops.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> + '_ {
        self.sessions.keys().copied()
    }

    fn bonds_of(&self, device: DeviceId) -> impl Iterator<Item = &Bond> {
        self.bonds_of.get(&device).into_iter().flatten().filter_map(|pairing| self.bonds.get(pairing))
    }

    /// The other side of `bond`, as `device` sees it.
    fn peer(&self, bond: &Bond, device: DeviceId) -> Peer {
        let other = bond.other(device);
        let online = self.online.contains_key(&other) || self.elsewhere.contains(&other);
        Peer { pairing: bond.pairing, device: other, online }
    }

    /// Tells the peers of `device` whether it is connected.
    fn tell_presence(&self, device: DeviceId, out: &mut Vec<Effect>) {
        for bond in self.bonds_of(device) {
            let other = bond.other(device);
            if let Some(&session) = self.online.get(&other) {
                out.push(Effect::Send(session, Frame::Presence { peer: self.peer(bond, other) }));
            }
        }
    }

    /// Ends a session from this side.
    fn refuse(&mut self, now: Instant, session: SessionId, reason: Refusal) -> Vec<Effect> {
        let mut out = turn_away(session, reason);
        out.extend(self.disconnected(now, session));
        out
    }

    /// Queues a frame for a device, if it is connected, here or elsewhere.
    fn tell(&self, device: DeviceId, frame: Frame, out: &mut Vec<Effect>) {
        match self.online.get(&device) {
            Some(&session) => out.push(Effect::Send(session, frame)),
            None if self.place != Place::Alone => {
                out.push(Effect::Forward(device, Parcel::Frame(frame)));
            }
            None => {}
        }
    }

    fn tell_both(&self, bond: &Bond, frame: &Frame, out: &mut Vec<Effect>) {
        for device in [bond.computer, bond.phone] {
            self.tell(device, frame.clone(), out);
        }
    }

    /// A computer asks, or asks again. The phone knows a repeated request by its exchange.
    fn request(
        &mut self,
        now: Instant,
        from: SessionId,
        computer: DeviceId,
        (exchange, pairing): (ExchangeId, PairingId),
        ttl_ms: u32,
        body: ByteVec,
    ) -> Vec<Effect> {
        let failed = |reason| vec![Effect::Send(from, Frame::Failed { exchange, pairing, reason })];
        let Some(&bond) = self.bonds.get(&pairing).filter(|bond| bond.computer == computer) else {
            return failed(Failure::NotPaired);
        };
        if self.blocked.contains(&bond.phone) {
            self.notes.push(Note::refused(exchange, bond, now, Failure::Blocked));
            return failed(Failure::Blocked);
        }
        let ttl_ms = ttl_ms.min(MAX_TTL_MS);
        let known = self.exchanges.get(exchange).map(|known| known.bond);
        if known.is_none() && !self.take_request(now) {
            return failed(Failure::Overloaded);
        }
        match known {
            Some(known) if known != bond => return self.refuse(now, from, Refusal::Protocol),
            Some(_) => self.exchanges.reclaim(exchange),
            None if self.exchanges.open(exchange, bond, now, now + Duration::from_millis(ttl_ms.into())) => {}
            None => {
                self.notes.push(Note::refused(exchange, bond, now, Failure::Busy));
                return failed(Failure::Busy);
            }
        }
        if let Some(known) = self.exchanges.get_mut(exchange) {
            known.guest = false; // its computer is here, wherever it was before
        }
        if let Some(&phone) = self.online.get(&bond.phone) {
            if let Some(exchange) = self.exchanges.get_mut(exchange) {
                exchange.delivered = true;
            }
            let mut out = vec![Effect::Send(phone, Frame::Request { exchange, pairing, ttl_ms, body })];
            // Asked again and no word from the phone: its connection may be dead, and nobody has noticed yet.
            if known.is_some() {
                out.extend(self.wake(exchange, bond.phone));
            }
            return out;
        }
        if self.place != Place::Alone {
            return self.request_elsewhere(&bond, exchange, ttl_ms, body, known.is_some());
        }
        if self.exchanges.queue(exchange, body) {
            let mut out = vec![Effect::Send(from, Frame::Queued { exchange, pairing })];
            out.extend(self.wake(exchange, bond.phone));
            return out;
        }
        self.close(exchange, End::Failed(Failure::PhoneOffline));
        failed(Failure::PhoneOffline)
    }

    /// Whether the organisation may ask once more. What is under way goes on.
    fn take_request(&mut self, now: Instant) -> bool {
        self.requests.get_or_insert_with(|| Bucket::full(now)).take(now, Rate::ORGANISATION)
    }

    fn wake(&mut self, exchange: ExchangeId, phone: DeviceId) -> Option<Effect> {
        self.exchanges.wake(exchange).map(|until| Effect::Wake(phone, until))
    }

    /// The computer does not wait any more. If the phone is away but may have seen the request, the computer says so
    /// again when the phone is back.
    fn cancel(
        &mut self,
        from: SessionId,
        computer: DeviceId,
        exchange: ExchangeId,
        pairing: PairingId,
    ) -> Vec<Effect> {
        if self.exchanges.get(exchange).is_some_and(|known| known.bond.computer == computer)
            && self.close(exchange, End::CalledOff).is_some_and(|closed| !closed.may_have_arrived())
        {
            return vec![Effect::Send(from, Frame::Got { exchange, pairing })];
        }
        self.forward(computer, pairing, Frame::Cancel { exchange, pairing })
    }

    /// The phone's last word. It repeats it until the computer has it.
    fn answer(
        &mut self,
        phone: DeviceId,
        exchange: ExchangeId,
        pairing: PairingId,
        answer: Frame,
    ) -> Vec<Effect> {
        let end = if let Frame::Failed { reason, .. } = answer { End::Failed(reason) } else { End::Answered };
        let sent = self.forward(phone, pairing, answer);
        if !sent.is_empty() && self.exchanges.get(exchange).is_some_and(|known| known.bond.phone == phone) {
            self.close(exchange, end);
        }
        sent
    }

    /// What the phone says of an exchange. Of one that is over it comes late, and is added to what the log has.
    fn reported(&mut self, phone: DeviceId, exchange: ExchangeId, report: Report) -> Vec<Effect> {
        match self.exchanges.get_mut(exchange) {
            Some(known) if known.bond.phone != phone => {}
            // The log is told by the node that keeps the exchange.
            Some(known) if known.guest => {
                let computer = known.bond.computer;
                return vec![Effect::Forward(computer, Parcel::Frame(Frame::Report { exchange, report }))];
            }
            Some(known) => known.report = Some(report),
            None => self.notes.push(Note::Late { exchange, phone, report }),
        }
        Vec::new()
    }

    /// Takes an exchange out, and notes how it ended.
    fn close(&mut self, exchange: ExchangeId, end: End) -> Option<Exchange> {
        let closed = self.exchanges.close(exchange)?;
        self.notes.extend(Note::ended(exchange, &closed, end));
        Some(closed)
    }

    /// Hands a frame to the other end of a pairing, if there is such a pairing and it is connected.
    fn forward(&self, from: DeviceId, pairing: PairingId, frame: Frame) -> Vec<Effect> {
        let mut out = Vec::new();
        match self.bonds.get(&pairing) {
            Some(bond) if bond.computer == from => self.tell(bond.phone, frame, &mut out),
            Some(bond) if bond.phone == from => self.tell(bond.computer, frame, &mut out),
            _ => {}
        }
        out
    }

    /// Ends an exchange without a response, and tells both ends.
    fn fail(&mut self, exchange: ExchangeId, reason: Failure, out: &mut Vec<Effect>) {
        if let Some(Exchange { bond, .. }) = self.close(exchange, End::Failed(reason)) {
            self.tell_both(&bond, &Frame::Failed { exchange, pairing: bond.pairing, reason }, out);
        }
    }

    /// Removes a bond, ends what runs over it, and tells both ends.
    fn unbond(&mut self, pairing: PairingId, out: &mut Vec<Effect>) {
        let Some(bond) = self.bonds.remove(&pairing) else { return };
        for exchange in self.exchanges.over(bond) {
            self.fail(exchange, Failure::NotPaired, out);
        }
        for device in [bond.computer, bond.phone] {
            if let Some(pairings) = self.bonds_of.get_mut(&device) {
                pairings.retain(|other| *other != pairing);
            }
            if let Some(&session) = self.online.get(&device) {
                out.push(Effect::Send(session, Frame::Unpaired { pairing }));
            }
        }
    }
}

/// Says why a session does not stand, and closes it.
fn turn_away(session: SessionId, reason: Refusal) -> Vec<Effect> {
    vec![Effect::Send(session, Frame::Refused { reason }), Effect::Close(session)]
}
