//! The ends: who they are, what they send, and their clocks.

use pocketkey_link::{
    exchange::{Answers, Requests},
    frame::{Failure, Frame},
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
    sealed::Answering,
};

use super::{
    EPOCH,
    world::{Event, World},
};
use crate::relay::hub::SessionId;

#[allow(clippy::large_enum_variant, reason = "there are three")]
pub enum End {
    Computer { requests: Requests },
    Phone { answers: Answers, kept: Answers, screen: Option<Prompt> },
}

pub struct Prompt {
    pub exchange: ExchangeId,
    pub pairing: PairingId,
    pub answering: Answering,
    pub until: u64,
}

pub struct Device {
    pub id: DeviceId,
    pub keys: DeviceKeys,
    pub session: Option<SessionId>,
    pub end: End,
}

impl World {
    pub fn send(&mut self, device: usize, frame: Frame) {
        if let Some(session) = self.devices[device].session {
            self.travel(|| Event::ToHub(session, frame.clone()));
        }
        self.schedule(device);
    }

    pub fn schedule(&mut self, device: usize) {
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

    pub fn received(&mut self, device: usize, frame: Frame) {
        if device < 2 { self.computer_received(device, &frame) } else { self.phone_received(device, frame) }
    }

    pub fn tick_device(&mut self, device: usize) {
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
}

pub fn a_computer() -> End {
    End::Computer { requests: Requests::default() }
}

pub fn a_phone(answers: Answers) -> End {
    End::Phone { kept: answers.clone(), answers, screen: None }
}
