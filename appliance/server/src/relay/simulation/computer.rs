//! A computer asks, and hears.

use pocketkey_link::{
    exchange::Asked,
    frame::Frame,
    id::ExchangeId,
    sealed::{self, Protocol, Request},
};

use super::{
    CALM, EPOCH,
    devices::End,
    invariants::Record,
    world::{Event, World},
};

impl World {
    pub fn ask(&mut self, computer: usize) {
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

    pub fn computer_received(&mut self, computer: usize, frame: &Frame) {
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
}
