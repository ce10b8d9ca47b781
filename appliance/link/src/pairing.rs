//! Pairing: `Noise_IKpsk2_25519_ChaChaPoly_SHA256`, initiated by the phone.
//!
//! The QR gives the phone the computer's static key and a secret (the psk). Three messages:
//!
//! 1. phone → computer: the phone's static key, encrypted to the computer; nothing else, since the secret is not yet
//!    mixed in.
//! 2. computer → phone: who the computer is. From here on both keys depend on the secret.
//! 3. phone → computer: who the phone is. Only now the computer knows that the phone saw the QR, and pins it.
//!
//! Each state is consumed by the next, so that no message can be handled twice or out of order.

use minicbor::{Decode, Encode, bytes::ByteVec};
use sha2::{Digest, Sha256};
use snow::{HandshakeState, TransportState};

use crate::{
    Entropy,
    id::{DeviceId, PairingId},
    identity::DeviceKeys,
    noise::{self, Handshake},
    qr::PairingInvitation,
};

const PATTERN: &str = "Noise_IKpsk2_25519_ChaChaPoly_SHA256";

/// The other side did not show that it is who it should be, or sent what no honest device sends.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    /// The handshake does not verify: wrong secret, wrong computer, or somebody in the middle.
    #[error("phone and computer could not verify each other")]
    Handshake(#[from] snow::Error),
    /// What the peer says of itself cannot be read.
    #[error("the other side speaks another version of the protocol")]
    Card(#[from] minicbor::decode::Error),
}

/// What a computer says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ComputerCard {
    /// Its id at the relay.
    #[n(0)]
    pub device: DeviceId,
    /// What people call it.
    #[n(1)]
    pub name: String,
    /// Its operating system.
    #[n(2)]
    pub os: String,
}

/// What a phone says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct PhoneCard {
    /// Its id at the relay.
    #[n(0)]
    pub device: DeviceId,
    /// The model.
    #[n(1)]
    pub model: String,
    /// Its operating system.
    #[n(2)]
    pub os: String,
    /// Its authenticator's getInfo response (status byte and CBOR), which the key answers with by itself.
    #[n(3)]
    pub info: ByteVec,
}

/// A finished pairing: the peer is pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired<Card> {
    /// The pairing.
    pub pairing: PairingId,
    /// The peer's static channel key.
    pub peer_key: [u8; 32],
    /// Who the peer is.
    pub peer: Card,
    /// Six digits, the same on both screens.
    pub code: String,
}

fn prologue(pairing: PairingId) -> Vec<u8> {
    [b"pocketkey/pairing/1\0".as_slice(), &pairing.0].concat()
}

/// Six digits made from the handshake hash.
fn short_code(handshake_hash: &[u8]) -> String {
    let digest =
        Sha256::new().chain_update(b"pocketkey/short-code/1\0").chain_update(handshake_hash).finalize();
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    format!("{:06}", number % 1_000_000)
}

/// The phone, waiting for message two.
pub struct PhoneWaits {
    state: HandshakeState,
    pairing: PairingId,
    computer: [u8; 32],
}

/// The phone begins: gives message one.
///
/// # Errors
/// [`PairingError::Handshake`] if the computer's key is unusable.
pub fn phone_opens(
    invitation: &PairingInvitation,
    own: &DeviceKeys,
    entropy: &mut impl Entropy,
) -> Result<(PhoneWaits, Vec<u8>), PairingError> {
    let mut state = Handshake {
        pattern: PATTERN,
        prologue: &prologue(invitation.pairing),
        own,
        peer: Some(&invitation.computer),
        psk2: Some(&invitation.secret),
    }
    .initiate(entropy)?;
    let message = noise::write(&mut state, &[])?;
    Ok((PhoneWaits { state, pairing: invitation.pairing, computer: invitation.computer }, message))
}

impl PhoneWaits {
    /// The phone reads message two, gives message three, and is done.
    ///
    /// # Errors
    /// [`PairingError`] if the computer is not the one of the QR.
    pub fn finish(
        mut self,
        answer: &[u8],
        card: &PhoneCard,
    ) -> Result<(Paired<ComputerCard>, Vec<u8>), PairingError> {
        let payload = noise::read(&mut self.state, answer)?;
        let peer = minicbor::decode(&payload)?;
        let code = short_code(self.state.get_handshake_hash());
        let mut transport = self.state.into_transport_mode()?;
        let card = minicbor::to_vec(card).expect("a Vec takes every byte");
        let mut done = vec![0; card.len() + 16];
        let length = transport.write_message(&card, &mut done)?;
        done.truncate(length);
        Ok((Paired { pairing: self.pairing, peer_key: self.computer, peer, code }, done))
    }
}

/// The computer, waiting for message three.
pub struct ComputerWaits {
    transport: TransportState,
    pairing: PairingId,
    phone: [u8; 32],
    code: String,
}

/// The computer reads message one and gives message two.
///
/// # Errors
/// [`PairingError::Handshake`] if message one was not made for this computer.
pub fn computer_answers(
    invitation: &PairingInvitation,
    own: &DeviceKeys,
    open: &[u8],
    card: &ComputerCard,
    entropy: &mut impl Entropy,
) -> Result<(ComputerWaits, Vec<u8>), PairingError> {
    let mut state = Handshake {
        pattern: PATTERN,
        prologue: &prologue(invitation.pairing),
        own,
        peer: None,
        psk2: Some(&invitation.secret),
    }
    .respond(entropy)?;
    noise::read(&mut state, open)?;
    let phone = state.get_remote_static().and_then(|key| key.try_into().ok()).ok_or(snow::Error::Input)?;
    let card = minicbor::to_vec(card).expect("a Vec takes every byte");
    let message = noise::write(&mut state, &card)?;
    let code = short_code(state.get_handshake_hash());
    let transport = state.into_transport_mode()?;
    Ok((ComputerWaits { transport, pairing: invitation.pairing, phone, code }, message))
}

impl ComputerWaits {
    /// The computer reads message three and is done.
    ///
    /// # Errors
    /// [`PairingError`] if the phone did not see the QR.
    pub fn finish(mut self, done: &[u8]) -> Result<Paired<PhoneCard>, PairingError> {
        let mut payload = vec![0; done.len()];
        let length = self.transport.read_message(done, &mut payload)?;
        let peer = minicbor::decode(&payload[..length])?;
        Ok(Paired { pairing: self.pairing, peer_key: self.phone, peer, code: self.code })
    }
}
