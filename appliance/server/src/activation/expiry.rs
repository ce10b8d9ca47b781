//! Tells open pages when an invitation's time is over: nobody else does anything at that moment.

use std::time::Duration;

use pocketkey_api::event::Event;
use tokio::time;

use super::store;
use crate::{App, db::DbError};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(2);

/// Looks until the appliance stops.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    let mut since = app.now();
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = time::sleep(INTERVAL) => {}
        }
        let until = app.now();
        match announce(&app, since, until).await {
            Ok(()) => since = until,
            Err(error) => tracing::error!(%error, "cannot look for expired invitations"),
        }
    }
}

/// Announces what expired after `since`, up to `until`.
///
/// # Errors
/// If the database cannot be read.
pub async fn announce(app: &App, since: i64, until: i64) -> Result<(), DbError> {
    for (key_id, user_id) in app.db().read(move |conn| store::expired(conn, since, until)).await? {
        app.events().send(Event::Key { key_id, user_id: user_id.clone() });
        app.events().send(Event::User { user_id });
    }
    Ok(())
}
