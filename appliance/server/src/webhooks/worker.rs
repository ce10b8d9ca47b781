//! The worker that sends what is due.

use std::{collections::HashMap, time::Duration};

use tokio::{
    task::{Id, JoinSet},
    time,
};

use super::{client::Sender, signature::Key, store};
use crate::{App, db::DbError};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);

/// Deliveries under way at once, and of one webhook.
const AT_ONCE: usize = 16;
const EACH: u32 = 4;

/// How long deliveries are kept, in milliseconds, and how often old ones are looked for.
const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
const TIDY: Duration = Duration::from_secs(60 * 60);

/// Sends until the appliance stops.
pub async fn run(app: App, sender: Sender) {
    let mut stopped = Box::pin(app.stopped());
    let mut look = time::interval(INTERVAL);
    let mut tidy = time::interval(TIDY);
    let mut tasks = JoinSet::new();
    // The rows that are being sent; whether there were any when it was looked last.
    let (mut under_way, mut more) = (HashMap::new(), false);
    loop {
        let done = tokio::select! {
            () = &mut stopped => return,
            Some(over) = tasks.join_next_with_id() => {
                let task = match over {
                    Ok((task, ())) => task,
                    Err(error) => {
                        tracing::error!(%error, "a delivery did not end as it should");
                        error.id()
                    }
                };
                under_way.remove(&task);
                if more {
                    look.reset_immediately();
                }
                continue;
            }
            _ = look.tick(), if tasks.len() < AT_ONCE => {
                send_due(&app, &sender, &mut under_way, &mut tasks).await.map(|begun| more = begun)
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

/// Begins to send what is due: whether there was anything.
async fn send_due(
    app: &App,
    sender: &Sender,
    under_way: &mut HashMap<Id, i64>,
    tasks: &mut JoinSet<()>,
) -> Result<bool, DbError> {
    let now = app.now();
    let due = app.db().read(move |conn| store::due(conn, now, EACH)).await?;
    let before = under_way.len();
    for due in due {
        if tasks.len() >= AT_ONCE {
            break;
        }
        if under_way.values().any(|seq| *seq == due.seq) {
            continue;
        }
        let row = due.seq;
        let (app, sender) = (app.clone(), sender.clone());
        let task = tasks.spawn(async move {
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
        });
        under_way.insert(task.id(), row);
    }
    Ok(under_way.len() > before)
}
