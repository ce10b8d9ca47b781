//! A node's connection to the NATS servers, before it knows whose node it is.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, Event};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::super::{Ask, BusOptions, Greeting, NodeId, OptionsError, decode, encode, subjects::HELLO};
use crate::secret;

/// How long the console's node may take to say who it is, and how long to wait before it is asked again.
const HELLO_TIME: Duration = Duration::from_secs(2);
const HELLO_AGAIN: Duration = Duration::from_millis(500);

/// The connection; it comes back by itself.
#[derive(Clone)]
pub struct Cluster {
    pub(super) client: Client,
    pub(super) node: NodeId,
    /// How often it has been made.
    pub(super) connections: Arc<watch::Sender<u64>>,
}

impl Cluster {
    /// Begins to connect.
    ///
    /// # Errors
    /// [`OptionsError`]; not if no server can be reached: that is tried until it works.
    pub async fn connect(options: &BusOptions) -> Result<Self, OptionsError> {
        let node = NodeId(u64::from_be_bytes(secret::random()));
        let connections = Arc::new(watch::channel(0).0);
        let counted = Arc::clone(&connections);
        let connect = options.connect(&format!("{:016x}", node.0)).await?.event_callback(move |event| {
            match &event {
                Event::Connected => {
                    counted.send_modify(|count| *count += 1);
                    tracing::info!(%event, "NATS");
                }
                Event::Disconnected => tracing::info!(%event, "NATS"),
                other => tracing::warn!(%other, "NATS"),
            }
            async {}
        });
        let client = connect.connect(options.addresses()?).await?;
        Ok(Self { client, node, connections })
    }

    /// Asks the console's node who it is, until it answers.
    pub async fn hello(&self) -> Greeting {
        let mut told = false;
        loop {
            let asked = self.client.request(HELLO, encode(&Ask::Hello).into());
            if let Ok(Ok(answer)) = timeout(HELLO_TIME, asked).await {
                match decode(&answer.payload) {
                    Ok(greeting) => return greeting,
                    Err(error) => tracing::warn!(%error),
                }
            } else if !told {
                tracing::info!("waiting for the console's node, pocketkey serve with the same --nats");
                told = true;
            }
            sleep(HELLO_AGAIN).await;
        }
    }
}
