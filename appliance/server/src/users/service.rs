//! Adding, listing, showing, changing, blocking and deleting users.

use pocketkey_api::{
    GroupId, Page, UserId,
    audit::Action,
    event::Event,
    user::{NewUser, User, UserChange, UserDetail, UserFilter},
};

use serde_json::{Value, json};

use super::{ListUsers, UserError, model, store};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    groups, keys, secret,
    validate::{self, Fields},
};

/// Adds a user, with groups, or nothing.
///
/// # Errors
/// [`UserError::Invalid`] with every field at fault.
pub async fn create(app: &App, new: NewUser, by: &Actor) -> Result<User, UserError> {
    let new = model::check(new).map_err(UserError::Invalid)?;
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            refuse_taken(tx, &new, None)?;
            let id = UserId(secret::new_id());
            store::insert(tx, &id, &new, now)?;
            join_all(tx, &id, &new.groups)?;
            events.emit(tx, Event::User { user_id: id.clone() });
            let user = store::find(tx, &id, now)?.ok_or(UserError::NotFound)?;
            note(tx, now, &by, Action::UserCreated, &user, &model::as_created(&user))?;
            Ok(user)
        })
        .await
}

/// Notes what was done to `user`.
///
/// # Errors
/// If the database fails.
fn note(
    tx: &Tx<'_>,
    now: i64,
    by: &Actor,
    action: Action,
    user: &User,
    detail: &Value,
) -> Result<(), DbError> {
    audit::record(tx, now, by, action, Target::new(&user.id.0, &user.name), detail)
}

/// Changes what `change` names, all of it or nothing.
///
/// # Errors
/// [`UserError::NotFound`]; [`UserError::Invalid`] with every field at fault.
pub async fn change(app: &App, id: UserId, change: UserChange, by: &Actor) -> Result<User, UserError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let user = store::find(tx, &id, now)?.ok_or(UserError::NotFound)?;
            let groups = change.groups.clone();
            let new = model::check(model::changed(&user, change)).map_err(UserError::Invalid)?;
            refuse_taken(tx, &new, Some(&id))?;
            store::update(tx, &id, &new)?;
            if let Some(groups) = groups {
                groups::store::leave_others(tx, &id, &groups)?;
                join_all(tx, &id, &groups)?;
            }
            events.emit(tx, Event::User { user_id: id.clone() });
            let after = store::find(tx, &id, now)?.ok_or(UserError::NotFound)?;
            let detail = model::difference(&user, &after);
            if detail.as_object().is_some_and(|fields| !fields.is_empty()) {
                note(tx, now, &by, Action::UserChanged, &user, &detail)?;
            }
            Ok(after)
        })
        .await
}

/// Deletes a user with their keys; invitations on their way by mail are held back.
///
/// # Errors
/// [`UserError::NotFound`].
pub async fn delete(app: &App, id: UserId, by: &Actor) -> Result<(), UserError> {
    app.relay().ready().await?;
    let (shared, by) = (app.clone(), by.clone());
    app.db()
        .write(move |tx| {
            if !remove(&shared, tx, &id, &by)? {
                return Err(UserError::NotFound);
            }
            shared.events().emit(tx, Event::User { user_id: id });
            Ok(())
        })
        .await
}

/// Deletes a user in `tx`, once [`crate::relay::Relay::ready`]; false if there is no such user.
pub(super) fn remove(app: &App, tx: &Tx<'_>, id: &UserId, by: &Actor) -> Result<bool, DbError> {
    let now = app.now();
    let Some(user) = store::find(tx, id, now)? else { return Ok(false) };
    for key in keys::store::of_user(tx, id, now)? {
        keys::service::deleted(app, tx, &key)?;
    }
    note(tx, now, by, Action::UserDeleted, &user, &model::as_created(&user))?;
    store::delete(tx, id)
}

fn refuse_taken(tx: &Tx<'_>, new: &NewUser, but: Option<&UserId>) -> Result<(), UserError> {
    let mut fields = Fields::default();
    for field in store::taken(tx, new, but)? {
        fields.wrong(field, "Another user has this already.");
    }
    fields.finish().map_err(UserError::Invalid)
}

fn join_all(tx: &Tx<'_>, id: &UserId, groups: &[GroupId]) -> Result<(), UserError> {
    for group in groups {
        if !groups::store::join(tx, &id.0, group)? {
            return Err(UserError::Invalid(validate::one("groups", "One of these groups does not exist.")));
        }
    }
    Ok(())
}

/// One page of the users that `filter` finds.
///
/// # Errors
/// [`UserError::WrongCursor`].
pub async fn list(app: &App, filter: UserFilter, page: ListUsers) -> Result<Page<User>, UserError> {
    let now = app.now();
    app.db().read(move |conn| store::list(conn, &filter, &page, now)).await
}

/// How many users `filter` finds.
///
/// # Errors
/// If the database fails.
pub async fn count(app: &App, filter: UserFilter) -> Result<u32, DbError> {
    let now = app.now();
    app.db().read(move |conn| store::count(conn, &filter, now)).await
}

/// A user with their keys.
///
/// # Errors
/// [`UserError::NotFound`].
pub async fn show(app: &App, id: UserId) -> Result<UserDetail, UserError> {
    let now = app.now();
    let mut detail = app
        .db()
        .read::<_, UserError, _>(move |conn| {
            let user = store::find(conn, &id, now)?.ok_or(UserError::NotFound)?;
            Ok(UserDetail { user, keys: keys::store::of_user(conn, &id, now)? })
        })
        .await?;
    detail.keys = keys::service::with_presence(app, detail.keys).await;
    Ok(detail)
}

/// Blocks a user with all their keys, or unblocks them. Keys with a block of their own stay blocked.
///
/// # Errors
/// [`UserError::NotFound`].
pub async fn set_blocked(app: &App, id: UserId, blocked: bool, by: &Actor) -> Result<User, UserError> {
    app.relay().ready().await?;
    let (shared, by) = (app.clone(), by.clone());
    app.db()
        .write(move |tx| {
            block(&shared, tx, &id, blocked, &by)?.ok_or(UserError::NotFound)?;
            store::find(tx, &id, shared.now())?.ok_or(UserError::NotFound)
        })
        .await
}

/// Blocks or unblocks a user in `tx`, once [`crate::relay::Relay::ready`]: whether that is a change; `None` if there is no
/// such user.
pub(super) fn block(
    app: &App,
    tx: &Tx<'_>,
    id: &UserId,
    blocked: bool,
    by: &Actor,
) -> Result<Option<bool>, DbError> {
    let now = app.now();
    let Some(user) = store::find(tx, id, now)? else { return Ok(None) };
    if user.blocked_at.is_some() == blocked {
        return Ok(Some(false));
    }
    store::set_blocked(tx, id, blocked.then_some(now))?;
    let action = if blocked { Action::UserBlocked } else { Action::UserUnblocked };
    note(tx, now, by, action, &user, &json!({ "keys": user.key_count }))?;
    for key in keys::store::of_user(tx, id, now)? {
        keys::service::blocked_or_not(app, tx, &key)?;
    }
    app.events().emit(tx, Event::User { user_id: id.clone() });
    Ok(Some(true))
}
