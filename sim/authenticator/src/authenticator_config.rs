//! authenticatorConfig (0x0D).
//!
//! [CTAP 2.1, 6.11](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorConfig)

use crate::authenticator::{Authenticator, Env, Next, stored};
use crate::cbor::{self, Value};
use crate::info::MAX_MIN_PIN_LENGTH_RP_IDS;
use crate::parameters::PinUvAuth;
use crate::pin_uv_auth_token::Permissions;
use crate::status::Status;
use crate::store::{Change, Store};

const COMMAND: u8 = 0x0d;
const ENABLE_ENTERPRISE_ATTESTATION: i64 = 0x01;
const TOGGLE_ALWAYS_UV: i64 = 0x02;
const SET_MIN_PIN_LENGTH: i64 = 0x03;

/// A request whose parameters have the right types.
struct Request {
    sub_command: i64,
    /// subCommandParams as they were sent: canonical CBOR has but one form.
    raw_params: Vec<u8>,
    params: Params,
    pin_uv_auth: PinUvAuth,
}

/// The parameters of setMinPINLength.
#[derive(Default)]
struct Params {
    new_min_pin_length: Option<i64>,
    rp_ids: Option<Vec<String>>,
    force_change_pin: bool,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        let sub_command = fields.required(0x01, cbor::integer)?;
        let params = fields.optional(0x02, Ok)?;
        Ok(Self {
            sub_command,
            raw_params: params.clone().map(cbor::encode).unwrap_or_default(),
            params: params.map(Params::read).transpose()?.unwrap_or_default(),
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x04, 0x03)?,
        })
    }
}

impl Params {
    fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self {
            new_min_pin_length: fields.optional(0x01, cbor::integer)?,
            rp_ids: fields.optional(0x02, |list| cbor::array(list, cbor::text))?,
            force_change_pin: fields.optional(0x03, cbor::boolean)?.unwrap_or(false),
        })
    }
}

impl<S: Store> Authenticator<S> {
    pub(crate) fn authenticator_config(&mut self, parameters: &[u8], env: &impl Env) -> Result<Next, Status> {
        let policy = self.policy()?;
        if !policy.token {
            return Err(Status::InvalidCommand);
        }
        // 1. subCommand is missing: `read`.
        let Request { sub_command, raw_params, params, pin_uv_auth } = Request::read(parameters)?;
        // 2. The subcommand is not supported.
        let supported = match sub_command {
            ENABLE_ENTERPRISE_ATTESTATION => self.config.enterprise_attestation.is_some(),
            TOGGLE_ALWAYS_UV => true,
            SET_MIN_PIN_LENGTH => self.config.user_verification.with_pin(),
            _ => false,
        };
        if !supported {
            return Err(Status::InvalidParameter);
        }
        // 3. alwaysUv may be turned on before there is any user verification.
        // 4. Otherwise the platform must show a token with the permission acfg.
        if policy.is_protected() || policy.always_uv || sub_command != TOGGLE_ALWAYS_UV {
            let proof = pin_uv_auth.required_proof()?;
            let number = u8::try_from(sub_command).map_err(|_| Status::InvalidParameter)?;
            let message: [&[u8]; 3] = [&[0xff; 32], &[COMMAND, number], &raw_params];
            self.session.verify(&proof, &message, Permissions::AUTHENTICATOR_CONFIG, env.now())?;
        }
        // 5. Do it.
        match sub_command {
            ENABLE_ENTERPRISE_ATTESTATION => self.enable_enterprise_attestation(),
            TOGGLE_ALWAYS_UV => self.toggle_always_uv(policy.always_uv),
            _ => self.set_min_pin_length(params),
        }
    }

    /// 6.11.1 Enable Enterprise Attestation.
    fn enable_enterprise_attestation(&mut self) -> Result<Next, Status> {
        let mut device = stored(self.store.device())?;
        device.enterprise_attestation = true;
        stored(self.store.commit(Change::from(device)))?;
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }

    /// 6.11.2 Toggle Always Require User Verification.
    fn toggle_always_uv(&mut self, present: bool) -> Result<Next, Status> {
        let mut device = stored(self.store.device())?;
        device.always_uv = Some(!present);
        stored(self.store.commit(Change::from(device)))?;
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }

    /// 6.11.4 Setting a minimum PIN Length.
    fn set_min_pin_length(&mut self, params: Params) -> Result<Next, Status> {
        let mut device = stored(self.store.device())?;
        let present = self.min_pin_length(&device);
        // newMinPINLength is the current one where it is absent, and never less. A PIN has at most 63 bytes.
        let wanted = params.new_min_pin_length.unwrap_or(present.into());
        if wanted < present.into() || wanted > 63 {
            return Err(Status::PinPolicyViolation);
        }
        let length = u8::try_from(wanted).map_err(|_| Status::PinPolicyViolation)?;
        // forceChangePin needs a PIN to change.
        if params.force_change_pin && device.pin.is_none() {
            return Err(Status::PinNotSet);
        }
        // A PIN that is too short now must be changed.
        let too_short = device.pin.as_ref().is_some_and(|pin| pin.length < length);
        // The list of relying parties is replaced, if it fits.
        if let Some(rp_ids) = params.rp_ids {
            if rp_ids.len() > MAX_MIN_PIN_LENGTH_RP_IDS {
                return Err(Status::KeyStoreFull);
            }
            device.min_pin_length_rp_ids = rp_ids;
        }
        device.min_pin_length = Some(length);
        let force = params.force_change_pin || too_short;
        device.force_pin_change |= force;
        stored(self.store.commit(Change::from(device)))?;
        // Whoever got a token with the old PIN loses it.
        if force {
            self.session.reset_token();
        }
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }
}
