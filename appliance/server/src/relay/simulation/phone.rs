//! A phone is asked, and its person decides.

use pocketkey_link::{
    exchange::Known,
    frame::{Failure, Frame},
    id::{ExchangeId, PairingId},
    sealed::{self, Response},
};

use super::{
    devices::{End, Prompt},
    world::{Event, World},
};

impl World {
    pub fn phone_received(&mut self, phone: usize, frame: Frame) {
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

    pub fn decide(&mut self, phone: usize, exchange: ExchangeId) {
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
}

fn pairing_of(frame: &Frame) -> PairingId {
    match frame {
        Frame::Response { pairing, .. } => *pairing,
        other => panic!("{other:?}"),
    }
}
