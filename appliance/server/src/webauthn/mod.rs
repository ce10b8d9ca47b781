//! What the relying parties of this appliance share: where they are, and the ceremonies that run. They are the console, where
//! admins sign in, and the demo web site; both have the same RP ID, the host's name.

mod ceremonies;
mod site;

use std::{num::NonZeroU32, time::Duration};

pub use ceremonies::{Ceremonies, NoRoom};
pub use site::{IpAddress, Site};
use webauthn_rp::{
    bin::Decode,
    request::PublicKeyCredentialDescriptor,
    response::{AuthTransports, CredentialId, register::CompressedPubKey},
};

/// A WebAuthn user handle.
pub type Handle = [u8; 16];

/// A public key as it is stored.
pub type StoredKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The browser starts its clock after ours: a ceremony may end so much later than the browser's time limit, in milliseconds.
pub const GRACE: u32 = 15_000;

/// How long a ceremony is kept that the browser has `timeout` milliseconds for.
pub fn keep(timeout: NonZeroU32) -> Duration {
    Duration::from_millis(timeout.saturating_add(GRACE).get().into())
}

/// A stored credential as the browser is told of it, by its id and its stored transports; `None` if they are none.
pub fn descriptor(id: Vec<u8>, transports: u8) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let id = CredentialId::try_from(id).ok()?;
    Some(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(transports).ok()? })
}
