//! The key's side of CTAPHID: channels, one transaction at a time, keep-alives, cancel, lock.
//!
//! What clients need beyond the letter of the specification:
//!
//! - INIT is answered whatever else runs: libwebauthn gives a key 200 ms.
//! - CANCEL is answered here and at once with `CTAP2_ERR_KEEPALIVE_CANCEL`; whoever works on the transaction is told and
//!   may take its time. A second CANCEL gets nothing.
//! - KEEPALIVE goes out every 50 ms and at once when the status changes: Windows gives up after about 0.5 s without,
//!   Firefox sends CANCEL only after it saw one. U2F clients know neither; they ask again and again instead.
//! - The packets of two messages are never mixed: a message is queued whole.
//! - A CTAP reply is at most [`MAX_REPLY`] bytes: libfido2 reads no more.

use std::collections::VecDeque;

use super::{
    BROADCAST, Report,
    assembly::{Assembly, Progress},
    message::{Command, HidError, Message},
    packet::Packet,
};

/// The longest CTAP reply, in bytes.
pub const MAX_REPLY: usize = 2048;

/// `CTAP1_ERR_OTHER`: what a client gets in place of a reply that cannot be sent.
const OTHER: u8 = 0x7F;

/// `CTAP2_ERR_KEEPALIVE_CANCEL`.
const KEEPALIVE_CANCEL: u8 = 0x2D;

/// The status word "no precise diagnosis" (ISO 7816-4): what a U2F client gets where there is no answer. No client asks
/// again at it.
pub const NO_PRECISE_DIAGNOSIS: [u8; 2] = [0x6F, 0x00];

/// What INIT says: CTAPHID 2, firmware 0.1.0, WINK | CBOR; U2F is spoken, or NMSG would be there, too.
const ABOUT: [u8; 5] = [2, 0, 1, 0, 0x01 | 0x04];

/// The longest a client may lock the key, in seconds.
const MAX_LOCK_S: u8 = 10;

/// Times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// How long the next packet of a message may take. The specification hints at 500 ms, which loaded machines miss.
    pub packet_timeout_ms: u64,
    /// From one keep-alive to the next; at most 100.
    pub keepalive_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { packet_timeout_ms: 3000, keepalive_ms: 50 }
    }
}

/// A CTAP request and its reply. Numbers are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransactionId(pub u64);

/// What a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// CTAP2, in CTAPHID_CBOR: a command byte and CBOR; a status byte and CBOR.
    Ctap2,
    /// CTAP1/U2F, in CTAPHID_MSG: an APDU; data and a status word.
    U2f,
}

impl Protocol {
    fn command(self) -> Command {
        match self {
            Self::Ctap2 => Command::Cbor,
            Self::U2f => Command::Msg,
        }
    }
}

/// What a keep-alive says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Working.
    Processing = 1,
    /// Waiting for the person.
    UpNeeded = 2,
}

/// What the machine's owner must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HidEvent {
    /// A CTAP request; answer with [`Ctaphid::respond`].
    Request {
        /// Its number.
        transaction: TransactionId,
        /// Channel.
        cid: u32,
        /// What it speaks.
        protocol: Protocol,
        /// The request; never empty.
        ctap: Vec<u8>,
    },
    /// The client does not wait for this transaction any more.
    Cancelled {
        /// Its number.
        transaction: TransactionId,
    },
    /// Show the person which key this is.
    Wink,
}

#[derive(Debug)]
struct Transaction {
    id: TransactionId,
    cid: u32,
    protocol: Protocol,
    status: Status,
    /// `None` in U2F.
    keepalive_at: Option<u64>,
}

impl Transaction {
    fn keepalive_due(&self, now: u64) -> bool {
        self.keepalive_at.is_some_and(|at| at <= now)
    }
}

#[derive(Debug)]
struct Lock {
    cid: u32,
    until: u64,
}

/// The machine.
#[derive(Debug)]
pub struct Ctaphid {
    config: Config,
    /// Channels `1..next_cid` are allocated.
    next_cid: u32,
    next_transaction: u64,
    /// A message that comes in, and when its next packet is overdue.
    assembly: Option<(Assembly, u64)>,
    transaction: Option<Transaction>,
    lock: Option<Lock>,
    outgoing: VecDeque<Report>,
    events: VecDeque<HidEvent>,
}

