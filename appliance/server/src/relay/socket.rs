//! One device's WebSocket: the proof, then frames both ways. Bodies are never logged.
//!
//! A buffer is held only while there is something in it, and the task of a proven device holds little else than its
//! connection: most of ten thousand devices are idle.

use std::{
    future::poll_fn,
    io,
    net::IpAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use pocketkey_link::{
    frame::{Frame, Refusal},
    id::DeviceId,
    proof,
};
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{self, Instant, Sleep},
};

use super::{Relay, SessionId};
use super::{
    admission::Admitted,
    bucket::{Bucket, Rate},
    hub::Role,
    outbox::{MAX_BYTES, Waiting},
    wire::{self, Message, Reader},
};
use crate::{ops::Connection, secret};

/// How long a device may take to prove who it is.
const PROOF_TIME: Duration = Duration::from_secs(5);

/// How long what is being written may take, and how long the other side may take to read a farewell.
const WRITE_TIME: Duration = Duration::from_secs(2);

/// A ping after this long without one, and up to [`JITTER`] seconds later, so that devices do not ping in step.
const PING_EVERY: Duration = Duration::from_secs(45);
const JITTER: u8 = 10;

/// How long a device may take to answer a ping.
const PONG_TIME: Duration = Duration::from_secs(10);

/// What is read at once.
const READ: usize = 4 * 1024;

/// Serves a connection until either side ends it. `ahead` was read from it before.
pub async fn serve(relay: Arc<Relay>, stream: Connection, ahead: Vec<u8>, from: IpAddr) {
    // Frames are small, and somebody waits for each.
    let _ = stream.tcp().set_nodelay(true);
    // The kernel would let megabytes wait for a device that does not read.
    let _ = SockRef::from(stream.tcp()).set_send_buffer_size(MAX_BYTES);
    let mut socket = Socket { stream, reader: Reader::new(ahead), unsent: Vec::new(), sent: 0 };
    let proven = time::timeout(PROOF_TIME, prove(&relay, &mut socket)).await;
    let connected = match proven.unwrap_or(Err(Refusal::NotProven)) {
        Ok(admitted) => {
            let device = admitted.device;
            let connected = relay.connect(admitted, from).await;
            connected.map(|session| (device, session)).map_err(|_| Refusal::Restarting)
        }
        Err(refusal) => Err(refusal),
    };
    match connected {
        // A task of its own, which has no room for what proving took.
        Ok((device, (session, waiting))) => {
            relay.came(device.id, device.role);
            let who = Box::new((device.id, device.role));
            tokio::spawn(Conversation { socket, session, who, waiting }.carry(relay));
        }
        Err(reason) => {
            wire::put_frame(&mut socket.unsent, &Frame::Refused { reason });
            socket.farewell(wire::NORMAL).await;
        }
    }
}

/// The device, if it proves that it is one we know.
async fn prove(relay: &Relay, socket: &mut Socket) -> Result<Admitted, Refusal> {
    let unproven = Refusal::NotProven;
    let nonce = secret::random();
    wire::put_frame(&mut socket.unsent, &Frame::Challenge { nonce });
    let first = socket.first_frame().await;
    let Some(Frame::Prove { device, signature, certificate }) = first else { return Err(unproven) };
    let admitted = relay.admit(device, certificate.as_ref().map(|it| &it[..])).await.map_err(|error| {
        tracing::error!(%error, "a device could not be looked up");
        // It may be one of ours: it may try again soon.
        Refusal::Restarting
    })?;
    let admitted = admitted.ok_or(unproven)?;
    proof::verify_connection(&admitted.device.sign_key, device, &nonce, &signature).map_err(|_| unproven)?;
    Ok(admitted)
}

/// A proven device's connection.
struct Conversation {
    socket: Socket,
    session: SessionId,
    /// Whose coming and going the console shows.
    who: Box<(DeviceId, Role)>,
    waiting: Waiting,
}

impl Conversation {
    /// Carries frames until the device is gone, silent, or refused.
    #[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
    fn carry(mut self, relay: Arc<Relay>) -> impl Future<Output = ()> {
        async move {
            let status = self.converse(&relay).await;
            relay.disconnected(self.session);
            // Boxed: it is rare, and an idle session has no room for it.
            Box::pin(self.end(&relay, status)).await;
        }
    }

