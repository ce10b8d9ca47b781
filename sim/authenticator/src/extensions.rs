//! The extensions: what requests may ask for, and what goes into authenticator data.
//!
//! [CTAP 2.1, 12 Defined Extensions](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-defined-extensions);
//! hmac-secret-mc and thirdPartyPayment are those of CTAP 2.2. What is not known is ignored.

use crate::assertion::Signer;
use crate::authenticator::{Authenticator, Env};
use crate::cbor::{self, Value};
use crate::config::Config;
use crate::consent::Consent;
use crate::hmac_secret::{Input, Salts};
use crate::info::{self, MAX_CRED_BLOB};
use crate::policy::Policy;
use crate::status::Status;
use crate::store::{CredRandom, Device, Protection, Secret, Store};
use sk_cbor::cbor_map_options;

/// What getInfo names.
pub(crate) fn supported(config: &Config, policy: Policy) -> Vec<&'static str> {
    let with_pin = config.user_verification.with_pin();
    [
        ("credBlob", true),
        ("credProtect", true),
        ("hmac-secret", true),
        ("hmac-secret-mc", true),
        ("largeBlobKey", policy.large_blobs(config)),
        ("minPinLength", with_pin),
        ("thirdPartyPayment", true),
    ]
    .into_iter()
    .filter_map(|(name, supported)| supported.then_some(name))
    .collect()
}

/// What makeCredential is asked for, as it was read.
#[derive(Default)]
pub(crate) struct CreationInputs {
    protection: Option<i64>,
    cred_blob: Option<Vec<u8>>,
    min_pin_length: bool,
    hmac_secret: bool,
    hmac_secret_mc: Option<Input>,
    large_blob_key: Option<bool>,
    third_party_payment: bool,
}

impl CreationInputs {
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self {
            protection: fields.optional("credProtect", cbor::integer)?,
            cred_blob: fields.optional("credBlob", cbor::bytes)?,
            min_pin_length: fields.optional("minPinLength", cbor::boolean)?.unwrap_or(false),
            hmac_secret: fields.optional("hmac-secret", cbor::boolean)?.unwrap_or(false),
            hmac_secret_mc: fields.optional("hmac-secret-mc", Input::read)?,
            large_blob_key: fields.optional("largeBlobKey", cbor::boolean)?,
            third_party_payment: fields.optional("thirdPartyPayment", cbor::boolean)?.unwrap_or(false),
        })
    }
}

/// What a new credential will have.
#[derive(Debug)]
pub(crate) struct Creation {
    pub(crate) protection: Option<Protection>,
    pub(crate) cred_blob: Option<Vec<u8>>,
    pub(crate) min_pin_length: bool,
    pub(crate) hmac_secret: bool,
    pub(crate) salts: Option<Salts>,
    pub(crate) large_blob_key: bool,
    pub(crate) third_party_payment: bool,
}

impl Creation {
    /// credBlob is kept only with a discoverable credential, and only if it is short enough.
    pub(crate) fn kept_cred_blob(&self, discoverable: bool) -> Option<Vec<u8>> {
        self.cred_blob.clone().filter(|blob| discoverable && blob.len() <= MAX_CRED_BLOB)
    }

    /// The outputs in authenticator data; `None` if there are none.
    pub(crate) fn outputs(
        &self,
        kept: Kept,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Option<Value>, Status> {
        let answer = match (&self.salts, &kept.cred_random) {
            (Some(salts), Some(random)) => Some(salts.answer(random, consent.user_verified(), env)?),
            _ => None,
        };
        Ok(unless_empty(cbor_map_options! {
            "credBlob" => self.cred_blob.is_some().then_some(kept.cred_blob),
            "credProtect" => self.protection.map(|protection| u64::from(protection.level())),
            "hmac-secret" => self.hmac_secret.then_some(true),
            "hmac-secret-mc" => answer,
            "minPinLength" => kept.min_pin_length.map(u64::from),
        }))
    }
}

/// What became of a [`Creation`].
pub(crate) struct Kept {
    pub(crate) cred_random: Option<CredRandom>,
    /// Whether credBlob was kept.
    pub(crate) cred_blob: bool,
    /// minPINLength, if this relying party may know it.
    pub(crate) min_pin_length: Option<u8>,
}

/// What getAssertion is asked for, as it was read.
#[derive(Default)]
pub(crate) struct AssertionInputs {
    cred_blob: bool,
    hmac_secret: Option<Input>,
    large_blob_key: Option<bool>,
    third_party_payment: bool,
}

impl AssertionInputs {
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self {
            cred_blob: fields.optional("credBlob", cbor::boolean)?.unwrap_or(false),
            hmac_secret: fields.optional("hmac-secret", Input::read)?,
            large_blob_key: fields.optional("largeBlobKey", cbor::boolean)?,
            third_party_payment: fields.optional("thirdPartyPayment", cbor::boolean)?.unwrap_or(false),
        })
    }
}

