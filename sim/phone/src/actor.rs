//! The one task in which everything about a phone happens: touches, frames and deadlines come in, frames and screens
//! go out.

use std::{collections::HashMap, future};

use data_encoding::HEXLOWER;
use pocketkey_api::{
    activation::ActivationCode,
    sandbox::{
        AuthenticatorSettings, CredentialSummary, Fault, PairedComputer, PhoneVerification, Screen, Script,
        ScriptMode, SimulatedPhone, Touch,
    },
};
use pocketkey_authenticator::{Authenticator, Env, Event as Step, Output, Status};
use pocketkey_link::{
    Entropy,
    exchange::{Answers, Known},
    frame::{Failure, Frame, MAX_TTL_MS, PairFailure, Peer, Refusal},
    id::{ExchangeId, PairingId},
    pairing::PhoneCard,
    qr::{self, Scanned},
    sealed::{self, Answering, Protocol, Response},
};
use pocketkey_relay_client::{Connection, Event, OsEntropy, connect, now_ms};
use tokio::{
    sync::{mpsc, watch},
    time::{Duration, Instant, sleep_until, timeout},
};

use crate::{
    activation::{self, ActivationError},
    authenticator::config,
    credentials::Credentials,
    memory::{Account, Memory, MemoryError},
    pairing::Pairing,
    phone::PhoneOptions,
    push::Push,
    request::{Pending, Source, Stage, UNLOCK_TRIES},
};

/// How long subscribing to pushes may take.
const SUBSCRIBE: Duration = Duration::from_secs(10);

/// What is asked of a phone.
pub(crate) enum Command {
    Touch(Touch),
    Script(Script),
    Online(bool),
    Asleep(bool),
    Authenticator(AuthenticatorSettings),
}

pub(crate) struct Actor {
    options: PhoneOptions,
    memory: Memory,
    authenticator: Authenticator<Credentials>,
    settings: AuthenticatorSettings,
    answers: Answers,
    script: Script,
    online: bool,
    asleep: bool,
    /// Where it is called while it sleeps.
    push: Option<Push>,
    connection: Option<Connection>,
    connected: bool,
    /// Why the appliance turned this phone away last, until it takes it in again.
    refused: Option<Refusal>,
    pairing: Option<Pairing>,
    pending: Option<Pending>,
    /// What each computer was told that getInfo answers. A computer missing here is told with its next answer.
    told: HashMap<PairingId, Vec<u8>>,
    /// What the welcome or home screen says of the last thing that happened.
    notice: Option<String>,
    screen: watch::Sender<SimulatedPhone>,
}

/// The clock and randomness of the machine, for the authenticator.
struct Machine;

impl Env for Machine {
    fn now(&self) -> u64 {
        now_ms()
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        OsEntropy.fill(bytes);
    }
}

impl Actor {
    pub fn new(
        options: PhoneOptions,
        memory: Memory,
    ) -> Result<(Self, watch::Receiver<SimulatedPhone>), MemoryError> {
        let authenticator = Authenticator::new(config(options.authenticator), memory.credentials()?);
        let answers = memory.answers(now_ms())?;
        let settings = options.authenticator;
        let script = Script { mode: options.script };
        let (screen, watched) = watch::channel(SimulatedPhone {
            id: options.id.clone(),
            model: options.model.clone(),
            os: options.os.clone(),
            screen: Screen::Welcome { error: None },
            script,
            online: true,
            asleep: false,
            connected: false,
            authenticator: settings,
        });
        let mut actor = Self {
            options,
            memory,
            authenticator,
            settings,
            answers,
            script,
            online: true,
            asleep: false,
            push: None,
            connection: None,
            connected: false,
            refused: None,
            pairing: None,
            pending: None,
            told: HashMap::new(),
            notice: None,
            screen,
        };
        actor.reconnect();
        actor.show();
        Ok((actor, watched))
    }

