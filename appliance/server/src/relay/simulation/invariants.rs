//! What must be true of every request, whatever happens.

use pocketkey_link::{exchange::Ended, id::ExchangeId};

use super::{devices::End, world::World};

/// What the test knows of an exchange, apart from the code it judges.
#[derive(Default)]
pub struct Record {
    pub ended: u32,
    pub decided: u32,
    /// The phone has heard that nobody waits.
    pub called_off: bool,
    /// Whoever asked crashed.
    pub orphan: bool,
    pub answered: bool,
    /// Asked when there was no trouble any more.
    pub calm: bool,
}

impl World {
    /// The computer tells whoever asked.
    pub fn ended(&mut self, exchange: ExchangeId, end: Ended) {
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

    pub fn judge(&self) {
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
