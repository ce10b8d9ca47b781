//! authenticatorClientPIN (0x06).
//!
//! [CTAP 2.1, 6.5](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorClientPIN);
//! the numbers in comments are those of 6.5.5, one section a subcommand.

mod pin;
mod token;

pub(crate) use token::Pending;

use crate::authenticator::{Authenticator, Env, Next, stored};
use crate::cbor;
use crate::pin_protocol::{PeerKey, Protocol, SharedSecret};
use crate::status::Status;
use crate::store::Store;
use sk_cbor::{cbor_map, cbor_map_options};

/// A request whose parameters have the right types.
struct Request {
    protocol: Option<i64>,
    sub_command: i64,
    key_agreement: Option<PeerKey>,
    pin_uv_auth_param: Option<Vec<u8>>,
    new_pin_enc: Option<Vec<u8>>,
    pin_hash_enc: Option<Vec<u8>>,
    permissions: Option<i64>,
    rp_id: Option<String>,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        Ok(Self {
            protocol: fields.optional(0x01, cbor::integer)?,
            sub_command: fields.required(0x02, cbor::integer)?,
            key_agreement: fields.optional(0x03, PeerKey::read)?,
            pin_uv_auth_param: fields.optional(0x04, cbor::bytes)?,
            new_pin_enc: fields.optional(0x05, cbor::bytes)?,
            pin_hash_enc: fields.optional(0x06, cbor::bytes)?,
            permissions: fields.optional(0x09, cbor::integer)?,
            rp_id: fields.optional(0x0a, cbor::text)?,
        })
    }

    /// "If pinUvAuthProtocol is absent … or its value is not supported."
    fn protocol(&self) -> Result<Protocol, Status> {
        Protocol::from_number(self.protocol.ok_or(Status::MissingParameter)?)
    }
}

/// A parameter that a subcommand cannot do without.
fn mandatory<T>(parameter: &Option<T>) -> Result<&T, Status> {
    parameter.as_ref().ok_or(Status::MissingParameter)
}

impl<S: Store> Authenticator<S> {
    pub(crate) fn client_pin(&mut self, parameters: &[u8], env: &mut impl Env) -> Result<Next, Status> {
        let request = Request::read(parameters)?;
        let with_pin = self.config.user_verification.with_pin();
        match request.sub_command {
            0x01 if with_pin => self.get_pin_retries(),
            0x02 => self.get_key_agreement(&request, env),
            0x03 if with_pin => self.set_pin(&request, env),
            0x04 if with_pin => self.change_pin(&request, env),
            0x05 if with_pin => self.get_pin_token(&request, env),
            0x06 if self.policy()?.token => self.get_token_using_uv(&request, env),
            0x07 if self.config.user_verification.on_phone() => self.get_uv_retries(),
            0x09 if with_pin => self.get_token_using_pin(&request, env),
            _ => Err(Status::InvalidSubcommand),
        }
    }

    /// 6.5.5.2 getPINRetries.
    fn get_pin_retries(&self) -> Result<Next, Status> {
        let retries = stored(self.store.device())?.pin_retries();
        Ok(Next::Reply(cbor::reply(cbor_map_options! {
            0x03 => u64::from(retries),
            0x04 => self.session.pin_auth_blocked().then_some(true), // powerCycleState
        })))
    }

    /// 6.5.5.3 getUVRetries.
    fn get_uv_retries(&self) -> Result<Next, Status> {
        let retries = stored(self.store.device())?.uv_retries();
        Ok(Next::Reply(cbor::reply(cbor_map! { 0x05 => u64::from(retries) })))
    }

    /// 6.5.5.4 getKeyAgreement. hmac-secret needs it too, so it is there with every policy.
    fn get_key_agreement(&mut self, request: &Request, env: &mut impl Env) -> Result<Next, Status> {
        let key = self.session.agreement_key(request.protocol()?, env)?.public();
        Ok(Next::Reply(cbor::reply(cbor_map! { 0x01 => key })))
    }

    /// `decapsulate(keyAgreement)`.
    fn shared_secret(&mut self, request: &Request, env: &mut impl Env) -> Result<SharedSecret, Status> {
        let (protocol, peer) = (request.protocol()?, mandatory(&request.key_agreement)?);
        self.session.decapsulate(protocol, peer, env)
    }
}
