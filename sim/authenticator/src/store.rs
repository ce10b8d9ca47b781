//! What an authenticator must not forget.

mod credential;
mod device;
mod memory;

pub use credential::{CredRandom, Credential, Protection};
pub use device::{Device, StoredPin, Template};
pub use memory::{MemoryStore, MemoryStoreError};

use crate::authenticator::Env;
use core::fmt;
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Keeps credentials and settings. Each command writes at most once, through [`Store::commit`], before its reply
/// exists: what was replied is kept, and what was not kept is not replied. Only commands that try a PIN write more
/// often: the try is counted before the PIN is looked at.
pub trait Store {
    /// Why reading or writing failed. Clients are told `CTAP1_ERR_OTHER`; log the reason where it arises.
    type Error: core::error::Error;

    /// What belongs to the authenticator as a whole, or `Device::default()` at first.
    fn device(&self) -> Result<Device, Self::Error>;

    /// Every discoverable credential, newest first.
    fn credentials(&self) -> Result<Vec<Credential>, Self::Error>;

    /// The discoverable credentials of one relying party, newest first.
    fn for_relying_party(&self, rp_id: &str) -> Result<Vec<Credential>, Self::Error> {
        let mut credentials = self.credentials()?;
        credentials.retain(|credential| credential.rp.id == rp_id);
        Ok(credentials)
    }

    /// Makes all of `change` last, or, on an error, nothing of it.
    fn commit(&mut self, change: Change) -> Result<(), Self::Error>;
}

/// One command's writing.
#[derive(Clone, Debug)]
pub struct Change {
    /// Replaces the present value.
    pub device: Device,
    /// What happens to the discoverable credentials.
    pub credentials: CredentialChange,
}

/// What a command does to the discoverable credentials.
#[derive(Clone, Debug, Default)]
pub enum CredentialChange {
    /// Nothing.
    #[default]
    None,
    /// This becomes the newest credential and replaces the one with the same RP ID and user handle, if there is one.
    Add(Box<Credential>),
    /// This replaces the credential with the same credential ID and keeps its place; without one, nothing happens.
    Update(Box<Credential>),
    /// The credential with this credential ID goes.
    Remove(Vec<u8>),
    /// All of them go.
    RemoveAll,
}

impl From<Device> for Change {
    /// A change that touches no credential.
    fn from(device: Device) -> Self {
        Self { device, credentials: CredentialChange::None }
    }
}

/// 32 secret bytes: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
#[cbor(transparent)]
pub struct Secret(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

impl Secret {
    /// Takes the bytes over.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Fresh random bytes.
    pub(crate) fn random(env: &mut impl Env) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        env.fill(&mut *bytes);
        Self(*bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
