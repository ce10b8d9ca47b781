//! What the specification says must come of each packet (CTAP 2.1, 11.2.5 and 11.2.9).
//!
//! The key has one place where a message comes in or a transaction runs. The referee knows who holds it, and so knows
//! of every error why it comes, and which messages are due on each channel before time passes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::wire::*;

/// The longest a client may go without hearing of its CTAP2 request.
const KEEPALIVE_MS: u64 = 100;

/// What the phone is told.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    Request { cid: u32, u2f: bool, ctap: Vec<u8> },
    Cancelled,
    Wink,
}

/// A message that must come.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Exactly(u8, Vec<u8>),
    /// INIT's answer on broadcast, to this nonce.
    FreshChannel([u8; 8]),
}

#[derive(Debug)]
struct Incoming {
    message: Message,
    length: usize,
    seq: u8,
    overdue: u64,
}

#[derive(Debug)]
enum Place {
    Free,
    Incoming(Incoming),
    Running { cid: u32, u2f: bool },
}

/// A CTAP2 request whose client has no answer yet.
#[derive(Debug)]
struct Open {
    heard: u64,
    status: u8,
    /// What the status was since time last passed.
    lately: Vec<u8>,
    told: u8,
}

#[derive(Debug)]
pub struct Referee {
    timeout_ms: u64,
    channels: BTreeSet<u32>,
    place: Place,
    lock: Option<(u32, u64)>,
    due: BTreeMap<u32, VecDeque<Due>>,
    open: BTreeMap<u32, Open>,
    /// What the phone must have been told by now.
    pub told: VecDeque<Told>,
    /// Why BUSY was said last.
    pub locked_out: bool,
}

impl Referee {
    pub fn new(timeout_ms: u64) -> Self {
        Self {
            timeout_ms,
            channels: BTreeSet::new(),
            place: Place::Free,
            lock: None,
            due: BTreeMap::new(),
            open: BTreeMap::new(),
            told: VecDeque::new(),
            locked_out: false,
        }
    }

    /// The key looked at the clock: what is overdue ends.
    pub fn clock(&mut self, now: u64) {
        if let Place::Incoming(incoming) = &self.place
            && incoming.overdue <= now
        {
            let cid = incoming.message.cid;
            self.place = Place::Free;
            self.error(cid, TIMEOUT);
        }
        self.lock.take_if(|(_, until)| *until <= now);
    }

    /// A client sends a packet.
    pub fn packet(&mut self, now: u64, report: &Report) {
        let channel = cid(report);
        if report[4] & 0x80 == 0 {
            return self.continuation(now, channel, report);
        }
        let (command, length) = (report[4], usize::from(u16::from_be_bytes([report[5], report[6]])));
        if command == INIT {
            return self.init(channel, length, report);
        }
        if !self.channels.contains(&channel) {
            return self.error(channel, INVALID_CHANNEL);
        }
        if matches!(&self.place, Place::Incoming(incoming) if incoming.message.cid == channel) {
            self.place = Place::Free;
            return self.error(channel, INVALID_SEQUENCE);
        }
        if command == CANCEL {
            if matches!(self.place, Place::Running { cid, u2f: false } if cid == channel) {
                self.place = Place::Free;
                self.told.push_back(Told::Cancelled);
                self.due(channel, CBOR, vec![0x2D]);
            }
            return;
        }
        self.locked_out = self.lock.is_some_and(|(holder, _)| holder != channel);
        if self.locked_out || !matches!(self.place, Place::Free) {
            return self.error(channel, BUSY);
        }
        if length > LONGEST {
            return self.error(channel, INVALID_LENGTH);
        }
        let message = Message { cid: channel, command, payload: report[7..7 + length.min(57)].to_vec() };
        self.incoming(Incoming { message, length, seq: 0, overdue: now + self.timeout_ms }, now);
    }

    fn continuation(&mut self, now: u64, channel: u32, report: &Report) {
        match std::mem::replace(&mut self.place, Place::Free) {
            Place::Incoming(mut incoming) if incoming.message.cid == channel => {
                if report[4] != incoming.seq {
                    return self.error(channel, INVALID_SEQUENCE);
                }
                let missing = incoming.length - incoming.message.payload.len();
                incoming.message.payload.extend_from_slice(&report[5..5 + missing.min(59)]);
                incoming.seq += 1;
                incoming.overdue = now + self.timeout_ms;
                self.incoming(incoming, now);
            }
            other => self.place = other, // "ignored"
        }
    }

    fn incoming(&mut self, incoming: Incoming, now: u64) {
        if incoming.message.payload.len() < incoming.length {
            self.place = Place::Incoming(incoming);
            return;
        }
        let Message { cid, command, payload } = incoming.message;
        match (command, payload.len()) {
            (PING, _) => self.due(cid, PING, payload),
            (WINK, 0) => {
                self.told.push_back(Told::Wink);
                self.due(cid, WINK, payload);
            }
            (LOCK, 1) if payload[0] > 10 => self.error(cid, INVALID_PARAMETER),
            (LOCK, 1) => {
                let until = now + u64::from(payload[0]) * 1000;
                self.lock = (payload[0] > 0).then_some((cid, until));
                self.due(cid, LOCK, vec![]);
            }
            (CBOR | MSG, 1..) => {
                let u2f = command == MSG;
                if !u2f {
                    self.open.insert(cid, Open { heard: now, status: 1, lately: vec![1], told: 1 });
                }
                self.place = Place::Running { cid, u2f };
                self.told.push_back(Told::Request { cid, u2f, ctap: payload });
            }
            (WINK | LOCK | CBOR | MSG, _) => self.error(cid, INVALID_LENGTH),
            _ => self.error(cid, INVALID_COMMAND),
        }
    }

