//! Relay frames: what devices and the relay say to each other, one frame a WebSocket message, in CBOR.
//!
//! A session begins with [`Frame::Challenge`] from the relay; the device answers [`Frame::Prove`] and gets
//! [`Frame::Welcome`] or [`Frame::Refused`]. Bodies are opaque to the relay.

use minicbor::{CborLen, Decode, Encode};

pub use minicbor::bytes::ByteVec;

use crate::id::{DeviceId, ExchangeId, PairingId};

/// The longest frame either side accepts, in bytes.
pub const MAX_FRAME: usize = 16 * 1024;

/// The longest time a request may wait for its person, in milliseconds.
pub const MAX_TTL_MS: u32 = 120_000;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen)]
pub enum Frame {
    /// Relay → device, first: sign this.
    #[n(0)]
    Challenge {
        /// Fresh for every connection.
        #[cbor(n(0), with = "minicbor::bytes")]
        nonce: [u8; 32],
    },
    /// Device → relay: [`crate::proof::connect`] over the challenge.
    #[n(1)]
    Prove {
        /// Who connects.
        #[n(0)]
        device: DeviceId,
        /// The signature.
        #[cbor(n(1), with = "minicbor::bytes")]
        signature: [u8; 64],
        /// The device's latest [`crate::certificate`], if it has one.
        #[n(2)]
        certificate: Option<ByteVec>,
    },
    /// Relay → device: the session stands.
    #[n(2)]
    Welcome {
        /// Every pairing of the device, with the peer's presence.
        #[n(0)]
        peers: Vec<Peer>,
    },
    /// Relay → device: the session does not stand; the relay closes it.
    #[n(3)]
    Refused {
        /// Why.
        #[n(0)]
        reason: Refusal,
    },
    /// Computer → relay → phone: a sealed request ([`crate::sealed`]).
    #[n(4)]
    Request {
        /// Chosen by the computer, never used again.
        #[n(0)]
        exchange: ExchangeId,
        /// Between whom.
        #[n(1)]
        pairing: PairingId,
        /// How long the computer waits, in milliseconds, at most [`MAX_TTL_MS`].
        #[n(2)]
        ttl_ms: u32,
        /// Sealed.
        #[n(3)]
        body: ByteVec,
    },
    /// Phone → relay → computer: the sealed response. Sent again until [`Frame::Got`].
    #[n(5)]
    Response {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Sealed.
        #[n(1)]
        body: ByteVec,
        /// Between whom.
        #[n(2)]
        pairing: PairingId,
    },
    /// Computer → relay → phone: nobody waits any more. Sent again until [`Frame::Got`].
    #[n(6)]
    Cancel {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Between whom.
        #[n(1)]
        pairing: PairingId,
    },
    /// Relay → both or either, or phone → relay → computer: the exchange is over without a response.
    #[n(7)]
    Failed {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Why.
        #[n(1)]
        reason: Failure,
        /// Between whom.
        #[n(2)]
        pairing: PairingId,
    },
    /// Relay → device: the peer of a pairing came or went.
    #[n(8)]
    Presence {
        /// Which peer, and whether it is connected.
        #[n(0)]
        peer: Peer,
    },
    /// Pairing, message 1: phone → relay → computer.
    #[n(9)]
    PairOpen {
        /// From the QR.
        #[n(0)]
        pairing: PairingId,
        /// [`crate::pairing`], message one.
        #[n(1)]
        body: ByteVec,
    },
    /// Pairing, message 2: computer → relay → phone.
    #[n(10)]
    PairAnswer {
        /// Which pairing.
        #[n(0)]
        pairing: PairingId,
        /// [`crate::pairing`], message two.
        #[n(1)]
        body: ByteVec,
    },
    /// Pairing, message 3: phone → relay → computer. The relay records the pairing.
    #[n(11)]
    PairDone {
        /// Which pairing.
        #[n(0)]
        pairing: PairingId,
        /// [`crate::pairing`], message three.
        #[n(1)]
        body: ByteVec,
    },
    /// Relay → both: the pairing is recorded; requests may flow.
    #[n(12)]
    Paired {
        /// The other side.
        #[n(0)]
        peer: Peer,
    },
    /// Relay or computer → the other side: the pairing did not come about.
    #[n(13)]
    PairFailed {
        /// Which pairing.
        #[n(0)]
        pairing: PairingId,
        /// Why.
        #[n(1)]
        reason: PairFailure,
    },
    /// Relay → device: this pairing is no more (replaced or removed).
    #[n(14)]
    Unpaired {
        /// Which pairing.
        #[n(0)]
        pairing: PairingId,
    },
    /// Phone → relay → computer: the phone has the request.
    #[n(15)]
    Taken {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Between whom.
        #[n(1)]
        pairing: PairingId,
    },
    /// Relay → computer: the phone is away; the request waits for it until its time is over.
    #[n(16)]
    Queued {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Between whom.
        #[n(1)]
        pairing: PairingId,
    },
    /// Computer → relay → phone: the answer arrived. Phone → relay → computer: the phone knows that nobody waits.
    #[n(17)]
    Got {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Between whom.
        #[n(1)]
        pairing: PairingId,
    },
    /// Relay → device: show this from now on.
    #[n(18)]
    Certificate {
        /// A [`crate::certificate`].
        #[n(0)]
        certificate: ByteVec,
    },
    /// Phone → relay: how a request ended that its person saw, for the organisation's log. Sent before the answer; the
    /// relay keeps it and passes nothing on.
    #[n(19)]
    Report {
        /// Which exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// What is said of it.
        #[n(1)]
        report: Report,
    },
    /// Relay → device: there is something new for it at the appliance. What, it asks there.
    #[n(20)]
    News {},
}

