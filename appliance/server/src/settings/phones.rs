//! Phones say which settings they have, and are told those that they should have.

use pocketkey_api::{
    device::{PhoneSettings, SettingsHeld},
    event::Event,
};
use pocketkey_link::proof::{self, NotProven};

use super::{SettingsError, store};
use crate::{
    App,
    devices::{Verify, Word, WordError},
};

/// What a phone is to obey instead of what it has; `None` if it has that, which is noted.
///
/// # Errors
/// [`SettingsError::Word`].
pub async fn held(
    app: &App,
    device: &str,
    SettingsHeld { version, at, proof }: SettingsHeld,
) -> Result<Option<PhoneSettings>, SettingsError> {
    let verify: Verify<'_> =
        &|key, device, at, signature| proof::verify_settings(key, device, at, &version, signature);
    let device = Word { device, at, proof: &proof }.check(app, verify).await?;
    let gone = || SettingsError::Word(WordError::NotProven(NotProven));
    let phone = app.db().read(move |conn| store::phone(conn, device)).await?.ok_or_else(gone)?;
    if phone.in_force.version != version {
        return Ok(Some(phone.in_force));
    }
    if phone.waits() {
        let (now, events) = (app.now(), app.events().clone());
        app.db()
            .write::<_, SettingsError, _>(move |tx| {
                store::set_taken(tx, device, &version, now)?;
                events.emit(tx, Event::Key { key_id: phone.key, user_id: phone.user });
                Ok(())
            })
            .await?;
    }
    Ok(None)
}
