//! TLS over a connection, holding a buffer only while there is something in it: most connections are idle devices', and
//! rustls' own buffers would cost more than all else that is kept of them.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::rustls::{
    ServerConfig,
    server::UnbufferedServerConnection,
    unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus},
};

/// What is read at once: a record of the longest kind takes two.
const READ: usize = 16 * 1024;

/// What is enciphered at once.
const WRITE: usize = 16 * 1024;

/// The server's end of a connection in TLS.
pub struct TlsStream {
    tcp: TcpStream,
    tls: UnbufferedServerConnection,
    /// Records that have come; no more than an incomplete one between two reads.
    incoming: Buffer,
    /// What was deciphered and is not read yet.
    text: Buffer,
    /// Records that the kernel has not taken yet.
    outgoing: Buffer,
    /// The peer sends nothing more, and said so.
    peer_closed: bool,
    /// We have said so.
    closed: bool,
    /// The peer broke the protocol: the session is of no use any more.
    failed: bool,
}

/// What is to be sent once everything that has come is worked off.
enum Then<'a> {
    Nothing,
    Text(&'a [u8]),
    Goodbye,
}

impl TlsStream {
    /// Shakes hands.
    ///
    /// # Errors
    /// What the operating system says, or what the peer did wrong, which it was told.
    pub async fn accept(config: Arc<ServerConfig>, tcp: TcpStream) -> io::Result<Self> {
        let mut stream = Self {
            tcp,
            tls: UnbufferedServerConnection::new(config).map_err(invalid)?,
            incoming: Buffer::default(),
            text: Buffer::default(),
            outgoing: Buffer::default(),
            peer_closed: false,
            closed: false,
            failed: false,
        };
        while stream.tls.is_handshaking() {
            poll_fn(|cx| stream.poll_receive(cx)).await?;
            poll_fn(|cx| stream.poll_send(cx)).await?;
        }
        Ok(stream)
    }

    /// The connection below.
    pub fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    /// Ready when a read may give something.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What was deciphered already does not come through the socket again.
        if self.peer_closed || !self.text.is_empty() {
            return Poll::Ready(Ok(()));
        }
        self.tcp.poll_read_ready(cx)
    }

    /// Reads once, and works off what has come.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.tcp.poll_read_ready(cx))?;
        let read = pin!(self.tcp.read_buf(self.incoming.space(READ))).poll(cx);
        self.incoming.done(0);
        if ready!(read)? == 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        let worked_off = self.work(&Then::Nothing);
        if worked_off.is_err() {
            // Tells the peer, if that is possible at once.
            let _ = self.poll_send(cx);
        }
        Poll::Ready(worked_off)
    }

    /// Sends what is enciphered.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            let sent = ready!(Pin::new(&mut self.tcp).poll_write(cx, self.outgoing.rest()))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outgoing.done(sent);
        }
        Poll::Ready(Ok(()))
    }

    /// Deciphers and answers what has come, then enciphers what is to be sent.
    fn work(&mut self, then: &Then<'_>) -> io::Result<()> {
        if self.failed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut failed = None;
        loop {
            // An alert, if there is one, is enciphered first.
            if let Some(error) = failed.take_if(|_| !self.tls.wants_write()) {
                return Err(invalid(error));
            }
            let UnbufferedStatus { mut discard, state } = self.tls.process_tls_records(self.incoming.rest());
            let mut over = false;
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(invalid)?;
                        discard += record.discard;
                        self.text.bytes.extend_from_slice(record.payload);
                    }
                }
                Ok(ConnectionState::EncodeTlsData(mut record)) => {
                    self.outgoing.append(|room| record.encode(room).map_err(missing_to_encode))?;
                }
                // Nothing overtakes what is in `outgoing`.
                Ok(ConnectionState::TransmitTlsData(records)) => records.done(),
                Ok(ConnectionState::PeerClosed) => self.peer_closed = true,
                Ok(ConnectionState::BlockedHandshake | ConnectionState::Closed) => over = true,
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    match then {
                        Then::Nothing => {}
                        Then::Text(text) => self
                            .outgoing
                            .append(|room| traffic.encrypt(text, room).map_err(missing_to_encrypt))?,
                        Then::Goodbye => self
                            .outgoing
                            .append(|room| traffic.queue_close_notify(room).map_err(missing_to_encrypt))?,
                    }
                    self.incoming.done(discard);
                    return Ok(());
                }
                // Early data is not offered.
                Ok(_) => over = true,
                Err(error) => {
                    self.failed = true;
                    failed = Some(error);
                }
            }
            self.incoming.done(discard);
            if over {
                let nothing = matches!(then, Then::Nothing);
                return if nothing { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) };
            }
        }
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.text.is_empty() && !this.peer_closed {
            ready!(this.poll_receive(cx))?;
            // An answer of the protocol's own; if the kernel does not take it now, it goes out with what is written next.
            let _ = this.poll_send(cx)?;
        }
        let text = this.text.rest();
        let length = text.len().min(buffer.remaining());
        buffer.put_slice(&text[..length]);
        this.text.done(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        let text = &bytes[..bytes.len().min(WRITE)];
        this.work(&Then::Text(text))?;
        // What the kernel does not take goes out before what is written next, or when the stream is flushed.
        let _ = this.poll_send(cx)?;
        Poll::Ready(Ok(text.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_send(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.closed {
            this.closed = true;
            // A session that has failed says no goodbye.
            let _ = this.work(&Then::Goodbye);
        }
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.tcp).poll_shutdown(cx)
    }
}

/// Bytes, of which the first are done with.
#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    done: usize,
}

impl Buffer {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn rest(&mut self) -> &mut [u8] {
        &mut self.bytes[self.done..]
    }

    /// So many more are done with. Memory is given back once all are.
    fn done(&mut self, count: usize) {
        self.done += count;
        if self.done == self.bytes.len() {
            *self = Self::default();
        }
    }

    /// Where so many more fit.
    fn space(&mut self, count: usize) -> &mut Vec<u8> {
        self.bytes.drain(..self.done);
        self.done = 0;
        self.bytes.reserve(count);
        &mut self.bytes
    }

    /// Appends what `write` writes, which says how much room it needs if there is too little.
    fn append(&mut self, mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<usize>>) -> io::Result<()> {
        let (start, mut room) = (self.bytes.len(), 0);
        loop {
            self.bytes.resize(start + room, 0);
            match write(&mut self.bytes[start..]) {
                Ok(written) => {
                    self.bytes.truncate(start + written);
                    return Ok(());
                }
                Err(Some(needed)) if needed > room => room = needed,
                Err(_) => return Err(io::Error::other("this session cannot encipher anything more")),
            }
        }
    }
}

fn missing_to_encode(error: EncodeError) -> Option<usize> {
    match error {
        EncodeError::InsufficientSize(error) => Some(error.required_size),
        EncodeError::AlreadyEncoded => None,
    }
}

fn missing_to_encrypt(error: EncryptError) -> Option<usize> {
    match error {
        EncryptError::InsufficientSize(error) => Some(error.required_size),
        EncryptError::EncryptExhausted => None,
    }
}

fn invalid(error: tokio_rustls::rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
#[path = "tls_stream_tests.rs"]
mod tests;
