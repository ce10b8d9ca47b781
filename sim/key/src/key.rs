//! The virtual key: CTAPHID on one side, whoever answers CTAP requests on the other.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::{
    sync::mpsc,
    time::{Duration, Instant, sleep_until},
};

use crate::{
    hid::{Config, Ctaphid, HidEvent, Protocol, Status, TransactionId},
    u2f::{Polled, needs_person},
    uhid::{FromClients, Wire},
};

/// `authenticatorGetInfo`: answered at once, whether the phone is on or off. Clients wait some 200 ms for it.
pub const GET_INFO: u8 = 0x04;

/// Who answers CTAP requests.
pub trait Backend: Send + Sync + 'static {
    /// The reply to `authenticatorGetInfo`: status byte and CBOR.
    fn info(&self) -> Vec<u8>;

    /// The reply to any other CTAP2 request: status byte and CBOR. Dropping the future cancels the request.
    fn exchange(&self, ctap: Vec<u8>, progress: Progress) -> impl Future<Output = Vec<u8>> + Send;

    /// The reply to a U2F request, an APDU: data and a status word. Dropping the future cancels the request.
    fn exchange_u2f(&self, apdu: Vec<u8>) -> impl Future<Output = Vec<u8>> + Send;

    /// A client wants the person to see which key this is.
    fn wink(&self);
}

/// Tells the client what a request waits for.
#[derive(Debug)]
pub struct Progress {
    transaction: TransactionId,
    statuses: mpsc::UnboundedSender<(TransactionId, Status)>,
}

impl Progress {
    /// From now on the request waits for the person; before, it was on its way.
    pub fn waits_for_person(&self) {
        // If the key is unplugged nobody wants to know.
        let _ = self.statuses.send((self.transaction, Status::UpNeeded));
    }
}

/// A request that is worked on, and its reply.
type Work = (TransactionId, Pin<Box<dyn Future<Output = Vec<u8>> + Send>>);

/// Serves clients until the wire ends.
pub async fn serve<B: Backend>(mut wire: Wire, backend: Arc<B>, config: Config) {
    let started = Instant::now();
    let now = || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut hid = Ctaphid::new(config);
    let mut work: Option<Work> = None;
    let mut polled = Polled::default();
    let (statuses, mut changes) = mpsc::unbounded_channel();
    loop {
        while let Some(event) = hid.poll_event() {
            match event {
                HidEvent::Request { transaction, protocol: Protocol::U2f, ctap, .. } => {
                    let backend = Arc::clone(&backend);
                    let ask = |apdu| async move { backend.exchange_u2f(apdu).await };
                    if needs_person(&ctap) {
                        hid.respond(transaction, polled.ask(ctap, |apdu| Box::pin(ask(apdu))));
                    } else {
                        work = Some((transaction, Box::pin(ask(ctap))));
                    }
                }
                HidEvent::Request { transaction, ctap, .. } if ctap == [GET_INFO] => {
                    hid.respond(transaction, backend.info());
                }
                HidEvent::Request { transaction, ctap, .. } => {
                    polled.forget();
                    let progress = Progress { transaction, statuses: statuses.clone() };
                    let backend = Arc::clone(&backend);
                    work =
                        Some((transaction, Box::pin(async move { backend.exchange(ctap, progress).await })));
                }
                HidEvent::Cancelled { transaction } => {
                    work.take_if(|(running, _)| *running == transaction);
                }
                HidEvent::Wink => backend.wink(),
            }
        }
        while let Some(report) = hid.poll_transmit() {
            if wire.to_clients.send(report).is_err() {
                return;
            }
        }
        let due = hid.poll_timeout();
        tokio::select! {
            from_clients = wire.from_clients.recv() => match from_clients {
                Some(FromClients::Report(report)) => hid.handle_report(now(), &report),
                Some(FromClients::Gone) => {
                    hid.handle_gone();
                    polled.forget();
                }
                None => return,
            },
            (transaction, reply) = finished(&mut work) => {
                work = None;
                hid.respond(transaction, reply);
            }
            () = polled.progress() => {}
            Some((transaction, status)) = changes.recv() => hid.set_status(now(), transaction, status),
            () = sleep_until(started + Duration::from_millis(due.unwrap_or_default())), if due.is_some() => {
                hid.handle_timeout(now());
            }
        }
    }
}

/// The reply of the request that is worked on; pending if there is none.
async fn finished(work: &mut Option<Work>) -> (TransactionId, Vec<u8>) {
    match work {
        Some((transaction, reply)) => (*transaction, reply.await),
        None => std::future::pending().await,
    }
}
