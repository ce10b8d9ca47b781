//! An appliance of one computer, as far as that computer sees it: pairings over REST and a relay session whose every
//! frame the test reads and writes. And a phone's side of the channel.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    routing::{get, post},
};
use pocketkey_api::pairing::{NewPairing, Pairing};
use pocketkey_link::{
    Entropy,
    frame::{Frame, PairFailure, Peer},
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
    pairing::{ComputerCard, Paired, PhoneCard, phone_opens},
    qr::{PairingInvitation, Scanned, read},
    sealed::{Answering, Bond, Request, Response, open_request},
};
use pocketkey_relay_client::{OsEntropy, now_ms};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc},
    time::timeout,
};

/// Longer than anything here takes on the slowest machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The scripted phone's getInfo reply.
pub const INFO: [u8; 2] = [0x00, 0xA0];

const COMPUTER: DeviceId = DeviceId([1; 16]);
const PHONE: DeviceId = DeviceId([2; 16]);

/// What the test says to the relay session.
enum Say {
    Frame(Frame),
    HangUp,
}

#[derive(Clone)]
struct Relay {
    /// The pairing recorded, listed at every welcome.
    recorded: Arc<Mutex<Option<PairingId>>>,
    say: Arc<AsyncMutex<mpsc::UnboundedReceiver<Say>>>,
    heard: mpsc::UnboundedSender<Frame>,
}

pub struct Appliance {
    pub url: String,
    recorded: Arc<Mutex<Option<PairingId>>>,
    say: mpsc::UnboundedSender<Say>,
    heard: mpsc::UnboundedReceiver<Frame>,
}

