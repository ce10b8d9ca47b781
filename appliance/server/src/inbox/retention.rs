//! Old mails go: those that stayed long enough, and those beyond the most that are kept.

use std::time::Duration;

use pocketkey_api::{MailId, event::Event};
use tokio::time;

use super::store;
use crate::{App, db::DbError};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(60);

/// Mails deleted in one piece of work, so that arriving ones need not wait.
const BATCH: u32 = 200;

/// Tidies until the appliance stops.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    loop {
        match tidy(&app).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "old mails were deleted from the inbox"),
            Err(DbError::Closed) => return,
            Err(error) => tracing::error!(%error, "cannot tidy the inbox"),
        }
        tokio::select! {
            () = &mut stopped => return,
            () = time::sleep(INTERVAL) => {}
        }
    }
}

/// Deletes what stays no longer; gives how many mails that were.
///
/// # Errors
/// If the database fails.
pub async fn tidy(app: &App) -> Result<usize, DbError> {
    let config = app.config();
    let keep = i64::try_from(config.inbox_keep.as_millis()).unwrap_or(i64::MAX);
    let (before, most) = (app.now().saturating_sub(keep), config.inbox_most);
    let mut count = 0;
    loop {
        let events = app.events().clone();
        let deleted = app.db().write(move |tx| -> Result<usize, DbError> {
            let overdue = store::overdue(tx, before, most, BATCH)?;
            for id in &overdue {
                store::delete(tx, *id)?;
            }
            if let Some(last) = overdue.last() {
                events.emit(tx, Event::Mail { mail_id: MailId(last.to_string()) });
            }
            Ok(overdue.len())
        });
        match deleted.await? {
            0 => return Ok(count),
            deleted => count += deleted,
        }
    }
}