/// What each assertion will answer.
#[derive(Debug)]
pub(crate) struct Assertion {
    cred_blob: bool,
    salts: Option<Salts>,
    large_blob_key: bool,
    third_party_payment: bool,
}

impl Assertion {
    /// The outputs in authenticator data; `None` if there are none.
    pub(crate) fn outputs(
        &self,
        signer: &Signer,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Option<Value>, Status> {
        let answer = match (&self.salts, &signer.cred_random) {
            (Some(salts), Some(random)) => Some(salts.answer(random, consent.user_verified(), env)?),
            _ => None,
        };
        let blob = || signer.stored.as_ref().and_then(|stored| stored.cred_blob.clone()).unwrap_or_default();
        Ok(unless_empty(cbor_map_options! {
            "credBlob" => self.cred_blob.then(blob),
            "hmac-secret" => answer,
            "thirdPartyPayment" => self.third_party_payment.then_some(signer.third_party_payment),
        }))
    }

    /// The member `largeBlobKey` of the response.
    pub(crate) fn large_blob_key<'a>(&self, signer: &'a Signer) -> Option<&'a Secret> {
        let stored = signer.stored.as_ref().filter(|_| self.large_blob_key)?;
        stored.large_blob_key.as_ref()
    }
}

impl<S: Store> Authenticator<S> {
    /// Checks the inputs of makeCredential.
    pub(crate) fn creation(
        &mut self,
        inputs: CreationInputs,
        discoverable: bool,
        env: &mut impl Env,
    ) -> Result<Creation, Status> {
        let with_large_blobs = self.policy()?.large_blobs(&self.config);
        // 12.1 credProtect: a level that exists.
        let level = |level| Protection::from_level(level).ok_or(Status::InvalidOption);
        // 12.3 largeBlobKey: only true, and only for discoverable credentials.
        if with_large_blobs && inputs.large_blob_key.is_some_and(|wanted| !wanted || !discoverable) {
            return Err(Status::InvalidOption);
        }
        // hmac-secret-mc goes with hmac-secret.
        let salts = match inputs.hmac_secret_mc {
            Some(input) if inputs.hmac_secret => Some(self.salts(&input, env)?),
            Some(_) => return Err(Status::InvalidParameter),
            None => None,
        };
        Ok(Creation {
            protection: inputs.protection.map(level).transpose()?,
            cred_blob: inputs.cred_blob,
            min_pin_length: inputs.min_pin_length,
            hmac_secret: inputs.hmac_secret,
            salts,
            large_blob_key: with_large_blobs && inputs.large_blob_key == Some(true),
            third_party_payment: inputs.third_party_payment,
        })
    }

    /// Checks the inputs of getAssertion.
    pub(crate) fn assertion(
        &mut self,
        inputs: AssertionInputs,
        user_presence: bool,
        env: &mut impl Env,
    ) -> Result<Assertion, Status> {
        let with_large_blobs = self.policy()?.large_blobs(&self.config);
        if with_large_blobs && inputs.large_blob_key == Some(false) {
            return Err(Status::InvalidOption);
        }
        // 12.5 hmac-secret: not without user presence.
        if inputs.hmac_secret.is_some() && !user_presence {
            return Err(Status::UnsupportedOption);
        }
        Ok(Assertion {
            cred_blob: inputs.cred_blob,
            salts: inputs.hmac_secret.map(|input| self.salts(&input, env)).transpose()?,
            large_blob_key: with_large_blobs && inputs.large_blob_key == Some(true),
            third_party_payment: inputs.third_party_payment,
        })
    }

    /// 12.4 minPinLength: what a relying party may learn, if it is on the list.
    pub(crate) fn min_pin_length_for(&self, rp_id: &str, device: &Device) -> Option<u8> {
        let listed = device.min_pin_length_rp_ids.iter().any(|listed| listed == rp_id);
        (listed && self.config.user_verification.with_pin())
            .then(|| info::min_pin_length(&self.config, device))
    }
}

fn unless_empty(map: Value) -> Option<Value> {
    let fields = map.extract_map().filter(|fields| !fields.is_empty())?;
    Some(Value::map(fields))
}
