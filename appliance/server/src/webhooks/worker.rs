//! The worker that sends what is due.

use std::{collections::HashSet, time::Duration};

use tokio::{task::JoinSet, time};

use super::{client::Sender, signature::Key, store};
use crate::{App, db::DbError};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);

/// Deliveries under way at once.
const AT_ONCE: usize = 16;

/// How long deliveries are kept, in milliseconds, and how often old ones are looked for.
const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
const TIDY: Duration = Duration::from_secs(60 * 60);

/// Sends until the appliance stops.
pub async fn run(app: App, sender: Sender) {
    let mut stopped = Box::pin(app.stopped());
    let mut look = time::interval(INTERVAL);
    let mut tidy = time::interval(TIDY);
    let (mut under_way, mut tasks) = (HashSet::new(), JoinSet::new());
    loop {
        let done = tokio::select! {
            () = &mut stopped => return,
            Some(over) = tasks.join_next() => {
                match over {
                    Ok(seq) => {
                        under_way.remove(&seq);
                    }
                    Err(error) => tracing::error!(%error, "a delivery did not end as it should"),
                }
                continue;
            }
            _ = look.tick(), if tasks.len() < AT_ONCE => {
                send_due(&app, &sender, &mut under_way, &mut tasks).await
            }
            _ = tidy.tick() => {
                let before = app.now() - KEPT;
                app.db().write(move |tx| store::forget(tx, before)).await
            }
        };
        if let Err(error) = done {
            tracing::error!(%error, "webhooks are not told");
        }
    }
}

async fn send_due(
    app: &App,
    sender: &Sender,
    under_way: &mut HashSet<i64>,
    tasks: &mut JoinSet<i64>,
) -> Result<(), DbError> {
    let (now, most) = (app.now(), u32::try_from(AT_ONCE + under_way.len()).unwrap_or(u32::MAX));
    let due = app.db().read(move |conn| store::due(conn, now, most)).await?;
    for due in due {
        if tasks.len() >= AT_ONCE || !under_way.insert(due.seq) {
            continue;
        }
        let (app, sender) = (app.clone(), sender.clone());
        tasks.spawn(async move {
            let key = Key::new(app.secret(), &due.webhook, due.generation);
            let (delivered, outcome) = sender.send(&due, &key, app.now()).await;
            if !delivered {
                tracing::warn!(webhook = %due.webhook, outcome, "a webhook did not take a delivery");
            }
            let (seq, now) = (due.seq, app.now());
            let noted = app.db().write(move |tx| store::tried(tx, seq, &outcome, delivered, now)).await;
            if let Err(error) = noted {
                tracing::error!(%error, "what became of a delivery is not noted: it will be sent again");
            }
            seq
        });
    }
    Ok(())
}
