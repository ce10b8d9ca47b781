//! The stand-in as a computer at the relay: pairs with one phone and carries one request at a time.
//!
//! Sans-IO: frames and answers in, [`Effect`]s out; the clock and the randomness are handed in. The browser's side of it
//! is [`super::page`].

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    device::NewDevice,
    pairing::{NewPairing, Pairing},
};
use pocketkey_link::{
    Entropy,
    exchange::{Asked, Ended, Progress, Requests},
    frame::{ByteVec, Frame, PairFailure, Peer, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
    identity::{DeviceKeys, SecretBytes},
    pairing::{ComputerCard, ComputerWaits, PhoneCard, computer_answers},
    proof,
    qr::PairingInvitation,
    sealed::{self, Bond, Protocol, Request, SealError},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::failure::Failure;

/// What people call this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The appliance's address, without a trailing slash.
    pub server: String,
    /// Shown on the phone.
    pub name: String,
    /// Operating system.
    pub os: String,
}

/// The phone it is paired with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    bond: Bond,
    /// The phone's model.
    pub model: String,
    /// The six digits that both showed.
    pub code: String,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not connected to the appliance.
    Unconnected,
    /// No phone is paired; this invitation waits for one, if there is one.
    Unpaired(Option<String>),
    /// A phone is paired and not connected.
    PhoneOffline(Phone),
    /// A phone is paired and connected.
    Ready(Phone),
}

/// What is to be done, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this frame.
    Send(Frame),
    /// Something worth keeping changed: store [`Computer::save`].
    Save,
    /// The request is over: the CTAP2 reply, or why there is none.
    Ended(Result<Vec<u8>, Failure>),
    /// The pairing did not come about; ask the appliance for a new one.
    PairFailed(PairFailure),
    /// The appliance closes the connection.
    Refused(Refusal),
}

enum Link {
    Down,
    Proving,
    Up,
}

/// A pairing on its way.
struct Inviting {
    invitation: PairingInvitation,
    answered: Option<ComputerWaits>,
}

/// The computer.
pub struct Computer {
    name: Name,
    keys: DeviceKeys,
    device: Option<DeviceId>,
    phone: Option<Phone>,
    phone_online: bool,
    link: Link,
    /// What the appliance gave to show at the next connection.
    certificate: Option<ByteVec>,
    inviting: Option<Inviting>,
    requests: Requests,
    asking: Option<ExchangeId>,
}

/// What is stored, as JSON.
#[derive(Serialize, Deserialize)]
struct Stored {
    secret: String,
    device: String,
    pairing: String,
    phone: String,
    phone_key: String,
    model: String,
    code: String,
}

impl Computer {
    /// A computer that nobody knows yet.
    pub fn new(name: Name, entropy: &mut impl Entropy) -> Self {
        Self::with_keys(name, DeviceKeys::generate(entropy))
    }

    fn with_keys(name: Name, keys: DeviceKeys) -> Self {
        Self {
            name,
            keys,
            device: None,
            phone: None,
            phone_online: false,
            link: Link::Down,
            certificate: None,
            inviting: None,
            requests: Requests::default(),
            asking: None,
        }
    }

    /// The computer that [`Computer::save`] wrote; `None` if `stored` is not that.
    pub fn load(name: Name, stored: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(stored).ok()?;
        let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let secret = Zeroizing::new(bytes(&stored.secret)?);
        let secret = SecretBytes(secret.as_slice().try_into().ok()?);
        let device = stored.device.parse().ok()?;
        let bond = Bond {
            pairing: stored.pairing.parse().ok()?,
            computer: device,
            phone: stored.phone.parse().ok()?,
            peer_key: bytes(&stored.phone_key)?.try_into().ok()?,
        };
        let mut computer = Self::with_keys(name, DeviceKeys::from_secret(&secret));
        computer.device = Some(device);
        computer.phone = Some(Phone { bond, model: stored.model, code: stored.code });
        Some(computer)
    }

    /// What is to be stored; `None` while no phone is paired, since then there is nothing to keep.
    pub fn save(&self) -> Option<String> {
        let Phone { bond, model, code } = self.phone.as_ref()?;
        let stored = Stored {
            secret: BASE64URL_NOPAD.encode(&self.keys.secret().0),
            device: bond.computer.to_string(),
            pairing: bond.pairing.to_string(),
            phone: bond.phone.to_string(),
            phone_key: BASE64URL_NOPAD.encode(&bond.peer_key),
            model: model.clone(),
            code: code.clone(),
        };
        serde_json::to_string(&stored).ok()
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        match (&self.link, &self.phone) {
            (Link::Down | Link::Proving, _) => State::Unconnected,
            (Link::Up, None) => {
                State::Unpaired(self.inviting.as_ref().map(|inviting| inviting.invitation.to_string()))
            }
            (Link::Up, Some(phone)) if self.phone_online => State::Ready(phone.clone()),
            (Link::Up, Some(phone)) => State::PhoneOffline(phone.clone()),
        }
    }