impl Appliance {
    pub async fn start() -> Self {
        let recorded = Arc::new(Mutex::new(None));
        let (say, said) = mpsc::unbounded_channel();
        let (hear, heard) = mpsc::unbounded_channel();
        let relay =
            Relay { recorded: Arc::clone(&recorded), say: Arc::new(AsyncMutex::new(said)), heard: hear };
        let router = Router::new()
            .route("/api/v1/pairings", post(new_pairing))
            .route("/api/v1/relay", get(session))
            .with_state(relay);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, recorded, say, heard }
    }

    /// The next frame from the computer that is more than an acknowledgement.
    pub async fn frame(&mut self) -> Frame {
        loop {
            let frame = timeout(PATIENCE, self.heard.recv()).await.expect("a frame in time").unwrap();
            if !matches!(frame, Frame::Got { .. }) {
                return frame;
            }
        }
    }

    pub async fn send(&self, frame: Frame) {
        assert!(self.say.send(Say::Frame(frame)).is_ok());
    }

    /// The phone comes or goes.
    pub async fn presence(&self, online: bool) {
        let pairing = self.recorded.lock().unwrap().expect("a pairing");
        self.send(Frame::Presence { peer: Peer { pairing, device: PHONE, online } }).await;
    }

    pub async fn drop_connection(&self) {
        assert!(self.say.send(Say::HangUp).is_ok());
    }

    pub async fn unpair(&self, pairing: PairingId) {
        *self.recorded.lock().unwrap() = None;
        self.send(Frame::Unpaired { pairing }).await;
    }

    /// Pairs a phone that scanned `text`, as the real relay would.
    pub async fn pair(&mut self, text: &str, model: &str) -> PhoneSide {
        let invitation = scanned(text);
        let pairing = invitation.pairing;
        let keys = DeviceKeys::generate(&mut OsEntropy);
        let card = PhoneCard {
            device: PHONE,
            model: model.into(),
            os: "Android 16".into(),
            info: INFO.to_vec().into(),
        };
        let (waits, body) = phone_opens(&invitation, &keys, &mut OsEntropy).unwrap();
        self.send(Frame::PairOpen { pairing, body: body.into() }).await;
        let Frame::PairAnswer { body, .. } = self.frame().await else { panic!("an answer") };
        let (paired, body) = waits.finish(&body, &card).unwrap();
        let replaced = self.recorded.lock().unwrap().replace(pairing);
        self.send(Frame::PairDone { pairing, body: body.into() }).await;
        if let Some(pairing) = replaced {
            self.send(Frame::Unpaired { pairing }).await;
        }
        self.send(Frame::Paired { peer: Peer { pairing, device: PHONE, online: true } }).await;
        PhoneSide { keys, paired }
    }

    /// A phone that knows everything of the code but its secret; how the computer refuses it.
    pub async fn pair_with_wrong_secret(&mut self, text: &str) -> PairFailure {
        let invitation = PairingInvitation { secret: [0; 32].into(), ..scanned(text) };
        let pairing = invitation.pairing;
        let keys = DeviceKeys::generate(&mut OsEntropy);
        let (_, body) = phone_opens(&invitation, &keys, &mut OsEntropy).unwrap();
        self.send(Frame::PairOpen { pairing, body: body.into() }).await;
        let Frame::PairAnswer { .. } = self.frame().await else { panic!("an answer") };
        self.send(Frame::PairDone { pairing, body: vec![0; 100].into() }).await;
        match self.frame().await {
            Frame::PairFailed { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }
}

fn scanned(text: &str) -> PairingInvitation {
    match read(text) {
        Ok(Scanned::Pairing(invitation)) => invitation,
        other => panic!("{other:?}"),
    }
}

/// A phone's side of a finished pairing.
pub struct PhoneSide {
    keys: DeviceKeys,
    paired: Paired<ComputerCard>,
}

impl PhoneSide {
    pub fn code(&self) -> &str {
        &self.paired.code
    }

    pub fn computer(&self) -> &str {
        &self.paired.peer.name
    }

    pub fn pairing(&self) -> PairingId {
        self.paired.pairing
    }

    /// Opens a request: how to answer it (with the exchange's id), and what it asks.
    pub fn open(&self, frame: Frame) -> ((ExchangeId, Answering), Request) {
        let Frame::Request { exchange, pairing, body, .. } = frame else {
            panic!("a request, not {frame:?}")
        };
        let bond = Bond { pairing, computer: COMPUTER, phone: PHONE, peer_key: self.paired.peer_key };
        let (answering, request) = open_request(&bond, &self.keys, exchange, &body, &mut OsEntropy).unwrap();
        ((exchange, answering), request)
    }

    /// The frame that answers a request.
    pub fn seal(&self, (exchange, answering): (ExchangeId, Answering), ctap: &[u8]) -> Frame {
        let body = answering.seal_response(&Response { ctap: ctap.to_vec().into(), info: None }).unwrap();
        Frame::Response { exchange, pairing: self.pairing(), body: body.into() }
    }
}

async fn new_pairing(Json(new): Json<NewPairing>) -> Json<Pairing> {
    assert_eq!(new.computer.name, "Ada's laptop");
    let expires_at = i64::try_from(now_ms()).unwrap() + 600_000;
    let pairing_id = PairingId(OsEntropy.bytes()).to_string();
    Json(Pairing { pairing_id, device_id: COMPUTER.to_string(), expires_at })
}

async fn session(upgrade: WebSocketUpgrade, State(relay): State<Relay>) -> axum::response::Response {
    upgrade.on_upgrade(move |socket| carry(socket, relay))
}

async fn carry(mut socket: WebSocket, relay: Relay) {
    let frame = |frame: &Frame| Message::Binary(frame.encode().into());
    socket.send(frame(&Frame::Challenge { nonce: [9; 32] })).await.unwrap();
    let Some(Ok(Message::Binary(proof))) = socket.recv().await else { return };
    let Ok(Frame::Prove { device: COMPUTER, .. }) = Frame::decode(&proof) else { panic!("a proof") };
    let mut said = relay.say.lock().await;
    let recorded = *relay.recorded.lock().unwrap();
    let peers = recorded.map(|pairing| Peer { pairing, device: PHONE, online: true }).into_iter().collect();
    socket.send(frame(&Frame::Welcome { peers })).await.unwrap();
    loop {
        tokio::select! {
            say = said.recv() => match say {
                Some(Say::Frame(say)) => if socket.send(frame(&say)).await.is_err() { return },
                Some(Say::HangUp) | None => return,
            },
            heard = socket.recv() => match heard {
                Some(Ok(Message::Binary(bytes))) => {
                    let _ = relay.heard.send(Frame::decode(&bytes).unwrap());
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
