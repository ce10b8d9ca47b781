//! Whether a password alone lets an admin in: a setting of the organisation, which owners change. What it means for
//! sessions is [`sessions::find`](super::sessions::find)'s and the extractors' to say.

use pocketkey_api::{AdminId, audit::Action, event::Event, session::SignInSettings};

use super::{Admin, AdminError, store};
use crate::{
    App,
    audit::{self, Target},
    db::{DbError, Tx},
};

/// How every admin has to sign in.
///
/// # Errors
/// If the database fails.
pub async fn show(app: &App) -> Result<SignInSettings, DbError> {
    let second_step_required = app.db().read(store::second_step_required).await?;
    Ok(SignInSettings { second_step_required })
}

/// Changes that, for sessions under way as well.
///
/// # Errors
/// [`AdminError::OwnSecondStep`] if it would shut out whoever asks.
pub async fn set(app: &App, by: Admin, new: SignInSettings) -> Result<SignInSettings, AdminError> {
    let (now, events) = (app.now(), app.events().clone());
    app.db()
        .write(move |tx| {
            let (from, to) = (store::second_step_required(tx)?, new.second_step_required);
            if from == to {
                return Ok(new);
            }
            let own = &by.admin.id;
            if to && !(by.second_step && store::has_second_step(tx, own)?) {
                return Err(AdminError::OwnSecondStep);
            }
            store::set_second_step_required(tx, to)?;
            let detail = audit::change([("second_step_required", &*from.to_string(), &*to.to_string())]);
            audit::record(tx, now, &by.actor, Action::SettingsSignInChanged, Target::NONE, &detail)?;
            // Whoever listens is asked again whether they may.
            events.emit(tx, Event::Admin { admin_id: own.clone() });
            Ok(new)
        })
        .await
}

/// Whether an admin has too little to sign in with, in `tx`.
///
/// # Errors
/// If the database fails.
pub fn is_missing(tx: &Tx<'_>, id: &AdminId) -> Result<bool, DbError> {
    Ok(store::second_step_required(tx)? && !store::has_second_step(tx, id)?)
}
