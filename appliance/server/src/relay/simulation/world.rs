//! A world: its devices, its nodes, and what happens next.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::{Duration, Instant},
};

use pocketkey_link::{
    exchange::Answers,
    frame::Frame,
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
};

use super::{
    CALM, END, EPOCH, TROUBLE,
    chance::Chance,
    devices::{Device, End, a_computer, a_phone},
    invariants::Record,
};
use crate::relay::{
    bus::Parcel,
    hub::{Bond, Hub, Place, SessionId},
};

/// What happens next, somewhere.
pub enum Event {
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

/// A hub, its part, and whether it is on the bus.
pub struct Node {
    pub hub: Hub,
    pub place: Place,
    pub joined: bool,
}

pub struct World {
    pub now: u64,
    pub start: Instant,
    pub chance: Chance,
    pub events: BTreeMap<(u64, u64), Event>,
    pub count: u64,
    pub nodes: Vec<Node>,
    pub devices: Vec<Device>,
    pub bonds: Vec<(Bond, usize, usize)>,
    /// Whose they are, and at which node.
    pub sessions: HashMap<SessionId, (usize, usize)>,
    pub last_session: SessionId,
    pub records: HashMap<ExchangeId, Record>,
    pub prompted: HashSet<(ExchangeId, u64)>,
    pub incarnation: u64,
    /// In percent: frames lost, repeated, held back.
    pub faults: (u64, u64, u64),
}

impl World {
    pub fn new(seed: u64) -> Self {
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
            world.nodes.push(Node { hub: Hub::default(), place: Place::Alone, joined: true });
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

    pub fn after(&mut self, ms: u64, event: Event) {
        self.count += 1;
        self.events.insert((self.now + ms, self.count), event);
    }

    pub fn instant(&self) -> Instant {
        self.start + Duration::from_millis(self.now)
    }

    pub fn unix(&self) -> u64 {
        EPOCH + self.now
    }

    pub fn calm(&self) -> bool {
        self.now >= TROUBLE
    }

    /// Puts a frame on its way, with the faults of this world.
    pub fn travel(&mut self, event: impl Fn() -> Event) {
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

    pub fn run(&mut self) {
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
}