    /// Whether the appliance must be asked for a pairing, with [`Computer::introduction`].
    pub fn needs_pairing(&self) -> bool {
        self.phone.is_none() && self.inviting.is_none()
    }

    /// What the appliance is asked.
    pub fn introduction(&self) -> NewPairing {
        let public = self.keys.public();
        NewPairing {
            computer: NewDevice {
                name: self.name.name.clone(),
                model: "In-page stand-in".to_owned(),
                os: self.name.os.clone(),
                sign_key: BASE64URL_NOPAD.encode(&public.sign),
                channel_key: BASE64URL_NOPAD.encode(&public.channel),
                proof: BASE64URL_NOPAD.encode(&proof::introduce(&self.keys)),
            },
        }
    }

    /// What the appliance answered: from now on an invitation waits for a phone. `false` if the answer makes no sense.
    pub fn invite(&mut self, pairing: &Pairing, entropy: &mut impl Entropy) -> bool {
        let (Ok(device), Ok(id)) = (pairing.device_id.parse(), pairing.pairing_id.parse()) else {
            return false;
        };
        self.device = Some(device);
        let invitation = PairingInvitation {
            server: self.name.server.clone(),
            pairing: id,
            computer: self.keys.public().channel,
            secret: Zeroizing::new(entropy.bytes()),
        };
        self.inviting = Some(Inviting { invitation, answered: None });
        true
    }

    /// The connection is gone. A request that is under way goes on with the next one.
    pub fn disconnected(&mut self) {
        self.link = Link::Down;
        self.phone_online = false;
        if let Some(inviting) = &mut self.inviting {
            inviting.answered = None;
        }
    }

    /// A frame came, at `now`.
    pub fn received(&mut self, frame: Frame, now: u64, entropy: &mut impl Entropy) -> Vec<Effect> {
        match frame {
            Frame::Challenge { nonce } => {
                let Some(device) = self.device else { return Vec::new() };
                self.link = Link::Proving;
                let signature = proof::connect(&self.keys, device, &nonce);
                let certificate = self.certificate.clone();
                vec![Effect::Send(Frame::Prove { device, signature, certificate })]
            }
            Frame::Certificate { certificate } => {
                self.certificate = Some(certificate);
                Vec::new()
            }
            Frame::Welcome { peers } => self.welcome(&peers, now),
            Frame::Refused { reason } => {
                if reason == Refusal::NotProven {
                    self.certificate = None; // in case it was the trouble
                }
                self.disconnected();
                vec![Effect::Refused(reason)]
            }
            Frame::Presence { peer } | Frame::Paired { peer } => {
                if !self.is_bond(peer.pairing) {
                    return Vec::new();
                }
                self.phone_online = peer.online;
                if matches!(frame, Frame::Paired { .. }) {
                    self.certificate = None; // it names other peers; the new one follows
                }
                if peer.online { self.resume(now) } else { Vec::new() }
            }
            Frame::PairOpen { pairing, body } => self.pair_open(pairing, &body, entropy),
            Frame::PairDone { pairing, body } => self.pair_done(pairing, &body),
            Frame::PairFailed { pairing, reason } if self.invited(pairing).is_some() => {
                self.inviting = None;
                vec![Effect::PairFailed(reason)]
            }
            Frame::PairFailed { pairing, reason } if self.is_bond(pairing) => {
                let mut effects = self.unpaired(); // the appliance could not record it
                effects.push(Effect::PairFailed(reason));
                effects
            }
            Frame::Unpaired { pairing } if self.is_bond(pairing) => self.unpaired(),
            frame => {
                let (reply, ended) = self.requests.received(&frame);
                let mut effects: Vec<Effect> = reply.into_iter().map(Effect::Send).collect();
                effects.extend(ended.and_then(|ended| self.ended(ended)));
                effects
            }
        }
    }

    /// Time has passed: to be called every second or so.
    pub fn tick(&mut self, now: u64) -> Vec<Effect> {
        let (frames, ended) = self.requests.tick(now);
        let mut effects: Vec<Effect> = frames.into_iter().map(Effect::Send).collect();
        for one in ended {
            effects.extend(self.ended(one));
        }
        effects
    }

    fn resume(&mut self, now: u64) -> Vec<Effect> {
        self.requests.resume(now).into_iter().map(Effect::Send).collect()
    }