    fn init(&mut self, channel: u32, length: usize, report: &Report) {
        let nonce = report[7..15].try_into().unwrap();
        if channel != BROADCAST && !self.channels.contains(&channel) {
            return self.error(channel, INVALID_CHANNEL);
        }
        if length != 8 {
            return self.error(channel, INVALID_LENGTH);
        }
        if channel == BROADCAST {
            return self.due.entry(channel).or_default().push_back(Due::FreshChannel(nonce));
        }
        match &self.place {
            Place::Incoming(incoming) if incoming.message.cid == channel => self.place = Place::Free,
            Place::Running { cid, .. } if *cid == channel => {
                self.place = Place::Free;
                self.told.push_back(Told::Cancelled);
            }
            _ => {}
        }
        self.open.remove(&channel);
        self.due.remove(&channel);
        let about = [&nonce[..], &channel.to_be_bytes(), &[2, 0, 1, 0, 0x05]].concat();
        self.due(channel, INIT, about);
    }

    /// The phone says what it waits for.
    pub fn status(&mut self, status: u8) {
        if let Place::Running { cid, u2f: false } = self.place {
            let open = self.open.get_mut(&cid).expect("a request that runs is open");
            open.status = status;
            open.lately.push(status);
        }
    }

    /// The phone answers what runs; the client must see this.
    pub fn answer(&mut self, reply: Vec<u8>) {
        match std::mem::replace(&mut self.place, Place::Free) {
            Place::Running { cid, u2f } => self.due(cid, if u2f { MSG } else { CBOR }, reply),
            other => panic!("the phone answers, but the key is {other:?}"),
        }
    }

    /// The last client closed the key.
    pub fn gone(&mut self) {
        if let Place::Running { .. } = self.place {
            self.told.push_back(Told::Cancelled);
        }
        self.place = Place::Free;
        self.lock = None;
        self.due.clear();
        self.open.clear();
    }

    /// The key sent a message.
    pub fn sent(&mut self, now: u64, message: &Message) {
        let Message { cid, command, payload } = message;
        if *command == KEEPALIVE {
            let open = self.open.get_mut(cid).expect("keep-alives are for CTAP2 requests that wait");
            assert!(matches!(payload[..], [said] if open.lately.contains(&said)), "untrue: {message:02x?}");
            open.heard = now;
            open.told = payload[0];
            return;
        }
        let due = self.due.get_mut(cid).and_then(VecDeque::pop_front);
        match due.unwrap_or_else(|| panic!("nobody asked for {message:02x?}")) {
            Due::Exactly(expected, content) => {
                assert_eq!((*command, payload), (expected, &content), "on channel {cid}");
                if expected == CBOR {
                    self.open.remove(cid);
                }
            }
            Due::FreshChannel(nonce) => {
                assert_eq!((*command, payload.len()), (INIT, 17));
                assert_eq!(payload[..8], nonce);
                assert_eq!(payload[12..], [2, 0, 1, 0, 0x05]);
                let fresh = u32::from_be_bytes(payload[8..12].try_into().unwrap());
                assert!(
                    fresh != 0 && fresh != BROADCAST && self.channels.insert(fresh),
                    "not a fresh channel"
                );
            }
        }
    }

    /// Time is about to pass: whatever was due has come.
    pub fn settled(&mut self) {
        self.due.retain(|_, due| !due.is_empty());
        assert!(self.due.is_empty(), "these never came: {:02x?}", self.due);
        for (cid, open) in &mut self.open {
            assert_eq!(open.told, open.status, "channel {cid} was not told what the phone waits for");
            open.lately = vec![open.status];
        }
    }

    /// Time has passed.
    pub fn passed(&self, now: u64) {
        for (cid, open) in &self.open {
            assert!(now <= open.heard + KEEPALIVE_MS, "channel {cid} heard nothing since {}", open.heard);
        }
    }

    /// Whether nothing comes in, runs, or is due.
    pub fn is_idle(&self) -> bool {
        matches!(self.place, Place::Free) && self.due.is_empty() && self.open.is_empty()
    }

    /// The sequence number that a continuation on this channel must have, if one is waited for.
    pub fn awaited(&self, channel: u32) -> Option<u8> {
        match &self.place {
            Place::Incoming(incoming) if incoming.message.cid == channel => Some(incoming.seq),
            _ => None,
        }
    }

    /// Whether this channel holds the lock.
    pub fn holds_lock(&self, channel: u32) -> bool {
        self.lock.is_some_and(|(holder, _)| holder == channel)
    }

    fn due(&mut self, cid: u32, command: u8, payload: Vec<u8>) {
        self.due.entry(cid).or_default().push_back(Due::Exactly(command, payload));
    }

    fn error(&mut self, cid: u32, code: u8) {
        self.due(cid, ERROR, vec![code]);
    }
}
