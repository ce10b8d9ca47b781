//! A relay connection that proves itself, and comes back by itself with full jitter.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use pocketkey_link::{
    Entropy,
    frame::{ByteVec, Frame, Peer, Refusal},
    id::DeviceId,
    identity::DeviceKeys,
    proof,
};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    task::JoinHandle,
    time::{self, Instant},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

use crate::OsEntropy;

/// How long the appliance may take from connecting to [`Frame::Welcome`].
const HANDSHAKE: Duration = Duration::from_secs(10);
/// After this long without a sign of life the appliance is asked for one (it pings about every 50 s) …
const SILENCE: Duration = Duration::from_secs(70);
/// … and after this long without an answer, to that or to a frame, the connection is taken for dead.
const ANSWER: Duration = Duration::from_secs(5);
/// Back-off: a random time up to `FIRST · 2ⁿ`, at most `LONGEST`.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);
/// A blocked device asks this often at most whether it still is: soon enough for the person who waits to be unblocked.
const AFTER_BLOCKED: Duration = Duration::from_secs(15);
/// After another connection took over, this one waits this long: two of them would push each other out for ever.
const AFTER_SUPERSEDED: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What happens on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Connected and proven.
    Up {
        /// Every pairing, with the peer's presence.
        peers: Vec<Peer>,
    },
    /// The connection is gone; it is tried again by itself.
    Down {
        /// Why, for people.
        reason: String,
        /// Why, if the relay said so.
        refused: Option<Refusal>,
    },
    /// A frame for the device.
    Frame(Frame),
}

/// A connection; dropping it ends it.
#[derive(Debug)]
pub struct Connection {
    outgoing: mpsc::Sender<Frame>,
    events: mpsc::Receiver<Event>,
    task: JoinHandle<()>,
}

