//! The limit: a relay of a few lines that forwards length-prefixed frames from one TCP connection to another.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream, tcp::OwnedWriteHalf},
    sync::Mutex,
};

use super::network::{BODY, End, Network, Result, Wire};

/// Runs until it is killed: the process behind [`Tcp`].
pub async fn serve(port: u16) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    let listener = socket.listen(4096)?;
    let ends: Ends = Arc::default();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(forward(stream, ends.clone()));
    }
}

type Ends = Arc<std::sync::Mutex<HashMap<u64, Arc<Mutex<OwnedWriteHalf>>>>>;

/// First comes the end's number, which is acknowledged by one byte; then frames, each behind its length.
async fn forward(mut stream: TcpStream, ends: Ends) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let end = stream.read_u64().await.ok()?;
    stream.write_u8(1).await.ok()?;
    let (mut reader, writer) = stream.into_split();
    ends.lock().ok()?.insert(end, Arc::new(Mutex::new(writer)));
    let mut whole = Vec::new();
    loop {
        // No buffer while there is nothing to read.
        reader.readable().await.ok()?;
        whole.reserve(4096);
        if reader.read_buf(&mut whole).await.ok()? == 0 {
            return None;
        }
        let partial = whole.split_off(frames(&whole));
        let other = ends.lock().ok()?.get(&(end ^ 1)).cloned();
        other?.lock().await.write_all(&whole).await.ok()?;
        whole = partial;
    }
}

/// How long the whole frames at the start of `bytes` are.
fn frames(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some((prefix, _)) = bytes[length..].split_first_chunk() {
        let frame = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
        match (length + 4).checked_add(frame) {
            Some(next) if next <= bytes.len() => length = next,
            _ => break,
        }
    }
    length
}

/// The bare TCP relay.
pub struct Tcp(pub SocketAddr);

impl Network for Tcp {
    fn name(&self) -> &'static str {
        "bare TCP relay"
    }

    fn begin(&self, end: usize) -> Result<Wire> {
        let mut wire = Wire::connect(self.0)?;
        wire.write(&u64::try_from(end)?.to_be_bytes())?;
        Ok(wire)
    }

    fn prove(&self, _: &mut Wire, _: usize) -> Result<()> {
        Ok(())
    }

    fn ready(&self, mut wire: Wire, _: usize) -> Result<Box<dyn End>> {
        wire.read(|bytes| bytes.first().map(|_| ((), 1)))?;
        Ok(Box::new(TcpEnd(wire)))
    }
}

struct TcpEnd(Wire);

const FRAME: usize = 4 + BODY;

impl End for TcpEnd {
    fn send(&mut self, count: usize) -> Result<()> {
        let mut frame = [7; FRAME];
        frame[..4].copy_from_slice(&u32::try_from(BODY)?.to_be_bytes());
        Ok(self.0.write(&frame.repeat(count))?)
    }

    fn receive(&mut self, count: usize) -> Result<()> {
        Ok(self.0.read(|bytes| (bytes.len() >= count * FRAME).then_some(((), count * FRAME)))?)
    }
}
