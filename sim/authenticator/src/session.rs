//! What an authenticator forgets when it loses power: key agreement keys, the pinUvAuthToken, wrong PINs in a row.

use crate::authenticator::Env;
use crate::parameters::Proof;
use crate::pin_protocol::{AgreementKey, PeerKey, Protocol, SharedSecret};
use crate::pin_uv_auth_token::{Permissions, Token};
use crate::status::Status;
use crate::u2f::Remembered;
use core::fmt;

/// Wrong PINs in a row before power must be cycled.
const WRONG_PINS: u8 = 3;

/// What lasts until power is lost.
#[derive(Default)]
pub(crate) struct Session {
    /// When power came, in Unix milliseconds; unknown for an authenticator that was never told.
    powered_up: Option<u64>,
    /// One key for each protocol, made when it is first asked for.
    agreement: [Option<AgreementKey>; 2],
    /// The pinUvAuthToken in use. There is one at most: whoever gets one invalidates those of all protocols.
    token: Option<Token>,
    wrong_pins: u8,
    /// The last answer to a U2F request.
    pub(crate) u2f: Option<Remembered>,
}

impl Session {
    pub(crate) fn powered_up(now: u64) -> Self {
        Self { powered_up: Some(now), ..Self::default() }
    }

    /// How long ago power came, in milliseconds.
    pub(crate) fn age(&self, now: u64) -> Option<u64> {
        self.powered_up.map(|since| now.saturating_sub(since))
    }

    /// The key agreement key of `protocol`.
    pub(crate) fn agreement_key(
        &mut self,
        protocol: Protocol,
        env: &mut impl Env,
    ) -> Result<&AgreementKey, Status> {
        let slot = self.slot(protocol);
        let key = match slot.take() {
            Some(key) => key,
            None => AgreementKey::generate(env)?,
        };
        Ok(slot.insert(key))
    }

    /// `decapsulate(peerCoseKey)`.
    pub(crate) fn decapsulate(
        &mut self,
        protocol: Protocol,
        peer: &PeerKey,
        env: &mut impl Env,
    ) -> Result<SharedSecret, Status> {
        self.agreement_key(protocol, env)?.decapsulate(protocol, peer)
    }

    /// `regenerate()`, at the next use.
    pub(crate) fn regenerate(&mut self, protocol: Protocol) {
        *self.slot(protocol) = None;
    }

    fn slot(&mut self, protocol: Protocol) -> &mut Option<AgreementKey> {
        let [one, two] = &mut self.agreement;
        match protocol {
            Protocol::One => one,
            Protocol::Two => two,
        }
    }

    /// `resetPinUvAuthToken()` for all protocols.
    pub(crate) fn reset_token(&mut self) {
        self.token = None;
    }

    /// Replaces all tokens by this one.
    pub(crate) fn begin(&mut self, token: Token) {
        self.token = Some(token);
    }

    /// The token in use, if there is one.
    pub(crate) fn token(&mut self, now: u64) -> Option<&mut Token> {
        self.token = self.token.take().filter(|token| token.is_alive(now));
        self.token.as_mut()
    }

    /// The token that `proof` was made with over `message`, if it has `permission`; anything else is
    /// `CTAP2_ERR_PIN_AUTH_INVALID`.
    pub(crate) fn verify(
        &mut self,
        proof: &Proof,
        message: &[&[u8]],
        permission: Permissions,
        now: u64,
    ) -> Result<&mut Token, Status> {
        let token = self.permitting(proof, message, permission, now)?;
        token.mark_used();
        Ok(token)
    }

    fn permitting(
        &mut self,
        proof: &Proof,
        message: &[&[u8]],
        permission: Permissions,
        now: u64,
    ) -> Result<&mut Token, Status> {
        let token = self.token(now).ok_or(Status::PinAuthInvalid)?;
        let permits = token.verify(proof.protocol, message, &proof.param) && token.permits(permission);
        if permits { Ok(token) } else { Err(Status::PinAuthInvalid) }
    }

    /// Step 11.1 of 6.1.2 and 6.1 of 6.2.2: verifies the token for one relying party, and binds it to that one.
    pub(crate) fn verify_for(
        &mut self,
        proof: &Proof,
        client_data_hash: &[u8; 32],
        permission: Permissions,
        rp_id: &str,
        env: &impl Env,
    ) -> Result<&mut Token, Status> {
        let token = self.permitting(proof, &[client_data_hash], permission, env.now())?;
        if !token.is_for(rp_id) || !token.user_verified() {
            return Err(Status::PinAuthInvalid);
        }
        token.bind(rp_id);
        token.mark_used();
        Ok(token)
    }

    /// Forgets all secrets, after a reset.
    pub(crate) fn forget(&mut self) {
        *self = Self { powered_up: self.powered_up, ..Self::default() };
    }

    /// Whether so many wrong PINs came in a row that power must be cycled first.
    pub(crate) fn pin_auth_blocked(&self) -> bool {
        self.wrong_pins >= WRONG_PINS
    }

    pub(crate) fn wrong_pin(&mut self) {
        self.wrong_pins = self.wrong_pins.saturating_add(1);
    }

    pub(crate) fn right_pin(&mut self) {
        self.wrong_pins = 0;
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("powered_up", &self.powered_up).finish_non_exhaustive()
    }
}
