//! Adding, listing, showing, blocking and deleting users.

use pocketkey_api::{
    Page, UserId,
    event::Event,
    user::{NewUser, User, UserDetail},
};

use super::{ListUsers, UserError, model, store};
use crate::{
    App,
    db::DbError,
    groups, keys, secret,
    validate::{self, Fields},
};

/// Adds a user, with groups, or nothing.
///
/// # Errors
/// [`UserError::Invalid`] with every field at fault.
pub async fn create(app: &App, new: NewUser) -> Result<User, UserError> {
    let new = model::check(new)?;
    let (now, events) = (app.now(), app.events().clone());
    app.db()
        .write(move |tx| {
            let mut fields = Fields::default();
            for field in store::taken(tx, &new)? {
                fields.wrong(field, "Another user has this already.");
            }
            fields.finish().map_err(UserError::Invalid)?;

            let id = UserId(secret::new_id());
            store::insert(tx, &id, &new, now)?;
            for group in &new.groups {
                if !groups::store::join(tx, &id.0, group)? {
                    return Err(UserError::Invalid(validate::one(
                        "groups",
                        "One of these groups does not exist.",
                    )));
                }
            }
            events.emit(tx, Event::User { user_id: id.clone() });
            store::find(tx, &id, now)?.ok_or(UserError::NotFound)
        })
        .await
}

/// One page of users, by username.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App, which: ListUsers) -> Result<Page<User>, DbError> {
    let now = app.now();
    app.db()
        .read(move |conn| {
            let search = validate::key(which.search.trim());
            let after = which.after.as_deref().unwrap_or("");
            // One more than fits tells whether there is another page.
            let fits = which.page_size();
            let mut rows = store::list(conn, &search, after, fits + 1, now)?;
            let more = rows.len() > fits as usize;
            rows.truncate(fits as usize);
            let next = rows.last().filter(|_| more).map(|(_, place)| place.clone());
            Ok(Page { items: rows.into_iter().map(|(user, _)| user).collect(), next })
        })
        .await
}

/// A user with their keys.
///
/// # Errors
/// [`UserError::NotFound`].
pub async fn show(app: &App, id: UserId) -> Result<UserDetail, UserError> {
    let now = app.now();
    app.db()
        .read(move |conn| {
            let user = store::find(conn, &id, now)?.ok_or(UserError::NotFound)?;
            Ok(UserDetail { user, keys: keys::store::of_user(conn, &id, now)? })
        })
        .await
}

/// Blocks a user with all their keys, or unblocks them. Keys with a block of their own stay blocked.
///
/// # Errors
/// [`UserError::NotFound`].
pub async fn set_blocked(app: &App, id: UserId, blocked: bool) -> Result<User, UserError> {
    app.relay().ready(app).await?;
    let (now, shared) = (app.now(), app.clone());
    app.db()
        .write(move |tx| {
            let app = shared;
            let user = store::find(tx, &id, now)?.ok_or(UserError::NotFound)?;
            if user.blocked_at.is_some() == blocked {
                return Ok(user);
            }
            store::set_blocked(tx, &id, blocked.then_some(now))?;
            for key in keys::store::of_user(tx, &id, now)? {
                keys::service::blocked_or_not(&app, tx, &key)?;
            }
            app.events().emit(tx, Event::User { user_id: id.clone() });
            store::find(tx, &id, now)?.ok_or(UserError::NotFound)
        })
        .await
}

/// Deletes a user with their keys: see [`keys::service::delete`].
///
/// # Errors
/// [`UserError::NotFound`].
pub async fn delete(app: &App, id: UserId) -> Result<(), UserError> {
    app.relay().ready(app).await?;
    let (now, shared) = (app.now(), app.clone());
    app.db()
        .write(move |tx| {
            let app = shared;
            store::find(tx, &id, now)?.ok_or(UserError::NotFound)?;
            for key in keys::store::of_user(tx, &id, now)? {
                keys::service::deleted(&app, tx, &key)?;
            }
            store::delete(tx, &id)?;
            app.events().emit(tx, Event::User { user_id: id });
            Ok(())
        })
        .await
}
