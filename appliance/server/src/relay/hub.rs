//! The relay's rules, without sockets, clock or database: frames in, frames and effects out.
//!
//! The hub knows which devices are connected, who is paired with whom, which exchanges run and which pairings wait
//! for a phone. Bodies pass through it unread. `now` is whatever monotonic instant the caller hands in.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::{Duration, Instant},
};

use pocketkey_link::{
    frame::{Failure, Frame, MAX_TTL_MS, PairFailure, Peer, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
};

use super::bucket::Bucket;

/// How many exchanges a device may have open at once.
pub const MAX_EXCHANGES: usize = 8;

/// One connection, numbered by the caller; a number is never used again.
pub type SessionId = u64;

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// An activated phone.
    Phone,
    /// A computer, or the browser stand-in of one.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// The pairing.
    pub pairing: PairingId,
    /// The computer.
    pub computer: DeviceId,
    /// Its phone.
    pub phone: DeviceId,
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
}

struct Session {
    device: DeviceId,
    role: Role,
    exchanges: Vec<ExchangeId>,
    bucket: Bucket,
}

struct Exchange {
    computer: SessionId,
    phone: SessionId,
    deadline: Instant,
}

/// A pairing that waits for a phone.
struct Waiting {
    computer: DeviceId,
    expires: Instant,
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

/// The state of all connections.
#[derive(Default)]
pub struct Hub {
    sessions: HashMap<SessionId, Session>,
    online: HashMap<DeviceId, SessionId>,
    bonds: HashMap<PairingId, Bond>,
    bonds_of: HashMap<DeviceId, Vec<PairingId>>,
    waiting: HashMap<PairingId, Waiting>,
    exchanges: HashMap<ExchangeId, Exchange>,
    deadlines: BTreeSet<(Instant, ExchangeId)>,
    /// Blocked devices, and those deleted since the start: a proof that was under way gets them nowhere.
    blocked: HashSet<DeviceId>,
}

impl Hub {
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
            self.end_exchanges(older, &mut out);
            self.sessions.remove(&older);
            out.extend(turn_away(older, Refusal::Superseded));
        }
        self.sessions
            .insert(session, Session { device, role, exchanges: Vec::new(), bucket: Bucket::full(now) });
        let peers = self.bonds_of(device).map(|bond| self.peer(bond, device)).collect();
        out.push(Effect::Send(session, Frame::Welcome { peers }));
        if older.is_none() {
            self.tell_presence(device, &mut out);
        }
        out
    }

    /// A session's connection is gone, or its queue was full. Unknown sessions are fine.
    pub fn disconnected(&mut self, session: SessionId) -> Vec<Effect> {
        let mut out = Vec::new();
        self.end_exchanges(session, &mut out);
        if let Some(gone) = self.sessions.remove(&session)
            && self.online.get(&gone.device) == Some(&session)
        {
            self.online.remove(&gone.device);
            self.tell_presence(gone.device, &mut out);
        }
        out
    }

    /// A frame from a session. Frames from sessions the hub has forgotten are dropped.
    pub fn received(&mut self, now: Instant, from: SessionId, frame: Frame) -> Vec<Effect> {
        let Some(session) = self.sessions.get_mut(&from) else { return Vec::new() };
        if !session.bucket.take(now) {
            return self.refuse(from, Refusal::Protocol);
        }
        let (device, role) = (session.device, session.role);
        match (role, frame) {
            (Role::Computer, Frame::Request { exchange, pairing, ttl_ms, body }) => {
                let ttl_ms = ttl_ms.min(MAX_TTL_MS);
                let deadline = now + Duration::from_millis(ttl_ms.into());
                match self.open_exchange(from, device, exchange, pairing, deadline) {
                    Ok(phone) => {
                        vec![Effect::Send(phone, Frame::Request { exchange, pairing, ttl_ms, body })]
                    }
                    Err(Some(reason)) => vec![Effect::Send(from, Frame::Failed { exchange, reason })],
                    Err(None) => self.refuse(from, Refusal::Protocol),
                }
            }
            (Role::Computer, Frame::Cancel { exchange }) => self.close_exchange(
                exchange,
                |e| e.computer == from,
                |e| Effect::Send(e.phone, Frame::Cancel { exchange }),
            ),
            (Role::Phone, Frame::Response { exchange, body }) => self.close_exchange(
                exchange,
                |e| e.phone == from,
                |e| Effect::Send(e.computer, Frame::Response { exchange, body }),
            ),
            (Role::Phone, Frame::Failed { exchange, reason }) => self.close_exchange(
                exchange,
                |e| e.phone == from,
                |e| Effect::Send(e.computer, Frame::Failed { exchange, reason }),
            ),
            (Role::Phone, Frame::PairOpen { pairing, body }) => {
                self.pair_open(now, from, device, pairing, Frame::PairOpen { pairing, body })
            }
            (Role::Computer, Frame::PairOpen { pairing, .. }) => {
                vec![Effect::Send(from, Frame::PairFailed { pairing, reason: PairFailure::NotActivated })]
            }
            (Role::Computer, Frame::PairAnswer { pairing, body }) => {
                self.pair_answer(device, pairing, Frame::PairAnswer { pairing, body })
            }
            (Role::Phone, Frame::PairDone { pairing, body }) => {
                self.pair_done(from, device, pairing, Frame::PairDone { pairing, body })
            }
            (Role::Computer, Frame::PairFailed { pairing, reason }) => {
                self.pair_failed(device, pairing, reason)
            }
            _ => self.refuse(from, Refusal::Protocol),
        }
    }

    /// An administrator blocks a device: what is under way with it ends at both ends, its session closes, and it stays
    /// out until [`Hub::allow`].
    pub fn block(&mut self, device: DeviceId) -> Vec<Effect> {
        self.shut_out(device, Refusal::Blocked)
    }

    fn shut_out(&mut self, device: DeviceId, reason: Refusal) -> Vec<Effect> {
        let mut out = Vec::new();
        self.blocked.insert(device);
        self.waiting.retain(|_, waiting| waiting.computer != device);
        if let Some(&session) = self.online.get(&device) {
            for exchange in self.exchanges_of(session) {
                self.fail_exchange(exchange, Failure::Blocked, &mut out);
            }
            out.extend(self.refuse(session, reason));
        }
        out
    }

    /// Lets a blocked device connect again.
    pub fn allow(&mut self, device: DeviceId) {
        self.blocked.remove(&device);
    }

    /// A device is deleted: what is under way ends as if it were blocked, nobody knows it any more, and its bonds are gone.
    pub fn remove(&mut self, device: DeviceId) -> Vec<Effect> {
        let mut out = self.shut_out(device, Refusal::NotProven);
        for pairing in self.bonds_of.remove(&device).unwrap_or_default() {
            self.unbond(pairing, &mut out);
        }
        out
    }

    /// Ends every exchange whose time is over.
    pub fn tick(&mut self, now: Instant) -> Vec<Effect> {
        let mut out = Vec::new();
        while let Some(&(deadline, exchange)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            self.fail_exchange(exchange, Failure::TimedOut, &mut out);
        }
        self.waiting.retain(|_, waiting| waiting.expires > now);
        out
    }

    /// When [`Hub::tick`] has something to do next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// A computer waits for a phone until `expires`; an earlier wait of it ends.
    pub fn expect(&mut self, pairing: PairingId, computer: DeviceId, expires: Instant) {
        self.waiting.retain(|_, waiting| waiting.computer != computer);
        self.waiting.insert(pairing, Waiting { computer, expires, phone: None });
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
            }
        }
        out
    }

    /// Takes up a bond that the database held before.
    pub fn restore(&mut self, bond: Bond) {
        if self.bonds.insert(bond.pairing, bond).is_none() {
            self.bonds_of.entry(bond.computer).or_default().push(bond.pairing);
            self.bonds_of.entry(bond.phone).or_default().push(bond.pairing);
        }
    }

    /// Whether a device is connected.
    pub fn is_online(&self, device: DeviceId) -> bool {
        self.online.contains_key(&device)
    }

    /// How many devices are connected.
    pub fn connections(&self) -> usize {
        self.sessions.len()
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
        let other = if device == bond.computer { bond.phone } else { bond.computer };
        Peer { pairing: bond.pairing, device: other, online: self.online.contains_key(&other) }
    }

    /// Tells the peers of `device` whether it is connected.
    fn tell_presence(&self, device: DeviceId, out: &mut Vec<Effect>) {
        for bond in self.bonds_of(device) {
            let other = if device == bond.computer { bond.phone } else { bond.computer };
            if let Some(&session) = self.online.get(&other) {
                out.push(Effect::Send(session, Frame::Presence { peer: self.peer(bond, other) }));
            }
        }
    }

    /// Ends a session from this side.
    fn refuse(&mut self, session: SessionId, reason: Refusal) -> Vec<Effect> {
        let mut out = turn_away(session, reason);
        out.extend(self.disconnected(session));
        out
    }

    /// The phone's session if the exchange may begin; `Err(None)` if the computer broke the protocol.
    fn open_exchange(
        &mut self,
        from: SessionId,
        device: DeviceId,
        exchange: ExchangeId,
        pairing: PairingId,
        deadline: Instant,
    ) -> Result<SessionId, Option<Failure>> {
        if self.exchanges.contains_key(&exchange) {
            return Err(None);
        }
        let bond = self.bonds.get(&pairing).filter(|bond| bond.computer == device);
        let phone = bond.ok_or(Some(Failure::NotPaired))?.phone;
        if self.blocked.contains(&phone) {
            return Err(Some(Failure::Blocked));
        }
        let phone = *self.online.get(&phone).ok_or(Some(Failure::PhoneOffline))?;
        for session in [from, phone] {
            if self.sessions.get(&session).is_none_or(|s| s.exchanges.len() >= MAX_EXCHANGES) {
                return Err(Some(Failure::Busy));
            }
        }
        for session in [from, phone] {
            if let Some(session) = self.sessions.get_mut(&session) {
                session.exchanges.push(exchange);
            }
        }
        self.exchanges.insert(exchange, Exchange { computer: from, phone, deadline });
        self.deadlines.insert((deadline, exchange));
        Ok(phone)
    }

    /// Ends an exchange if `owns` allows it. An unknown one is over already: that is no fault of anybody.
    fn close_exchange(
        &mut self,
        exchange: ExchangeId,
        owns: impl FnOnce(&Exchange) -> bool,
        tell: impl FnOnce(&Exchange) -> Effect,
    ) -> Vec<Effect> {
        if !self.exchanges.get(&exchange).is_some_and(owns) {
            return Vec::new();
        }
        self.take_exchange(exchange).map(|ended| tell(&ended)).into_iter().collect()
    }

    fn take_exchange(&mut self, exchange: ExchangeId) -> Option<Exchange> {
        let ended = self.exchanges.remove(&exchange)?;
        self.deadlines.remove(&(ended.deadline, exchange));
        for session in [ended.computer, ended.phone] {
            if let Some(session) = self.sessions.get_mut(&session) {
                session.exchanges.retain(|other| *other != exchange);
            }
        }
        Some(ended)
    }

    fn exchanges_of(&self, session: SessionId) -> Vec<ExchangeId> {
        self.sessions.get(&session).map(|s| s.exchanges.clone()).unwrap_or_default()
    }

    /// Ends an exchange without a response and tells both ends.
    fn fail_exchange(&mut self, exchange: ExchangeId, reason: Failure, out: &mut Vec<Effect>) {
        if let Some(ended) = self.take_exchange(exchange) {
            for end in [ended.computer, ended.phone] {
                out.push(Effect::Send(end, Frame::Failed { exchange, reason }));
            }
        }
    }

    /// A session is over: its exchanges are, too, and the other ends are told.
    fn end_exchanges(&mut self, session: SessionId, out: &mut Vec<Effect>) {
        for exchange in self.exchanges_of(session) {
            if let Some(ended) = self.take_exchange(exchange) {
                out.push(if ended.phone == session {
                    Effect::Send(ended.computer, Frame::Failed { exchange, reason: Failure::PhoneOffline })
                } else {
                    Effect::Send(ended.phone, Frame::Cancel { exchange })
                });
            }
        }
    }

    fn pair_open(
        &mut self,
        now: Instant,
        from: SessionId,
        phone: DeviceId,
        pairing: PairingId,
        frame: Frame,
    ) -> Vec<Effect> {
        let failed = |reason| vec![Effect::Send(from, Frame::PairFailed { pairing, reason })];
        let Some(waiting) = self.waiting.get_mut(&pairing).filter(|waiting| waiting.expires > now) else {
            return failed(PairFailure::Expired);
        };
        let Some(&computer) = self.online.get(&waiting.computer) else {
            return failed(PairFailure::ComputerOffline);
        };
        waiting.phone = Some((phone, Step::Opened));
        vec![Effect::Send(computer, frame)]
    }

    fn pair_answer(&mut self, computer: DeviceId, pairing: PairingId, frame: Frame) -> Vec<Effect> {
        let Some(waiting) = self.waiting.get_mut(&pairing).filter(|waiting| waiting.computer == computer)
        else {
            return Vec::new();
        };
        let Some((phone, step @ Step::Opened)) = &mut waiting.phone else { return Vec::new() };
        *step = Step::Answered;
        self.online.get(phone).map(|&session| Effect::Send(session, frame)).into_iter().collect()
    }

    fn pair_done(
        &mut self,
        from: SessionId,
        phone: DeviceId,
        pairing: PairingId,
        frame: Frame,
    ) -> Vec<Effect> {
        let failed = |reason| vec![Effect::Send(from, Frame::PairFailed { pairing, reason })];
        let Some(waiting) = self.waiting.get_mut(&pairing) else { return failed(PairFailure::Expired) };
        match &mut waiting.phone {
            Some((opener, step @ Step::Answered)) if *opener == phone => {
                let Some(&computer) = self.online.get(&waiting.computer) else {
                    return failed(PairFailure::ComputerOffline);
                };
                *step = Step::Done;
                let bond = Bond { pairing, computer: waiting.computer, phone };
                vec![Effect::Send(computer, frame), Effect::Record(bond)]
            }
            _ => Vec::new(),
        }
    }

    /// The computer could not verify the phone. That may come after the bond was recorded.
    fn pair_failed(&mut self, computer: DeviceId, pairing: PairingId, reason: PairFailure) -> Vec<Effect> {
        let mut out = Vec::new();
        if let Some(waiting) = self.waiting.get_mut(&pairing).filter(|waiting| waiting.computer == computer) {
            match &mut waiting.phone {
                Some((_, step @ (Step::Done | Step::Failed(_)))) => *step = Step::Failed(reason),
                opened => {
                    let phone = opened.take().and_then(|(phone, _)| self.online.get(&phone));
                    let told = Frame::PairFailed { pairing, reason };
                    out.extend(phone.map(|&session| Effect::Send(session, told)));
                }
            }
        } else if let Some(&bond) = self.bonds.get(&pairing).filter(|bond| bond.computer == computer) {
            if let Some(&session) = self.online.get(&bond.phone) {
                out.push(Effect::Send(session, Frame::PairFailed { pairing, reason }));
            }
            self.unbond(pairing, &mut out);
            out.push(Effect::Forget(pairing));
        }
        out
    }

    /// Removes a bond, ends what runs over it, and tells both ends.
    fn unbond(&mut self, pairing: PairingId, out: &mut Vec<Effect>) {
        let Some(bond) = self.bonds.remove(&pairing) else { return };
        let (computer, phone) =
            (self.online.get(&bond.computer).copied(), self.online.get(&bond.phone).copied());
        let running: Vec<ExchangeId> = self
            .exchanges
            .iter()
            .filter(|(_, e)| Some(e.computer) == computer && Some(e.phone) == phone)
            .map(|(exchange, _)| *exchange)
            .collect();
        for exchange in running {
            self.fail_exchange(exchange, Failure::NotPaired, out);
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
