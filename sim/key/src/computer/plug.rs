//! The virtual key of a computer, plugged in as soon as a phone is paired and not before: a key that cannot answer would
//! only get in the way of others (see [`crate::fail`]).

use std::sync::Arc;

use tokio::time::Instant;

use super::{Shared, asking};
use crate::{
    fail::Fail,
    hid::Config,
    key::{self, Backend, Progress},
    uhid,
};

/// The phone behind the key.
#[derive(Debug, Clone)]
pub struct Plug(Arc<Shared>);

impl Backend for Plug {
    fn info(&self) -> Vec<u8> {
        asking::get_info(&self.0.lock())
    }

    async fn exchange(&self, ctap: Vec<u8>, progress: Progress) -> Vec<u8> {
        asking::answer(&self.0, ctap, move || progress.waits_for_person()).await
    }

    async fn exchange_u2f(&self, apdu: Vec<u8>) -> Vec<u8> {
        asking::answer_u2f(&self.0, apdu).await
    }

    fn wink(&self) {
        self.0.change(|inner| inner.winks += 1);
    }
}

/// What a person can do to a computer's key. Clones do the same.
#[derive(Debug, Clone)]
pub struct Controls(pub(super) Arc<Shared>);

impl Controls {
    /// Unplugs the key and plugs it in again, as a person would to reset it or after too many wrong PINs. Nothing
    /// happens where none is plugged in.
    pub fn replug(&self) {
        // Is remembered while the key is just being plugged in.
        self.0.replug.notify_one();
    }

    /// The same, with other times from now on.
    pub fn replug_with(&self, config: Config) {
        self.0.lock().hid = config;
        self.replug();
    }

    /// Switches the key on or off (C3), which is kept. An off key stays plugged in and answers getInfo, but phones receive
    /// nothing: what is asked of it, or is being asked, fails at once.
    pub fn switch(&self, on: bool) {
        let now = self.0.ticks();
        self.0.change(|inner| {
            inner.kept.off = !on;
            if !on {
                asking::call_off(inner, now, Fail::Disabled);
            }
        });
        self.0.save();
    }
}

/// Waits for a phone, plugs the key in and serves it; plugs it in anew whenever [`Controls::replug`] says so.
pub(super) async fn when_paired(shared: Arc<Shared>) {
    let mut view = shared.view.subscribe();
    if view.wait_for(|view| view.phone.is_some()).await.is_err() {
        return;
    }
    loop {
        asking::refresh_info(&shared).await;
        let config = shared.lock().hid;
        let wire = match uhid::plug_in() {
            Ok(wire) => wire,
            Err(error) => return tracing::error!(%error, "cannot plug in the virtual security key"),
        };
        shared.lock().plugged_in = Some(Instant::now());
        tokio::select! {
            // Ends only if the kernel takes the device away.
            () = key::serve(wire, Arc::new(Plug(Arc::clone(&shared))), config) => return,
            () = shared.replug.notified() => {}
        }
    }
}
