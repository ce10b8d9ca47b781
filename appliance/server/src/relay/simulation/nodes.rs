//! The hubs, the connections to them, and the bus between them.

use std::collections::VecDeque;

use pocketkey_link::{frame::Frame, id::DeviceId};

use super::world::{Event, Node, World};
use crate::relay::{
    bus::{Parcel, Undelivered},
    hub::{Effect, Hub, Place, Role},
};

impl World {
    pub fn start_hub(&mut self, node: usize, among_others: bool) {
        let place = match node {
            _ if !among_others => Place::Alone,
            0 => Place::Console,
            _ => Place::Relay,
        };
        let mut hub = Hub::at(place);
        if place != Place::Relay {
            self.bonds.iter().for_each(|(bond, ..)| hub.restore(*bond));
        }
        (self.nodes[node].hub, self.nodes[node].place) = (hub, place);
    }

    pub fn connect(&mut self, device: usize) {
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
        let Node { hub, place, .. } = &mut self.nodes[node];
        if *place == Place::Relay {
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
    pub fn deliver(&mut self, from: usize, to: DeviceId, parcel: &Parcel) {
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

    pub fn apply(&mut self, node: usize, effects: Vec<Effect>) {
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
}
