//! The operations to obtain a pinUvAuthToken.

use super::{Request, mandatory};
use crate::authenticator::{Action, Authenticator, Env, Next, Pending as Waiting, Prompt, stored};
use crate::cbor;
use crate::consent::Consent;
use crate::pin_protocol::{Protocol, SharedSecret};
use crate::pin_uv_auth_token::{Permissions, Token};
use crate::status::Status;
use crate::store::{Change, Secret, Store};
use sk_cbor::cbor_map;

/// A token that is given out as soon as the person has unlocked the phone.
#[derive(Debug)]
pub(crate) struct Pending {
    shared: SharedSecret,
    protocol: Protocol,
    permissions: Permissions,
    rp_id: Option<String>,
}

impl<S: Store> Authenticator<S> {
    /// 6.5.5.7.1 getPinToken.
    pub(super) fn get_pin_token(&mut self, request: &Request, env: &mut impl Env) -> Result<Next, Status> {
        // Mandatory parameters, a protocol that is supported, and none of those that belong to its successors.
        let pin_hash_enc = mandatory(&request.pin_hash_enc)?;
        mandatory(&request.key_agreement)?;
        let protocol = request.protocol()?;
        if request.permissions.is_some() || request.rp_id.is_some() {
            return Err(Status::InvalidParameter);
        }
        // Compare the PIN; give out a token with the permissions mc and ga.
        self.token_for_pin(request, pin_hash_enc, protocol, Permissions::DEFAULT, None, env)
    }

    /// 6.5.5.7.2 getPinUvAuthTokenUsingPinWithPermissions.
    pub(super) fn get_token_using_pin(
        &mut self,
        request: &Request,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        // Mandatory parameters, a protocol that is supported, permissions that are.
        let pin_hash_enc = mandatory(&request.pin_hash_enc)?;
        mandatory(&request.key_agreement)?;
        let protocol = request.protocol()?;
        let (permissions, rp_id) = self.permissions(request)?;
        self.token_for_pin(request, pin_hash_enc, protocol, permissions, rp_id, env)
    }

    fn token_for_pin(
        &mut self,
        request: &Request,
        pin_hash_enc: &[u8],
        protocol: Protocol,
        permissions: Permissions,
        rp_id: Option<String>,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        // A PIN that is set and not blocked; decapsulate.
        self.pin_may_be_tried()?;
        let shared = self.shared_secret(request, env)?;
        // Decrement the retries, compare, set the retries to their maximum.
        let device = self.try_pin(request, &shared, pin_hash_enc)?;
        // A forced change comes first.
        if device.force_pin_change {
            return Err(Status::PinInvalid);
        }
        // The PIN was typed at the platform: nobody has been present here.
        Ok(self.give_token(Pending { shared, protocol, permissions, rp_id }, false, env))
    }

    /// 6.5.5.7.3 getPinUvAuthTokenUsingUvWithPermissions: checks the request and asks the person.
    pub(super) fn get_token_using_uv(
        &mut self,
        request: &Request,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        // Mandatory parameters, a protocol that is supported, permissions that are.
        mandatory(&request.key_agreement)?;
        let protocol = request.protocol()?;
        let (permissions, rp_id) = self.permissions(request)?;
        // Built-in user verification is not there.
        if !self.policy()?.built_in {
            return Err(Status::NotAllowed);
        }
        // The uvRetries counter is zero.
        if stored(self.store.device())?.uv_retries() == 0 {
            return Err(Status::UvBlocked);
        }
        let shared = self.shared_secret(request, env)?;
        // performBuiltInUv. The prompt says what the token will be used for.
        let action = if permissions.contains(Permissions::MAKE_CREDENTIAL) {
            Action::Register
        } else if permissions.contains(Permissions::GET_ASSERTION) {
            Action::SignIn
        } else {
            Action::Manage
        };
        let prompt = Prompt {
            action,
            rp_id: rp_id.clone().unwrap_or_default(),
            rp_name: String::new(),
            account: String::new(),
            user_verification: true,
        };
        let pending = Pending { shared, protocol, permissions, rp_id };
        Ok(Next::Ask(prompt, Waiting::Token(Box::new(pending))))
    }

    /// 6.5.5.7.3, once the person has answered. Unlocking is evidence of user interaction: userIsPresent is true.
    pub(crate) fn finish_token(
        &mut self,
        pending: Pending,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        let mut device = stored(self.store.device())?;
        if device.uv_tries_used != 0 {
            device.uv_tries_used = 0;
            stored(self.store.commit(Change::from(device)))?;
        }
        Ok(self.give_token(pending, consent.user_present(), env))
    }

    /// resetPinUvAuthToken for all protocols, beginUsingPinUvAuthToken, and the encrypted token.
    fn give_token(&mut self, pending: Pending, user_present: bool, env: &mut impl Env) -> Next {
        let Pending { shared, protocol, permissions, rp_id } = pending;
        let value = Secret::random(env);
        let encrypted = shared.encrypt(value.bytes(), env);
        self.session.begin(Token::begin(protocol, value, permissions, rp_id, user_present, env.now()));
        Next::Reply(cbor::reply(cbor_map! { 0x02 => encrypted }))
    }

    /// The permissions that were asked for, and the relying party they are for.
    fn permissions(&self, request: &Request) -> Result<(Permissions, Option<String>), Status> {
        let policy = self.policy()?;
        let bits = *mandatory(&request.permissions)?;
        let bits = u8::try_from(bits).map_err(|_| Status::InvalidParameter)?;
        let permissions = Permissions::from_bits(bits);
        // permissions is 0.
        if permissions.is_empty() {
            return Err(Status::InvalidParameter);
        }
        // be without bioEnroll, lbw without largeBlobs. cm, acfg, mc and ga come with the tokens themselves.
        let refused = [
            (Permissions::BIO_ENROLLMENT, policy.bio_enroll.is_none()),
            (Permissions::LARGE_BLOB_WRITE, !policy.large_blobs(&self.config)),
        ];
        if refused.into_iter().any(|(permission, refused)| refused && permissions.contains(permission)) {
            return Err(Status::UnauthorizedPermission);
        }
        // mc and ga are for one relying party, cm may be; for the others it means nothing.
        let for_rp = permissions.contains(Permissions::MAKE_CREDENTIAL)
            || permissions.contains(Permissions::GET_ASSERTION);
        if for_rp && request.rp_id.is_none() {
            return Err(Status::MissingParameter);
        }
        let bound = for_rp || permissions.contains(Permissions::CREDENTIAL_MANAGEMENT);
        Ok((permissions, request.rp_id.clone().filter(|_| bound)))
    }
}
