//! Making, listing, renaming and deleting groups, and who is in them.

use pocketkey_api::{
    GroupId, UserId,
    audit::Action,
    event::Event,
    group::{Group, GroupSummary, Members, NewGroup},
};

use serde_json::{Value, json};

use super::{GroupError, store};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    secret, users,
    validate::Fields,
};

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
pub async fn create(app: &App, new: NewGroup, by: &Actor) -> Result<Group, GroupError> {
    let group = Group { id: GroupId(secret::new_id()), name: check_name(&new)? };
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            store::insert(tx, &group)?;
            audit::record(
                tx,
                now,
                &by,
                Action::GroupCreated,
                Target::new(&group.id.0, &group.name),
                &Value::Null,
            )?;
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
pub async fn rename(app: &App, id: GroupId, new: NewGroup, by: &Actor) -> Result<GroupSummary, GroupError> {
    let name = check_name(&new)?;
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let before = store::find(tx, &id)?.ok_or(GroupError::NotFound)?;
            store::rename(tx, &id, &name)?;
            let detail = audit::change([("name", &*before.name, &*name)]);
            audit::record(tx, now, &by, Action::GroupRenamed, Target::new(&id.0, &before.name), &detail)?;
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
pub async fn delete(app: &App, id: GroupId, by: &Actor) -> Result<(), GroupError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let group = store::find(tx, &id)?.ok_or(GroupError::NotFound)?;
            let detail = json!({ "members": group.member_count });
            audit::record(tx, now, &by, Action::GroupDeleted, Target::new(&id.0, &group.name), &detail)?;
            store::delete(tx, &id)?;
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
pub async fn change_members(
    app: &App,
    id: GroupId,
    members: Members,
    by: &Actor,
) -> Result<Members, GroupError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            store::find(tx, &id)?.ok_or(GroupError::NotFound)?;
            let changed = Members {
                add: add(tx, now, &by, &id, members.add)?,
                remove: remove(tx, now, &by, &id, members.remove)?,
            };
            for user_id in changed.add.iter().chain(&changed.remove) {
                events.emit(tx, Event::User { user_id: user_id.clone() });
            }
            events.emit(tx, Event::Groups);
            Ok(changed)
        })
        .await
}

/// Adds users to a group and notes it; gives those who were not in it.
///
/// # Errors
/// If the database fails.
pub(crate) fn add(
    tx: &Tx<'_>,
    now: i64,
    by: &Actor,
    id: &GroupId,
    users: Vec<UserId>,
) -> Result<Vec<UserId>, DbError> {
    let changed = store::add(tx, id, users)?;
    note_members(tx, now, by, Action::UserJoined, id, &changed)?;
    Ok(changed)
}

/// Takes users out of a group and notes it; gives those who were in it.
///
/// # Errors
/// If the database fails.
pub(crate) fn remove(
    tx: &Tx<'_>,
    now: i64,
    by: &Actor,
    id: &GroupId,
    users: Vec<UserId>,
) -> Result<Vec<UserId>, DbError> {
    let changed = store::remove(tx, id, users)?;
    note_members(tx, now, by, Action::UserLeft, id, &changed)?;
    Ok(changed)
}

fn note_members(
    tx: &Tx<'_>,
    now: i64,
    by: &Actor,
    action: Action,
    id: &GroupId,
    changed: &[UserId],
) -> Result<(), DbError> {
    let Some(group) = store::find(tx, id)?.filter(|_| !changed.is_empty()) else { return Ok(()) };
    let detail = json!({ "group": group.name });
    for user in changed {
        let name = users::store::name(tx, user)?;
        audit::record(tx, now, by, action, Target::new(&user.0, &name), &detail)?;
    }
    Ok(())
}