impl Default for Ctaphid {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Ctaphid {
    /// A key that was just plugged in.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            next_cid: 1,
            next_transaction: 1,
            assembly: None,
            transaction: None,
            lock: None,
            outgoing: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes a report from the client.
    pub fn handle_report(&mut self, now: u64, report: &Report) {
        self.handle_timeout(now);
        match Packet::read(report) {
            Packet::Init { cid, command, length, data } => {
                self.handle_init_packet(now, cid, command, length, data)
            }
            Packet::Cont { cid, seq, data } => self.handle_cont_packet(now, cid, seq, data),
        }
    }

    /// Nobody has the key open any more: whatever was asked for is given up, unlocked and never sent. Channels stay.
    pub fn handle_gone(&mut self) {
        self.assembly = None;
        self.lock = None;
        self.outgoing.clear();
        if let Some(running) = self.transaction.take() {
            self.events.push_back(HidEvent::Cancelled { transaction: running.id });
        }
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: u64) {
        if let Some((assembly, _)) = self.assembly.take_if(|(_, overdue)| *overdue <= now) {
            self.send_error(assembly.cid(), HidError::Timeout);
        }
        self.lock.take_if(|lock| lock.until <= now);
        if self.transaction.as_ref().is_some_and(|running| running.keepalive_due(now)) {
            self.send_keepalive(now);
        }
    }

    /// When [`Ctaphid::handle_timeout`] must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<u64> {
        let overdue = self.assembly.as_ref().map(|(_, overdue)| *overdue);
        let keepalive = self.transaction.as_ref().and_then(|running| running.keepalive_at);
        overdue.into_iter().chain(keepalive).min()
    }

