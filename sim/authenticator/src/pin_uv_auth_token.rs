//! The pinUvAuthToken and its state: what a platform may do with it, for whom, and for how long.
//!
//! [CTAP 2.1, 6.5.2.1](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#puatoken-state)

use crate::auth_data::rp_id_hash;
use crate::pin_protocol::Protocol;
use crate::store::Secret;

/// How long a token may wait for its first use, in milliseconds (over USB).
const INITIAL_USAGE_LIMIT: u64 = 30_000;
/// How long the person counts as present after verification, in milliseconds (over USB).
const USER_PRESENT_LIMIT: u64 = 30_000;
/// How long a token lives at most, in milliseconds.
const MAX_USAGE: u64 = 600_000;

/// What a token is for: a set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permissions(u8);

impl Permissions {
    /// mc: makeCredential.
    pub(crate) const MAKE_CREDENTIAL: Self = Self(0x01);
    /// ga: getAssertion.
    pub(crate) const GET_ASSERTION: Self = Self(0x02);
    /// cm: credential management.
    pub(crate) const CREDENTIAL_MANAGEMENT: Self = Self(0x04);
    /// be: bio enrollment.
    pub(crate) const BIO_ENROLLMENT: Self = Self(0x08);
    /// lbw: large blob write.
    pub(crate) const LARGE_BLOB_WRITE: Self = Self(0x10);
    /// acfg: authenticator configuration.
    pub(crate) const AUTHENTICATOR_CONFIG: Self = Self(0x20);
    /// What getPinToken gives: mc and ga.
    pub(crate) const DEFAULT: Self = Self(0x03);

    /// The set with these bits. Bits without a meaning are dropped, as the specification demands.
    pub(crate) fn from_bits(bits: u8) -> Self {
        Self(bits & 0x3f)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are in it.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A pinUvAuthToken in use.
#[derive(Debug)]
pub(crate) struct Token {
    protocol: Protocol,
    value: Secret,
    permissions: Permissions,
    /// The permissions RP ID.
    rp_id: Option<String>,
    user_present: bool,
    user_verified: bool,
    /// Whether it has been used since it was given out.
    used: bool,
    /// When it was given out, in Unix milliseconds.
    since: u64,
}

impl Token {
    /// `beginUsingPinUvAuthToken(userIsPresent)`.
    pub(crate) fn begin(
        protocol: Protocol,
        value: Secret,
        permissions: Permissions,
        rp_id: Option<String>,
        user_present: bool,
        now: u64,
    ) -> Self {
        Self {
            protocol,
            value,
            permissions,
            rp_id,
            user_present,
            user_verified: true,
            used: false,
            since: now,
        }
    }

    /// `pinUvAuthTokenUsageTimerObserver()`: whether it may still be used.
    pub(crate) fn is_alive(&self, now: u64) -> bool {
        let age = now.saturating_sub(self.since);
        age <= MAX_USAGE && (self.used || age <= INITIAL_USAGE_LIMIT)
    }

    /// `verify(pinUvAuthToken, message, pinUvAuthParam)`.
    pub(crate) fn verify(&self, protocol: Protocol, message: &[&[u8]], param: &[u8]) -> bool {
        protocol == self.protocol && protocol.verify(self.value.bytes(), message, param)
    }

    /// It has permitted something: from now on it lives longer.
    pub(crate) fn mark_used(&mut self) {
        self.used = true;
    }

    pub(crate) fn permits(&self, permissions: Permissions) -> bool {
        self.permissions.contains(permissions)
    }

    /// Whether it is for this relying party, or for none in particular.
    pub(crate) fn is_for(&self, rp_id: &str) -> bool {
        self.rp_id.as_ref().is_none_or(|bound| bound == rp_id)
    }

    /// Whether it is for the relying party with this hash, or for none in particular.
    pub(crate) fn is_for_hash(&self, hash: &[u8]) -> bool {
        self.rp_id.as_ref().is_none_or(|bound| rp_id_hash(bound) == hash)
    }

    /// Whether a permissions RP ID is associated with it.
    pub(crate) fn is_bound(&self) -> bool {
        self.rp_id.is_some()
    }

    /// Associates a permissions RP ID, unless there is one.
    pub(crate) fn bind(&mut self, rp_id: &str) {
        self.rp_id.get_or_insert_with(|| rp_id.to_owned());
    }

    /// `getUserPresentFlagValue()`.
    pub(crate) fn user_present(&self, now: u64) -> bool {
        self.user_present && now.saturating_sub(self.since) <= USER_PRESENT_LIMIT
    }

    /// `getUserVerifiedFlagValue()`.
    pub(crate) fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// `clearUserPresentFlag()`, `clearUserVerifiedFlag()` and `clearPinUvAuthTokenPermissionsExceptLbw()`: it has
    /// vouched for a signature and will not vouch for another.
    pub(crate) fn spend(&mut self) {
        self.user_present = false;
        self.user_verified = false;
        self.permissions = Permissions(self.permissions.0 & Permissions::LARGE_BLOB_WRITE.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        let permissions = Permissions::from_bits(0xff);
        Token::begin(Protocol::Two, Secret::new([7; 32]), permissions, None, true, 1_000)
    }

    #[test]
    fn an_unused_token_lives_30_seconds_and_a_used_one_10_minutes() {
        let mut token = token();
        assert!(token.is_alive(31_000) && !token.is_alive(31_001));
        assert!(token.user_present(31_000) && !token.user_present(31_001));
        assert!(!token.verify(Protocol::Two, &[b"message"], &[0; 32]));
        assert!(!token.is_alive(31_001), "a failure is no use");
        token.mark_used();
        assert!(token.is_alive(601_000) && !token.is_alive(601_001));
    }

    #[test]
    fn a_spent_token_only_writes_large_blobs() {
        let mut token = token();
        assert!(token.permits(Permissions::DEFAULT) && token.user_verified());
        token.spend();
        assert!(!token.user_present(1_000) && !token.user_verified());
        assert!(token.permits(Permissions::LARGE_BLOB_WRITE) && !token.permits(Permissions::GET_ASSERTION));
    }

    #[test]
    fn the_first_relying_party_stays() {
        let mut token = token();
        assert!(token.is_for("a.example") && token.is_for("b.example") && !token.is_bound());
        token.bind("a.example");
        token.bind("b.example");
        assert!(token.is_for("a.example") && !token.is_for("b.example") && token.is_bound());
        assert!(token.is_for_hash(&rp_id_hash("a.example")) && !token.is_for_hash(&rp_id_hash("b.example")));
    }
}
