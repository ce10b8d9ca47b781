//! Assigning, listing, replacing, blocking and deleting keys.

use pocketkey_api::{
    KeyId, Page, UserId,
    audit::Action,
    event::Event,
    key::{Key, KeyFilter, KeyOfUser, NewKey},
};
use pocketkey_link::id::DeviceId;
use serde_json::{Value, json};

use super::{KeyError, ListKeys, store};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    devices, mail, secret, settings, users,
    validate::Fields,
};

/// Assigns a key to a user.
///
/// # Errors
/// [`KeyError::NoUser`]; [`KeyError::Invalid`] if the label is too long, or settings are given where there are none.
pub async fn assign(app: &App, user_id: UserId, new: NewKey, by: &Actor) -> Result<Key, KeyError> {
    let mut fields = Fields::default();
    let label = fields.optional_line("label", &new.label, 64);
    let choice = new.settings.unwrap_or_default();
    if !choice.is_empty() && !new.kind.has_device() {
        fields.wrong("settings", "Only smartphones have settings so far.");
    }
    fields.finish().map_err(KeyError::Invalid)?;
    let settings = settings::store::stored(&choice)?;
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let key_id = KeyId(secret::new_id());
            let row = store::New {
                id: &key_id,
                user: &user_id,
                kind: new.kind,
                settings: settings.as_deref(),
                label: &label,
                replaces: None,
            };
            store::insert(tx, &row, now).map_err(|error| {
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

/// One page of the keys that `filter` finds.
///
/// # Errors
/// [`KeyError::WrongCursor`].
pub async fn list(app: &App, filter: KeyFilter, page: ListKeys) -> Result<Page<KeyOfUser>, KeyError> {
    let now = app.now();
    let mut page = app.db().read(move |conn| store::list(conn, &filter, &page, now)).await?;
    set_presence(app, page.items.iter_mut().map(|of| &mut of.key).collect()).await;
    Ok(page)
}

/// One key with whose it is.
///
/// # Errors
/// [`KeyError::NotFound`].
pub async fn show(app: &App, id: KeyId) -> Result<KeyOfUser, KeyError> {
    let now = app.now();
    let found = app.db().read(move |conn| store::with_user(conn, &id, now)).await?;
    let mut of = found.ok_or(KeyError::NotFound)?;
    set_presence(app, vec![&mut of.key]).await;
    Ok(of)
}

/// Assigns a key of the same kind with the same choices, which is to replace `id`: once it is active, `id` is blocked.
///
/// Blocked and not deleted, because web sites know the old phone only: unblocked, it can still sign in to those where
/// the new one is not registered yet.
///
/// # Errors
/// [`KeyError::NotFound`], [`KeyError::BeingReplaced`].
pub async fn replace(app: &App, by: &Actor, id: KeyId) -> Result<Key, KeyError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let KeyOfUser { key, user } = store::with_user(tx, &id, now)?.ok_or(KeyError::NotFound)?;
            if store::is_being_replaced(tx, &id)? {
                return Err(KeyError::BeingReplaced);
            }
            let new_id = KeyId(secret::new_id());
            let settings = settings::store::stored(&settings::store::key(tx, &id)?)?;
            let new = store::New {
                id: &new_id,
                user: &user.id,
                kind: key.kind,
                settings: settings.as_deref(),
                label: "",
                replaces: Some(&id),
            };
            store::insert(tx, &new, now)?;
            note(tx, now, &by, Action::KeyReplaced, &key, json!({ "by": new_id }))?;
            for key_id in [id, new_id.clone()] {
                events.emit(tx, Event::Key { key_id, user_id: user.id.clone() });
            }
            events.emit(tx, Event::User { user_id: user.id });
            store::find(tx, &new_id, now)?.ok_or(KeyError::NotFound)
        })
        .await
}

/// What follows once a key became active: the one that it replaces is blocked. Not before [`crate::relay::Relay::ready`].
///
/// # Errors
/// If the database fails.
pub(crate) fn activated(app: &App, tx: &Tx<'_>, id: &KeyId) -> Result<(), DbError> {
    let now = app.now();
    let Some(replaced) = store::find(tx, id, now)?.and_then(|key| key.replaces) else { return Ok(()) };
    let Some(old) = store::with_user(tx, &replaced, now)?.filter(|old| old.key.blocked_at.is_none()) else {
        return Ok(());
    };
    store::set_blocked(tx, &replaced, Some(now))?;
    blocked_or_not(app, tx, &old.key)?;
    note(tx, now, &Actor::appliance(), Action::KeyRetired, &old.key, json!({ "by": id }))
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
    set_presence(app, keys.iter_mut().collect()).await;
    keys
}

async fn set_presence(app: &App, keys: Vec<&mut Key>) {
    let device = |key: &Key| key.phone.as_ref().and_then(|phone| phone.device_id.parse::<DeviceId>().ok());
    let online = app.relay().present(keys.iter().filter_map(|key| device(key)).collect()).await;
    for key in keys {
        let is_online = device(key).is_some_and(|device| online.contains(&device));
        if let Some(phone) = &mut key.phone {
            phone.online = is_online;
        }
    }
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