    /// Reads and writes; gives the status to say farewell with, or `None` if the device would not hear it.
    async fn converse(&mut self, relay: &Relay) -> Option<u16> {
        let mut ping = Ping::new();
        let mut others = None;
        let mut alarm = pin!(time::sleep_until(ping.at));
        loop {
            let mut read = Read::All;
            let frames = || {
                let frame;
                (frame, read) = self.socket.next_frame(&mut ping, &mut others);
                frame
            };
            relay.received(self.session, frames).await;
            match read {
                Read::All => match poll_fn(|cx| self.poll(cx, alarm.as_mut(), &mut ping)).await {
                    Event::Heard => {}
                    Event::Over => return Some(wire::NORMAL),
                    Event::Lost => return None,
                },
                // Nothing it says is heard any more; what waits for it is still written.
                Read::Nonsense => relay.refuse(self.session, Refusal::Protocol),
                Read::Goodbye => return Some(wire::NORMAL),
                Read::Refused(status) => {
                    relay.refuse(self.session, Refusal::Protocol);
                    return Some(status);
                }
            }
        }
    }

    /// Writes what waits, pings when it is time, and reads.
    fn poll(&mut self, cx: &mut Context<'_>, mut alarm: Pin<&mut Sleep>, ping: &mut Ping) -> Poll<Event> {
        let Self { socket, waiting, .. } = self;
        let mut over = false;
        loop {
            // Whatever waits goes out in one write.
            if socket.unsent.is_empty() {
                match waiting.poll_take(cx) {
                    Poll::Ready(Some(bytes)) => socket.unsent = bytes,
                    Poll::Ready(None) => over = true,
                    Poll::Pending => {}
                }
            }
            if socket.unsent.is_empty() {
                break;
            }
            match socket.poll_write(cx) {
                Poll::Ready(Ok(())) => ping.written(),
                Poll::Ready(Err(_)) => return Poll::Ready(Event::Lost),
                Poll::Pending => {
                    ping.stuck();
                    break;
                }
            }
        }
        if over && socket.unsent.is_empty() {
            return Poll::Ready(Event::Over);
        }
        // Whoever only writes would never let the alarm have its turn.
        if ping.stuck_too_long() {
            return Poll::Ready(Event::Lost);
        }
        // Nobody listens any more once the session is over.
        if !over && let Poll::Ready(read) = socket.poll_read(cx) {
            return Poll::Ready(if read.is_ok() { Event::Heard } else { Event::Lost });
        }
        loop {
            if alarm.deadline() > ping.next() {
                alarm.as_mut().reset(ping.next());
            }
            ready!(alarm.as_mut().poll(cx));
            match ping.alarm() {
                Alarm::Early => {}
                Alarm::Ping => {
                    wire::put_ping(&mut socket.unsent);
                    // Once more from the top, to write it.
                    cx.waker().wake_by_ref();
                }
                Alarm::Silent => return Poll::Ready(Event::Lost),
            }
            alarm.as_mut().reset(ping.next());
        }
    }

    /// Tells the console, and writes what still waits and a farewell if the device may hear it.
    async fn end(mut self, relay: &Relay, status: Option<u16>) {
        let (device, role) = *self.who;
        relay.went(device, role).await;
        let Some(status) = status else { return };
        while let Some(bytes) = self.waiting.take().await {
            self.socket.unsent.extend_from_slice(&bytes);
        }
        self.socket.farewell(status).await;
    }
}

/// Why there is no further frame.
enum Read {
    /// All that has come is read.
    All,
    /// A message that is no frame.
    Nonsense,
    /// The device is done.
    Goodbye,
    /// The device broke the protocol; the status tells it.
    Refused(u16),
}

/// What ends waiting.
enum Event {
    /// Bytes have come.
    Heard,
    /// The hub has closed the session, and everything is written.
    Over,
    /// The device is gone, silent, or does not read.
    Lost,
}

/// A connection, what has come but is not read yet, and what is being written.
struct Socket {
    stream: Connection,
    reader: Reader,
    unsent: Vec<u8>,
    /// How much of `unsent` is written.
    sent: usize,
}

