//! The virtual key of a computer, plugged in as soon as a phone is paired and not before: a key that cannot answer would
//! only get in the way of others (see [`crate::fail`]).

use std::sync::Arc;

use super::{Shared, asking};
use crate::{
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

    fn wink(&self) {
        self.0.change(|inner| inner.winks += 1);
    }
}

/// Waits for a phone, plugs the key in and serves it.
pub(super) async fn when_paired(shared: Arc<Shared>) {
    let mut view = shared.view.subscribe();
    if view.wait_for(|view| view.phone.is_some()).await.is_err() {
        return;
    }
    match uhid::plug_in() {
        Ok(wire) => key::serve(wire, Arc::new(Plug(shared)), Config::default()).await,
        Err(error) => tracing::error!(%error, "cannot plug in the virtual security key"),
    }
}
