//! One CTAP request to the phone and its end: sealed, sent, waited for, given up. That it arrives although connections
//! break is the business of [`pocketkey_link::exchange`].

use std::{collections::HashMap, future, sync::Arc};

use pocketkey_api::sandbox::KeyState;

use pocketkey_authenticator::{Config, Device, cbor, info};
use pocketkey_link::{
    exchange::{self, Ended, Progress},
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

/// Requests that wait for their end.
pub(super) type Asked = HashMap<ExchangeId, oneshot::Sender<End>>;

/// How a request ended.
pub(super) type End = Result<Response, Fail>;

/// How long a key that is about to be plugged in waits for its phone to say what it can do.
const PHONE_MAY_TAKE: time::Duration = time::Duration::from_secs(2);

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
    {
        let mut inner = shared.lock();
        if inner.kept.off {
            return Err(Fail::Disabled);
        }
        let bond = inner.bond().ok_or(Fail::NoPhone)?;
        match &inner.relay {
            Relay::Blocked => return Err(Fail::Blocked),
            relay if relay.may_come_back(shared.options.wait_for_appliance) => {}
            _ => return Err(Fail::ApplianceUnreachable),
        }
        let plugged_in_ms =
            inner.plugged_in.map(|at| u32::try_from(at.elapsed().as_millis()).unwrap_or(u32::MAX));
        let request = Request { issued_at: now_ms(), ttl_ms, ctap: ctap.into(), protocol, plugged_in_ms };
        let (waiting, body) = sealed::seal_request(&bond, &shared.keys, exchange, &request, &mut OsEntropy)
            .map_err(|_| Fail::TooLong)?;
        let now = shared.ticks();
        let deadline = now + u64::from(ttl_ms);
        let asked = exchange::Asked { pairing: bond.pairing, waiting, body, deadline };
        let frame = inner.requests.ask(now, exchange, asked);
        inner.send(frame);
        inner.asked.insert(exchange, end);
    }
    shared.asked.notify_one();
    let _cancel = CancelOnDrop { shared, exchange };
    sent();
    let response = tokio::select! {
        ended = ended => ended.unwrap_or(Err(Fail::ApplianceUnreachable))?,
        () = phone_is_away(shared) => return Err(Fail::PhoneOffline),
    };
    Ok(take_response(shared, response, asked_at))
}

/// Ends when the phone has been away for as long as a request waits for it.
async fn phone_is_away(shared: &Shared) {
    let patience = shared.options.wait_for_phone;
    let mut view = shared.view.subscribe();
    loop {
        let away = view.wait_for(|view| view.state == KeyState::PhoneOffline).await.is_ok();
        if !away {
            return future::pending().await;
        }
        let back = view.wait_for(|view| view.state != KeyState::PhoneOffline);
        if time::timeout(patience, back).await.is_err() {
            return;
        }
    }
}

/// What the end of an exchange means for whoever asked.
pub(super) fn end(ended: Ended) -> End {
    match ended {
        Ended::Answer(answer) => answer.map_err(|_| Fail::NotThePhone),
        Ended::Failed(reason) => Err(reason.into()),
        Ended::TimedOut(Progress::Queued) => Err(Fail::PhoneOffline),
        Ended::TimedOut(Progress::Sent | Progress::Taken) => Err(Fail::TimedOut),
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

/// Ends whatever the phone is being asked at `now`, and tells it.
pub(super) fn call_off(inner: &mut Inner, now: u64, why: Fail) {
    for (exchange, end) in std::mem::take(&mut inner.asked) {
        let _ = end.send(Err(why)); // nobody waits: given up at the same moment
        inner.cancel(now, exchange);
    }
}

impl Inner {
    /// Sends a frame if the connection stands. What matters is sent again when it does.
    pub(super) fn send(&self, frame: Frame) {
        if let Relay::Up { frames } = &self.relay {
            // A full queue means a dead connection.
            let _ = frames.try_send(frame);
        }
    }

    /// Tells the phone that nobody waits for its answer any more.
    fn cancel(&mut self, now: u64, exchange: ExchangeId) {
        if let Some(frame) = self.requests.call_off(now, exchange) {
            self.send(frame);
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
            inner.cancel(self.shared.ticks(), self.exchange);
        }
    }
}
