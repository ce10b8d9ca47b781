//! Assigning keys.

use pocketkey_api::{
    KeyId, UserId,
    event::Event,
    key::{Key, NewKey},
};

use super::{KeyError, store};
use crate::{App, secret};

/// Assigns a key to a user; its settings are stored with it.
///
/// # Errors
/// [`KeyError::NoUser`].
pub async fn assign(app: &App, user_id: UserId, new: NewKey) -> Result<Key, KeyError> {
    let settings = new.settings.map(|settings| serde_json::to_string(&settings)).transpose()?;
    let (now, events) = (app.now(), app.events().clone());
    app.db()
        .write(move |tx| {
            let key_id = KeyId(secret::new_id());
            store::insert(tx, &key_id, &user_id, settings, now).map_err(|error| {
                if error.is_missing_reference() { KeyError::NoUser } else { KeyError::Db(error) }
            })?;
            events.emit(tx, Event::Key { key_id: key_id.clone(), user_id: user_id.clone() });
            events.emit(tx, Event::User { user_id });
            store::find(tx, &key_id, now)?.ok_or(KeyError::NoUser)
        })
        .await
}
