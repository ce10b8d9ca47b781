//! Redeeming a code: the phone hands over its public keys and learns whose key it is.

use pocketkey_api::activation::{ActivationCode, Redeem};
use pocketkey_link::identity::DeviceKeys;
use pocketkey_relay_client::{Rest, RestError, introduce};

use crate::{memory::Account, phone::PhoneOptions};

/// Why an activation did not come about, for people.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActivationError {
    #[error("{0}")]
    Rest(#[from] RestError),
    #[error("the appliance gave an id this app does not understand; update the app")]
    DeviceId,
}

/// Redeems `code` at `server`.
pub(crate) async fn redeem(
    server: String,
    code: ActivationCode,
    keys: DeviceKeys,
    options: PhoneOptions,
) -> Result<Account, ActivationError> {
    let device = introduce(&keys, &options.model, &options.model, &options.os);
    let redeemed = Rest::new(&server).redeem(&Redeem { code, device }).await?;
    let device = redeemed.device_id.parse().map_err(|_| ActivationError::DeviceId)?;
    let mut account = Account {
        server,
        device,
        organisation: redeemed.organisation,
        name: redeemed.name,
        report_rp: Some(redeemed.report_rp),
        settings: None,
        settings_version: None,
    };
    account.set_settings(redeemed.settings, None);
    Ok(account)
}
