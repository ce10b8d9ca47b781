//! Making, listing, renaming and deleting groups, and who is in them.

use pocketkey_api::{
    GroupId,
    event::Event,
    group::{Group, GroupSummary, Members, NewGroup},
};

use super::{GroupError, store};
use crate::{App, db::DbError, secret, validate::Fields};

fn check_name(new: &NewGroup) -> Result<String, GroupError> {
    let mut fields = Fields::default();
    let name = fields.line("name", &new.name, 100);
    fields.finish().map_err(GroupError::Invalid)?;
    Ok(name)
}

/// Makes a group.
///
/// # Errors
/// [`GroupError::Invalid`] if the name is empty, too long or taken.
pub async fn create(app: &App, new: NewGroup) -> Result<Group, GroupError> {
    let group = Group { id: GroupId(secret::new_id()), name: check_name(&new)? };
    let events = app.events().clone();
    app.db()
        .write(move |tx| {
            store::insert(tx, &group)?;
            events.emit(tx, Event::Groups);
            Ok(group)
        })
        .await
}

/// Every group, by name.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App) -> Result<Vec<GroupSummary>, DbError> {
    app.db().read(store::all).await
}

/// One group.
///
/// # Errors
/// [`GroupError::NotFound`].
pub async fn show(app: &App, id: GroupId) -> Result<GroupSummary, GroupError> {
    app.db().read(move |conn| store::find(conn, &id)?.ok_or(GroupError::NotFound)).await
}

/// Gives a group another name.
///
/// # Errors
/// [`GroupError::NotFound`]; [`GroupError::Invalid`] as for a new one.
pub async fn rename(app: &App, id: GroupId, new: NewGroup) -> Result<GroupSummary, GroupError> {
    let name = check_name(&new)?;
    let events = app.events().clone();
    app.db()
        .write(move |tx| {
            if !store::rename(tx, &id, &name)? {
                return Err(GroupError::NotFound);
            }
            events.emit(tx, Event::Groups);
            events.emit(tx, Event::Users);
            store::find(tx, &id)?.ok_or(GroupError::NotFound)
        })
        .await
}

/// Deletes a group; its members stay users.
///
/// # Errors
/// [`GroupError::NotFound`].
pub async fn delete(app: &App, id: GroupId) -> Result<(), GroupError> {
    let events = app.events().clone();
    app.db()
        .write(move |tx| {
            if !store::delete(tx, &id)? {
                return Err(GroupError::NotFound);
            }
            events.emit(tx, Event::Groups);
            events.emit(tx, Event::Users);
            Ok(())
        })
        .await
}

/// Adds and removes members; gives those for whom that was a change.
///
/// # Errors
/// [`GroupError::NotFound`].
pub async fn change_members(app: &App, id: GroupId, members: Members) -> Result<Members, GroupError> {
    let events = app.events().clone();
    app.db()
        .write(move |tx| {
            store::find(tx, &id)?.ok_or(GroupError::NotFound)?;
            let changed = Members {
                add: store::add(tx, &id, members.add)?,
                remove: store::remove(tx, &id, members.remove)?,
            };
            for user_id in changed.add.iter().chain(&changed.remove) {
                events.emit(tx, Event::User { user_id: user_id.clone() });
            }
            events.emit(tx, Event::Groups);
            Ok(changed)
        })
        .await
}
