//! Noise handshakes through snow, with randomness injected.

use std::sync::Mutex;

use snow::{
    Builder, HandshakeState,
    params::{CipherChoice, DHChoice, HashChoice, NoiseParams},
    resolvers::{CryptoResolver, DefaultResolver},
    types::{Cipher, Dh, Hash, Random},
};
use zeroize::Zeroizing;

use crate::{Entropy, identity::DeviceKeys};

/// The most a Noise message may hold.
const MAX_MESSAGE: usize = 65_535;

/// A Noise handshake, about to begin.
pub(crate) struct Handshake<'a> {
    pub pattern: &'static str,
    pub prologue: &'a [u8],
    pub own: &'a DeviceKeys,
    /// The peer's static key, where the pattern knows it beforehand.
    pub peer: Option<&'a [u8; 32]>,
    pub psk2: Option<&'a [u8; 32]>,
}

impl Handshake<'_> {
    pub fn initiate(&self, entropy: &mut impl Entropy) -> Result<HandshakeState, snow::Error> {
        self.builder(entropy)?.build_initiator()
    }

    pub fn respond(&self, entropy: &mut impl Entropy) -> Result<HandshakeState, snow::Error> {
        self.builder(entropy)?.build_responder()
    }

    fn builder(&self, entropy: &mut impl Entropy) -> Result<Builder<'_>, snow::Error> {
        let params: NoiseParams = self.pattern.parse()?;
        let resolver = OneEphemeral { entropy: Mutex::new(Some(Zeroizing::new(entropy.bytes()))) };
        let mut builder = Builder::with_resolver(params, Box::new(resolver))
            .prologue(self.prologue)?
            .local_private_key(self.own.channel.as_bytes())?;
        if let Some(peer) = self.peer {
            builder = builder.remote_public_key(peer)?;
        }
        if let Some(psk) = self.psk2 {
            builder = builder.psk(2, psk)?;
        }
        Ok(builder)
    }
}

/// Writes the next message of a handshake.
pub(crate) fn write(state: &mut HandshakeState, payload: &[u8]) -> Result<Vec<u8>, snow::Error> {
    let mut message = vec![0; (payload.len() + 256).min(MAX_MESSAGE)];
    let length = state.write_message(payload, &mut message)?;
    message.truncate(length);
    Ok(message)
}

/// Reads the next message of a handshake.
pub(crate) fn read(state: &mut HandshakeState, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, snow::Error> {
    let mut payload = Zeroizing::new(vec![0; message.len()]);
    let length = state.read_message(message, &mut payload)?;
    payload.truncate(length);
    Ok(payload)
}

/// snow's own primitives, with 32 bytes of randomness: each side of each handshake draws one ephemeral key, no more.
struct OneEphemeral {
    entropy: Mutex<Option<Zeroizing<[u8; 32]>>>,
}

impl CryptoResolver for OneEphemeral {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        let entropy = self.entropy.lock().ok()?.take()?;
        Some(Box::new(Once(Some(entropy))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

struct Once(Option<Zeroizing<[u8; 32]>>);

impl Random for Once {
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), snow::Error> {
        let entropy = self.0.take().ok_or(snow::Error::Rng)?;
        if bytes.len() != entropy.len() {
            return Err(snow::Error::Rng);
        }
        bytes.copy_from_slice(entropy.as_slice());
        Ok(())
    }
}
