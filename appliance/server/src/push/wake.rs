//! The hook: something waits for a phone that is away.

use std::time::Instant;

use pocketkey_link::id::DeviceId;
use tokio::sync::mpsc;

use crate::secret;

/// Calls that may wait for the worker.
const QUEUE: usize = 1024;

/// A call to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Whom.
    pub phone: DeviceId,
    /// When there is no reason to come any more.
    pub until: Instant,
    /// All that the phone is told. It means nothing.
    pub nonce: [u8; 16],
}

impl Call {
    /// A call with a fresh nonce.
    pub fn new(phone: DeviceId, until: Instant) -> Self {
        Self { phone, until, nonce: secret::random() }
    }
}

/// How phones that are away are called.
pub trait Wake: Send + Sync {
    /// Calls a phone. Never blocks and promises nothing: that it worked shows when the phone connects.
    fn wake(&self, call: Call);
}

/// Calls by Web Push; [`super::run`] does the work.
#[derive(Debug)]
pub struct WebPush(mpsc::Sender<Call>);

/// The hook, and the calls for [`super::run`].
pub fn web_push() -> (WebPush, mpsc::Receiver<Call>) {
    let (calls, queue) = mpsc::channel(QUEUE);
    (WebPush(calls), queue)
}

impl Wake for WebPush {
    fn wake(&self, call: Call) {
        if self.0.try_send(call).is_err() {
            tracing::warn!(phone = %call.phone, "not called: too many phones are being called already");
        }
    }
}
