//! The settings of the key that this phone is: asked for when the appliance says that there is something new, obeyed, and
//! then said to be.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    device::{PhoneSettings, SettingsHeld},
    key::{KeySettings, Verification},
    sandbox::{AuthenticatorSettings, PhoneVerification},
};
use pocketkey_link::{identity::DeviceKeys, proof};
use pocketkey_relay_client::{Rest, RestError, now_ms};
use tokio::time::timeout;

use crate::memory::Account;

/// How long the appliance may take to answer.
const ANSWER: Duration = Duration::from_secs(10);

/// Why settings are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error(transparent)]
    Rest(#[from] RestError),
    #[error("the appliance does not answer")]
    TimedOut,
}

/// What the appliance says: those to obey instead, if any.
pub(crate) type Answer = Result<Option<PhoneSettings>, SettingsError>;

/// Tells the appliance which settings this phone has.
pub(crate) fn ask(account: &Account, keys: &DeviceKeys) -> impl Future<Output = Answer> + use<> {
    let (rest, device) = (Rest::new(&account.server), account.device.to_string());
    let (version, at) = (account.settings_version.clone().unwrap_or_default(), now_ms());
    let proof = BASE64URL_NOPAD.encode(&proof::settings(keys, account.device, at, &version));
    let held = SettingsHeld { version, at: i64::try_from(at).unwrap_or(i64::MAX), proof };
    async move {
        let asked = rest.settings(&device, &held);
        Ok(timeout(ANSWER, asked).await.map_err(|_| SettingsError::TimedOut)??)
    }
}

/// How the authenticator works: as it is set up, but for what the key's settings demand.
pub(crate) fn obeyed(own: AuthenticatorSettings, key: Option<KeySettings>) -> AuthenticatorSettings {
    let verification = match key.map(|key| key.verification) {
        Some(Verification::ReaderTapAndPin) => PhoneVerification::Pin,
        Some(Verification::OnPhone) | None => own.verification,
    };
    AuthenticatorSettings { verification, ..own }
}
