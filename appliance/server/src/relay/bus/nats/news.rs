//! The bucket that keeps news: whoever missed some hears them when it listens again.
//!
//! It is in the servers' memory. The console's node, whose database has it all, tells everything anew when it comes back to
//! the servers and every few hours, so that nothing hangs on their memory.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::jetstream::{
    self,
    kv::{Config, Store, Watch},
    stream::StorageType,
};
use futures_util::StreamExt;
use pocketkey_link::certificate::LIFETIME_MS;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    super::{NEWS_KEPT, News, What, decode, encode},
    Nats,
};
use crate::relay::Relay;

/// How often everything is told anew.
const ANEW: Duration = Duration::from_millis(LIFETIME_MS / 2);

/// How many servers keep them, where there is a cluster.
const REPLICAS: usize = 3;

/// How long a server may take to write news down; how long to wait before it is tried again.
const WRITE_TIME: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(250);

/// The console's node: writes news down.
pub async fn tell(nats: Nats, relay: Arc<Relay>) {
    let mut connections = nats.0.cluster.connections.subscribe();
    // The connection may stand already.
    connections.mark_changed();
    let mut store = None;
    let mut anew = Instant::now() + ANEW;
    loop {
        tokio::select! {
            changed = connections.changed() => {
                if changed.is_err() {
                    return;
                }
                if *connections.borrow_and_update() == 0 {
                    continue;
                }
                store = Some(open(&nats, true).await);
            }
            () = sleep_until(anew) => {}
            news = nats.0.told.next(), if store.is_some() => {
                if let Some(store) = &store && !write(store, &news, &connections).await {
                    nats.0.told.put_back(news);
                }
                continue;
            }
        }
        anew = Instant::now() + ANEW;
        // Whatever changes from here on has a later stamp.
        let at = nats.stamp();
        match (relay.all_news().await, &store) {
            (Ok(all), Some(store)) => {
                for what in all.into_iter().chain([What::Complete]) {
                    write(store, &News { at, what }, &connections).await;
                }
            }
            (Ok(_), None) => {}
            (Err(error), _) => tracing::error!(%error, "relay nodes are not told who is blocked"),
        }
    }
}

/// Writes one down, again and again until the servers have it, or are others: false then.
async fn write(store: &Store, news: &News, connections: &watch::Receiver<u64>) -> bool {
    while !connections.has_changed().unwrap_or(true) {
        let put = store.put(news.what.topic().to_string(), encode(news).into());
        match timeout(WRITE_TIME, put).await {
            Ok(Ok(_)) => return true,
            Ok(Err(error)) => tracing::warn!(%error, "news are not written down; trying again"),
            Err(_) => tracing::warn!("news are not written down in time; trying again"),
        }
        sleep(AGAIN).await;
    }
    false
}

/// A relay node: hears news as they are told.
pub async fn at_once(nats: Nats, relay: Arc<Relay>) {
    let Some(mut heard) = nats.subscribe(nats.0.subjects.news()).await else { return };
    while let Some(message) = heard.next().await {
        hear(&relay, &message.payload).await;
    }
}

/// A relay node: hears everything that is written down, and goes on hearing.
pub async fn listen(nats: Nats, relay: Arc<Relay>) {
    let mut connections = nats.0.cluster.connections.subscribe();
    loop {
        connections.mark_unchanged();
        let store = open(&nats, false).await;
        let reading = async {
            match store.watch_with_history(">").await {
                Ok(mut watch) => catch_up(&nats, &relay, &mut watch).await,
                Err(error) => tracing::warn!(%error, "news cannot be heard; trying again"),
            }
            sleep(AGAIN).await;
        };
        tokio::select! {
            () = reading => {}
            changed = connections.changed() => if changed.is_err() { return },
        }
    }
}

/// Hears until the watch ends.
async fn catch_up(nats: &Nats, relay: &Relay, watch: &mut Watch) {
    let mut complete = false;
    while let Some(entry) = watch.next().await {
        match entry {
            Ok(entry) => {
                complete |= hear(relay, &entry.value).await;
                if complete && entry.seen_current {
                    nats.0.informed.store(true, Ordering::Relaxed);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "news are missing; hearing them again");
                return;
            }
        }
    }
}

/// Tells the relay; whether it is that everything has been told.
async fn hear(relay: &Relay, bytes: &[u8]) -> bool {
    // What has expired is empty.
    match decode::<News>(bytes) {
        Ok(news) => {
            let complete = news.what == What::Complete;
            relay.heard(news).await;
            complete
        }
        Err(error) if !bytes.is_empty() => {
            tracing::warn!(%error);
            false
        }
        Err(_) => false,
    }
}

/// The bucket, as soon as there is one; the console's node makes it.
async fn open(nats: &Nats, make: bool) -> Store {
    let jetstream = jetstream::new(nats.client().clone());
    loop {
        let opened = if make {
            let clustered = nats.client().try_server_info().is_some_and(|server| server.cluster.is_some());
            let config = Config {
                bucket: nats.0.subjects.bucket(),
                history: 1,
                max_age: NEWS_KEPT,
                storage: StorageType::Memory,
                num_replicas: if clustered { REPLICAS } else { 1 },
                ..Config::default()
            };
            jetstream.create_or_update_key_value(config).await.map_err(|error| error.to_string())
        } else {
            jetstream.get_key_value(nats.0.subjects.bucket()).await.map_err(|error| error.to_string())
        };
        match opened {
            Ok(store) => return store,
            Err(error) if make => {
                tracing::warn!(%error, "no bucket for news: does NATS have JetStream, and three servers if it is a cluster?");
            }
            Err(error) => tracing::debug!(%error, "no bucket for news yet"),
        }
        sleep(AGAIN * 4).await;
    }
}