/// The longest name of a web site that is reported, in bytes, as in DNS.
pub const MAX_RP: usize = 253;

/// What a phone says of a request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen)]
pub struct Report {
    /// What was asked.
    #[n(0)]
    pub action: Asked,
    /// How it ended.
    #[n(1)]
    pub ending: Ending,
    /// The web site, at most [`MAX_RP`] bytes, if the organisation wants to know.
    #[n(2)]
    pub rp: Option<String>,
}

/// What a person was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum Asked {
    /// To register at a web site.
    #[n(0)]
    Register,
    /// To sign in.
    #[n(1)]
    SignIn,
    /// Something else.
    #[n(2)]
    Other,
}

/// How a request ended on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum Ending {
    /// Approved, and done.
    #[n(0)]
    Done,
    /// The person denied it.
    #[n(1)]
    Denied,
    /// Nobody answered in time.
    #[n(2)]
    TimedOut,
    /// The phone was not unlocked.
    #[n(3)]
    WrongUnlock,
    /// Called off from elsewhere.
    #[n(4)]
    CalledOff,
    /// Approved, but the phone holds no credential for the site.
    #[n(5)]
    NoCredential,
    /// Approved, but the phone is registered at the site already.
    #[n(6)]
    AlreadyRegistered,
    /// Approved, but not done for another reason.
    #[n(7)]
    Refused,
}

/// The other side of a pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen)]
pub struct Peer {
    /// The pairing.
    #[n(0)]
    pub pairing: PairingId,
    /// The peer's id.
    #[n(1)]
    pub device: DeviceId,
    /// Whether it is connected now.
    #[n(2)]
    pub online: bool,
}

/// Why a session is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, thiserror::Error)]
#[cbor(index_only)]
pub enum Refusal {
    /// No such device, or the signature is not its.
    #[n(0)]
    #[error("the appliance does not know this device, or its proof is wrong")]
    NotProven,
    /// The same device connected anew; this session is over. Do not reconnect at once.
    #[n(1)]
    #[error("the same device connected from elsewhere")]
    Superseded,
    /// A frame that makes no sense, or too many of them.
    #[n(2)]
    #[error("the device broke the protocol")]
    Protocol,
    /// The appliance is stopping; reconnect shortly.
    #[n(3)]
    #[error("the appliance is restarting")]
    Restarting,
    /// An administrator blocked the device. Try again, but seldom: it may be unblocked.
    #[n(4)]
    #[error("an administrator blocked this device; ask your organisation")]
    Blocked,
}

