//! Showing and changing settings.

use pocketkey_api::{
    GroupId, KeyId,
    audit::Action,
    event::Event,
    settings::{ResolvedSettings, SettingOrigin, SettingsChoice, SettingsView},
};
use serde_json::json;

use super::{Layers, SettingsError, store};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{Connection, DbError},
    keys,
};

/// The organisation's settings.
///
/// # Errors
/// If the database fails.
pub async fn organisation(app: &App) -> Result<SettingsView, DbError> {
    app.db().read(|conn| Ok(of_organisation(store::organisation(conn)?))).await
}

fn of_organisation(own: SettingsChoice) -> SettingsView {
    let view = Layers::default().view(own);
    SettingsView { effective: chosen_by(&SettingOrigin::Organisation, view.effective), ..view }
}

/// `resolved` with another name for what is chosen here.
fn chosen_by(here: &SettingOrigin, mut resolved: ResolvedSettings) -> ResolvedSettings {
    let all = &mut resolved.origins;
    for origin in [
        &mut all.bluetooth_proximity,
        &mut all.offline_login,
        &mut all.verification,
        &mut all.credential_storage,
    ] {
        if *origin == SettingOrigin::Key {
            *origin = here.clone();
        }
    }
    resolved
}

/// Changes the organisation's settings.
///
/// # Errors
/// If the database fails.
pub async fn set_organisation(
    app: &App,
    by: &Actor,
    choice: SettingsChoice,
) -> Result<SettingsView, SettingsError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let before = store::organisation(tx)?;
            if before != choice {
                store::set_organisation(tx, store::stored(&choice)?)?;
                let detail = json!({ "before": before, "after": choice });
                audit::record(tx, now, &by, Action::SettingsKeysChanged, Target::NONE, &detail)?;
                events.emit(tx, Event::Settings);
            }
            Ok(of_organisation(choice))
        })
        .await
}

/// A group's settings, as they are for members of no other group.
///
/// # Errors
/// [`SettingsError::NoGroup`].
pub async fn group(app: &App, id: GroupId) -> Result<SettingsView, SettingsError> {
    app.db().read(move |conn| of_group(conn, &id)).await
}

fn of_group(conn: &Connection, id: &GroupId) -> Result<SettingsView, SettingsError> {
    let (group, own) = store::group(conn, id)?.ok_or(SettingsError::NoGroup)?;
    let layers = Layers { organisation: store::organisation(conn)?, ..Layers::default() };
    let view = layers.view(own);
    Ok(SettingsView { effective: chosen_by(&SettingOrigin::Group { group }, view.effective), ..view })
}

/// Changes a group's settings.
///
/// # Errors
/// [`SettingsError::NoGroup`].
pub async fn set_group(
    app: &App,
    by: &Actor,
    id: GroupId,
    choice: SettingsChoice,
) -> Result<SettingsView, SettingsError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let (group, before) = store::group(tx, &id)?.ok_or(SettingsError::NoGroup)?;
            if before != choice {
                store::set_group(tx, &id, store::stored(&choice)?)?;
                let detail = json!({ "before": before, "after": choice });
                let target = Target::new(&id.0, &group.name);
                audit::record(tx, now, &by, Action::GroupSettingsChanged, target, &detail)?;
                events.emit(tx, Event::Settings);
            }
            of_group(tx, &id)
        })
        .await
}

/// A key's settings.
///
/// # Errors
/// [`SettingsError::NoKey`], [`SettingsError::NoSettings`].
pub async fn key(app: &App, id: KeyId) -> Result<SettingsView, SettingsError> {
    let now = app.now();
    app.db().read(move |conn| of_key(conn, &id, now)).await
}

fn of_key(conn: &Connection, id: &KeyId, now: i64) -> Result<SettingsView, SettingsError> {
    let key = keys::store::find(conn, id, now)?.ok_or(SettingsError::NoKey)?;
    if !key.kind.has_device() {
        return Err(SettingsError::NoSettings);
    }
    Ok(store::layers(conn, &key.user_id)?.view(store::key(conn, id)?))
}

/// Changes a key's own settings.
///
/// # Errors
/// [`SettingsError::NoKey`], [`SettingsError::NoSettings`].
pub async fn set_key(
    app: &App,
    by: &Actor,
    id: KeyId,
    choice: SettingsChoice,
) -> Result<SettingsView, SettingsError> {
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let before = of_key(tx, &id, now)?.own;
            if before != choice {
                store::set_key(tx, &id, store::stored(&choice)?)?;
                let of = keys::store::with_user(tx, &id, now)?.ok_or(SettingsError::NoKey)?;
                let detail = json!({ "before": before, "after": choice });
                keys::service::note(tx, now, &by, Action::KeySettingsChanged, &of.key, detail)?;
                events.emit(tx, Event::Key { key_id: id.clone(), user_id: of.user.id });
            }
            of_key(tx, &id, now)
        })
        .await
}
