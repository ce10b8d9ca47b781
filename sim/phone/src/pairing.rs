//! Pinning a computer: the phone's side of the pairing handshake.

use pocketkey_link::{
    frame::Frame,
    id::{DeviceId, PairingId},
    identity::DeviceKeys,
    pairing::{self, PairingError, PhoneCard, PhoneWaits},
    qr::PairingInvitation,
};
use pocketkey_relay_client::OsEntropy;
use tokio::time::{Duration, Instant};

use crate::memory::Computer;

/// How long the computer may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A pairing under way.
pub(crate) enum Pairing {
    /// Message one is sent.
    Opened { pairing: PairingId, waits: Box<PhoneWaits>, until: Instant },
    /// Message three is sent; the relay has yet to record it.
    Done { computer: Box<Computer>, until: Instant },
}

impl Pairing {
    /// Begins: gives message one.
    pub fn open(invitation: &PairingInvitation, keys: &DeviceKeys) -> Result<(Self, Frame), PairingError> {
        let (waits, body) = pairing::phone_opens(invitation, keys, &mut OsEntropy)?;
        let pairing = invitation.pairing;
        let state = Self::Opened { pairing, waits: Box::new(waits), until: Instant::now() + PATIENCE };
        Ok((state, Frame::PairOpen { pairing, body: body.into() }))
    }

    /// Which pairing.
    pub fn id(&self) -> PairingId {
        match self {
            Self::Opened { pairing, .. } => *pairing,
            Self::Done { computer, .. } => computer.pairing,
        }
    }

    /// When the phone stops waiting.
    pub fn until(&self) -> Instant {
        match self {
            Self::Opened { until, .. } | Self::Done { until, .. } => *until,
        }
    }

    /// Reads message two and gives message three; `None` if none was awaited.
    pub fn answered(self, body: &[u8], card: &PhoneCard) -> Option<Result<(Self, Frame), PairingError>> {
        let Self::Opened { waits, .. } = self else { return None };
        Some(waits.finish(body, card).map(|(paired, done)| {
            let computer = Computer {
                pairing: paired.pairing,
                device: paired.peer.device,
                key: paired.peer_key,
                name: paired.peer.name,
                code: paired.code,
            };
            let frame = Frame::PairDone { pairing: paired.pairing, body: done.into() };
            (Self::Done { computer: Box::new(computer), until: Instant::now() + PATIENCE }, frame)
        }))
    }

    /// The relay has recorded the pairing with `device`: the computer to keep.
    pub fn recorded(self, device: DeviceId) -> Option<Computer> {
        match self {
            Self::Done { computer, .. } if computer.device == device => Some(*computer),
            _ => None,
        }
    }
}