/// Why an exchange ended without a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, thiserror::Error)]
#[cbor(index_only)]
pub enum Failure {
    /// The phone is not connected.
    #[n(0)]
    #[error("the phone is offline")]
    PhoneOffline,
    /// The person did not answer in time.
    #[n(1)]
    #[error("nobody answered in time")]
    TimedOut,
    /// The two are not paired (any more).
    #[n(2)]
    #[error("the phone is not paired with this computer")]
    NotPaired,
    /// The phone already holds as many requests as it may.
    #[n(3)]
    #[error("the phone is busy with another request")]
    Busy,
    /// The phone could not open or understand the request; sent by the phone.
    #[n(4)]
    #[error("the phone refused the request as damaged or too old")]
    Unreadable,
    /// An administrator blocked the phone or the computer.
    #[n(5)]
    #[error("an administrator blocked this security key")]
    Blocked,
    /// The answer was lost: the phone was restarted while it made it, or believes that nobody waits; sent by the phone.
    #[n(6)]
    #[error("the request was interrupted before the phone could answer; try again")]
    Interrupted,
    /// The organisation asks more than the relay carries; nothing that is under way suffers.
    #[n(7)]
    #[error("the appliance carries as many requests as it can; try again in a moment")]
    Overloaded,
}

/// Why a pairing did not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, thiserror::Error)]
#[cbor(index_only)]
pub enum PairFailure {
    /// No such pairing, or its time is over.
    #[n(0)]
    #[error("this pairing code is not valid any more; show a new one on the computer")]
    Expired,
    /// The computer is not connected.
    #[n(1)]
    #[error("the computer is not connected; start its pairing tool again")]
    ComputerOffline,
    /// The handshake failed: a wrong secret, or somebody in the middle.
    #[n(2)]
    #[error("phone and computer could not verify each other")]
    Handshake,
    /// Only an activated phone may pair.
    #[n(3)]
    #[error("activate the phone before pairing it")]
    NotActivated,
    /// The relay cannot reach the appliance, which records pairings.
    #[n(4)]
    #[error("the appliance cannot pair right now; try again in a minute")]
    Unavailable,
}

/// Bytes that are not a frame.
#[derive(Debug, thiserror::Error)]
pub enum BadFrame {
    /// Longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes; at most {MAX_FRAME} are accepted")]
    TooLong(usize),
    /// Not the CBOR of a frame.
    #[error("not a frame: {0}")]
    Malformed(#[from] minicbor::decode::Error),
    /// A frame, and more.
    #[error("bytes follow the frame")]
    Trailing,
}

impl Frame {
    /// Which pairing the frame is about, if it is a step of one that is being made.
    pub fn pairing_attempt(&self) -> Option<PairingId> {
        match self {
            Self::PairOpen { pairing, .. }
            | Self::PairAnswer { pairing, .. }
            | Self::PairDone { pairing, .. }
            | Self::PairFailed { pairing, .. } => Some(*pairing),
            _ => None,
        }
    }

    /// The frame's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        self.encode_to(&mut bytes);
        bytes
    }

    /// How many bytes [`Frame::encode`] gives.
    pub fn encoded_len(&self) -> usize {
        minicbor::len(self)
    }

    /// Appends the frame's bytes.
    #[allow(clippy::missing_panics_doc)] // cannot: a Vec takes every byte
    pub fn encode_to(&self, out: &mut Vec<u8>) {
        minicbor::encode(self, out).expect("a Vec takes every byte");
    }

