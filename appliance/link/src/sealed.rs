//! One request and its response: `Noise_KK_25519_ChaChaPoly_SHA256` between pinned keys.
//!
//! Message one carries the request, message two the response: one round trip, fresh keys for every request, and
//! nothing to resynchronise after a reconnect. The prologue binds both devices, the pairing and the exchange. Message
//! one alone could be repeated by the relay; its time stamp and the phone's [`crate::exchange::Answers`] make that
//! worthless. Contents are padded to steps.

use minicbor::{Decode, Encode, bytes::ByteVec};
use snow::HandshakeState;
use zeroize::Zeroizing;

use crate::{
    Entropy,
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
    noise::{self, Handshake},
    padding,
};

const PATTERN: &str = "Noise_KK_25519_ChaChaPoly_SHA256";

/// Two devices that have pinned each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// Their pairing.
    pub pairing: PairingId,
    /// The computer's id.
    pub computer: DeviceId,
    /// The phone's id.
    pub phone: DeviceId,
    /// The peer's static channel key.
    pub peer_key: [u8; 32],
}

/// Which protocol a request and its response speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Protocol {
    /// CTAP2: a command byte and CBOR; a status byte and CBOR.
    #[default]
    #[n(0)]
    Ctap2,
    /// CTAP1/U2F: an APDU; data and a status word.
    #[n(1)]
    U2f,
}

/// What the computer asks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Request {
    /// When, in Unix milliseconds by the computer's clock.
    #[n(0)]
    pub issued_at: u64,
    /// How long the computer waits, in milliseconds.
    #[n(1)]
    pub ttl_ms: u32,
    /// What the client asked, as it came.
    #[n(2)]
    pub ctap: ByteVec,
    /// Which protocol `ctap` speaks.
    #[n(3)]
    pub protocol: Protocol,
    /// In the first request after the key was plugged in: how long ago that was, in milliseconds. It is what the
    /// specification calls power-up, and permits a reset for some seconds.
    #[n(4)]
    pub plugged_in_ms: Option<u32>,
}

/// What the phone answers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Response {
    /// What the client gets.
    #[n(0)]
    pub ctap: ByteVec,
    /// What getInfo answers from now on (status byte and CBOR), if the computer does not know it yet: the key answers
    /// getInfo by itself.
    #[n(1)]
    pub info: Option<ByteVec>,
}

/// A message that could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The message is not from the pinned peer for this exchange, or was changed on the way.
    #[error("the message is not from the paired device, or was changed on the way")]
    Noise(#[from] snow::Error),
    /// Too long to be sent.
    #[error("the message is too long for the channel")]
    TooLong,
    /// The content cannot be read.
    #[error("the other side speaks another version of the protocol")]
    Content,
}

fn prologue(bond: &Bond, exchange: ExchangeId) -> Vec<u8> {
    let mut bytes = b"pocketkey/request/1\0".to_vec();
    for id in [bond.pairing.0, bond.computer.0, bond.phone.0, exchange.0] {
        bytes.extend_from_slice(&id);
    }
    bytes
}

fn seal<T: Encode<()>>(state: &mut HandshakeState, content: &T) -> Result<Vec<u8>, SealError> {
    let bytes = Zeroizing::new(minicbor::to_vec(content).map_err(|_| SealError::Content)?);
    let padded = Zeroizing::new(padding::pad(&bytes).ok_or(SealError::TooLong)?);
    Ok(noise::write(state, &padded)?)
}

fn open<T: for<'b> Decode<'b, ()>>(state: &mut HandshakeState, message: &[u8]) -> Result<T, SealError> {
    let padded = noise::read(state, message)?;
    let content = padding::unpad(&padded).ok_or(SealError::Content)?;
    minicbor::decode(content).map_err(|_| SealError::Content)
}

/// The computer, waiting for the response.
pub struct Waiting {
    state: HandshakeState,
}

/// The computer seals a request.
///
/// # Errors
/// [`SealError::TooLong`] if the CTAP request is longer than the channel carries (8 KiB less some bytes).
pub fn seal_request(
    bond: &Bond,
    own: &DeviceKeys,
    exchange: ExchangeId,
    request: &Request,
    entropy: &mut impl Entropy,
) -> Result<(Waiting, Vec<u8>), SealError> {
    let prologue = prologue(bond, exchange);
    let mut state =
        Handshake { pattern: PATTERN, prologue: &prologue, own, peer: Some(&bond.peer_key), psk2: None }
            .initiate(entropy)?;
    let message = seal(&mut state, request)?;
    Ok((Waiting { state }, message))
}

impl Waiting {
    /// Opens the response.
    ///
    /// # Errors
    /// [`SealError`] if it is not the pinned phone's answer to this very request. The exchange is lost then: a message
    /// that does not verify cannot be told from an attack.
    pub fn open_response(mut self, message: &[u8]) -> Result<Response, SealError> {
        open(&mut self.state, message)
    }
}

/// The phone, holding a request it has not answered.
pub struct Answering {
    state: HandshakeState,
}

/// The phone opens a request.
///
/// # Errors
/// [`SealError`] if it is not the pinned computer's request for this exchange.
pub fn open_request(
    bond: &Bond,
    own: &DeviceKeys,
    exchange: ExchangeId,
    message: &[u8],
    entropy: &mut impl Entropy,
) -> Result<(Answering, Request), SealError> {
    let prologue = prologue(bond, exchange);
    let mut state =
        Handshake { pattern: PATTERN, prologue: &prologue, own, peer: Some(&bond.peer_key), psk2: None }
            .respond(entropy)?;
    let request = open(&mut state, message)?;
    Ok((Answering { state }, request))
}

impl Answering {
    /// Seals the response.
    ///
    /// # Errors
    /// [`SealError::TooLong`] if the CTAP response is longer than the channel carries.
    pub fn seal_response(mut self, response: &Response) -> Result<Vec<u8>, SealError> {
        seal(&mut self.state, response)
    }
}
