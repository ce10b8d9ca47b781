//! The computer's way to the appliance: invitations, the relay connection, and what comes over it.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use pocketkey_link::{
    exchange::Ended,
    frame::{Frame, PairFailure, Peer, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
    pairing::{self, ComputerCard, ComputerWaits, Paired, PhoneCard},
    qr::PairingInvitation,
};
use pocketkey_relay_client::{Connection, Event, OsEntropy, Rest, connect, introduce, now_ms};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Inner, Invitation, Shared,
    asking::{self, is_info},
    store::PairedPhone,
};
use crate::{fail::Fail, machine};

/// An invitation is renewed after this long at the latest, and not before the other: clocks differ.
const RENEW: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));

/// Between two tries to get an invitation.
const RETRY: Duration = Duration::from_secs(3);

/// The relay connection, as requests see it.
#[derive(Debug)]
pub(super) enum Relay {
    /// Not tried to the end yet.
    Connecting,
    /// It stands.
    Up {
        /// Takes frames.
        frames: mpsc::Sender<Frame>,
    },
    /// It does not, and is tried again.
    Down {
        /// Why, for people.
        reason: String,
        /// When it stood last.
        stood: Option<Instant>,
    },
    /// The appliance turns this computer away, and is asked again.
    Blocked,
}

impl Relay {
    /// Whether it stands, or stood less than `patience` ago, so that a request may wait for it.
    pub(super) fn may_come_back(&self, patience: Duration) -> bool {
        match self {
            Self::Up { .. } => true,
            Self::Connecting | Self::Blocked => false,
            Self::Down { stood, .. } => stood.is_some_and(|at| at.elapsed() < patience),
        }
    }
}

/// An invitation that the appliance knows of.
struct Invited {
    invitation: PairingInvitation,
    device: DeviceId,
    expires_at: i64,
}

type Inviting = Pin<Box<dyn Future<Output = Invited> + Send>>;

struct Link {
    shared: Arc<Shared>,
    connection: Option<Connection>,
    inviting: Option<Inviting>,
    invited: Option<(PairingInvitation, Instant)>,
    /// A phone has opened the pairing.
    opened: Option<(PairingId, ComputerWaits)>,
}

/// Runs until aborted.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut link = Link { shared, connection: None, inviting: None, invited: None, opened: None };
    link.reconnect();
    loop {
        link.invite_if_wanted();
        let renew = link.invited.as_ref().map(|(_, at)| *at);
        let tick = link.next_tick();
        tokio::select! {
            event = next(&mut link.connection) => link.handle(event),
            invited = finished(&mut link.inviting) => link.take_invitation(invited),
            () = sleep_until(renew.unwrap_or_else(Instant::now)), if renew.is_some() => link.expire(),
            () = sleep_until(tick.unwrap_or_else(Instant::now)), if tick.is_some() => link.tick(),
            () = link.shared.asked.notified() => {}
        }
    }
}

async fn next(connection: &mut Option<Connection>) -> Event {
    match connection {
        Some(connection) => connection.next().await,
        None => std::future::pending().await,
    }
}

async fn finished(inviting: &mut Option<Inviting>) -> Invited {
    match inviting {
        Some(inviting) => inviting.await,
        None => std::future::pending().await,
    }
}

impl Link {
    fn reconnect(&mut self) {
        let device = self.shared.lock().kept.device;
        self.connection =
            device.map(|device| connect(&self.shared.options.server, self.shared.keys.clone(), device));
    }

    /// A computer without a phone, or one that is to get another, invites.
    fn invite_if_wanted(&mut self) {
        let wanted = {
            let inner = self.shared.lock();
            inner.pair_again || inner.kept.phone.is_none()
        };
        if wanted && self.invited.is_none() && self.inviting.is_none() {
            self.inviting = Some(Box::pin(invite(Arc::clone(&self.shared))));
        }
    }

    /// The next turn of the loop asks for another.
    fn expire(&mut self) {
        self.invited = None;
        self.shared.change(|inner| inner.invitation = None);
    }