    pub async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            let deadline = self.next_deadline();
            tokio::select! {
                // What the person did before a request came, counts for it.
                biased;
                command = commands.recv() => match command {
                    Some(Command::Touch(touch)) => {
                        self.fall_asleep(false);
                        self.touched(touch).await;
                    }
                    Some(Command::Script(script)) => {
                        self.script = script;
                        self.act_by_script().await;
                    }
                    Some(Command::Online(online)) => self.switch_network(online),
                    Some(Command::Asleep(asleep)) => self.fall_asleep(asleep),
                    Some(Command::Authenticator(settings)) => self.set_authenticator(settings).await,
                    None => return,
                },
                event = next_event(&mut self.connection) => self.happened(event).await,
                call = next_call(self.push.as_ref()), if self.online => self.called(call),
                () = wait_until(deadline) => self.deadline_passed().await,
            }
            self.show();
        }
    }

    async fn set_authenticator(&mut self, settings: AuthenticatorSettings) {
        if let Some(exchange) = self.pending.as_ref().map(|pending| pending.source.exchange) {
            self.give_up("The phone was set up differently.");
            let interrupted = self.answers.fail(now_ms(), exchange, Failure::Interrupted);
            self.send_all(interrupted).await;
        }
        self.settings = settings;
        self.authenticator.configure(config(settings));
    }

    // — the person —

    async fn touched(&mut self, touch: Touch) {
        match touch {
            Touch::Approve => self.approve().await,
            Touch::Deny => self.finish(Step::Denied, "Denied.").await,
            Touch::Unlock => self.unlock().await,
            Touch::UnlockWrong => self.unlock_wrong().await,
            Touch::Scan { text } => self.scanned(&text).await,
        }
    }

    async fn act_by_script(&mut self) {
        if self.pending.is_none() {
            return;
        }
        match self.script.mode {
            ScriptMode::Ask | ScriptMode::Ignore => {}
            ScriptMode::Approve => {
                self.approve().await;
                self.unlock().await;
            }
            ScriptMode::Deny => self.finish(Step::Denied, "Denied.").await,
        }
    }

    async fn approve(&mut self) {
        let Some(pending) = &mut self.pending else { return };
        if pending.stage != Stage::Approve {
            return;
        }
        if pending.needs_unlock {
            pending.stage = Stage::Unlock { tries_left: UNLOCK_TRIES };
        } else {
            self.complete(false).await;
        }
    }

    async fn unlock(&mut self) {
        if matches!(self.pending, Some(Pending { stage: Stage::Unlock { .. }, .. })) {
            self.complete(true).await;
        }
    }

    async fn unlock_wrong(&mut self) {
        let Some(Pending { stage: Stage::Unlock { tries_left }, .. }) = &mut self.pending else { return };
        *tries_left -= 1;
        if *tries_left > 0 {
            return;
        }
        if self.settings.verification == PhoneVerification::PhoneAndPin {
            let unverified = Step::Approved { user_verified: false };
            self.finish(unverified, "Not unlocked; the computer may ask for the PIN.").await;
        } else {
            self.finish(Step::Denied, "Denied: the phone was not unlocked.").await;
        }
    }

    async fn complete(&mut self, user_verified: bool) {
        let done = self.pending.as_ref().map(Pending::done).unwrap_or_default();
        self.finish(Step::Approved { user_verified }, &done).await;
    }

    /// Ends the request on screen with what the person (or time) decided, and answers it.
    async fn finish(&mut self, decision: Step<'_>, notice: &str) {
        let Some(pending) = self.pending.take() else { return };
        self.decided(pending.source.exchange);
        let Output::Reply(ctap) = self.authenticator.step(decision, &mut Machine) else { return };
        let status = pending.source.status(&ctap);
        if self.settings.fault == Some(Fault::Stall) {
            self.notice = Some("Not answered, as asked for.".to_owned());
            return;
        }
        self.notice = Some(match (decision, status) {
            (Step::Approved { .. }, status) if status != Status::Ok => {
                not_done(status, &pending.summary.rp_id)
            }
            _ => notice.to_owned(),
        });
        self.answer(pending.source, ctap).await;
    }

    // — codes —

    async fn scanned(&mut self, text: &str) {
        // A phone that the appliance does not know any more may become a key anew.
        let account = self.memory.account.as_ref().filter(|_| self.refused != Some(Refusal::NotProven));
        self.notice = match (qr::read(text), account) {
            (Err(not_ours), _) => Some(sentence(&not_ours)),
            (Ok(Scanned::Pairing(_)), None) => Some("Activate this phone first.".to_owned()),
            (Ok(Scanned::Pairing(invitation)), Some(_)) => {
                match Pairing::open(&invitation, &self.memory.keys) {
                    Ok((pairing, frame)) if self.connected => {
                        self.pairing = Some(pairing);
                        self.send(frame).await;
                        Some("Pairing…".to_owned())
                    }
                    Ok(_) => Some("Not connected to the appliance; try again in a moment.".to_owned()),
                    Err(error) => Some(sentence(&error)),
                }
            }
            (Ok(_), Some(account)) => {
                Some(format!("This phone is already a key of {}.", account.organisation))
            }
            (Ok(_), None) if !self.online => Some("The phone's network is off.".to_owned()),
            (Ok(Scanned::Activation { server, code }), None) => {
                let server = self.options.server.clone().unwrap_or(server);
                self.activate(server, ActivationCode::Code(code)).await
            }
            (Ok(Scanned::PairingKey(digits)), None) => match self.options.server.clone() {
                Some(server) => self.activate(server, ActivationCode::PairingKey(digits)).await,
                None => Some("A typed pairing key needs the server's address (--server).".to_owned()),
            },
        };
    }

    /// Redeems a code; gives what to say.
    async fn activate(&mut self, server: String, code: ActivationCode) -> Option<String> {
        let redeemed: Result<Account, ActivationError> =
            activation::redeem(server, code, self.memory.keys.clone(), self.options.clone()).await;
        match redeemed {
            Ok(account) => {
                self.memory.account = Some(account);
                self.refused = None;
                self.save();
                self.reconnect();
                Some("Activated.".to_owned())
            }
            Err(error) => Some(sentence(&error)),
        }
    }

    // — the network —

    fn switch_network(&mut self, online: bool) {
        self.online = online;
        self.follow_network();
    }

    fn fall_asleep(&mut self, asleep: bool) {
        if asleep && self.push.is_none() {
            self.notice = Some("No push reaches this phone: a touch wakes it.".to_owned());
        }
        self.asleep = asleep;
        self.follow_network();
    }

    /// Connects if the phone is to be connected and is not, or the other way round.
    fn follow_network(&mut self) {
        let wanted = self.online && !self.asleep;
        if wanted && self.connection.is_none() {
            self.reconnect();
        } else if !wanted {
            self.connection = None;
            self.lost_connection();
        }
    }

    /// A push came: something waits at the relay.
    fn called(&mut self, call: Vec<u8>) {
        match self.push.as_ref().map(|push| push.open(call)) {
            Some(Ok(_)) => self.fall_asleep(false),
            Some(Err(error)) => tracing::warn!(%error, "not woken"),
            None => {}
        }
    }

    /// Tells the appliance where it is called, once it runs; a phone that cannot be called works, too.
    async fn subscribe(&mut self) {
        if let (None, Some(service), Some(account)) = (&self.push, &self.options.push, &self.memory.account) {
            let subscribed = timeout(SUBSCRIBE, Push::subscribe(service, account, &self.memory.keys)).await;
            match subscribed {
                Ok(Ok(push)) => self.push = Some(push),
                Ok(Err(error)) => tracing::warn!(%error, "cannot be called while asleep"),
                Err(_) => tracing::warn!("cannot be called while asleep: the appliance does not answer"),
            }
        }
    }

    fn reconnect(&mut self) {
        if let (true, Some(account)) = (self.online && !self.asleep, &self.memory.account) {
            self.connection = Some(connect(&account.server, self.memory.keys.clone(), account.device));
        }
    }

    /// What is on the screen stays: the answer goes out when the connection is back.
    fn lost_connection(&mut self) {
        self.connected = false;
    }

    /// A pairing that was under way when the connection broke was recorded, or came to nothing.
    fn settle_pairing(&mut self, peers: &[Peer]) {
        let Some(under_way) = self.pairing.as_ref().map(Pairing::id) else { return };
        match peers.iter().find(|peer| peer.pairing == under_way) {
            Some(peer) => self.paired(*peer),
            None => {
                self.pairing = None;
                self.notice = Some("The connection was lost; scan the code again.".to_owned());
            }
        }
    }

    async fn happened(&mut self, event: Event) {
        match event {
            Event::Up { peers } => {
                self.connected = true;
                if self.refused.take() == Some(Refusal::Blocked) {
                    self.notice = Some("This phone is not blocked any more.".to_owned());
                }
                self.told.clear(); // what was told last may not have arrived
                self.settle_pairing(&peers);
                self.forget_unpaired(&peers);
                self.resume().await;
                self.subscribe().await;
            }
            Event::Down { reason, refused } => {
                tracing::debug!(phone = %self.options.id, %reason, "offline");
                self.lost_connection();
                self.turned_away(refused);
            }
            Event::Frame(frame) => self.received(frame).await,
        }
    }

    /// A refusal that will last is shown; a connection that breaks while trying again changes nothing about it.
    fn turned_away(&mut self, refused: Option<Refusal>) {
        self.notice = Some(match refused {
            Some(Refusal::Blocked) => {
                "An administrator blocked this phone. Ask your organisation.".to_owned()
            }
            Some(Refusal::NotProven) => {
                "The appliance does not know this phone any more. Ask your organisation.".to_owned()
            }
            _ => return,
        });
        self.refused = refused;
    }

    async fn received(&mut self, frame: Frame) {
        match frame {
            Frame::Request { exchange, pairing, ttl_ms, body } => {
                self.requested(exchange, pairing, ttl_ms, &body).await;
            }
            Frame::Cancel { exchange, pairing } => {
                self.called_off(exchange, pairing, "The computer called it off.").await;
            }
            Frame::Failed { exchange, pairing, reason } => {
                self.called_off(exchange, pairing, ended(reason)).await;
            }
            Frame::Got { exchange, pairing } => self.answers.acknowledged(exchange, pairing),
            Frame::Presence { peer } if peer.online => self.resume().await,
            Frame::PairAnswer { pairing, body } => self.pair_answered(pairing, &body).await,
            Frame::Paired { peer } => self.paired(peer),
            Frame::PairFailed { pairing, reason } => self.pair_failed(pairing, reason),
            Frame::Unpaired { pairing } => {
                self.memory.computers.retain(|computer| computer.pairing != pairing);
                self.save();
            }
            // That a computer went is not shown; the rest is not for phones.
            _ => {}
        }
    }

    async fn send(&self, frame: Frame) {
        if let Some(connection) = &self.connection {
            connection.send(frame).await;
        }
    }

    // — pairing —

    async fn pair_answered(&mut self, pairing: PairingId, body: &[u8]) {
        let Some(account) = &self.memory.account else { return };
        let card = PhoneCard {
            device: account.device,
            model: self.options.model.clone(),
            os: self.options.os.clone(),
            info: self.authenticator.info().into(),
        };
        let Some(under_way) = self.pairing.take_if(|under_way| under_way.id() == pairing) else { return };
        match under_way.answered(body, &card) {
            Some(Ok((done, frame))) => {
                self.pairing = Some(done);
                self.send(frame).await;
            }
            Some(Err(error)) => self.notice = Some(sentence(&error)),
            None => {}
        }
    }

    fn paired(&mut self, peer: Peer) {
        let under_way = self.pairing.take_if(|under_way| under_way.id() == peer.pairing);
        let Some(computer) = under_way.and_then(|done| done.recorded(peer.device)) else { return };
        self.notice = Some(format!("Paired with {}. Both screens show {}.", computer.name, computer.code));
        self.memory.computers.retain(|known| known.device != computer.device);
        self.memory.computers.push(computer);
        self.save();
    }

    fn pair_failed(&mut self, pairing: PairingId, reason: PairFailure) {
        if self.pairing.take_if(|under_way| under_way.id() == pairing).is_some() {
            self.notice = Some(sentence(&reason));
        }
    }

    fn forget_unpaired(&mut self, peers: &[Peer]) {
        let before = self.memory.computers.len();
        self.memory.computers.retain(|computer| peers.iter().any(|peer| peer.pairing == computer.pairing));
        if self.memory.computers.len() != before {
            self.save();
        }
    }

    // — requests —

    async fn requested(&mut self, exchange: ExchangeId, pairing: PairingId, ttl_ms: u32, body: &[u8]) {
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
            Output::Reply(ctap) => {
                self.decided(exchange);
                self.answer(source, ctap).await;
            }
            Output::Ask(prompt) => {
                let ttl = Duration::from_millis(ttl_ms.min(MAX_TTL_MS).into());
                self.notice = None;
                self.pending = Some(Pending::new(source, prompt, computer, request.issued_at, ttl));
                self.send(taken).await;
                self.act_by_script().await;
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
    async fn resume(&mut self) {
        let frames = self.answers.resume(now_ms());
        self.send_all(frames).await;
    }

    async fn send_all(&self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            self.send(frame).await;
        }
    }

    /// The request on screen is over without an answer from here.
    async fn called_off(&mut self, exchange: ExchangeId, pairing: PairingId, why: &str) {
        let heard = self.answers.called_off(now_ms(), exchange, pairing);
        self.keep_answers();
        self.send_all(heard).await;
        if self.pending.as_ref().is_some_and(|pending| pending.source.exchange == exchange) {
            self.give_up(why);
        }
    }

    fn give_up(&mut self, why: &str) {
        if self.pending.take().is_some() {
            self.authenticator.step(Step::Cancelled, &mut Machine);
            self.notice = Some(why.to_owned());
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let request = self.pending.as_ref().map(|pending| pending.until);
        let pairing = self.pairing.as_ref().map(Pairing::until);
        let again = self.answers.next_tick().filter(|_| self.connected);
        let again = again.map(|at| Instant::now() + Duration::from_millis(at.saturating_sub(now_ms())));
        request.into_iter().chain(pairing).chain(again).min()
    }

    async fn deadline_passed(&mut self) {
        let now = Instant::now();
        if self.pairing.take_if(|under_way| under_way.until() <= now).is_some() {
            self.notice = Some("The computer did not answer; show a new code on it.".to_owned());
        }
        if self.pending.as_ref().is_some_and(|pending| pending.until <= now) {
            self.finish(Step::TimedOut, "Nobody answered in time.").await;
        }
        let again = self.answers.tick(now_ms());
        self.send_all(again).await;
    }

    // — the screen —

    fn save(&mut self) {
        if let Err(error) = self.memory.save() {
            tracing::error!(%error, "the phone's memory is not kept");
            self.notice = Some(sentence(&error));
        }
    }

    fn screen(&self) -> Screen {
        match (&self.pending, &self.memory.account) {
            (Some(Pending { stage: Stage::Approve, summary, .. }), _) => {
                Screen::Request { request: summary.clone() }
            }
            (Some(Pending { stage: Stage::Unlock { tries_left }, summary, .. }), _) => Screen::Unlock {
                request: summary.clone(),
                tries_left: (*tries_left < UNLOCK_TRIES).then_some(*tries_left),
            },
            (None, None) => Screen::Welcome { error: self.notice.clone() },
            (None, Some(account)) => Screen::Home {
                organisation: account.organisation.clone(),
                name: account.name.clone(),
                computers: self
                    .memory
                    .computers
                    .iter()
                    .map(|computer| PairedComputer {
                        name: computer.name.clone(),
                        code: computer.code.clone(),
                    })
                    .collect(),
                credentials: self
                    .authenticator
                    .credentials()
                    .into_iter()
                    .map(|credential| CredentialSummary {
                        rp_id: credential.rp_id,
                        account: credential.account,
                        created_at: i64::try_from(credential.created_at).unwrap_or(i64::MAX),
                    })
                    .collect(),
                notice: self.notice.clone(),
            },
        }
    }

    fn show(&self) {
        let shown = SimulatedPhone {
            id: self.options.id.clone(),
            model: self.options.model.clone(),
            os: self.options.os.clone(),
            screen: self.screen(),
            script: self.script,
            online: self.online,
            asleep: self.asleep,
            connected: self.connected,
            authenticator: self.settings,
        };
        self.screen.send_if_modified(|current| {
            let changed = *current != shown;
            *current = shown;
            changed
        });
    }
}

/// An error as a sentence on a screen.
fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

/// Why the relay ended a request.
fn ended(reason: Failure) -> &'static str {
    match reason {
        Failure::TimedOut => "Nobody answered in time.",
        Failure::NotPaired => "The computer is not paired with this phone any more.",
        Failure::Blocked => "Ended: an administrator blocked this phone or the computer.",
        Failure::PhoneOffline | Failure::Busy | Failure::Unreadable | Failure::Interrupted => {
            "The request was called off."
        }
    }
}

/// Why something approved was not done after all.
fn not_done(status: Status, rp_id: &str) -> String {
    match status {
        Status::CredentialExcluded => format!("This phone is already registered at {rp_id}."),
        Status::NoCredentials => format!("This phone holds no credential for {rp_id}."),
        Status::KeyStoreFull => "This phone holds as many credentials as it can.".to_owned(),
        other => format!("Not done: {other}."),
    }
}

async fn next_event(connection: &mut Option<Connection>) -> Event {
    match connection {
        Some(connection) => connection.next().await,
        None => future::pending().await,
    }
}

async fn next_call(push: Option<&Push>) -> Vec<u8> {
    match push {
        Some(push) => push.next().await,
        None => future::pending().await,
    }
}

async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => future::pending().await,
    }
}
