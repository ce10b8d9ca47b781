//! Assigning, blocking and deleting keys.

use pocketkey_api::{
    KeyId, UserId,
    audit::Action,
    event::Event,
    key::{Key, NewKey},
};
use pocketkey_link::id::DeviceId;
use serde_json::{Value, json};

use super::{KeyError, store};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    devices, mail, secret, users,
};

/// Assigns a key to a user; its settings are stored with it.
///
/// # Errors
/// [`KeyError::NoUser`].
pub async fn assign(app: &App, user_id: UserId, new: NewKey, by: &Actor) -> Result<Key, KeyError> {
    let settings = new.settings.as_ref().map(serde_json::to_string).transpose()?;
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let key_id = KeyId(secret::new_id());
            store::insert(tx, &key_id, &user_id, settings, now).map_err(|error| {
                if error.is_missing_reference() { KeyError::NoUser } else { KeyError::Db(error) }
            })?;
            events.emit(tx, Event::Key { key_id: key_id.clone(), user_id: user_id.clone() });
            events.emit(tx, Event::User { user_id });
            let key = store::find(tx, &key_id, now)?.ok_or(KeyError::NoUser)?;
            let detail = json!({ "type": new.kind, "settings": new.settings });
            note(tx, now, &by, Action::KeyAssigned, &key, detail)?;
            Ok(key)
        })
        .await
}

/// Notes what was done to `key`; the entry is about whose it is, too.
///
/// # Errors
/// If the database fails.
pub(crate) fn note(
    tx: &Tx<'_>,
    now: i64,
    by: &Actor,
    action: Action,
    key: &Key,
    mut detail: Value,
) -> Result<(), DbError> {
    let name = users::store::name(tx, &key.user_id)?;
    detail["user"] = key.user_id.0.clone().into();
    if let Some(phone) = &key.phone {
        detail["phone"] = phone.model.clone().into();
    }
    audit::record(tx, now, by, action, Target::new(&key.id.0, &name), &detail)
}

/// Blocks a key, or unblocks it: its phone is out at once, or may come back. Its user's own block stays.
///
/// # Errors
/// [`KeyError::NotFound`].
pub async fn set_blocked(app: &App, id: KeyId, blocked: bool, by: &Actor) -> Result<Key, KeyError> {
    app.relay().ready().await?;
    let (now, shared, by) = (app.now(), app.clone(), by.clone());
    let key = app
        .db()
        .write(move |tx| {
            let app = shared;
            let key = store::find(tx, &id, now)?.ok_or(KeyError::NotFound)?;
            if key.blocked_at.is_some() == blocked {
                return Ok(key);
            }
            store::set_blocked(tx, &id, blocked.then_some(now))?;
            blocked_or_not(&app, tx, &key)?;
            let action = if blocked { Action::KeyBlocked } else { Action::KeyUnblocked };
            note(tx, now, &by, action, &key, json!({}))?;
            app.events().emit(tx, Event::User { user_id: key.user_id });
            store::find(tx, &id, now)?.ok_or(KeyError::NotFound)
        })
        .await?;
    with_presence(app, vec![key]).await.pop().ok_or(KeyError::NotFound)
}

/// Deletes a key with everything that hangs on it: its phone is unknown from now on, its computers have none.
///
/// # Errors
/// [`KeyError::NotFound`].
pub async fn delete(app: &App, id: KeyId, by: &Actor) -> Result<(), KeyError> {
    app.relay().ready().await?;
    let (now, shared, by) = (app.now(), app.clone(), by.clone());
    app.db()
        .write(move |tx| {
            let app = shared;
            let key = store::find(tx, &id, now)?.ok_or(KeyError::NotFound)?;
            deleted(&app, tx, &key)?;
            note(tx, now, &by, Action::KeyDeleted, &key, json!({}))?;
            store::delete(tx, &id)?;
            app.events().emit(tx, Event::User { user_id: key.user_id });
            Ok(())
        })
        .await
}

/// The keys with what the relay knows of their phones.
pub(crate) async fn with_presence(app: &App, mut keys: Vec<Key>) -> Vec<Key> {
    let device = |key: &Key| key.phone.as_ref().and_then(|phone| phone.device_id.parse::<DeviceId>().ok());
    let online = app.relay().present(keys.iter().filter_map(device).collect()).await;
    for key in &mut keys {
        let is_online = device(key).is_some_and(|device| online.contains(&device));
        if let Some(phone) = &mut key.phone {
            phone.online = is_online;
        }
    }
    keys
}

/// What follows once a key, or its user, was blocked or unblocked.
///
/// # Errors
/// If the database fails.
pub(crate) fn blocked_or_not(app: &App, tx: &Tx<'_>, key: &Key) -> Result<(), DbError> {
    let phone = devices::store::phone_of(tx, &key.id)?;
    if let Some((phone, blocked)) = phone {
        devices::service::blocked_or_not(app, tx, phone, blocked)?;
    }
    mail::service::drop_invitations(app, tx, &key.id)?;
    app.events().emit(tx, Event::Key { key_id: key.id.clone(), user_id: key.user_id.clone() });
    Ok(())
}

/// What must be done before a key's row goes.
///
/// # Errors
/// If the database fails.
pub(crate) fn deleted(app: &App, tx: &Tx<'_>, key: &Key) -> Result<(), DbError> {
    if let Some((phone, _)) = devices::store::phone_of(tx, &key.id)? {
        devices::service::deleted(app, tx, phone)?;
    }
    mail::service::drop_invitations(app, tx, &key.id)?;
    app.events().emit(tx, Event::Key { key_id: key.id.clone(), user_id: key.user_id.clone() });
    Ok(())
}
