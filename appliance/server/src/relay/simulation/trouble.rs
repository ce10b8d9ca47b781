//! Trouble: connections break, ends and nodes crash, nodes lose the bus.

use super::{
    devices::{End, a_computer, a_phone},
    world::{Event, World},
};

impl World {
    pub fn trouble(&mut self) {
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

    pub fn crash_phone(&mut self, phone: usize) {
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
}
