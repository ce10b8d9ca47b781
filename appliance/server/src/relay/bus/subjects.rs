//! The subjects of one appliance.

use data_encoding::HEXLOWER;
use pocketkey_link::{
    frame::Frame,
    id::{DeviceId, ExchangeId, PairingId},
};

use super::{NodeId, Parcel};

/// Where the console's node is asked who it is, before anything is known of it.
pub const HELLO: &str = "pk.hello";

/// What came back undelivered, told by the subject it came back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undelivered {
    /// A request for a phone.
    Request(ExchangeId),
    /// The first message of a pairing, for its computer.
    Opening(PairingId),
    /// A device's pairing frame, for the console's node.
    Pairing(PairingId, DeviceId),
}

impl Undelivered {
    /// What is to be known of a parcel if nobody takes it.
    pub fn of(parcel: &Parcel) -> Option<Self> {
        match parcel {
            Parcel::Frame(Frame::Request { exchange, .. }) => Some(Self::Request(*exchange)),
            Parcel::Frame(Frame::PairOpen { pairing, .. }) => Some(Self::Opening(*pairing)),
            _ => None,
        }
    }
}

/// The subjects of one appliance, seen from one node.
#[derive(Debug, Clone)]
pub struct Subjects {
    prefix: String,
    node: NodeId,
}

impl Subjects {
    /// Those of the appliance with this id.
    pub fn new(organisation: &[u8; 16], node: NodeId) -> Self {
        Self { prefix: format!("pk.{}", HEXLOWER.encode(organisation)), node }
    }

    /// Where the node that holds a device listens.
    pub fn device(&self, device: DeviceId) -> String {
        format!("{}.dev.{device}", self.prefix)
    }

    /// Where the console's node listens.
    pub fn authority(&self) -> String {
        format!("{}.authority", self.prefix)
    }

    /// Where everybody hears news at once.
    pub fn news(&self) -> String {
        format!("{}.news", self.prefix)
    }

    /// The bucket that keeps news.
    pub fn bucket(&self) -> String {
        format!("{}-news", self.prefix.replace('.', "-"))
    }

    /// Where this node hears what was not delivered.
    pub fn undelivered(&self) -> String {
        format!("{}.node.{:016x}.>", self.prefix, self.node.0)
    }

    /// Where something comes back to if nobody takes it.
    pub fn back(&self, what: Undelivered) -> String {
        let (prefix, node) = (&self.prefix, self.node.0);
        match what {
            Undelivered::Request(exchange) => format!("{prefix}.node.{node:016x}.request.{exchange}"),
            Undelivered::Opening(pairing) => format!("{prefix}.node.{node:016x}.opening.{pairing}"),
            Undelivered::Pairing(pairing, device) => {
                format!("{prefix}.node.{node:016x}.pairing.{pairing}.{device}")
            }
        }
    }

    /// What came back to `subject`.
    pub fn came_back(&self, subject: &str) -> Option<Undelivered> {
        let mut parts = subject.strip_prefix(&self.prefix)?.split('.').skip(3);
        match (parts.next()?, parts.next()?, parts.next()) {
            ("request", exchange, None) => exchange.parse().ok().map(Undelivered::Request),
            ("opening", pairing, None) => pairing.parse().ok().map(Undelivered::Opening),
            ("pairing", pairing, Some(device)) => {
                Some(Undelivered::Pairing(pairing.parse().ok()?, device.parse().ok()?))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_known_by_its_subject() {
        let subjects = Subjects::new(&[0xab; 16], NodeId(1));
        let (pairing, device) = (PairingId([2; 16]), DeviceId([3; 16]));
        for what in [
            Undelivered::Request(ExchangeId([1; 16])),
            Undelivered::Opening(pairing),
            Undelivered::Pairing(pairing, device),
        ] {
            assert_eq!(subjects.came_back(&subjects.back(what)), Some(what));
        }
        for nonsense in ["", "pk", &subjects.news(), &format!("{}.node.1.request.x", subjects.prefix)] {
            assert_eq!(subjects.came_back(nonsense), None);
        }
    }
}
