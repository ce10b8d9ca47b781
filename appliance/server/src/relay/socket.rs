//! One device's WebSocket: the proof, then frames both ways. Bodies are never logged.

use std::time::Duration;

use axum::{
    Error,
    body::Bytes,
    extract::ws::{Message, WebSocket},
};
use pocketkey_link::{
    frame::{Frame, Refusal},
    proof,
};
use tokio::time::{self, Instant};

use super::{admission::Admitted, hub::Role, outbox::Waiting};
use crate::{App, devices, relay::SessionId, secret};

/// How long a device may take to prove who it is.
const PROOF_TIME: Duration = Duration::from_secs(10);

/// How long one frame may take to write.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// A ping after this long without one, and up to [`JITTER`] seconds later, so that devices do not ping in step.
const PING_EVERY: Duration = Duration::from_secs(45);
const JITTER: u8 = 10;

/// How long a device may take to answer a ping.
const PONG_TIME: Duration = Duration::from_secs(10);

/// Serves a connection until either side ends it.
pub async fn serve(app: App, mut socket: WebSocket) {
    let proven = time::timeout(PROOF_TIME, prove(&app, &mut socket)).await.ok().flatten();
    let connected = match proven {
        Some(admitted) => {
            let device = admitted.device;
            app.relay().connect(&app, admitted).await.ok().map(|session| (device, session))
        }
        None => None,
    };
    match connected {
        Some((device, (session, waiting))) => {
            let computer = (device.role == Role::Computer).then_some(device.id);
            if let Some(computer) = computer {
                devices::service::came(&app, computer);
            }
            converse(&app, &mut socket, session, waiting).await;
            app.relay().disconnected(session);
            if let Some(computer) = computer {
                devices::service::went(&app, computer).await;
            }
        }
        None => {
            let refused = Frame::Refused { reason: Refusal::NotProven };
            // The device may be gone.
            let _ = write(&mut socket, Message::Binary(refused.encode().into())).await;
        }
    }
    let _ = write(&mut socket, Message::Close(None)).await;
}

/// The device, if it proves that it is one we know.
async fn prove(app: &App, socket: &mut WebSocket) -> Option<Admitted> {
    let nonce = secret::random();
    let challenge = Frame::Challenge { nonce };
    socket.send(Message::Binary(challenge.encode().into())).await.ok()?;
    let answer = loop {
        match socket.recv().await?.ok()? {
            Message::Binary(bytes) => break Frame::decode(&bytes).ok()?,
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Text(_) | Message::Close(_) => return None,
        }
    };
    let Frame::Prove { device, signature, certificate } = answer else { return None };
    let admitted = match app.relay().admit(app, device, certificate.as_ref().map(|it| &it[..])).await {
        Ok(admitted) => admitted?,
        Err(error) => {
            tracing::error!(%error, "a device could not be looked up");
            return None;
        }
    };
    proof::verify_connection(&admitted.device.sign_key, device, &nonce, &signature).ok()?;
    Some(admitted)
}

/// Reads and writes until the device is gone, silent, or refused.
async fn converse(app: &App, socket: &mut WebSocket, session: SessionId, mut waiting: Waiting) {
    let mut ping = Ping::new();
    loop {
        tokio::select! {
            frame = waiting.next() => {
                let Some(frame) = frame else { return };
                if write(socket, Message::Binary(frame.into())).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                ping.heard();
                match message {
                    Message::Binary(bytes) => match Frame::decode(&bytes) {
                        Ok(frame) => app.relay().received(app, session, frame).await,
                        Err(_) => app.relay().refuse(session, Refusal::Protocol),
                    },
                    Message::Text(_) => app.relay().refuse(session, Refusal::Protocol),
                    Message::Ping(_) | Message::Pong(_) => {}
                    Message::Close(_) => return,
                }
            }
            () = time::sleep_until(ping.at) => {
                if !ping.due() || write(socket, Message::Ping(Bytes::new())).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Writes one message, or gives the connection up.
async fn write(socket: &mut WebSocket, message: Message) -> Result<(), Error> {
    time::timeout(WRITE_TIME, socket.send(message)).await.unwrap_or_else(|slow| Err(Error::new(slow)))
}

/// When to ping, and whether an answer is due.
struct Ping {
    at: Instant,
    asked: bool,
}

impl Ping {
    fn new() -> Self {
        let [chance] = secret::random::<1>();
        let jitter = Duration::from_secs((chance % JITTER).into());
        Self { at: Instant::now() + PING_EVERY + jitter, asked: false }
    }

    /// The device showed that it lives.
    fn heard(&mut self) {
        if self.asked {
            *self = Self::new();
        }
    }

    /// The time has come: true to ping, false if the last ping was not answered.
    fn due(&mut self) -> bool {
        let lives = !self.asked;
        *self = Self { at: Instant::now() + PONG_TIME, asked: true };
        lives
    }
}