impl Socket {
    /// Writes until everything is written, and gives the memory back.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.unsent.len() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.unsent[self.sent..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += written;
        }
        // TLS may hold what the kernel did not take.
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        (self.unsent, self.sent) = (Vec::new(), 0);
        Poll::Ready(Ok(()))
    }

    /// Reads once; there is no buffer before there is something to read.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.stream.poll_read_ready(cx))?;
        let space = self.reader.space();
        space.reserve(READ);
        let read = pin!(self.stream.read_buf(space)).poll(cx);
        if space.is_empty() {
            *space = Vec::new();
        }
        Poll::Ready(if ready!(read)? == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) })
    }

    /// The next frame of what has come, or why there is none. Answers and counts what is between frames.
    fn next_frame(&mut self, ping: &mut Ping, others: &mut Option<Box<Bucket>>) -> (Option<Frame>, Read) {
        loop {
            match self.reader.read() {
                Ok(Some(Message::Binary(bytes))) => {
                    ping.heard();
                    return match Frame::decode(bytes) {
                        Ok(frame) => (Some(frame), Read::All),
                        Err(_) => (None, Read::Nonsense),
                    };
                }
                Ok(Some(Message::Close)) => return (None, Read::Goodbye),
                // A sign of life is a whole message.
                Ok(Some(Message::Fragment)) => {}
                Ok(Some(Message::Ping(payload))) => {
                    ping.heard();
                    wire::put_pong(&mut self.unsent, payload);
                }
                Ok(Some(Message::Pong)) => ping.heard(),
                Ok(None) => return (None, Read::All),
                Err(violation) => return (None, Read::Refused(violation.status())),
            }
            // The hub counts frames; what it does not see is counted here.
            let now = std::time::Instant::now();
            if !others.get_or_insert_with(|| Box::new(Bucket::full(now))).take(now, Rate::DEVICE) {
                return (None, Read::Refused(wire::POLICY));
            }
        }
    }

    /// Writes what waits, then gives the first frame, if the device sends nothing else.
    async fn first_frame(&mut self) -> Option<Frame> {
        loop {
            poll_fn(|cx| self.poll_write(cx)).await.ok()?;
            match self.reader.read().ok()? {
                Some(Message::Binary(bytes)) => return Frame::decode(bytes).ok(),
                Some(Message::Ping(payload)) => wire::put_pong(&mut self.unsent, payload),
                Some(Message::Pong | Message::Fragment) => {}
                Some(Message::Close) => return None,
                None => poll_fn(|cx| self.poll_read(cx)).await.ok()?,
            }
        }
    }

    /// Writes what waits and a farewell, then waits until the device has closed its side, too: closing while it still
    /// writes could cost it our last words.
    async fn farewell(mut self, status: u16) {
        wire::put_close(&mut self.unsent, status);
        let goodbye = async {
            poll_fn(|cx| self.poll_write(cx)).await?;
            self.stream.shutdown().await?;
            let mut ignored = [0; 512];
            while self.stream.read(&mut ignored).await? > 0 {}
            io::Result::Ok(())
        };
        let _ = time::timeout(WRITE_TIME, goodbye).await;
    }
}

/// When to ping, whether an answer is due, and whether the device reads.
struct Ping {
    at: Instant,
    asked: bool,
    /// When what is being written must be through.
    stuck: Option<Instant>,
}

/// What it is time for.
enum Alarm {
    Early,
    Ping,
    /// The last ping was not answered, or what is being written takes too long.
    Silent,
}

impl Ping {
    fn new() -> Self {
        let [chance] = secret::random::<1>();
        let jitter = Duration::from_secs((chance % JITTER).into());
        Self { at: Instant::now() + PING_EVERY + jitter, asked: false, stuck: None }
    }

    /// The device showed that it lives.
    fn heard(&mut self) {
        if self.asked {
            *self = Self { stuck: self.stuck, ..Self::new() };
        }
    }

    /// Everything is written.
    fn written(&mut self) {
        self.stuck = None;
    }

    /// Not everything could be written.
    fn stuck(&mut self) {
        self.stuck.get_or_insert_with(|| Instant::now() + WRITE_TIME);
    }

    /// When to look again.
    fn next(&self) -> Instant {
        self.stuck.map_or(self.at, |stuck| stuck.min(self.at))
    }

    fn stuck_too_long(&self) -> bool {
        self.stuck.is_some_and(|until| until <= Instant::now())
    }

    fn alarm(&mut self) -> Alarm {
        let now = Instant::now();
        if self.stuck_too_long() || self.asked && self.at <= now {
            return Alarm::Silent;
        }
        if self.at > now {
            return Alarm::Early;
        }
        (self.at, self.asked) = (now + PONG_TIME, true);
        Alarm::Ping
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<F>(_: impl FnOnce(Conversation, Arc<Relay>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn an_idle_session_is_small() {
        let size = size(Conversation::carry);
        assert!(size <= 672, "a task of {size} bytes");
    }
}
