//! Where the console's node answers the others.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_nats::Message;
use futures_util::StreamExt;
use tokio::{sync::Semaphore, time::sleep};

use super::{
    super::{Ask, NotedElsewhere, decode, encode, subjects::HELLO},
    Nats,
};
use crate::relay::Relay;

/// Notes that go over the bus at once, and how long to wait until they are tried again.
const NOTES: usize = 500;
const NOTES_AGAIN: Duration = Duration::from_secs(1);

/// How often a relay node says how many devices it has.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// Devices that are looked up at once.
const LOOK_UPS: usize = 64;

/// Says who this appliance is.
pub async fn hello(nats: Nats, relay: Arc<Relay>) {
    let Some(mut asked) = nats.subscribe(HELLO.to_owned()).await else { return };
    while let Some(message) = asked.next().await {
        match relay.greeting().await {
            Ok(greeting) => reply(&nats, message, encode(&greeting)),
            Err(error) => tracing::error!(%error, "a relay node is not greeted"),
        }
    }
}

/// Answers what relay nodes ask.
pub async fn answer(nats: Nats, relay: Arc<Relay>) {
    let look_ups = Arc::new(Semaphore::new(LOOK_UPS));
    let Some(mut asked) = nats.subscribe(nats.0.subjects.authority()).await else { return };
    while let Some(message) = asked.next().await {
        match decode(&message.payload) {
            Ok(Ask::Admit { device }) => {
                let Ok(permit) = Arc::clone(&look_ups).acquire_owned().await else { return };
                let (nats, relay) = (nats.clone(), Arc::clone(&relay));
                tokio::spawn(async move {
                    match relay.vouch(device).await {
                        Ok(answer) => reply(&nats, message, encode(&answer)),
                        Err(error) => tracing::error!(%error, "a device could not be looked up"),
                    }
                    drop(permit);
                });
            }
            Ok(Ask::Pair { device, role, frame }) => relay.pairing(device, role, frame),
            Ok(Ask::Wake { phone, for_ms }) => relay.call(phone, Duration::from_millis(for_ms)),
            Ok(Ask::Came { device, role }) => relay.came(device, role),
            Ok(Ask::Went { device, role }) => {
                let relay = Arc::clone(&relay);
                tokio::spawn(async move { relay.went(device, role).await });
            }
            Ok(Ask::Notes(notes)) => {
                relay.noted_elsewhere(notes);
                reply(&nats, message, Vec::new());
            }
            Ok(Ask::Count { node, phones, computers }) => {
                relay.counted_elsewhere(node, phones as usize, computers as usize);
            }
            Ok(Ask::Hello) => {}
            Err(error) => tracing::warn!(%error),
        }
    }
}

/// A relay node: brings what the log is to be told to the console's node, which may be away for a while.
pub async fn bring_notes(nats: Nats, relay: Arc<Relay>) {
    loop {
        let mut notes = relay.notes().await;
        while !notes.is_empty() {
            let now = Instant::now();
            let some =
                notes.iter().take(NOTES).cloned().map(|noted| NotedElsewhere::new(noted, now)).collect();
            let asked = nats.client().request(nats.0.subjects.authority(), encode(&Ask::Notes(some)).into());
            match asked.await {
                Ok(_) => drop(notes.drain(..notes.len().min(NOTES))),
                Err(error) => {
                    tracing::debug!(%error, "the console does not take notes now");
                    sleep(NOTES_AGAIN).await;
                }
            }
        }
    }
}

/// A relay node: says how many devices are here, every few seconds.
pub async fn count(nats: Nats, relay: Arc<Relay>) {
    loop {
        let (phones, computers) = relay.online();
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let (phones, computers) = (number(phones), number(computers));
        nats.tell_console(&Ask::Count { node: nats.0.cluster.node, phones, computers });
        sleep(COUNT_EVERY).await;
    }
}

fn reply(nats: &Nats, message: Message, answer: Vec<u8>) {
    if let Some(asker) = message.reply {
        nats.publish(asker.into_string(), answer, None);
    }
}
