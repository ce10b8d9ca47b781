//! Indexes what is stored, many mails in one piece of work: a few at a time cost four times as much.
//!
//! A mail is acknowledged once it is stored. Whoever searches by text calls [`catch_up`] first, so that a search misses
//! nothing; a worker does so soon after mails came.

use std::time::Duration;

use pocketkey_api::event::Event;
use tokio::{sync::broadcast::error::RecvError, time};

use super::{model::Index, store};
use crate::{App, db::DbError};

/// How long mails gather before the worker indexes them.
const PAUSE: Duration = Duration::from_millis(500);

/// Mails indexed in one piece of work, so that arriving ones need not wait long.
const BATCH: u32 = 1000;

/// Text indexed in one piece of work, in bytes, but for the last mail's.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Indexes until the appliance stops.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    loop {
        // Listening begins before looking: no mail comes unnoticed in between.
        let mut changes = app.events().subscribe();
        match catch_up(&app).await {
            Ok(()) => {}
            Err(DbError::Closed) => return,
            Err(error) => tracing::error!(%error, "cannot index the inbox"),
        }
        let gathered = async {
            while !matches!(changes.recv().await, Ok(Event::Mail { .. }) | Err(RecvError::Lagged(_))) {}
            time::sleep(PAUSE).await;
        };
        tokio::select! {
            () = &mut stopped => return,
            () = gathered => {}
        }
    }
}

/// Indexes everything that is stored by now.
///
/// # Errors
/// If the database fails.
pub async fn catch_up(app: &App) -> Result<(), DbError> {
    loop {
        let read = app.db().read(|conn| {
            let mut text = 0;
            let mut batch: Vec<(i64, Index)> = Vec::new();
            store::not_indexed(conn, BATCH, |mail| {
                let index = Index::new(&mail.sender, &mail.recipients, &mail.source);
                text += index.body.len();
                batch.push((mail.id, index));
                text < MAX_TEXT
            })?;
            Ok::<_, DbError>(batch)
        });
        let batch = read.await?;
        if batch.is_empty() {
            return Ok(());
        }
        app.db().write(move |tx| store::index(tx, &batch)).await?;
    }
}
