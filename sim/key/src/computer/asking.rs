//! One CTAP request to the phone and its end: sealed, sent, waited for, given up.

use std::{collections::HashMap, sync::Arc};

use pocketkey_authenticator::{Config, Device, cbor, info};
use pocketkey_link::{
    frame::{Frame, MAX_TTL_MS},
    id::ExchangeId,
    sealed::{self, Protocol, Request, Response},
};
use pocketkey_relay_client::{OsEntropy, now_ms};
use tokio::{
    sync::oneshot,
    time::{self, Instant},
};

use super::{Inner, Shared, link::Relay};
use crate::{fail::Fail, hid::machine::NO_PRECISE_DIAGNOSIS, key::GET_INFO};

/// Requests that wait for their end. An end that is dropped means: the connection is gone.
pub(super) type Asked = HashMap<ExchangeId, oneshot::Sender<End>>;

/// How long a key that is about to be plugged in waits for its phone to say what it can do.
const PHONE_MAY_TAKE: time::Duration = time::Duration::from_secs(2);

/// How the relay says that a request is over.
#[derive(Debug)]
pub(super) enum End {
    /// With a sealed response.
    Response(Vec<u8>),
    /// Without.
    Failed(Fail),
}

/// What the key says of itself: what the phone said when it was paired, or else what any phone of ours would say.
pub(super) fn get_info(inner: &Inner) -> Vec<u8> {
    match &inner.kept.phone {
        Some(phone) if !phone.info.is_empty() => phone.info.clone(),
        _ => info::encode(&Config::default(), &Device::default(), 0),
    }
}

/// The reply to a CTAP request; `sent` is called once it is on its way. Dropping the future cancels the request.
pub(super) async fn answer(shared: &Arc<Shared>, ctap: Vec<u8>, sent: impl FnOnce() + Send) -> Vec<u8> {
    if ctap == [GET_INFO] {
        return get_info(&shared.lock());
    }
    match ask(shared, Protocol::Ctap2, ctap, sent).await {
        Ok(reply) => {
            if let Some(fail) = Fail::in_reply(&reply) {
                tell(shared, fail);
            }
            reply
        }
        Err(fail) => {
            tell(shared, fail);
            fail.reply()
        }
    }
}

/// The reply to a U2F request. Dropping the future cancels the request.
pub(super) async fn answer_u2f(shared: &Arc<Shared>, apdu: Vec<u8>) -> Vec<u8> {
    match ask(shared, Protocol::U2f, apdu, || {}).await {
        Ok(reply) => reply,
        Err(fail) => {
            tell(shared, fail);
            NO_PRECISE_DIAGNOSIS.to_vec()
        }
    }
}

/// Asks the phone what it answers getInfo with now. It need not be there: it says so with its next answer, too.
pub(super) async fn refresh_info(shared: &Arc<Shared>) {
    let asked = time::timeout(PHONE_MAY_TAKE, ask(shared, Protocol::Ctap2, vec![GET_INFO], || {})).await;
    if let Ok(Err(fail)) = asked {
        tracing::debug!(%fail, "the phone does not say what it can do");
    }
}

/// Shows why a request failed.
fn tell(shared: &Shared, fail: Fail) {
    shared.change(|inner| {
        inner.failures += 1;
        inner.last_failure = Some(fail);
    });
}

async fn ask(
    shared: &Arc<Shared>,
    protocol: Protocol,
    ctap: Vec<u8>,
    sent: impl FnOnce() + Send,
) -> Result<Vec<u8>, Fail> {
    let exchange = ExchangeId::random(&mut OsEntropy);
    let within = shared.options.answer_within;
    let ttl_ms = u32::try_from(within.as_millis()).unwrap_or(MAX_TTL_MS).min(MAX_TTL_MS);
    let (end, ended) = oneshot::channel();
    let asked_at = Instant::now();
    let waiting = {
        let mut inner = shared.lock();
        if inner.kept.off {
            return Err(Fail::Disabled);
        }
        let bond = inner.bond().ok_or(Fail::NoPhone)?;
        let frames = match &inner.relay {
            Relay::Up { frames } => frames,
            Relay::Blocked => return Err(Fail::Blocked),
            Relay::Connecting | Relay::Down { .. } => return Err(Fail::ApplianceUnreachable),
        };
        let plugged_in_ms =
            inner.plugged_in.map(|at| u32::try_from(at.elapsed().as_millis()).unwrap_or(u32::MAX));
        let request = Request { issued_at: now_ms(), ttl_ms, ctap: ctap.into(), protocol, plugged_in_ms };
        let (waiting, body) = sealed::seal_request(&bond, &shared.keys, exchange, &request, &mut OsEntropy)
            .map_err(|_| Fail::TooLong)?;
        let frame = Frame::Request { exchange, pairing: bond.pairing, ttl_ms, body: body.into() };
        frames.try_send(frame).map_err(|_| Fail::ApplianceUnreachable)?;
        inner.asked.insert(exchange, end);
        waiting
    };
    let _cancel = CancelOnDrop { shared, exchange };
    sent();
    match time::timeout(time::Duration::from_millis(ttl_ms.into()), ended).await {
        Ok(Ok(End::Response(body))) => {
            let response = waiting.open_response(&body).map_err(|_| Fail::NotThePhone)?;
            Ok(take_response(shared, response, asked_at))
        }
        Ok(Ok(End::Failed(fail))) => Err(fail),
        Ok(Err(_)) => Err(Fail::ApplianceUnreachable),
        Err(_) => Err(Fail::TimedOut),
    }
}

/// What the client gets; what the key answers getInfo with from now on is kept. The phone knows that the key was plugged
/// in, unless that happened after the request.
fn take_response(shared: &Shared, response: Response, asked_at: Instant) -> Vec<u8> {
    let news = {
        let mut inner = shared.lock();
        inner.plugged_in.take_if(|at| *at <= asked_at);
        match (response.info, &mut inner.kept.phone) {
            (Some(info), Some(phone)) if is_info(&info) => {
                phone.info = info.into();
                true
            }
            _ => false,
        }
    };
    if news {
        shared.save();
    }
    response.ctap.into()
}

/// Whether these bytes can be handed to clients as a reply to getInfo.
pub(super) fn is_info(reply: &[u8]) -> bool {
    matches!(reply.split_first(), Some((0, map)) if map.len() < 1024 && cbor::decode(map).is_ok())
}

/// Ends whatever the phone is being asked, and tells it.
pub(super) fn call_off(inner: &mut Inner, why: Fail) {
    for (exchange, end) in std::mem::take(&mut inner.asked) {
        let _ = end.send(End::Failed(why)); // nobody waits: given up at the same moment
        inner.cancel(exchange);
    }
}

impl Inner {
    /// Tells the phone that nobody waits for its answer any more.
    fn cancel(&self, exchange: ExchangeId) {
        if let Relay::Up { frames } = &self.relay {
            // A full queue means a dead connection; the relay cancels for us when it notices.
            let _ = frames.try_send(Frame::Cancel { exchange });
        }
    }
}

/// Tells the phone that nobody waits any more, unless the request has ended before.
struct CancelOnDrop<'a> {
    shared: &'a Shared,
    exchange: ExchangeId,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        if inner.asked.remove(&self.exchange).is_some() {
            inner.cancel(self.exchange);
        }
    }
}
