//! Which forms of user verification there are, and what a request without any is told.

use crate::config::Config;
use crate::status::Status;
use crate::store::Device;

/// What settings and state make of user verification; getInfo says the same in its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// `uv`: the person unlocks the phone, which is always set up, or touches a sensor that knows a finger.
    pub(crate) built_in: bool,
    /// `clientPin`: absent where PINs are not supported, else whether one is set.
    pub(crate) client_pin: Option<bool>,
    /// `bioEnroll`: absent without a sensor, else whether a finger is enrolled.
    pub(crate) bio_enroll: Option<bool>,
    /// `pinUvAuthToken`.
    pub(crate) token: bool,
    /// `alwaysUv`.
    pub(crate) always_uv: bool,
}

impl Policy {
    pub(crate) fn new(config: &Config, device: &Device) -> Self {
        let client_pin = config.user_verification.with_pin();
        let bio_enroll = config.sensor().map(|_| !device.templates.is_empty());
        Self {
            built_in: config.user_verification.on_phone() && bio_enroll != Some(false),
            bio_enroll,
            client_pin: client_pin.then_some(device.pin.is_some()),
            token: client_pin || config.phone_token,
            always_uv: device.always_uv.unwrap_or(config.always_uv),
        }
    }

    /// `largeBlobs`: there is room for them, and a way to write them.
    pub(crate) fn large_blobs(self, config: &Config) -> bool {
        self.token && config.large_blob_size > 0
    }

    /// "Protected by some form of user verification."
    pub(crate) fn is_protected(self) -> bool {
        self.built_in || self.client_pin == Some(true)
    }

    /// `makeCredUvNotRqd`. Where the phone verifies, it does so at every registration; announced as true, the option
    /// would make Chromium never ask for verification when registering.
    pub(crate) fn make_cred_uv_not_required(self) -> bool {
        !self.built_in && !self.always_uv
    }

    /// What a request gets that should have brought a pinUvAuthParam.
    pub(crate) fn refusal(self) -> Status {
        match self.client_pin {
            Some(true) => Status::PuatRequired,
            // A platform sets a PIN then, where alwaysUv demands one.
            Some(false) if self.always_uv && !self.built_in => Status::PuatRequired,
            Some(false) | None => Status::OperationDenied,
        }
    }

    /// Steps 5 and 6 of 6.1.2, 4 and 5 of 6.2.2: whether the person must unlock the phone for a request without
    /// pinUvAuthParam whose `uv` option is this one.
    pub(crate) fn built_in_wanted(self, uv: Option<bool>) -> Result<bool, Status> {
        match uv {
            // The authenticator does not support a built-in user verification method.
            Some(true) if !self.built_in => Err(Status::InvalidOption),
            Some(true) => Ok(true),
            // alwaysUv: the built-in method, where there is one, or else a refusal.
            Some(false) | None if self.always_uv && self.built_in => Ok(true),
            Some(false) | None if self.always_uv => Err(self.refusal()),
            Some(false) | None => Ok(false),
        }
    }
}
