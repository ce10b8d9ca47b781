//! Phones say where they are called.

use pocketkey_api::push::{EndOfSubscription, NewSubscription};
use pocketkey_link::{
    id::DeviceId,
    proof::{self, NotProven},
};

use super::{
    model::{PushError, Subscription},
    store,
};
use crate::{
    App,
    devices::{Verify, Word, WordError},
};

/// A phone is called here from now on.
///
/// # Errors
/// [`PushError`].
pub async fn subscribe(app: &App, device: &str, new: &NewSubscription) -> Result<(), PushError> {
    let subscription = Subscription::check(new, app.config().sandbox)?;
    let device = prove(app, device, new.at, &subscription.signed(&new.endpoint), &new.proof).await?;
    let now = app.now();
    app.db().write(move |tx| store::put(tx, device, &subscription, now)).await.map_err(|error| {
        if error.is_missing_reference() { PushError::Word(NotProven.into()) } else { error.into() }
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

/// Checks that the phone itself says so, and now.
async fn prove(app: &App, device: &str, at: i64, said: &[u8], proof: &str) -> Result<DeviceId, WordError> {
    let verify: Verify<'_> =
        &|key, device, at, signature| proof::verify_push(key, device, at, said, signature);
    Word { device, at, proof }.check(app, verify).await
}