    fn take_invitation(&mut self, Invited { invitation, device, expires_at }: Invited) {
        self.inviting = None;
        let left = u64::try_from(expires_at).unwrap_or(0).saturating_sub(now_ms());
        let renew = Duration::from_millis(left).clamp(RENEW.0, RENEW.1);
        let text = invitation.to_string();
        self.invited = Some((invitation, Instant::now() + renew));
        let mut renamed = false;
        self.shared.change(|inner| {
            inner.invitation = Some(Invitation { text, expires_at });
            renamed = inner.kept.device != Some(device);
            if renamed {
                // A new name at the appliance: what was agreed under the old one is void.
                inner.kept.device = Some(device);
                inner.kept.phone = None;
            }
        });
        self.shared.save();
        let connected = matches!(self.shared.lock().relay, Relay::Up { .. });
        if renamed || !connected {
            // Do not wait for the back-off: the appliance has just answered.
            self.reconnect();
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Up { peers } => self.up(&peers),
            Event::Down { reason, refused } => self.shared.change(|inner| {
                let stood = match inner.relay {
                    Relay::Up { .. } => Some(Instant::now()),
                    Relay::Down { stood, .. } => stood,
                    Relay::Connecting | Relay::Blocked => None,
                };
                inner.relay = match refused {
                    Some(Refusal::Blocked) => Relay::Blocked,
                    _ => Relay::Down { reason, stood },
                };
                inner.phone_online = false;
            }),
            Event::Frame(frame) => self.take_frame(frame),
        }
    }

    fn up(&mut self, peers: &[Peer]) {
        let Some(frames) = self.connection.as_ref().map(Connection::sender) else { return };
        let now = self.shared.ticks();
        self.shared.change(|inner| {
            inner.relay = Relay::Up { frames };
            if let Some(phone) = &inner.kept.phone {
                match peers.iter().find(|peer| peer.pairing == phone.pairing) {
                    Some(peer) => inner.phone_online = peer.online,
                    None => inner.kept.phone = None,
                }
            }
            inner.resume(now);
        });
        self.shared.save();
    }

    fn take_frame(&mut self, frame: Frame) {
        match frame {
            Frame::Presence { peer } | Frame::Paired { peer } => {
                let now = self.shared.ticks();
                self.shared.change(|inner| {
                    if inner.kept.phone.as_ref().is_some_and(|phone| phone.pairing == peer.pairing) {
                        inner.phone_online = peer.online;
                        if peer.online {
                            inner.resume(now);
                        }
                    }
                });
            }
            Frame::Unpaired { pairing } => {
                self.shared.change(|inner| {
                    inner.kept.phone.take_if(|phone| phone.pairing == pairing);
                });
                self.shared.save();
            }
            Frame::PairOpen { pairing, body } => self.pair_opened(pairing, &body),
            Frame::PairDone { pairing, body } => self.pair_done(pairing, &body),
            Frame::PairFailed { pairing, .. } => {
                self.opened.take_if(|(opened, _)| *opened == pairing);
            }
            frame => {
                let mut inner = self.shared.lock();
                let (reply, ended) = inner.requests.received(&frame);
                reply.into_iter().for_each(|reply| inner.send(reply));
                inner.end(ended);
            }
        }
    }

    /// When [`Link::tick`] has something to do next.
    fn next_tick(&self) -> Option<Instant> {
        let inner = self.shared.lock();
        let given_up = match inner.relay {
            Relay::Down { stood: Some(stood), .. } if !inner.asked.is_empty() => {
                Some(stood + self.shared.options.wait_for_appliance)
            }
            _ => None,
        };
        let again = inner.requests.next_tick().map(|at| self.shared.started + Duration::from_millis(at));
        given_up.into_iter().chain(again).min()
    }

    fn tick(&self) {
        let mut inner = self.shared.lock();
        let now = self.shared.ticks();
        let (frames, ended) = inner.requests.tick(now);
        frames.into_iter().for_each(|frame| inner.send(frame));
        inner.end(ended);
        if !inner.relay.may_come_back(self.shared.options.wait_for_appliance) {
            asking::call_off(&mut inner, now, Fail::ApplianceUnreachable);
        }
    }

