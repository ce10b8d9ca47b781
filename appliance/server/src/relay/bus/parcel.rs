//! What nodes say to each other, in CBOR.

use std::time::{Duration, Instant};

use minicbor::{Decode, Decoder, Encode, bytes::ByteVec};
use pocketkey_link::{
    frame::{Frame, Report},
    id::{DeviceId, ExchangeId, PairingId},
};

use crate::relay::{
    End, Note, Noted,
    hub::{Bond, Role},
};

/// A node: chosen at random when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct NodeId(#[n(0)] pub u64);

/// Something for a device, or for the node that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Parcel {
    /// A frame for the device.
    #[n(0)]
    Frame(#[n(0)] Frame),
    /// For a phone: the computer has been away from its node for too long. Void if the phone's node knows it elsewhere.
    #[n(1)]
    Abandoned {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Over which pairing.
        #[n(1)]
        pairing: PairingId,
    },
    /// A peer of the device is connected to the sender's node. To be answered with [`Parcel::There`].
    #[n(2)]
    Came {
        /// The peer.
        #[n(0)]
        device: DeviceId,
    },
    /// The answer: so is this one.
    #[n(3)]
    There {
        /// The peer.
        #[n(0)]
        device: DeviceId,
    },
    /// A peer of the device is not connected to the sender's node any more.
    #[n(4)]
    Went {
        /// The peer.
        #[n(0)]
        device: DeviceId,
    },
    /// The device itself is connected to this node from now on.
    #[n(5)]
    Moved {
        /// Where it is.
        #[n(0)]
        node: NodeId,
        /// Since when, in Unix milliseconds of that node's clock.
        #[n(1)]
        since: u64,
    },
    /// The device itself is not connected to the sender's node any more; whoever holds it says so to its peers.
    #[n(6)]
    Gone,
    /// Does a node hold the device? To be answered with anything.
    #[n(7)]
    AreYouThere,
    /// The device has a new bond. These are news, too; here they come before its certificate.
    #[n(8)]
    Bonded(#[n(0)] Bond),
}

/// News, and when the console told them: in microseconds, later ones always with more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct News {
    /// When.
    #[n(0)]
    pub at: u64,
    /// What.
    #[n(1)]
    pub what: What,
}

/// What certificates may still say wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum What {
    /// How a device stands.
    #[n(0)]
    Device {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// Certificates issued until then are void, in Unix milliseconds; 0 if none are.
        #[n(1)]
        revoked_at: i64,
        /// Whether it may connect.
        #[n(2)]
        standing: Standing,
    },
    /// A new bond.
    #[n(1)]
    Bonded(#[n(0)] Bond),
    /// A bond is no more.
    #[n(2)]
    Unbonded(#[n(0)] PairingId),
    /// Everything has been told that there was until then.
    #[n(3)]
    Complete,
}

/// Whether a device may connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// It may.
    #[n(0)]
    Good,
    /// An administrator blocked it.
    #[n(1)]
    Blocked,
    /// It was deleted.
    #[n(2)]
    Removed,
}

/// What news are about: later ones about the same replace earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// A device.
    Device(DeviceId),
    /// A pairing.
    Pairing(PairingId),
    /// All of it.
    Everything,
}

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device(device) => write!(f, "device.{device}"),
            Self::Pairing(pairing) => write!(f, "pairing.{pairing}"),
            Self::Everything => f.write_str("everything"),
        }
    }
}

impl What {
    /// What it is about.
    pub fn topic(&self) -> Topic {
        match self {
            Self::Device { device, .. } => Topic::Device(*device),
            Self::Bonded(Bond { pairing, .. }) | Self::Unbonded(pairing) => Topic::Pairing(*pairing),
            Self::Complete => Topic::Everything,
        }
    }
}

