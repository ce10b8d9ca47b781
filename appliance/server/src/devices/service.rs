//! Listing, blocking and deleting computers; telling the relay who is blocked.

use pocketkey_api::{ComputerId, Page, audit::Action, computer::Computer, event::Event};
use pocketkey_link::id::DeviceId;
use serde::Deserialize;
use serde_json::json;

use super::{
    DeviceError,
    computers::{self, Found},
};
use crate::{
    App,
    audit::{self, Actor, Target},
    cursor,
    db::{Db, DbError, Tx},
    events::Events,
    pairing,
    relay::{self, Role},
};

/// Computers on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which computers to list.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListComputers {
    /// Only computers after this one: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

/// One page of computers that are paired or blocked, newest first.
///
/// # Errors
/// [`DeviceError::WrongCursor`].
pub async fn list(app: &App, which: ListComputers) -> Result<Page<Computer>, DeviceError> {
    let fits = which.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let before = cursor::row(which.after.as_deref(), i64::MAX).ok_or(DeviceError::WrongCursor)?;
    let rows: Vec<Found> = app.db().read(move |conn| computers::list(conn, before, fits + 1)).await?;
    let Page { items, next } = Page::cut(rows, fits, |last| last.place.to_string());
    Ok(Page { items: with_presence(app, items).await, next })
}

/// Blocks a computer, or unblocks it: it is out at once, or may come back.
///
/// # Errors
/// [`DeviceError::NotFound`].
pub async fn set_blocked(
    app: &App,
    id: ComputerId,
    blocked: bool,
    by: &Actor,
) -> Result<Computer, DeviceError> {
    app.relay().ready().await?;
    let (now, shared, by) = (app.now(), app.clone(), by.clone());
    let found = app
        .db()
        .write(move |tx| {
            let app = shared;
            let found = computers::find(tx, &id)?.ok_or(DeviceError::NotFound)?;
            if found.computer.blocked_at.is_some() == blocked {
                return Ok(found);
            }
            computers::set_blocked(tx, &id, blocked.then_some(now))?;
            blocked_or_not(&app, tx, found.device, blocked)?;
            let action = if blocked { Action::ComputerBlocked } else { Action::ComputerUnblocked };
            note(tx, now, &by, action, &found.computer)?;
            app.events().emit(tx, Event::Computer { computer_id: id.clone() });
            computers::find(tx, &id)?.ok_or(DeviceError::NotFound)
        })
        .await?;
    with_presence(app, vec![found]).await.pop().ok_or(DeviceError::NotFound)
}

/// Deletes a computer: its pairing is no more, and it is unknown until it pairs anew.
///
/// # Errors
/// [`DeviceError::NotFound`].
pub async fn delete(app: &App, id: ComputerId, by: &Actor) -> Result<(), DeviceError> {
    app.relay().ready().await?;
    let (shared, by) = (app.clone(), by.clone());
    app.db()
        .write(move |tx| {
            let app = shared;
            let found = computers::find(tx, &id)?.ok_or(DeviceError::NotFound)?;
            note(tx, app.now(), &by, Action::ComputerDeleted, &found.computer)?;
            deleted(&app, tx, found.device)?;
            computers::delete(tx, &id)?;
            app.events().emit(tx, Event::Computer { computer_id: id });
            Ok(())
        })
        .await
}

/// Notes that the computer `id` was paired with a phone, or parted from it, which their handshake decides.
///
/// # Errors
/// If the database fails.
pub(crate) fn paired_or_not(tx: &Tx<'_>, now: i64, id: DeviceId, paired: bool) -> Result<(), DbError> {
    let action = if paired { Action::ComputerPaired } else { Action::ComputerUnpaired };
    let found = computers::find(tx, &ComputerId(id.to_string()))?;
    found.map_or(Ok(()), |found| note(tx, now, &Actor::appliance(), action, &found.computer))
}

fn note(tx: &Tx<'_>, now: i64, by: &Actor, action: Action, computer: &Computer) -> Result<(), DbError> {
    let phone = computer.phone.as_ref();
    let detail = phone
        .map(|phone| json!({ "phone": phone.model, "user": phone.user_id, "user_name": phone.user_name }));
    let target = Target::new(&computer.id.0, &computer.name);
    audit::record(tx, now, by, action, target, &detail.unwrap_or_default())
}

/// Tells the relay, once `tx` is committed, that a device is blocked or is not any more.
///
/// # Errors
/// If the database fails.
pub(crate) fn blocked_or_not(app: &App, tx: &Tx<'_>, device: DeviceId, blocked: bool) -> Result<(), DbError> {
    let (app, now) = (app.clone(), app.now());
    if blocked {
        relay::admission::revoke(tx, device, now)?;
        tx.after_commit(move || app.relay().block(device, now));
    } else {
        tx.after_commit(move || app.relay().allow(device));
    }
    Ok(())
}

/// What must be done before a device's row goes: its certificate is void, and so are its peers', which name it. The relay is
/// told once `tx` is committed.
///
/// # Errors
/// If the database fails.
pub(crate) fn deleted(app: &App, tx: &Tx<'_>, device: DeviceId) -> Result<(), DbError> {
    let (app, now) = (app.clone(), app.now());
    let bonds = pairing::store::bonds_of(tx, device)?;
    relay::admission::revoke(tx, device, now)?;
    for bond in &bonds {
        relay::admission::revoke(tx, bond.other(device), now - 1)?;
    }
    tx.after_commit(move || app.relay().remove(device, &bonds, now));
    Ok(())
}

/// A device has connected.
pub(crate) fn came(events: &Events, device: DeviceId, role: Role) {
    let id = device.to_string();
    events.send(match role {
        Role::Phone => Event::Phone { device_id: id },
        Role::Computer => Event::Computer { computer_id: ComputerId(id) },
    });
}

/// A device's connection is gone. When a computer was last seen is noted.
pub(crate) async fn went(db: &Db, events: &Events, now: i64, device: DeviceId, role: Role) {
    if role == Role::Phone {
        return came(events, device, role);
    }
    let (computer_id, events) = (ComputerId(device.to_string()), events.clone());
    let noted = db
        .write::<_, DbError, _>(move |tx| {
            computers::set_seen(tx, &computer_id, now)?;
            events.emit(tx, Event::Computer { computer_id });
            Ok(())
        })
        .await;
    if let Err(error) = noted {
        tracing::debug!(%error, "when a computer was last seen is not noted");
    }
}

async fn with_presence(app: &App, found: Vec<Found>) -> Vec<Computer> {
    let online = app.relay().present(found.iter().map(|found| found.device).collect()).await;
    let with = |Found { computer, device, .. }| Computer { online: online.contains(&device), ..computer };
    found.into_iter().map(with).collect()
}
