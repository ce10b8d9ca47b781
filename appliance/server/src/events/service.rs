//! Telling everybody who listens, only after the commit.

use pocketkey_api::event::Event;
use tokio::sync::broadcast;

use crate::db::Tx;

/// How many events a slow listener may lag behind before it is told to fetch everything again.
const BACKLOG: usize = 256;

/// The channel to every open page.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Events {
    /// Tells everybody once `tx` is committed; nobody if it is not.
    pub fn emit(&self, tx: &Tx<'_>, event: Event) {
        let events = self.clone();
        tx.after_commit(move || events.send(event));
    }

    /// Tells everybody now, of something that is already so.
    pub fn send(&self, event: Event) {
        // An error means that nobody listens.
        let _ = self.0.send(event);
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