    /// The frame in `bytes`.
    ///
    /// # Errors
    /// [`BadFrame`] if `bytes` is anything but exactly one frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadFrame> {
        if bytes.len() > MAX_FRAME {
            return Err(BadFrame::TooLong(bytes.len()));
        }
        let mut decoder = minicbor::Decoder::new(bytes);
        let frame = decoder.decode()?;
        if decoder.position() != bytes.len() {
            return Err(BadFrame::Trailing);
        }
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    /// One of each, with its bytes on the wire.
    fn snapshots() -> Vec<(Frame, &'static str)> {
        let exchange = ExchangeId([0x11; 16]);
        let pairing = PairingId([0x22; 16]);
        let device = DeviceId([0x33; 16]);
        let body = ByteVec::from(vec![0xAA, 0xBB]);
        let peer = Peer { pairing, device, online: true };
        // [index, [fields…]]
        vec![
            (
                Frame::Prove { device, signature: [0x44; 64], certificate: Some(body.clone()) },
                "82018350333333333333333333333333333333335840\
              44444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444 42aabb",
            ),
            (Frame::Certificate { certificate: body.clone() }, "82128142aabb"),
            (Frame::News {}, "821480"),
            (
                Frame::Report {
                    exchange,
                    report: Report { action: Asked::SignIn, ending: Ending::Denied, rp: Some("a.b".into()) },
                },
                "8213825011111111111111111111111111111111 83 01 01 63 612e62",
            ),
            (
                Frame::Report {
                    exchange,
                    report: Report { action: Asked::Other, ending: Ending::Done, rp: None },
                },
                "8213825011111111111111111111111111111111 82 02 00",
            ),
            (
                Frame::Welcome { peers: vec![peer] },
                "8202818183502222222222222222222222222222222250333333333333333333333333333333\
              33f5",
            ),
            (Frame::Refused { reason: Refusal::Superseded }, "82038101"),
            (Frame::Refused { reason: Refusal::Blocked }, "82038104"),
            (
                Frame::Request { exchange, pairing, ttl_ms: 60_000, body: body.clone() },
                "820484501111111111111111111111111111111150222222222222222222222222222222\
              2219ea6042aabb",
            ),
            (
                Frame::Response { exchange, pairing, body: body.clone() },
                "8205835011111111111111111111111111111111 42aabb 5022222222222222222222222222222222",
            ),
            (
                Frame::Cancel { exchange, pairing },
                "8206825011111111111111111111111111111111 5022222222222222222222222222222222",
            ),
            (
                Frame::Failed { exchange, pairing, reason: Failure::TimedOut },
                "8207835011111111111111111111111111111111 01 5022222222222222222222222222222222",
            ),
            (
                Frame::Taken { exchange, pairing },
                "820f825011111111111111111111111111111111 5022222222222222222222222222222222",
            ),
            (
                Frame::Queued { exchange, pairing },
                "8210825011111111111111111111111111111111 5022222222222222222222222222222222",
            ),
            (
                Frame::Got { exchange, pairing },
                "8211825011111111111111111111111111111111 5022222222222222222222222222222222",
            ),
            (
                Frame::Failed { exchange, pairing, reason: Failure::Blocked },
                "8207835011111111111111111111111111111111 05 5022222222222222222222222222222222",
            ),
            (Frame::PairOpen { pairing, body }, "8209825022222222222222222222222222222222 42aabb"),
            (
                Frame::PairFailed { pairing, reason: PairFailure::Handshake },
                "820d8250222222222222222222222222222222220 2",
            ),
        ]
    }

    #[test]
    fn frames_look_on_the_wire_as_they_always_did() {
        for (frame, hex) in snapshots() {
            let expected: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(HEXLOWER.encode(&frame.encode()), expected, "{frame:?}");
            assert_eq!(frame.encoded_len(), frame.encode().len(), "{frame:?}");
            assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
        }
    }

    #[test]
    fn long_and_trailing_bytes_are_refused() {
        assert!(matches!(Frame::decode(&vec![0; MAX_FRAME + 1]), Err(BadFrame::TooLong(_))));
        let mut bytes = Frame::Unpaired { pairing: PairingId([1; 16]) }.encode();
        bytes.push(0);
        assert!(matches!(Frame::decode(&bytes), Err(BadFrame::Trailing)));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Frame::decode(&bytes);
        }

        #[test]
        fn a_damaged_frame_never_panics(which in 0usize..snapshots().len(), at in 0usize..100, byte: u8) {
            let mut bytes = snapshots()[which].0.encode();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = Frame::decode(&bytes);
        }

        #[test]
        fn a_request_comes_back(exchange: [u8; 16], pairing: [u8; 16], ttl_ms: u32, body: Vec<u8>) {
            let frame = Frame::Request {
                exchange: ExchangeId(exchange), pairing: PairingId(pairing), ttl_ms, body: body.into(),
            };
            prop_assert_eq!(frame.encoded_len(), frame.encode().len());
            prop_assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
        }
    }
}
