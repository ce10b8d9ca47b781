//! Requests: opened, shown, decided, answered, called off.

use data_encoding::HEXLOWER;
use pocketkey_api::sandbox::Fault;
use pocketkey_authenticator::{Event as Step, Output, Status};
use pocketkey_link::{
    exchange::Known,
    frame::{Ending, Failure, Frame, MAX_RP, MAX_TTL_MS, Report},
    id::{ExchangeId, PairingId},
    sealed::{self, Answering, Protocol, Response},
};
use pocketkey_relay_client::{OsEntropy, now_ms};
use tokio::time::Duration;

use super::{Actor, Machine, screen::not_done};
use crate::request::{Pending, Source, ending};

impl Actor {
    pub(super) async fn requested(
        &mut self,
        exchange: ExchangeId,
        pairing: PairingId,
        ttl_ms: u32,
        body: &[u8],
    ) {
        if let Known::Again(reply) = self.answers.look_up(exchange, pairing) {
            return self.send_all(reply).await;
        }
        let Some((answering, request, computer)) = self.open(exchange, pairing, body) else {
            return self.send(Frame::Failed { exchange, pairing, reason: Failure::Unreadable }).await;
        };
        let taken = match self.answers.take(now_ms(), exchange, pairing, request.issued_at) {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "a request is refused");
                return self.send(Frame::Failed { exchange, pairing, reason: Failure::Unreadable }).await;
            }
        };
        if self.pending.is_some() {
            let busy = self.answers.fail(now_ms(), exchange, Failure::Busy);
            return self.send_all(busy).await;
        }
        let source = Source { exchange, pairing, answering, protocol: request.protocol };
        tracing::trace!(ctap = %HEXLOWER.encode(&request.ctap), "request");
        if let Some(ago) = request.plugged_in_ms {
            self.authenticator.power_cycle(now_ms().saturating_sub(ago.into()));
        }
        let event = match request.protocol {
            Protocol::Ctap2 => Step::Request(&request.ctap),
            Protocol::U2f => Step::Apdu(&request.ctap),
        };
        match self.authenticator.step(event, &mut Machine) {
            // Nobody need be asked: written down with its answer.
            Output::Reply(ctap) => self.answer(source, ctap).await,
            Output::Ask(prompt) => {
                let ttl = Duration::from_millis(ttl_ms.min(MAX_TTL_MS).into());
                self.notice = None;
                self.pending = Some(Pending::new(source, prompt, computer, request.issued_at, ttl));
                self.send(taken).await;
                if self.is_too_far() {
                    self.refuse_too_far().await;
                } else {
                    self.act_by_script().await;
                }
            }
        }
    }

    /// Opens a request, if it is a known computer's.
    fn open(
        &mut self,
        exchange: ExchangeId,
        pairing: PairingId,
        body: &[u8],
    ) -> Option<(Answering, sealed::Request, String)> {
        let account = self.memory.account.as_ref()?;
        let computer = self.memory.computers.iter().find(|computer| computer.pairing == pairing)?;
        let bond = computer.bond(account.device);
        let opened = sealed::open_request(&bond, &self.memory.keys, exchange, body, &mut OsEntropy);
        let (answering, request) =
            opened.inspect_err(|error| tracing::warn!(%error, "a request is refused")).ok()?;
        Some((answering, request, computer.name.clone()))
    }

    /// From here on this request is never shown again, even if the phone crashes.
    fn decided(&mut self, exchange: ExchangeId) {
        if self.answers.decided(exchange) {
            self.keep_answers();
        }
    }

    async fn answer(&mut self, Source { exchange, pairing, answering, .. }: Source, ctap: Vec<u8>) {
        tracing::trace!(ctap = %HEXLOWER.encode(&ctap), "response");
        let info = self.authenticator.info();
        let news = (self.told.get(&pairing) != Some(&info)).then(|| info.clone().into());
        self.told.insert(pairing, info);
        let answer = match answering.seal_response(&Response { ctap: ctap.into(), info: news }) {
            Ok(body) => self.answers.answer(now_ms(), exchange, body),
            Err(error) => {
                tracing::error!(%error, "a response could not be sealed");
                self.answers.fail(now_ms(), exchange, Failure::Unreadable)
            }
        };
        self.keep_answers();
        self.send_all(answer).await;
    }

    fn keep_answers(&mut self) {
        if let Err(error) = self.memory.keep_answers(&self.answers) {
            tracing::error!(%error, "what the phone answered is not kept");
        }
    }

    /// Says again what no computer has acknowledged.
    pub(super) async fn resume(&mut self) {
        let frames = self.answers.resume(now_ms());
        self.send_all(frames).await;
    }

    pub(super) async fn send_all(&self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            self.send(frame).await;
        }
    }

    /// Tells the appliance what its log cannot know otherwise.
    async fn report(&self, pending: &Pending, ending: Ending) {
        let wanted = self.memory.account.as_ref().is_some_and(|account| account.report_rp != Some(false));
        let rp = pending.rp().filter(|rp| wanted && rp.len() <= MAX_RP).map(str::to_owned);
        let report = Report { action: pending.asked(), ending, rp };
        self.send(Frame::Report { exchange: pending.source.exchange, report }).await;
    }

    /// The request on screen is over without an answer from here.
    pub(super) async fn called_off(&mut self, exchange: ExchangeId, pairing: PairingId, why: &str) {
        let heard = self.answers.called_off(now_ms(), exchange, pairing);
        self.keep_answers();
        self.send_all(heard).await;
        if let Some(pending) = self.pending.as_ref().filter(|pending| pending.source.exchange == exchange) {
            self.report(pending, Ending::CalledOff).await;
            self.give_up(why);
        }
    }

    /// Refuses the request on screen: the computer is not near.
    pub(super) async fn refuse_too_far(&mut self) {
        if let Some(pending) = &mut self.pending {
            pending.too_far = true;
        }
        self.finish(Step::Denied, "Refused: this phone is not near the computer.").await;
    }

    pub(super) fn give_up(&mut self, why: &str) {
        if self.pending.take().is_some() {
            self.authenticator.step(Step::Cancelled, &mut Machine);
            self.notice = Some(why.to_owned());
        }
    }

    /// Ends the request on screen with what the person (or time) decided, and answers it.
    pub(super) async fn finish(&mut self, decision: Step<'_>, notice: &str) {
        let Some(pending) = self.pending.take() else { return };
        self.decided(pending.source.exchange);
        let Output::Reply(ctap) = self.authenticator.step(decision, &mut Machine) else { return };
        let status = pending.source.status(&ctap);
        if self.settings.fault == Some(Fault::Stall) {
            self.notice = Some("Not answered, as asked for.".to_owned());
            return;
        }
        self.report(&pending, ending(&pending, decision, status)).await;
        self.notice = Some(match (decision, status) {
            (Step::Approved { .. }, status) if status != Status::Ok => {
                not_done(status, &pending.summary.rp_id)
            }
            _ => notice.to_owned(),
        });
        self.answer(pending.source, ctap).await;
    }
}