    /// Pairing, message one. A later phone takes the place of an earlier one that did not finish.
    fn pair_opened(&mut self, pairing: PairingId, body: &[u8]) {
        let Some((invitation, _)) = self.invited.as_ref().filter(|(invited, _)| invited.pairing == pairing)
        else {
            return self.send(Frame::PairFailed { pairing, reason: PairFailure::Expired });
        };
        let Some(device) = self.shared.lock().kept.device else { return };
        let card = ComputerCard { device, name: self.shared.options.name.clone(), os: machine::os() };
        match pairing::computer_answers(invitation, &self.shared.keys, body, &card, &mut OsEntropy) {
            Ok((waits, answer)) => {
                self.opened = Some((pairing, waits));
                self.send(Frame::PairAnswer { pairing, body: answer.into() });
            }
            Err(error) => self.refuse(pairing, &error),
        }
    }

    /// Pairing, message three: the phone has shown that it saw the QR. It is pinned and takes the old one's place.
    fn pair_done(&mut self, pairing: PairingId, body: &[u8]) {
        let Some((_, waits)) = self.opened.take_if(|(opened, _)| *opened == pairing) else { return };
        match waits.finish(body) {
            Ok(paired) => {
                self.invited = None;
                self.shared.change(|inner| {
                    inner.kept.phone = Some(pinned(paired));
                    inner.phone_online = false; // until the relay says it has recorded the pairing
                    inner.pair_again = false;
                    inner.invitation = None;
                });
                self.shared.save();
            }
            Err(error) => self.refuse(pairing, &error),
        }
    }

    fn refuse(&self, pairing: PairingId, error: &pairing::PairingError) {
        tracing::warn!(%error, "a phone could not be paired");
        self.send(Frame::PairFailed { pairing, reason: PairFailure::Handshake });
    }

    fn send(&self, frame: Frame) {
        if let Some(connection) = &self.connection {
            // A full queue means a dead connection: the phone will scan again.
            let _ = connection.sender().try_send(frame);
        }
    }
}

impl Inner {
    /// The connection is new, or the phone came: says again what has no answer.
    fn resume(&mut self, now: u64) {
        for frame in self.requests.resume(now) {
            self.send(frame);
        }
    }

    /// Tells whoever asked how it ended. They may have left.
    fn end(&mut self, ended: impl IntoIterator<Item = (ExchangeId, Ended)>) {
        for (exchange, ended) in ended {
            if let Some(waits) = self.asked.remove(&exchange) {
                let _ = waits.send(asking::end(ended));
            }
        }
    }
}

/// Asks the appliance for a pairing until it gives one.
async fn invite(shared: Arc<Shared>) -> Invited {
    let rest = Rest::new(&shared.options.server);
    let os = machine::os();
    loop {
        let computer = introduce(&shared.keys, &shared.options.name, "Computer", &os);
        let reason = match rest.new_pairing(computer).await {
            Ok(pairing) => match (pairing.pairing_id.parse(), pairing.device_id.parse()) {
                (Ok(id), Ok(device)) => {
                    let secret = pocketkey_link::Entropy::bytes::<32>(&mut OsEntropy);
                    let invitation = PairingInvitation {
                        server: shared.options.server.clone(),
                        pairing: id,
                        computer: shared.keys.public().channel,
                        secret: secret.into(),
                    };
                    return Invited { invitation, device, expires_at: pairing.expires_at };
                }
                _ => "the appliance speaks another version of the protocol".to_owned(),
            },
            Err(error) => error.to_string(),
        };
        shared.change(|inner| {
            // While the relay connection stands the old phone still answers.
            match &mut inner.relay {
                Relay::Up { .. } | Relay::Blocked => {}
                Relay::Down { reason: told, .. } => *told = reason,
                Relay::Connecting => inner.relay = Relay::Down { reason, stood: None },
            }
        });
        sleep(RETRY).await;
    }
}

/// What is kept of a phone. Its own words end up on terminals: nothing but printable characters, and not many.
fn pinned(paired: Paired<PhoneCard>) -> PairedPhone {
    let words = |text: &str| text.chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    let info: Vec<u8> = paired.peer.info.into();
    PairedPhone {
        pairing: paired.pairing,
        device: paired.peer.device,
        channel_key: paired.peer_key,
        model: words(&paired.peer.model),
        os: words(&paired.peer.os),
        code: paired.code,
        info: if is_info(&info) { info } else { Vec::new() },
    }
}
