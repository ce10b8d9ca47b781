//! What the relying parties of this appliance share: where they are, and the ceremonies that run. They are the console, where
//! admins sign in, and the demo web site; both have the same RP ID, the host's name.

mod ceremonies;
mod site;

pub use ceremonies::{Ceremonies, NoRoom};
pub use site::{IpAddress, Site};
use webauthn_rp::response::register::CompressedPubKey;

/// A WebAuthn user handle.
pub type Handle = [u8; 16];

/// A public key as it is stored.
pub type StoredKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The browser starts its clock after ours: a ceremony may end so much later than the browser's time limit, in milliseconds.
pub const GRACE: u32 = 15_000;