impl Connection {
    /// The next event. Pending for ever once the connection's task has ended, which only dropping it does.
    pub async fn next(&mut self) -> Event {
        match self.events.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    /// Sends a frame. While the connection is down frames are dropped: the far side has been told already, and an
    /// exchange that is asked for anew gets a new id.
    pub async fn send(&self, frame: Frame) {
        let _ = self.outgoing.send(frame).await;
    }

    /// A handle that sends on this connection.
    pub fn sender(&self) -> mpsc::Sender<Frame> {
        self.outgoing.clone()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Connects `device` to the relay of the appliance at `server`, for as long as the [`Connection`] lives.
pub fn connect(server: &str, keys: DeviceKeys, device: DeviceId) -> Connection {
    let (outgoing, frames) = mpsc::channel(64);
    let (events, incoming) = mpsc::channel(64);
    // http → ws, https → wss.
    let url = format!("ws{}/api/v1/relay", server.trim_end_matches('/').trim_start_matches("http"));
    let task = tokio::spawn(run(url, keys, device, frames, events));
    Connection { outgoing, events: incoming, task }
}

async fn run(
    url: String,
    keys: DeviceKeys,
    device: DeviceId,
    mut frames: mpsc::Receiver<Frame>,
    events: mpsc::Sender<Event>,
) {
    let mut failures = 0;
    let mut certificate = None;
    loop {
        let opened = open(&url, &keys, device, certificate.clone());
        let lost = match time::timeout(HANDSHAKE, opened).await {
            Ok(Ok((socket, peers))) => {
                failures = 0;
                // What was queued for an earlier connection means nothing on this one.
                while frames.try_recv().is_ok() {}
                if events.send(Event::Up { peers }).await.is_err() {
                    return;
                }
                carry(socket, &mut frames, &events, &mut certificate).await
            }
            Ok(Err(lost)) => {
                if matches!(lost, Lost::Refused(Refusal::NotProven)) {
                    certificate = None; // in case it was the trouble
                }
                lost
            }
            Err(_) => Lost::Broken("the appliance does not answer".to_owned()),
        };
        let (reason, refused, least) = match lost {
            Lost::Broken(reason) => (reason, None, Duration::ZERO),
            Lost::Refused(refusal) => (refusal.to_string(), Some(refusal), stay_away(refusal)),
        };
        tracing::debug!(%reason, "relay connection down");
        if events.send(Event::Down { reason, refused }).await.is_err() {
            return;
        }
        time::sleep(least + back_off(failures)).await;
        failures += 1;
    }
}

/// Why a connection is down.
enum Lost {
    /// It broke; the words are for people.
    Broken(String),
    /// The relay ended it.
    Refused(Refusal),
}

/// Full jitter: a random time up to a limit that doubles.
fn back_off(failures: u32) -> Duration {
    let limit = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
    limit.mul_f64(f64::from(u32::from_be_bytes(OsEntropy.bytes())) / f64::from(u32::MAX))
}

/// How long to stay away at least.
fn stay_away(refusal: Refusal) -> Duration {
    match refusal {
        Refusal::Superseded => AFTER_SUPERSEDED,
        Refusal::Blocked => AFTER_BLOCKED,
        Refusal::NotProven | Refusal::Protocol => Duration::from_secs(5),
        Refusal::Restarting => Duration::ZERO,
    }
}

fn broken(why: impl std::fmt::Display) -> Lost {
    Lost::Broken(why.to_string())
}

async fn open(
    url: &str,
    keys: &DeviceKeys,
    device: DeviceId,
    certificate: Option<ByteVec>,
) -> Result<(Socket, Vec<Peer>), Lost> {
    // Without Nagle's algorithm: a response that follows its "taken" would wait 40 ms for that to be acknowledged.
    let (mut socket, _) =
        tokio_tungstenite::connect_async_with_config(url, None, true).await.map_err(broken)?;
    loop {
        match receive(&mut socket).await? {
            None => {}
            Some(Frame::Challenge { nonce }) => {
                let signature = proof::connect(keys, device, &nonce);
                let proof = Frame::Prove { device, signature, certificate: certificate.clone() };
                send(&mut socket, Message::Binary(proof.encode().into())).await?;
            }
            Some(Frame::Welcome { peers }) => return Ok((socket, peers)),
            Some(Frame::Refused { reason }) => return Err(Lost::Refused(reason)),
            Some(_) => return Err(broken("the appliance speaks another protocol")),
        }
    }
}

async fn carry(
    mut socket: Socket,
    frames: &mut mpsc::Receiver<Frame>,
    events: &mpsc::Sender<Event>,
    certificate: &mut Option<ByteVec>,
) -> Lost {
    let mut quiet = Quiet::new();
    loop {
        tokio::select! {
            received = receive(&mut socket) => {
                quiet = Quiet::new();
                match received {
                    Ok(None) => {}
                    Ok(Some(Frame::Refused { reason })) => return Lost::Refused(reason),
                    Ok(Some(Frame::Certificate { certificate: new })) => *certificate = Some(new),
                    Ok(Some(frame)) => {
                        if matches!(frame, Frame::Paired { .. } | Frame::Unpaired { .. }) {
                            *certificate = None; // it names other peers; the new one follows
                        }
                        if events.send(Event::Frame(frame)).await.is_err() {
                            return broken("not needed any more");
                        }
                    }
                    Err(lost) => return lost,
                }
            }
            frame = frames.recv() => {
                let Some(frame) = frame else { return broken("not needed any more") };
                if let Err(lost) = send(&mut socket, Message::Binary(frame.encode().into())).await {
                    return lost;
                }
                quiet.said();
            }
            () = time::sleep_until(quiet.until) => {
                if quiet.asked {
                    return broken("nothing heard from the appliance");
                }
                if let Err(lost) = send(&mut socket, Message::Ping(Vec::new().into())).await {
                    return lost;
                }
                quiet.asked();
            }
        }
    }
}

/// How long nothing was heard, and whether the appliance was asked if it is there.
struct Quiet {
    until: Instant,
    asked: bool,
}

impl Quiet {
    /// Something was heard.
    fn new() -> Self {
        Self { until: Instant::now() + SILENCE, asked: false }
    }

    /// Something was sent: the connection had better be alive.
    fn said(&mut self) {
        self.until = self.until.min(Instant::now() + ANSWER);
    }

    fn asked(&mut self) {
        *self = Self { until: Instant::now() + ANSWER, asked: true };
    }
}

/// The next frame, or another sign of life; pings are answered on the way.
async fn receive(socket: &mut Socket) -> Result<Option<Frame>, Lost> {
    let message = match socket.next().await {
        Some(Ok(message)) => message,
        Some(Err(error)) => return Err(broken(error)),
        None => return Err(broken("the appliance closed the connection")),
    };
    match message {
        Message::Binary(bytes) => return Frame::decode(&bytes).map(Some).map_err(broken),
        Message::Close(_) => return Err(broken("the appliance closed the connection")),
        // tungstenite has queued the pong.
        Message::Ping(_) => socket.flush().await.map_err(broken)?,
        _ => {}
    }
    Ok(None)
}

async fn send(socket: &mut Socket, message: Message) -> Result<(), Lost> {
    match time::timeout(ANSWER, socket.send(message)).await {
        Ok(sent) => sent.map_err(broken),
        Err(_) => Err(broken("the appliance takes nothing any more")),
    }
}