    /// The next report to the client.
    pub fn poll_transmit(&mut self) -> Option<Report> {
        self.outgoing.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<HidEvent> {
        self.events.pop_front()
    }

    /// Answers a request. A transaction that is over gets nothing.
    ///
    /// A reply that is empty or longer than [`MAX_REPLY`] becomes `CTAP1_ERR_OTHER`, in U2F the status word 6F00.
    pub fn respond(&mut self, transaction: TransactionId, reply: Vec<u8>) {
        let Some(running) = self.transaction.take_if(|running| running.id == transaction) else { return };
        let payload = match running.protocol {
            _ if !reply.is_empty() && reply.len() <= MAX_REPLY => reply,
            Protocol::Ctap2 => vec![OTHER],
            Protocol::U2f => NO_PRECISE_DIAGNOSIS.to_vec(),
        };
        self.send(&Message { cid: running.cid, command: running.protocol.command(), payload });
    }

    /// Says what a transaction waits for; a change is told to the client at once.
    pub fn set_status(&mut self, now: u64, transaction: TransactionId, status: Status) {
        let running = self.transaction.as_mut().filter(|running| running.id == transaction);
        if let Some(running) = running.filter(|running| running.status != status) {
            running.status = status;
            self.send_keepalive(now);
        }
    }

    fn handle_init_packet(&mut self, now: u64, cid: u32, command: Command, length: usize, data: &[u8]) {
        if command == Command::Init {
            return self.handle_init(cid, length, data);
        }
        if !self.allocated(cid) {
            return self.send_error(cid, HidError::InvalidChannel);
        }
        if self.assembly.as_ref().is_some_and(|(assembly, _)| assembly.cid() == cid) {
            // A message must be finished before the next begins; both are lost.
            self.assembly = None;
            return self.send_error(cid, HidError::InvalidSequence);
        }
        if command == Command::Cancel {
            return self.cancel(cid);
        }
        let locked_out = self.lock.as_ref().is_some_and(|lock| lock.cid != cid);
        if locked_out || self.assembly.is_some() || self.transaction.is_some() {
            return self.send_error(cid, HidError::ChannelBusy);
        }
        self.advance(now, cid, Assembly::begin(cid, command, length, data));
    }

    fn handle_cont_packet(&mut self, now: u64, cid: u32, seq: u8, data: &[u8]) {
        // A continuation of nothing is ignored (11.2.5.4).
        let Some((assembly, _)) = self.assembly.take_if(|(assembly, _)| assembly.cid() == cid) else {
            return;
        };
        self.advance(now, cid, assembly.proceed(seq, data));
    }

    fn advance(&mut self, now: u64, cid: u32, progress: Result<Progress, HidError>) {
        match progress {
            Ok(Progress::Complete(message)) => self.handle_message(now, message),
            Ok(Progress::Partial(assembly)) => {
                self.assembly = Some((assembly, now.saturating_add(self.config.packet_timeout_ms)));
            }
            Err(error) => self.send_error(cid, error),
        }
    }

    /// 11.2.9.1.3: a new channel on broadcast; on a channel of its own, resynchronise.
    fn handle_init(&mut self, cid: u32, length: usize, data: &[u8]) {
        if cid != BROADCAST && !self.allocated(cid) {
            return self.send_error(cid, HidError::InvalidChannel);
        }
        if length != 8 {
            return self.send_error(cid, HidError::InvalidLength);
        }
        let channel = if cid == BROADCAST { self.allocate() } else { cid };
        if cid != BROADCAST {
            self.abort(cid);
        }
        let payload = [&data[..8], &channel.to_be_bytes(), &ABOUT].concat();
        self.send(&Message { cid, command: Command::Init, payload });
    }

    fn handle_message(&mut self, now: u64, message: Message) {
        let Message { cid, command, payload } = message;
        match command {
            Command::Ping => self.send(&Message { cid, command, payload }),
            Command::Wink if payload.is_empty() => {
                self.events.push_back(HidEvent::Wink);
                self.send(&Message { cid, command, payload });
            }
            Command::Lock => match payload[..] {
                [seconds @ 0..=MAX_LOCK_S] => {
                    let until = now.saturating_add(u64::from(seconds) * 1000);
                    self.lock = (seconds > 0).then_some(Lock { cid, until });
                    self.send(&Message { cid, command, payload: Vec::new() });
                }
                [_] => self.send_error(cid, HidError::InvalidParameter),
                _ => self.send_error(cid, HidError::InvalidLength),
            },
            Command::Cbor if !payload.is_empty() => self.begin(now, cid, Protocol::Ctap2, payload),
            Command::Msg if !payload.is_empty() => self.begin(now, cid, Protocol::U2f, payload),
            Command::Wink | Command::Cbor | Command::Msg => self.send_error(cid, HidError::InvalidLength),
            Command::Init | Command::Cancel | Command::Keepalive | Command::Error | Command::Other(_) => {
                self.send_error(cid, HidError::InvalidCommand)
            }
        }
    }

    fn begin(&mut self, now: u64, cid: u32, protocol: Protocol, ctap: Vec<u8>) {
        let id = TransactionId(self.next_transaction);
        self.next_transaction += 1;
        let keepalive_at =
            (protocol == Protocol::Ctap2).then(|| now.saturating_add(self.config.keepalive_ms));
        self.transaction = Some(Transaction { id, cid, protocol, status: Status::Processing, keepalive_at });
        self.events.push_back(HidEvent::Request { transaction: id, cid, protocol, ctap });
    }

    /// 11.2.9.1.5: no reply of its own; the CTAP2 transaction of this channel, if there is one, ends.
    fn cancel(&mut self, cid: u32) {
        let cancelled = |running: &mut Transaction| running.cid == cid && running.protocol == Protocol::Ctap2;
        if let Some(running) = self.transaction.take_if(cancelled) {
            self.events.push_back(HidEvent::Cancelled { transaction: running.id });
            self.send(&Message { cid, command: Command::Cbor, payload: vec![KEEPALIVE_CANCEL] });
        }
    }

    /// Forgets whatever runs on a channel, and what was not yet sent on it.
    fn abort(&mut self, cid: u32) {
        self.assembly.take_if(|(assembly, _)| assembly.cid() == cid);
        if let Some(running) = self.transaction.take_if(|running| running.cid == cid) {
            self.events.push_back(HidEvent::Cancelled { transaction: running.id });
        }
        self.outgoing.retain(|report| report[..4] != cid.to_be_bytes());
    }

    fn allocated(&self, cid: u32) -> bool {
        (1..self.next_cid).contains(&cid)
    }

    fn allocate(&mut self) -> u32 {
        let cid = self.next_cid;
        // After four billion channels the first ones are given out again.
        self.next_cid = if cid == BROADCAST - 1 { 1 } else { cid + 1 };
        cid
    }

    fn send(&mut self, message: &Message) {
        // Nothing longer than a message is ever sent: an echo is as long as a message, a reply at most MAX_REPLY.
        self.outgoing.extend(message.reports().into_iter().flatten());
    }

    fn send_error(&mut self, cid: u32, error: HidError) {
        self.send(&Message::error(cid, error));
    }

    fn send_keepalive(&mut self, now: u64) {
        let Some(running) = &mut self.transaction else { return };
        let Some(keepalive_at) = &mut running.keepalive_at else { return };
        *keepalive_at = now.saturating_add(self.config.keepalive_ms);
        let message =
            Message { cid: running.cid, command: Command::Keepalive, payload: vec![running.status as u8] };
        self.send(&message);
    }
}
