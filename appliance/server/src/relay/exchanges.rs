//! Requests under way: who waits for whom, until when, and what lies in the mailbox of a phone that is away.
//!
//! The ends repair what is lost by themselves ([`pocketkey_link::exchange`]); this table is why they are told early.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use foldhash::HashMap;
use pocketkey_link::{
    frame::{ByteVec, Report},
    id::{DeviceId, ExchangeId, PairingId},
};

use super::hub::Bond;

/// How many exchanges a device may have open at once.
pub const MAX_EXCHANGES: usize = 8;

/// What may wait for a phone over one pairing: so many requests, and so many bytes of them.
pub const MAILBOX: (usize, usize) = (4, 16 * 1024);

/// A computer that lost its connection may come back to its requests for so long.
pub const COMPUTER_MAY_BE_AWAY: Duration = Duration::from_secs(10);

/// One request under way.
#[derive(Debug)]
pub struct Exchange {
    /// Between whom.
    pub bond: Bond,
    /// When it was first asked.
    pub asked: Instant,
    /// When its time is over.
    pub deadline: Instant,
    /// The sealed request, while it waits for the phone.
    pub mail: Option<ByteVec>,
    /// Whether the phone may have it: it went out at least once.
    pub delivered: bool,
    /// Whether the phone has said that it has it.
    pub taken: bool,
    /// What the phone says of it.
    pub report: Option<Report>,
    /// Whether another node keeps it, its computer's, and it is here only because its phone is.
    pub guest: bool,
    /// How often it went to another node and was not sent back.
    pub forwarded: u32,
    /// Whether it went out once more while it may be on its way back.
    pub crossed: bool,
    /// Whether the phone was called for it.
    woken: bool,
    /// When it is looked at: its deadline, or when its computer has been away too long.
    due: Instant,
}

impl Exchange {
    /// Whether the phone may have it.
    pub fn may_have_arrived(&self) -> bool {
        self.delivered || self.forwarded > 0
    }