/// What a relay node asks of the console's node, or tells it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Ask {
    /// Who are you? Answered with [`Greeting`].
    #[n(0)]
    Hello,
    /// May this device connect? It has no good certificate. Answered with [`Answer`].
    #[n(1)]
    Admit {
        /// Which.
        #[n(0)]
        device: DeviceId,
    },
    /// A device's pairing frame.
    #[n(2)]
    Pair {
        /// From whom.
        #[n(0)]
        device: DeviceId,
        /// What it is.
        #[n(1)]
        role: Role,
        /// The frame.
        #[n(2)]
        frame: Frame,
    },
    /// Something waits for a phone that is away: call it.
    #[n(3)]
    Wake {
        /// Whom.
        #[n(0)]
        phone: DeviceId,
        /// For how long that makes sense, in milliseconds.
        #[n(1)]
        for_ms: u64,
    },
    /// A device has connected.
    #[n(4)]
    Came {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// What it is.
        #[n(1)]
        role: Role,
    },
    /// A device's connection is gone.
    #[n(5)]
    Went {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// What it is.
        #[n(1)]
        role: Role,
    },
    /// What the log is to be told. Answered with nothing once the console's node has it.
    #[n(6)]
    Notes(#[n(0)] Vec<NotedElsewhere>),
    /// How many devices are connected to a node now; told every few seconds.
    #[n(7)]
    Count {
        /// Which node.
        #[n(0)]
        node: NodeId,
        /// Phones.
        #[n(1)]
        phones: u32,
        /// Computers.
        #[n(2)]
        computers: u32,
    },
}

/// Something for the log; times are milliseconds ago.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct NotedElsewhere {
    /// Which exchange.
    #[n(0)]
    pub exchange: ExchangeId,
    /// What of it.
    #[n(1)]
    pub what: Elsewhere,
    /// When it was noted.
    #[n(2)]
    pub ago_ms: u64,
    /// Where the computer connected from.
    #[n(3)]
    pub ip: Option<String>,
}

/// As [`Note`](crate::relay::Note).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Elsewhere {
    /// It is over.
    #[n(0)]
    Ended {
        /// Between whom.
        #[n(0)]
        bond: Bond,
        /// When it began.
        #[n(1)]
        asked_ago_ms: u64,
        /// How.
        #[n(2)]
        end: End,
        /// What the phone says of it.
        #[n(3)]
        report: Option<Report>,
    },
    /// What a phone says of one that is over.
    #[n(1)]
    Late {
        /// Which phone.
        #[n(0)]
        phone: DeviceId,
        /// What.
        #[n(1)]
        report: Report,
    },
}

impl NotedElsewhere {
    /// As it goes over the bus at `now`.
    pub fn new(noted: Noted, now: Instant) -> Self {
        let ago =
            |at: Instant| u64::try_from(now.saturating_duration_since(at).as_millis()).unwrap_or(u64::MAX);
        let (exchange, what) = match noted.note {
            Note::Ended { exchange, bond, asked, end, report } => {
                (exchange, Elsewhere::Ended { bond, asked_ago_ms: ago(asked), end, report })
            }
            Note::Late { exchange, phone, report } => (exchange, Elsewhere::Late { phone, report }),
        };
        Self { exchange, what, ago_ms: ago(noted.at), ip: noted.ip.map(|ip| ip.to_string()) }
    }

    /// As it came over the bus at `now`.
    pub fn noted(self, now: Instant) -> Noted {
        let before = |ms| now.checked_sub(Duration::from_millis(ms)).unwrap_or(now);
        let exchange = self.exchange;
        let note = match self.what {
            Elsewhere::Ended { bond, asked_ago_ms, end, report } => {
                Note::Ended { exchange, bond, asked: before(asked_ago_ms), end, report }
            }
            Elsewhere::Late { phone, report } => Note::Late { exchange, phone, report },
        };
        Noted { note, at: before(self.ago_ms), ip: self.ip.and_then(|ip| ip.parse().ok()) }
    }
}

/// What a relay node must know of its appliance.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Greeting {
    /// The appliance's id.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub organisation: [u8; 16],
    /// What its certificates are checked with.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub verifying_key: [u8; 32],
    /// Its public address.
    #[n(2)]
    pub url: String,
}

/// The answer to [`Ask::Admit`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Answer {
    /// The device, if the appliance knows it.
    #[n(0)]
    pub known: Option<Known>,
}

