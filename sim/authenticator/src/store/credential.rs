//! A discoverable credential.

use super::Secret;
use crate::entities::{RelyingParty, User};
use crate::keys::Algorithm;
use minicbor::{Decode, Encode};

/// A discoverable credential. The fields behind `created_at` came with the second version of the store; where they are
/// missing, their defaults hold.
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
    /// What the private key is made from: on P-256 the scalar, big-endian.
    #[n(3)]
    pub private_key: Secret,
    /// When it was made, in Unix milliseconds.
    #[n(4)]
    pub created_at: u64,
    /// What it signs with.
    #[n(5)]
    #[cbor(default)]
    pub algorithm: Algorithm,
    /// credProtect: when it may be used or shown without user verification.
    #[n(6)]
    #[cbor(default)]
    pub protection: Protection,
    /// The values of hmac-secret, if the relying party asked for it.
    #[n(7)]
    pub cred_random: Option<CredRandom>,
    /// credBlob; at most [`crate::info::MAX_CRED_BLOB`] bytes.
    #[n(8)]
    #[cbor(with = "minicbor::bytes")]
    pub cred_blob: Option<Vec<u8>>,
    /// The key of this credential's element in the large-blob array.
    #[n(9)]
    pub large_blob_key: Option<Secret>,
    /// thirdPartyPayment.
    #[n(10)]
    #[cbor(default)]
    pub third_party_payment: bool,
    /// Its own signature counter, in use where the settings say so: the value in the last signature.
    #[n(11)]
    #[cbor(default)]
    pub counter: u32,
}

impl Credential {
    /// Whether both are for the same account, so that the newer replaces the older.
    pub fn same_account(&self, other: &Credential) -> bool {
        self.rp.id == other.rp.id && self.user.id == other.user.id
    }
}

/// The two values that hmac-secret computes with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CredRandom {
    /// For assertions with user verification.
    #[n(0)]
    pub with_uv: Secret,
    /// For assertions without.
    #[n(1)]
    pub without_uv: Secret,
}

/// The level of credProtect.
///
/// [CTAP 2.1, 12.1](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-credProtect-extension)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Protection {
    /// userVerificationOptional (1).
    #[default]
    #[n(1)]
    Optional,
    /// userVerificationOptionalWithCredentialIDList (2).
    #[n(2)]
    OptionalWithList,
    /// userVerificationRequired (3).
    #[n(3)]
    Required,
}

impl Protection {
    /// The extension's number for it.
    pub fn level(self) -> u8 {
        match self {
            Protection::Optional => 1,
            Protection::OptionalWithList => 2,
            Protection::Required => 3,
        }
    }

    /// The level with this number.
    pub fn from_level(level: i64) -> Option<Self> {
        [Protection::Optional, Protection::OptionalWithList, Protection::Required]
            .into_iter()
            .find(|known| i64::from(known.level()) == level)
    }
}
