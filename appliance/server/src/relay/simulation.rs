//! Whole worlds under a seeded scheduler and a fake clock: the real hub, the real ends ([`pocketkey_link::exchange`]
//! and `sealed`), and between them connections that delay, lose, repeat and reorder, break and come back; ends and
//! appliance crash at any point. Two of three worlds have several nodes, and a bus between them that loses parcels and
//! leaves nodes alone for a while. A seed that fails is replayed by `SEED=n cargo test -p pocketkey-server simulation`.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use pocketkey_link::{
    Entropy,
    exchange::{Answers, Asked, Ended, Known, Requests},
    frame::{Failure, Frame},
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
    sealed::{self, Answering, Protocol, Request, Response},
};

use super::{
    bus::{Parcel, Undelivered},
    hub::{Bond, Effect, Hub, Place, Role, SessionId},
};

/// How many worlds a run of the tests sees.
const SEEDS: u64 = 3000;
/// Trouble happens until then, in milliseconds; afterwards everything works.
const TROUBLE: u64 = 60_000;
/// By then everything that was asked in trouble is over …
const CALM: u64 = TROUBLE + 61_000;
/// … and by then everything else.
const END: u64 = CALM + 120_000;
/// The phones' clock when a world begins, in Unix milliseconds.
const EPOCH: u64 = 1_800_000_000_000;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn percent(&mut self, likely: u64) -> bool {
        self.below(100) < likely
    }
}

impl Entropy for Chance {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let random = self.next().to_le_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
    }
}

/// What happens next, somewhere.
enum Event {
    ToHub(SessionId, Frame),
    ToDevice(usize, SessionId, Frame),
    HubNotices(SessionId),
    DeviceNotices(usize, SessionId),
    Connect(usize),
    TickHub(usize),
    /// Something on the bus, for whichever node holds the device.
    Parcel(usize, DeviceId, Parcel),
    /// A node hears that a session's device is at another one.
    Superseded(SessionId),
    /// A node hears that nobody took its request.
    Undelivered(usize, ExchangeId),
    Rejoin(usize),
    TickDevice(usize),
    Ask(usize),
    CallOff(usize, ExchangeId),
    Decide(usize, ExchangeId),
    Trouble,
}

#[allow(clippy::large_enum_variant, reason = "there are three")]
enum End {
    Computer { requests: Requests },
    Phone { answers: Answers, kept: Answers, screen: Option<Prompt> },
}

struct Prompt {
    exchange: ExchangeId,
    pairing: PairingId,
    answering: Answering,
    until: u64,
}

struct Device {
    id: DeviceId,
    keys: DeviceKeys,
    session: Option<SessionId>,
    end: End,
}

/// A hub, and whether it is on the bus.
struct Node {
    hub: Hub,
    joined: bool,
}

/// What the test knows of an exchange, apart from the code it judges.
#[derive(Default)]
struct Record {
    ended: u32,
    decided: u32,
    /// The phone has heard that nobody waits.
    called_off: bool,
    /// Whoever asked crashed.
    orphan: bool,
    answered: bool,
    /// Asked when there was no trouble any more.
    calm: bool,
}

struct World {
    now: u64,
    start: Instant,
    chance: Chance,
    events: BTreeMap<(u64, u64), Event>,
    count: u64,
    nodes: Vec<Node>,
    devices: Vec<Device>,
    bonds: Vec<(Bond, usize, usize)>,
    /// Whose they are, and at which node.
    sessions: HashMap<SessionId, (usize, usize)>,
    last_session: SessionId,
    records: HashMap<ExchangeId, Record>,
    prompted: HashSet<(ExchangeId, u64)>,
    incarnation: u64,
    /// In percent: frames lost, repeated, held back.
    faults: (u64, u64, u64),
}

