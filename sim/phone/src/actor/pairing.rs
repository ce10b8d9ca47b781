//! Pairing with computers: under way, recorded, undone.

use pocketkey_link::{
    frame::{PairFailure, Peer},
    id::PairingId,
    pairing::PhoneCard,
};

use super::{Actor, screen::sentence};
use crate::pairing::Pairing;

impl Actor {
    pub(super) async fn pair_answered(&mut self, pairing: PairingId, body: &[u8]) {
        let Some(account) = &self.memory.account else { return };
        let card = PhoneCard {
            device: account.device,
            model: self.options.model.clone(),
            os: self.options.os.clone(),
            info: self.authenticator.info().into(),
        };
        let Some(under_way) = self.pairing.take_if(|under_way| under_way.id() == pairing) else { return };
        match under_way.answered(body, &card) {
            Some(Ok((done, frame))) => {
                self.pairing = Some(done);
                self.send(frame).await;
            }
            Some(Err(error)) => self.notice = Some(sentence(&error)),
            None => {}
        }
    }

    pub(super) fn paired(&mut self, peer: Peer) {
        let under_way = self.pairing.take_if(|under_way| under_way.id() == peer.pairing);
        let Some(computer) = under_way.and_then(|done| done.recorded(peer.device)) else { return };
        self.notice = Some(format!("Paired with {}. Both screens show {}.", computer.name, computer.code));
        self.memory.computers.retain(|known| known.device != computer.device);
        self.memory.computers.push(computer);
        self.save();
    }

    pub(super) fn pair_failed(&mut self, pairing: PairingId, reason: PairFailure) {
        if self.pairing.take_if(|under_way| under_way.id() == pairing).is_some() {
            self.notice = Some(sentence(&reason));
        }
    }

    pub(super) fn forget_unpaired(&mut self, peers: &[Peer]) {
        let before = self.memory.computers.len();
        self.memory.computers.retain(|computer| peers.iter().any(|peer| peer.pairing == computer.pairing));
        if self.memory.computers.len() != before {
            self.save();
        }
    }

    /// A pairing that was under way when the connection broke was recorded, or came to nothing.
    pub(super) fn settle_pairing(&mut self, peers: &[Peer]) {
        let Some(under_way) = self.pairing.as_ref().map(Pairing::id) else { return };
        match peers.iter().find(|peer| peer.pairing == under_way) {
            Some(peer) => self.paired(*peer),
            None => {
                self.pairing = None;
                self.notice = Some("The connection was lost; scan the code again.".to_owned());
            }
        }
    }
}
