//! Phones say where they are called.

use pocketkey_api::push::{EndOfSubscription, NewSubscription};
use pocketkey_link::{
    id::DeviceId,
    proof::{self, NotProven, PUSH_WINDOW_MS},
};

use super::{
    model::{PushError, Subscription, decode},
    store,
};
use crate::{App, devices, relay::Role};

/// A phone is called here from now on.
///
/// # Errors
/// [`PushError`].
pub async fn subscribe(app: &App, device: &str, new: &NewSubscription) -> Result<(), PushError> {
    let subscription = Subscription::check(new, app.config().sandbox)?;
    let device = prove(app, device, new.at, &subscription.signed(&new.endpoint), &new.proof).await?;
    let now = app.now();
    app.db().write(move |tx| store::put(tx, device, &subscription, now)).await.map_err(|error| {
        if error.is_missing_reference() { PushError::NotProven(NotProven) } else { error.into() }
    })
}

/// A phone is not called any more.
///
/// # Errors
/// [`PushError`].
pub async fn unsubscribe(app: &App, device: &str, end: &EndOfSubscription) -> Result<(), PushError> {
    let device = prove(app, device, end.at, &[], &end.proof).await?;
    Ok(app.db().write(move |tx| store::remove(tx, device)).await?)
}

/// Checks that the phone itself says so, and now. Whether there is such a phone is nobody else's business.
async fn prove(app: &App, device: &str, at: i64, said: &[u8], proof: &str) -> Result<DeviceId, PushError> {
    if at.abs_diff(app.now()) > PUSH_WINDOW_MS {
        return Err(PushError::NotFresh);
    }
    let device: DeviceId = device.parse().map_err(|_| NotProven)?;
    let (at, signature) = (u64::try_from(at).map_err(|_| NotProven)?, decode(proof).ok_or(NotProven)?);
    let known = app.db().read(move |conn| devices::store::find(conn, device)).await?;
    let phone = known.filter(|known| known.role == Role::Phone).ok_or(NotProven)?;
    proof::verify_push(&phone.sign_key, device, at, said, &signature)?;
    Ok(device)
}