    /// Whether its computer went away, rather than its time being over.
    pub fn abandoned(&self) -> bool {
        self.due < self.deadline
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Exchanges {
    all: HashMap<ExchangeId, Exchange>,
    due: BTreeSet<(Instant, ExchangeId)>,
    of: HashMap<DeviceId, Vec<ExchangeId>>,
}

impl Exchanges {
    /// One of them.
    pub fn get(&self, id: ExchangeId) -> Option<&Exchange> {
        self.all.get(&id)
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, id: ExchangeId) -> Option<&mut Exchange> {
        self.all.get_mut(&id)
    }

    /// Opens one; false if either device has as many as it may.
    pub fn open(&mut self, id: ExchangeId, bond: Bond, asked: Instant, deadline: Instant) -> bool {
        let devices = [bond.computer, bond.phone];
        if devices.iter().any(|device| self.of.get(device).is_some_and(|open| open.len() >= MAX_EXCHANGES)) {
            return false;
        }
        for device in devices {
            self.of.entry(device).or_default().push(id);
        }
        self.due.insert((deadline, id));
        self.all.insert(
            id,
            Exchange {
                bond,
                asked,
                deadline,
                mail: None,
                delivered: false,
                taken: false,
                report: None,
                guest: false,
                forwarded: 0,
                crossed: false,
                woken: false,
                due: deadline,
            },
        );
        true
    }

    /// Takes one out.
    pub fn close(&mut self, id: ExchangeId) -> Option<Exchange> {
        let closed = self.all.remove(&id)?;
        self.due.remove(&(closed.due, id));
        for device in [closed.bond.computer, closed.bond.phone] {
            if let Some(open) = self.of.get_mut(&device) {
                open.retain(|other| *other != id);
                if open.is_empty() {
                    self.of.remove(&device);
                }
            }
        }
        Some(closed)
    }

    /// Takes out one whose time is over, or whose computer has been away too long.
    pub fn close_due(&mut self, now: Instant) -> Option<(ExchangeId, Exchange)> {
        let &(_, id) = self.due.first().filter(|(due, _)| *due <= now)?;
        self.close(id).map(|closed| (id, closed))
    }

    /// When [`Exchanges::close_due`] has something to give.
    pub fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Those of a device.
    pub fn of(&self, device: DeviceId) -> Vec<ExchangeId> {
        self.of.get(&device).cloned().unwrap_or_default()
    }

    /// The phones that something waits for.
    pub fn phones(&self) -> Vec<DeviceId> {
        let waits = self.all.values().filter(|exchange| exchange.mail.is_some());
        let mut phones: Vec<_> = waits.map(|exchange| exchange.bond.phone).collect();
        phones.sort_unstable();
        phones.dedup();
        phones
    }

    /// Those over a pairing.
    pub fn over(&self, bond: Bond) -> Vec<ExchangeId> {
        let mut over = self.of(bond.phone);
        over.retain(|id| self.all.get(id).is_some_and(|exchange| exchange.bond.pairing == bond.pairing));
        over
    }

    /// Puts a request into the mailbox of its pairing; false if it is full.
    pub fn queue(&mut self, id: ExchangeId, body: ByteVec) -> bool {
        let Some(bond) = self.get(id).map(|exchange| exchange.bond) else { return false };
        let (mut mails, mut bytes) = (1, body.len());
        for other in self.over(bond).into_iter().filter(|other| *other != id) {
            if let Some(mail) = self.get(other).and_then(|exchange| exchange.mail.as_ref()) {
                (mails, bytes) = (mails + 1, bytes + mail.len());
            }
        }
        if mails > MAILBOX.0 || bytes > MAILBOX.1 {
            return false;
        }
        self.get_mut(id).map(|exchange| exchange.mail = Some(body)).is_some()
    }

    /// Whether the phone is to be called for this one: until when that makes sense. Once, and not if it has it already.
    pub fn wake(&mut self, id: ExchangeId) -> Option<Instant> {
        let exchange = self.get_mut(id).filter(|exchange| !exchange.woken && !exchange.taken)?;
        exchange.woken = true;
        Some(exchange.deadline)
    }

    /// Whether anything waits for this phone that it has not taken.
    pub fn wait_for(&self, phone: DeviceId) -> bool {
        let of = self.of.get(&phone).into_iter().flatten();
        of.filter_map(|id| self.get(*id)).any(|exchange| exchange.bond.phone == phone && !exchange.taken)
    }

    /// Empties the mailboxes of a phone that came.
    pub fn deliver(&mut self, phone: DeviceId) -> Vec<(ExchangeId, PairingId, Instant, ByteVec)> {
        let mut mails = Vec::new();
        for id in self.of(phone) {
            if let Some(exchange) = self.all.get_mut(&id)
                && exchange.bond.phone == phone
                && let Some(body) = exchange.mail.take()
            {
                exchange.delivered = true;
                mails.push((id, exchange.bond.pairing, exchange.deadline, body));
            }
        }
        mails
    }

    /// The computer of these is away, or must show that it still knows them: `until` then.
    pub fn abandon(&mut self, computer: DeviceId, until: Instant) {
        for id in self.of(computer) {
            if self.get(id).is_some_and(|exchange| exchange.bond.computer == computer) {
                self.reschedule(id, until);
            }
        }
    }

    /// The computer still waits for this one.
    pub fn reclaim(&mut self, id: ExchangeId) {
        if let Some(deadline) = self.get(id).map(|exchange| exchange.deadline) {
            self.reschedule(id, deadline);
        }
    }

    fn reschedule(&mut self, id: ExchangeId, due: Instant) {
        if let Some(exchange) = self.all.get_mut(&id) {
            self.due.remove(&(exchange.due, id));
            exchange.due = due.min(exchange.deadline);
            self.due.insert((exchange.due, id));
        }
    }
}