/// A device that the appliance knows.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Known {
    /// What it is.
    #[n(0)]
    pub role: Role,
    /// The key by which it proves itself.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sign_key: [u8; 32],
    /// Its bonds.
    #[n(2)]
    pub bonds: Vec<Bond>,
    /// Its certificate.
    #[n(3)]
    pub certificate: Option<ByteVec>,
    /// Whether an administrator blocked it.
    #[n(4)]
    pub blocked: bool,
}

/// Bytes that are not what is expected on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not what nodes say to each other; they may be of different versions")]
pub struct BadParcel;

/// The bytes of something.
#[allow(clippy::missing_panics_doc)] // cannot: a Vec takes every byte
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    #[expect(clippy::expect_used, reason = "a Vec takes every byte")]
    minicbor::encode(value, &mut bytes).expect("a Vec takes every byte");
    bytes
}

/// The one thing in `bytes`.
///
/// # Errors
/// [`BadParcel`] if they are anything else.
pub fn decode<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, BadParcel> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().map_err(|_| BadParcel)?;
    if decoder.position() == bytes.len() { Ok(value) } else { Err(BadParcel) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DEVICE: DeviceId = DeviceId([1; 16]);

    fn noted(bond: Bond, now: Instant) -> Noted {
        let (exchange, asked) = (ExchangeId([4; 16]), now - Duration::from_secs(3));
        let note = Note::Ended { exchange, bond, asked, end: End::Answered, report: None };
        Noted { note, at: now - Duration::from_secs(1), ip: Some([127, 0, 0, 1].into()) }
    }

    #[test]
    fn everything_comes_back() {
        let now = Instant::now() + Duration::from_secs(60);
        let bond = Bond { pairing: PairingId([2; 16]), computer: DEVICE, phone: DeviceId([3; 16]) };
        let frame = Frame::Taken { exchange: ExchangeId([4; 16]), pairing: bond.pairing };
        for parcel in [
            Parcel::Frame(frame.clone()),
            Parcel::Abandoned { exchange: ExchangeId([4; 16]), pairing: bond.pairing },
            Parcel::Came { device: DEVICE },
            Parcel::Moved { node: NodeId(7), since: 8 },
            Parcel::Gone,
            Parcel::AreYouThere,
            Parcel::Bonded(bond),
        ] {
            assert_eq!(decode::<Parcel>(&encode(&parcel)), Ok(parcel));
        }
        for what in [
            What::Device { device: DEVICE, revoked_at: 9, standing: Standing::Blocked },
            What::Bonded(bond),
            What::Unbonded(bond.pairing),
            What::Complete,
        ] {
            let news = News { at: 1, what };
            assert_eq!(decode::<News>(&encode(&news)), Ok(news));
        }
        for ask in [
            Ask::Hello,
            Ask::Pair { device: DEVICE, role: Role::Phone, frame },
            Ask::Wake { phone: DEVICE, for_ms: 10 },
            Ask::Count { node: NodeId(1), phones: 2, computers: 3 },
            Ask::Notes(vec![NotedElsewhere::new(noted(bond, now), now)]),
        ] {
            assert_eq!(decode::<Ask>(&encode(&ask)), Ok(ask));
        }
        let (over, later) = (NotedElsewhere::new(noted(bond, now), now), now + Duration::from_secs(5));
        let came = over.noted(later);
        assert_eq!((came.at, came.ip), (later - Duration::from_secs(1), Some([127, 0, 0, 1].into())));
        let known = Known {
            role: Role::Computer,
            sign_key: [5; 32],
            bonds: vec![bond],
            certificate: None,
            blocked: false,
        };
        for answer in [Answer { known: None }, Answer { known: Some(known) }] {
            assert_eq!(decode::<Answer>(&encode(&answer)), Ok(answer));
        }
        assert_eq!(decode::<Ask>(&[encode(&Ask::Hello), vec![0]].concat()), Err(BadParcel), "and more");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode::<Parcel>(&bytes);
            let _ = decode::<News>(&bytes);
            let _ = decode::<Ask>(&bytes);
            let _ = decode::<Greeting>(&bytes);
            let _ = decode::<Answer>(&bytes);
        }
    }
}