impl World {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let ids = [1, 2, 3, 4].map(|n| DeviceId([n; 16]));
        let devices = ids
            .iter()
            .enumerate()
            .map(|(index, id)| Device {
                id: *id,
                keys: DeviceKeys::generate(&mut chance),
                session: None,
                end: if index < 2 { a_computer() } else { a_phone(Answers::default()) },
            })
            .collect();
        // Both computers ask the first phone, so that it is asked twice at a time.
        let bonds = [(0, 2), (1, 2)].map(|(computer, phone): (usize, usize)| {
            let pairing = PairingId([u8::try_from(10 + computer).unwrap(); 16]);
            (Bond { pairing, computer: ids[computer], phone: ids[phone] }, computer, phone)
        });
        let faults = match seed / 3 % 3 {
            0 => (0, 0, 0),
            _ => (chance.below(20), chance.below(20), chance.below(30)),
        };
        let mut world = Self {
            now: 0,
            start: Instant::now(),
            chance,
            events: BTreeMap::new(),
            count: 0,
            nodes: Vec::new(),
            devices,
            bonds: bonds.to_vec(),
            sessions: HashMap::new(),
            last_session: 0,
            records: HashMap::new(),
            prompted: HashSet::new(),
            incarnation: 0,
            faults,
        };
        let others = usize::try_from(seed % 3).unwrap();
        for node in 0..=others {
            world.nodes.push(Node { hub: Hub::default(), joined: true });
            world.start_hub(node, others > 0);
        }
        for device in 0..world.devices.len() {
            world.after(0, Event::Connect(device));
        }
        for computer in [0, 1] {
            for _ in 0..4 {
                let at = world.chance.below(TROUBLE);
                world.after(at, Event::Ask(computer));
            }
            world.after(CALM + u64::try_from(computer).unwrap() * 30_000, Event::Ask(computer));
        }
        for _ in 0..world.chance.below(12) {
            let at = world.chance.below(TROUBLE);
            world.after(at, Event::Trouble);
        }
        world
    }

    fn after(&mut self, ms: u64, event: Event) {
        self.count += 1;
        self.events.insert((self.now + ms, self.count), event);
    }

    fn instant(&self) -> Instant {
        self.start + Duration::from_millis(self.now)
    }

    fn unix(&self) -> u64 {
        EPOCH + self.now
    }

    fn calm(&self) -> bool {
        self.now >= TROUBLE
    }

    /// Puts a frame on its way, with the faults of this world.
    fn travel(&mut self, event: impl Fn() -> Event) {
        let (lost, repeated, held_back) = if self.calm() { (0, 0, 0) } else { self.faults };
        if self.chance.percent(lost) {
            return;
        }
        let copies = if self.chance.percent(repeated) { 2 } else { 1 };
        for _ in 0..copies {
            let held = if self.chance.percent(held_back) { self.chance.below(4_000) } else { 0 };
            // Frames on one connection stay in order where nothing holds them back.
            self.after(5 + held, event());
        }
    }

    fn start_hub(&mut self, node: usize, among_others: bool) {
        let place = match node {
            _ if !among_others => Place::Alone,
            0 => Place::Console,
            _ => Place::Relay,
        };
        let mut hub = Hub::at(place);
        if place != Place::Relay {
            self.bonds.iter().for_each(|(bond, ..)| hub.restore(*bond));
        }
        self.nodes[node].hub = hub;
    }

    fn run(&mut self) {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > END {
                break;
            }
            self.now = at;
            self.happen(event);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::ToHub(session, frame) => {
                let (now, node) = (self.instant(), self.sessions[&session].1);
                let effects = self.nodes[node].hub.received(now, session, frame);
                self.apply(node, effects);
            }
            Event::ToDevice(device, session, frame) if self.devices[device].session == Some(session) => {
                self.received(device, frame);
            }
            Event::HubNotices(session) => {
                let (now, node) = (self.instant(), self.sessions[&session].1);
                let effects = self.nodes[node].hub.disconnected(now, session);
                self.apply(node, effects);
            }
            Event::Parcel(from, to, parcel) => self.deliver(from, to, &parcel),
            Event::Superseded(session) => {
                let node = self.sessions[&session].1;
                let effects = self.nodes[node].hub.superseded(session);
                self.apply(node, effects);
            }
            Event::Undelivered(node, exchange) => {
                let effects = self.nodes[node].hub.bounced(exchange);
                self.apply(node, effects);
            }
            Event::Rejoin(node) => {
                self.nodes[node].joined = true;
                let now = self.instant();
                let effects = self.nodes[node].hub.rejoined(now);
                self.apply(node, effects);
            }
            Event::DeviceNotices(device, session) if self.devices[device].session == Some(session) => {
                self.devices[device].session = None;
                let pause = self.chance.below(2_000);
                self.after(pause, Event::Connect(device));
            }
            Event::Connect(device) => self.connect(device),
            Event::TickHub(node) => {
                let now = self.instant();
                let effects = self.nodes[node].hub.tick(now);
                self.apply(node, effects);
            }
            Event::TickDevice(device) => self.tick_device(device),
            Event::Ask(computer) => self.ask(computer),
            Event::CallOff(computer, exchange) => {
                if let End::Computer { requests } = &mut self.devices[computer].end
                    && let Some(frame) = requests.call_off(self.now, exchange)
                {
                    self.records.get_mut(&exchange).unwrap().ended += 1;
                    self.send(computer, frame);
                }
            }
            Event::Decide(phone, exchange) => self.decide(phone, exchange),
            Event::Trouble => self.trouble(),
            _ => {}
        }
    }

    fn connect(&mut self, device: usize) {
        if self.devices[device].session.is_some() {
            return;
        }
        self.last_session += 1;
        let session = self.last_session;
        let node = usize::try_from(self.chance.below(self.nodes.len() as u64)).unwrap();
        self.sessions.insert(session, (device, node));
        self.devices[device].session = Some(session);
        let (now, id) = (self.instant(), self.devices[device].id);
        let role = if device < 2 { Role::Computer } else { Role::Phone };
        // Other nodes hear that the device is here now, if they hear it.
        let elsewhere: Vec<_> = (self.sessions.iter())
            .filter(|(_, (other, at))| *other == device && *at != node)
            .map(|(session, _)| *session)
            .collect();
        for old in elsewhere {
            self.over_the_bus(node, || Event::Superseded(old));
        }
        let bonds: Vec<_> = self.bonds.iter().map(|(bond, ..)| *bond).collect();
        let hub = &mut self.nodes[node].hub;
        if hub.place() == Place::Relay {
            let own = bonds.into_iter().filter(|bond| bond.computer == id || bond.phone == id);
            hub.certified(&own.collect::<Vec<_>>());
        }
        let effects = hub.connected(now, session, id, role);
        self.apply(node, effects);
    }

    /// Puts something on the bus; it may get lost.
    fn over_the_bus(&mut self, from: usize, event: impl Fn() -> Event) {
        let lost = if self.calm() { 0 } else { self.faults.0 / 2 };
        if self.nodes[from].joined && !self.chance.percent(lost) {
            let pause = 1 + self.chance.below(4);
            self.after(pause, event());
        }
    }

    /// Hands a parcel to whichever nodes hold the device; a request that none holds comes back.
    fn deliver(&mut self, from: usize, to: DeviceId, parcel: &Parcel) {
        let mut held = false;
        for node in 0..self.nodes.len() {
            if self.nodes[node].joined && self.nodes[node].hub.is_online(to) {
                held = true;
                let now = self.instant();
                let effects = self.nodes[node].hub.arrived(now, to, parcel.clone());
                self.apply(node, effects);
            }
        }
        if let (false, Some(Undelivered::Request(exchange))) = (held, Undelivered::of(parcel)) {
            self.over_the_bus(from, || Event::Undelivered(from, exchange));
        }
    }

    fn apply(&mut self, node: usize, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Send(session, frame) => {
                    let device = self.sessions[&session].0;
                    // The handshake is part of connecting: it is not lost without the connection.
                    if matches!(frame, Frame::Welcome { .. }) {
                        self.after(5, Event::ToDevice(device, session, frame));
                    } else {
                        self.travel(|| Event::ToDevice(device, session, frame.clone()));
                    }
                }
                Effect::Close(session) => {
                    let device = self.sessions[&session].0;
                    self.after(10, Event::DeviceNotices(device, session));
                }
                Effect::Wake(..) => {}
                Effect::Forward(device, parcel) => {
                    if let (false, Some(Undelivered::Request(exchange))) =
                        (self.nodes[node].joined, Undelivered::of(&parcel))
                    {
                        effects.extend(self.nodes[node].hub.bounced(exchange));
                    }
                    self.over_the_bus(node, || Event::Parcel(node, device, parcel.clone()));
                }
                Effect::Record(_) | Effect::Forget(_) | Effect::Ask(..) => unreachable!("nobody pairs"),
            }
        }
        if let Some(next) = self.nodes[node].hub.next_deadline() {
            let ms = u64::try_from(next.duration_since(self.start).as_millis()).unwrap() + 1;
            self.after(ms.saturating_sub(self.now), Event::TickHub(node));
        }
    }

    fn send(&mut self, device: usize, frame: Frame) {
        if let Some(session) = self.devices[device].session {
            self.travel(|| Event::ToHub(session, frame.clone()));
        }
        self.schedule(device);
    }

    fn schedule(&mut self, device: usize) {
        let next = match &self.devices[device].end {
            End::Computer { requests } => requests.next_tick(),
            End::Phone { answers, screen, .. } => {
                let again = answers.next_tick().map(|at| at.saturating_sub(EPOCH));
                again.into_iter().chain(screen.as_ref().map(|prompt| prompt.until)).min()
            }
        };
        if let Some(at) = next {
            self.after(at.saturating_sub(self.now).max(1), Event::TickDevice(device));
        }
    }

    fn ask(&mut self, computer: usize) {
        let calm = self.now >= CALM;
        let (now, ttl) = (self.now, if calm { 60_000 } else { 5_000 + self.chance.below(55_000) });
        let (bond, _, phone) = self.bonds[computer];
        let peer_key = self.devices[phone].keys.public().channel;
        let bond =
            sealed::Bond { pairing: bond.pairing, computer: bond.computer, phone: bond.phone, peer_key };
        let exchange = ExchangeId::random(&mut self.chance);
        let request = Request {
            issued_at: EPOCH + now,
            ttl_ms: u32::try_from(ttl).unwrap(),
            ctap: exchange.0.to_vec().into(),
            protocol: Protocol::Ctap2,
            plugged_in_ms: None,
        };
        let keys = self.devices[computer].keys.clone();
        let (waiting, body) =
            sealed::seal_request(&bond, &keys, exchange, &request, &mut self.chance).unwrap();
        self.records.insert(exchange, Record { calm, ..Record::default() });
        if self.chance.percent(20) && !calm {
            let at = self.chance.below(ttl);
            self.after(at, Event::CallOff(computer, exchange));
        }
        let End::Computer { requests } = &mut self.devices[computer].end else { unreachable!() };
        let asked = Asked { pairing: bond.pairing, waiting, body, deadline: now + ttl };
        let frame = requests.ask(now, exchange, asked);
        self.send(computer, frame);
    }

    fn received(&mut self, device: usize, frame: Frame) {
        if device < 2 { self.computer_received(device, &frame) } else { self.phone_received(device, frame) }
    }

    fn computer_received(&mut self, computer: usize, frame: &Frame) {
        let now = self.now;
        let End::Computer { requests } = &mut self.devices[computer].end else { unreachable!() };
        let (mut frames, mut ended) = (Vec::new(), None);
        match frame {
            Frame::Welcome { .. } => frames = requests.resume(now),
            Frame::Presence { peer } if peer.online => frames = requests.resume(now),
            frame => {
                let (reply, end) = requests.received(frame);
                frames.extend(reply);
                ended = end;
            }
        }
        ended.into_iter().for_each(|(exchange, end)| self.ended(exchange, end));
        frames.into_iter().for_each(|frame| self.send(computer, frame));
        self.schedule(computer);
    }

    /// The computer tells whoever asked.
    fn ended(&mut self, exchange: ExchangeId, end: Ended) {
        let record = self.records.get_mut(&exchange).unwrap();
        record.ended += 1;
        assert_eq!(record.ended, 1, "told twice");
        if let Ended::Answer(answer) = end {
            let response = answer.expect("nobody forges here");
            assert_eq!(*response.ctap, exchange.0, "the answer to another request");
            assert_eq!(record.decided, 1, "answered without a decision");
            record.answered = true;
        }
    }

    fn phone_received(&mut self, phone: usize, frame: Frame) {
        let now = self.unix();
        let End::Phone { answers, screen, .. } = &mut self.devices[phone].end else { unreachable!() };
        let mut frames = Vec::new();
        match frame {
            Frame::Request { exchange, pairing, ttl_ms, body } => match answers.look_up(exchange, pairing) {
                Known::Again(reply) => frames.extend(reply),
                Known::New => return self.prompt(phone, exchange, pairing, ttl_ms, &body),
            },
            Frame::Cancel { exchange, pairing } | Frame::Failed { exchange, pairing, .. } => {
                frames.extend(answers.called_off(now, exchange, pairing));
                screen.take_if(|prompt| prompt.exchange == exchange);
                self.records.get_mut(&exchange).unwrap().called_off = true;
                self.keep(phone);
            }
            Frame::Got { exchange, pairing } => answers.acknowledged(exchange, pairing),
            Frame::Welcome { .. } => frames = answers.resume(now),
            Frame::Presence { peer } if peer.online => frames = answers.resume(now),
            _ => {}
        }
        frames.into_iter().for_each(|frame| self.send(phone, frame));
    }

    fn prompt(&mut self, phone: usize, exchange: ExchangeId, pairing: PairingId, ttl_ms: u32, body: &[u8]) {
        let (now, unix) = (self.now, self.unix());
        let (bond, computer, _) = self.bonds.iter().find(|(bond, ..)| bond.pairing == pairing).unwrap();
        let peer_key = self.devices[*computer].keys.public().channel;
        let bond = sealed::Bond { pairing, computer: bond.computer, phone: bond.phone, peer_key };
        let keys = self.devices[phone].keys.clone();
        let (answering, request) =
            sealed::open_request(&bond, &keys, exchange, body, &mut self.chance).unwrap();
        let thinks = 200 + self.chance.below(20_000);
        let record = self.records.get_mut(&exchange).unwrap();
        assert!(!record.called_off, "a prompt after a cancel");
        assert_eq!(record.decided, 0, "a prompt after the decision");
        assert!(self.prompted.insert((exchange, self.incarnation)), "a second prompt");
        let End::Phone { answers, screen, .. } = &mut self.devices[phone].end else { unreachable!() };
        let taken = answers.take(unix, exchange, pairing, request.issued_at).unwrap();
        if screen.is_some() {
            record.decided += 1; // by the phone itself
            let busy = answers.fail(unix, exchange, Failure::Busy).unwrap();
            self.keep(phone);
            return self.send(phone, busy);
        }
        *screen = Some(Prompt { exchange, pairing, answering, until: now + u64::from(ttl_ms) });
        self.after(thinks, Event::Decide(phone, exchange));
        self.send(phone, taken);
    }

    fn decide(&mut self, phone: usize, exchange: ExchangeId) {
        let unix = self.unix();
        let End::Phone { answers, screen, .. } = &mut self.devices[phone].end else { return };
        let Some(prompt) = screen.take_if(|prompt| prompt.exchange == exchange) else { return };
        let record = self.records.get_mut(&exchange).unwrap();
        record.decided += 1;
        assert_eq!(record.decided, 1, "decided twice");
        assert!(answers.decided(exchange));
        self.keep(phone);
        if self.chance.percent(10) && !self.calm() {
            return self.crash_phone(phone); // between the decision and the answer
        }
        let response = Response { ctap: exchange.0.to_vec().into(), info: None };
        let body = prompt.answering.seal_response(&response).unwrap();
        let End::Phone { answers, .. } = &mut self.devices[phone].end else { return };
        let answer = answers.answer(unix, exchange, body).unwrap();
        assert_eq!(prompt.pairing, pairing_of(&answer));
        self.keep(phone);
        self.send(phone, answer);
    }

    fn keep(&mut self, phone: usize) {
        if let End::Phone { answers, kept, .. } = &mut self.devices[phone].end {
            *kept = answers.clone();
        }
    }

    fn tick_device(&mut self, device: usize) {
        let (now, unix) = (self.now, self.unix());
        let mut ended = Vec::new();
        let frames = match &mut self.devices[device].end {
            End::Computer { requests } => {
                let (frames, over) = requests.tick(now);
                ended = over;
                frames
            }
            End::Phone { answers, screen, .. } => {
                let mut frames = answers.tick(unix);
                if let Some(late) = screen.take_if(|prompt| prompt.until <= now) {
                    self.records.get_mut(&late.exchange).unwrap().decided += 1;
                    answers.decided(late.exchange);
                    frames.extend(answers.fail(unix, late.exchange, Failure::TimedOut));
                }
                frames
            }
        };
        ended.into_iter().for_each(|(exchange, end)| self.ended(exchange, end));
        frames.into_iter().for_each(|frame| self.send(device, frame));
        self.schedule(device);
    }

    fn trouble(&mut self) {
        let device = usize::try_from(self.chance.below(3)).unwrap();
        let node = usize::try_from(self.chance.below(self.nodes.len() as u64)).unwrap();
        match self.chance.below(5) {
            3 if self.nodes.len() > 1 => {
                self.nodes[node].joined = false;
                let back = self.chance.below(10_000);
                self.after(back, Event::Rejoin(node));
            }
            0 => self.break_connection(device),
            1 => self.crash_hub(node),
            2 if device < 2 => {
                // Whoever asked is gone with it.
                let End::Computer { requests } = &self.devices[device].end else { unreachable!() };
                for (exchange, record) in &mut self.records {
                    record.orphan |= requests.progress(*exchange).is_some();
                }
                self.devices[device].end = a_computer();
                self.break_connection(device);
            }
            2 => self.crash_phone(device),
            _ => {
                self.break_connection(device);
                self.break_connection((device + 1) % 3);
            }
        }
    }

    /// Both sides notice when they notice.
    fn break_connection(&mut self, device: usize) {
        if let Some(session) = self.devices[device].session {
            let (hub, end) = (self.chance.below(5_000), self.chance.below(5_000));
            self.after(hub, Event::HubNotices(session));
            self.after(end, Event::DeviceNotices(device, session));
        }
    }

    fn crash_phone(&mut self, phone: usize) {
        self.incarnation += 1;
        let unix = self.unix();
        if let End::Phone { kept, .. } = &self.devices[phone].end {
            let mut answers = kept.clone();
            answers.restarted(unix);
            self.devices[phone].end = a_phone(answers);
        }
        self.break_connection(phone);
    }

    fn crash_hub(&mut self, node: usize) {
        self.start_hub(node, self.nodes.len() > 1);
        for device in 0..self.devices.len() {
            if let Some(session) = self.devices[device].session
                && self.sessions[&session].1 == node
            {
                let notices = self.chance.below(3_000);
                self.after(notices, Event::DeviceNotices(device, session));
            }
        }
    }

    fn judge(&self) {
        for (exchange, record) in &self.records {
            assert!(record.orphan || record.ended == 1, "{exchange:?} was never told");
            assert!(record.answered || !record.calm, "{exchange:?} has no answer although all is well");
        }
        for device in &self.devices {
            if let End::Phone { screen, .. } = &device.end {
                assert!(screen.is_none(), "a prompt stayed on the screen");
            }
        }
        for node in &self.nodes {
            assert_eq!(node.hub.next_deadline(), None, "the relay forgot nothing");
        }
    }
}

fn a_computer() -> End {
    End::Computer { requests: Requests::default() }
}

fn a_phone(answers: Answers) -> End {
    End::Phone { kept: answers.clone(), answers, screen: None }
}

fn pairing_of(frame: &Frame) -> PairingId {
    match frame {
        Frame::Response { pairing, .. } => *pairing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_request_ends_once_at_both_ends_whatever_happens() {
    let seeds = match std::env::var("SEED") {
        Ok(seed) => seed.parse().map(|seed| seed..=seed).expect("SEED is a number"),
        Err(_) => 0..=SEEDS,
    };
    for seed in seeds {
        let judged = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            world.run();
            world.judge();
        });
        if let Err(panic) = judged {
            eprintln!("SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
