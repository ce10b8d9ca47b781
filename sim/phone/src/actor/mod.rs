//! The one task in which everything about a phone happens: touches, frames and deadlines come in, frames and screens
//! go out.

mod pairing;
mod requests;
mod screen;

use std::{collections::HashMap, future};

use pocketkey_api::{
    activation::ActivationCode,
    sandbox::{AuthenticatorSettings, PhoneVerification, Screen, Script, ScriptMode, SimulatedPhone, Touch},
};
use pocketkey_authenticator::{Authenticator, Env, Event as Step};
use pocketkey_link::{
    Entropy,
    exchange::Answers,
    frame::{Failure, Frame, Refusal},
    id::PairingId,
    qr::{self, Scanned},
};
use pocketkey_relay_client::{Connection, Event, OsEntropy, connect, now_ms};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
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
    request::{Pending, Stage, UNLOCK_TRIES},
    settings::{self, Answer, obeyed},
};
use screen::{ended, sentence};

/// How long subscribing to pushes may take.
const SUBSCRIBE: Duration = Duration::from_secs(10);

/// What is asked of a phone.
pub(crate) enum Command {
    Touch(Touch),
    Script(Script),
    Online(bool),
    Asleep(bool),
    Far(bool),
    Authenticator(AuthenticatorSettings),
}

pub(crate) struct Actor {
    options: PhoneOptions,
    memory: Memory,
    authenticator: Authenticator<Credentials>,
    /// How its authenticator is set up, and how it works.
    settings: AuthenticatorSettings,
    works: AuthenticatorSettings,
    answers: Answers,
    script: Script,
    online: bool,
    asleep: bool,
    /// Whether no computer of its is near.
    far: bool,
    /// Where it is called while it sleeps.
    push: Option<Push>,
    connection: Option<Connection>,
    connected: bool,
    /// Why the appliance turned this phone away last, until it takes it in again.
    refused: Option<Refusal>,
    pairing: Option<Pairing>,
    /// Whether there is something new at the appliance, and the question what that is.
    news: bool,
    asking: JoinSet<Answer>,
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
        let key = memory.account.as_ref().and_then(Account::settings);
        let works = obeyed(options.authenticator, key);
        let authenticator = Authenticator::new(config(works), memory.credentials()?);
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
            far: false,
            connected: false,
            authenticator: settings,
            settings: key,
        });
        let mut actor = Self {
            options,
            memory,
            authenticator,
            settings,
            works,
            answers,
            script,
            online: true,
            asleep: false,
            far: false,
            push: None,
            connection: None,
            connected: false,
            refused: None,
            pairing: None,
            news: false,
            asking: JoinSet::new(),
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
            self.obey();
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
                    Some(Command::Far(far)) => self.far = far,
                    Some(Command::Authenticator(settings)) => self.set_authenticator(settings).await,
                    None => return,
                },
                event = next_event(&mut self.connection) => self.happened(event).await,
                call = next_call(self.push.as_ref()), if self.online => self.called(call),
                Some(Ok(answer)) = self.asking.join_next() => self.told_settings(answer),
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
        // As after a restart, even if nothing is different.
        self.works = self.wanted();
        self.authenticator.configure(config(self.works));
    }

    // — what the organisation wants —

    fn wanted(&self) -> AuthenticatorSettings {
        obeyed(self.settings, self.memory.account.as_ref().and_then(Account::settings))
    }

    /// Works as it is to work, and asks what is new; neither while a request is on screen, which ends as it began.
    fn obey(&mut self) {
        if self.pending.is_some() {
            return;
        }
        let wanted = self.wanted();
        if wanted != self.works {
            self.works = wanted;
            self.authenticator.configure(config(wanted));
        }
        let may = self.news && self.connected && self.asking.is_empty();
        if let (true, Some(account)) = (may, &self.memory.account) {
            self.news = false;
            self.asking.spawn(settings::ask(account, &self.memory.keys));
        }
    }

    fn told_settings(&mut self, answer: Answer) {
        match answer {
            Ok(Some(new)) => {
                if let Some(account) = &mut self.memory.account {
                    account.report_rp = Some(new.report_rp);
                    account.set_settings(new.settings, Some(new.version));
                    self.save();
                    // That it obeys them now is news to the appliance.
                    self.news = true;
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the phone keeps the settings it has"),
        }
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

    /// Whether this phone has to be near the computer, and is not.
    fn is_too_far(&self) -> bool {
        let settings = self.memory.account.as_ref().and_then(Account::settings);
        self.far && settings.is_some_and(|settings| settings.bluetooth_proximity)
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
        if self.works.verification == PhoneVerification::PhoneAndPin {
            let unverified = Step::Approved { user_verified: false };
            self.finish(unverified, "Not unlocked; the computer may ask for the PIN.").await;
        } else {
            self.finish(Step::Denied, "Denied: the phone was not unlocked.").await;
        }
    }

    async fn complete(&mut self, user_verified: bool) {
        // It may have been carried away meanwhile.
        if self.is_too_far() {
            return self.refuse_too_far().await;
        }
        let done = self.pending.as_ref().map(Pending::done).unwrap_or_default();
        self.finish(Step::Approved { user_verified }, &done).await;
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
                self.asking = JoinSet::new(); // what is under way is for another key
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
            Frame::News {} => self.news = true,
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

    // — what is kept —

    fn save(&mut self) {
        if let Err(error) = self.memory.save() {
            tracing::error!(%error, "the phone's memory is not kept");
            self.notice = Some(sentence(&error));
        }
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
