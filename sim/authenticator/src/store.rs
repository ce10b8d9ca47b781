//! What an authenticator must not forget.

mod memory;

pub use memory::{MemoryStore, MemoryStoreError};

use crate::entities::{RelyingParty, User};
use core::fmt;
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Keeps credentials. Each command writes at most once, through [`Store::commit`], before its reply
/// exists: what was replied is kept, and what was not kept is not replied.
pub trait Store {
    /// Why reading or writing failed. Clients are told `CTAP1_ERR_OTHER`; log the reason where it arises.
    type Error: core::error::Error;

    /// The counter and the wrapping key, or `Device::default()` at first.
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
    /// Becomes the newest credential and replaces the one with the same RP ID and user handle, if there is
    /// one.
    pub credential: Option<Credential>,
}

/// What belongs to the authenticator as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Device {
    /// The signature counter: the value in the last signature. One for the whole device, because the
    /// counter of a non-discoverable credential would have no place to be kept.
    #[n(0)]
    pub counter: u32,
    /// Seals non-discoverable credentials. Made when the first of them is, lost never.
    #[n(1)]
    pub wrapping_key: Option<Secret>,
}

/// A discoverable credential.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Credential {
    /// The credential ID.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: Vec<u8>,
    /// Whose sign-in it is for.
    #[n(1)]
    pub rp: RelyingParty,
    /// Which account it signs in to.
    #[n(2)]
    pub user: User,
    /// The private P-256 scalar, big-endian.
    #[n(3)]
    pub private_key: Secret,
    /// When it was made, in Unix milliseconds.
    #[n(4)]
    pub created_at: u64,
}

impl Credential {
    /// Whether both are for the same account, so that the newer replaces the older.
    pub fn same_account(&self, other: &Credential) -> bool {
        self.rp.id == other.rp.id && self.user.id == other.user.id
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