    fn ended(&mut self, (exchange, ended): (ExchangeId, Ended)) -> Option<Effect> {
        self.asking.take_if(|asking| *asking == exchange)?;
        Some(Effect::Ended(match ended {
            Ended::Answer(answer) => {
                answer.map(|response| response.ctap.into()).map_err(|_| Failure::Tampered)
            }
            Ended::Failed(reason) => Err(reason.into()),
            Ended::TimedOut(Progress::Queued) => Err(Failure::PhoneOffline),
            Ended::TimedOut(Progress::Sent | Progress::Taken) => Err(Failure::TimedOut),
        }))
    }

    fn welcome(&mut self, peers: &[Peer], now: u64) -> Vec<Effect> {
        self.link = Link::Up;
        let Some(phone) = &self.phone else { return Vec::new() };
        match peers.iter().find(|peer| peer.pairing == phone.bond.pairing) {
            Some(peer) => {
                self.phone_online = peer.online;
                self.resume(now)
            }
            // Removed while this page was away.
            None => self.unpaired(),
        }
    }

    fn is_bond(&self, pairing: PairingId) -> bool {
        self.phone.as_ref().is_some_and(|phone| phone.bond.pairing == pairing)
    }

    fn unpaired(&mut self) -> Vec<Effect> {
        self.certificate = None;
        self.phone = None;
        self.phone_online = false;
        self.requests = Requests::default();
        let ended = self.asking.take().map(|_| Effect::Ended(Err(Failure::NoPhone)));
        ended.into_iter().chain([Effect::Save]).collect()
    }

    fn invited(&mut self, pairing: PairingId) -> Option<&mut Inviting> {
        self.inviting.as_mut().filter(|inviting| inviting.invitation.pairing == pairing)
    }

    fn pair_open(&mut self, pairing: PairingId, body: &[u8], entropy: &mut impl Entropy) -> Vec<Effect> {
        let Some(device) = self.device else { return Vec::new() };
        let card = ComputerCard { device, name: self.name.name.clone(), os: self.name.os.clone() };
        let keys = self.keys.clone();
        let Some(inviting) = self.invited(pairing) else { return Vec::new() };
        match computer_answers(&inviting.invitation, &keys, body, &card, entropy) {
            Ok((waits, answer)) => {
                inviting.answered = Some(waits);
                vec![Effect::Send(Frame::PairAnswer { pairing, body: answer.into() })]
            }
            Err(_) => vec![Effect::Send(Frame::PairFailed { pairing, reason: PairFailure::Handshake })],
        }
    }

    fn pair_done(&mut self, pairing: PairingId, body: &[u8]) -> Vec<Effect> {
        let Some(computer) = self.device else { return Vec::new() };
        let Some(waits) = self.invited(pairing).and_then(|inviting| inviting.answered.take()) else {
            return Vec::new();
        };
        let Ok(paired) = waits.finish(body) else {
            return vec![Effect::Send(Frame::PairFailed { pairing, reason: PairFailure::Handshake })];
        };
        let PhoneCard { device: phone, model, .. } = paired.peer;
        let bond = Bond { pairing, computer, phone, peer_key: paired.peer_key };
        self.phone = Some(Phone { bond, model, code: paired.code });
        self.phone_online = false; // until the relay has recorded the pairing and says `Paired`
        self.inviting = None;
        vec![Effect::Save]
    }

    /// Asks the phone, at `now` in Unix milliseconds: gives the frame to send. [`Effect::Ended`] will follow. A phone
    /// that is away is waited for.
    ///
    /// # Errors
    /// Why nothing can be asked now.
    pub fn ask(
        &mut self,
        ctap: Vec<u8>,
        ttl_ms: u32,
        now: u64,
        entropy: &mut impl Entropy,
    ) -> Result<Frame, Failure> {
        let bond = match self.state() {
            State::Ready(phone) | State::PhoneOffline(phone) => phone.bond,
            State::Unconnected => return Err(Failure::Unreachable),
            State::Unpaired(_) => return Err(Failure::NoPhone),
        };
        if self.asking.is_some() {
            return Err(Failure::Busy);
        }
        let exchange = ExchangeId::random(entropy);
        let request = Request {
            issued_at: now,
            ttl_ms,
            ctap: ctap.into(),
            protocol: Protocol::Ctap2,
            plugged_in_ms: None,
        };
        let (waiting, body) = sealed::seal_request(&bond, &self.keys, exchange, &request, entropy).map_err(
            |error| match error {
                SealError::TooLong => Failure::TooLong,
                SealError::Noise(_) | SealError::Content => Failure::Tampered,
            },
        )?;
        self.asking = Some(exchange);
        let asked = Asked { pairing: bond.pairing, waiting, body, deadline: now + u64::from(ttl_ms) };
        Ok(self.requests.ask(now, exchange, asked))
    }

    /// Gives up: the frame to send, if anything is under way. No [`Effect::Ended`] follows.
    pub fn cancel(&mut self, now: u64) -> Option<Frame> {
        let exchange = self.asking.take()?;
        self.requests.call_off(now, exchange)
    }
}
