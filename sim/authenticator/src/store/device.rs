//! What belongs to the authenticator as a whole.

use super::Secret;
use core::fmt;
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// How often a PIN may be tried before it is blocked (`maxPinRetries` in the specification's terms).
pub const PIN_TRIES: u8 = 8;
/// How often the person may fail at the phone before only the client PIN is left.
pub const UV_TRIES: u8 = 8;

/// What belongs to the authenticator as a whole. The fields behind `wrapping_key` came with the second version of the
/// store; where they are missing, their defaults hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Device {
    /// The signature counter: the value in the last signature. One for the whole device, because the
    /// counter of a non-discoverable credential would have no place to be kept.
    #[n(0)]
    pub counter: u32,
    /// Seals non-discoverable credentials. Made when the first of them is, lost only by a reset.
    #[n(1)]
    pub wrapping_key: Option<Secret>,
    /// The client PIN, if one is set.
    #[n(2)]
    pub pin: Option<StoredPin>,
    /// PIN tries since the last right one: `pinRetries` counted up, so that nothing stored means all tries left.
    #[n(3)]
    #[cbor(default)]
    pub pin_tries_used: u8,
    /// Failed verifications on the phone since the last success.
    #[n(4)]
    #[cbor(default)]
    pub uv_tries_used: u8,
    /// minPINLength in Unicode code points, once authenticatorConfig has raised it.
    #[n(5)]
    pub min_pin_length: Option<u8>,
    /// forcePINChange.
    #[n(6)]
    #[cbor(default)]
    pub force_pin_change: bool,
    /// The relying parties that may learn the minimum PIN length.
    #[n(7)]
    #[cbor(default)]
    pub min_pin_length_rp_ids: Vec<String>,
    /// alwaysUv, if authenticatorConfig has toggled it.
    #[n(8)]
    pub always_uv: Option<bool>,
    /// Whether enterprise attestation was enabled.
    #[n(9)]
    #[cbor(default)]
    pub enterprise_attestation: bool,
    /// The serialized large-blob array, if one was written.
    #[n(10)]
    #[cbor(with = "minicbor::bytes")]
    pub large_blobs: Option<Vec<u8>>,
    /// The fingers that are enrolled. They came with the third version of the store.
    #[n(11)]
    #[cbor(default)]
    pub templates: Vec<Template>,
}

impl Device {
    /// `pinRetries`: how often the PIN may still be tried.
    pub fn pin_retries(&self) -> u8 {
        PIN_TRIES.saturating_sub(self.pin_tries_used)
    }

    /// `uvRetries`: how often the person may still fail to verify on the phone.
    ///
    /// Failures count only where a client PIN is left to fall back to. Otherwise the phone's own lock limits the
    /// tries, and a block here could never be lifted.
    pub fn uv_retries(&self) -> u8 {
        UV_TRIES.saturating_sub(self.uv_tries_used)
    }
}

/// A finger that is enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Template {
    /// The template ID.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: Vec<u8>,
    /// templateFriendlyName.
    #[n(1)]
    pub name: Option<String>,
    /// What the sensor knows the finger by.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub finger: Vec<u8>,
}

/// What is kept of a client PIN.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
pub struct StoredPin {
    /// The first half of its SHA-256 digest.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub hash: [u8; 16],
    /// Its length in Unicode code points.
    #[n(1)]
    pub length: u8,
}

impl fmt::Debug for StoredPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPin(..)")
    }
}
