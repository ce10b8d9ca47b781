//! A tap on the wire: a TCP proxy that forwards everything and keeps it, unmasked where it is WebSocket.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What has passed one way on one connection.
type Stream = Arc<Mutex<Vec<u8>>>;

/// Everything that passed, one stream for each connection and direction.
#[derive(Clone, Default)]
pub struct Tap {
    streams: Arc<Mutex<Vec<Stream>>>,
}

impl Tap {
    /// A proxy to `target`; gives its port.
    pub async fn open(target: u16) -> (Self, u16) {
        let tap = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = tap.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, kept.stream()));
                tokio::spawn(forward(from_server, to_client, kept.stream()));
            }
        });
        (tap, port)
    }

    fn stream(&self) -> Stream {
        let stream = Arc::default();
        self.streams.lock().unwrap().push(Arc::clone(&stream));
        stream
    }

    /// All streams as they passed, and the WebSocket ones unmasked as well.
    pub fn seen(&self) -> Vec<Vec<u8>> {
        let streams = self.streams.lock().unwrap();
        let raw: Vec<Vec<u8>> = streams.iter().map(|stream| stream.lock().unwrap().clone()).collect();
        let unmasked: Vec<Vec<u8>> = raw.iter().filter_map(|stream| unmask(stream)).collect();
        raw.into_iter().chain(unmasked).collect()
    }

    /// Whether `needle` passed anywhere.
    pub fn saw(&self, needle: &[u8]) -> bool {
        self.seen().iter().any(|stream| contains(stream, needle))
    }
}

/// Whether `needle` is in `hay`.
pub fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

async fn forward(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, kept: Stream) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        kept.lock().unwrap().extend_from_slice(&buffer[..read]);
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// The payloads of the WebSocket frames (RFC 6455, section 5.2) in a stream that was upgraded.
fn unmask(stream: &[u8]) -> Option<Vec<u8>> {
    let head = stream.windows(4).position(|window| window == b"\r\n\r\n")?;
    if !contains(&stream[..head].to_ascii_lowercase(), b"upgrade: websocket") {
        return None;
    }
    let mut rest = &stream[head + 4..];
    let mut payloads = Vec::new();
    while let [_, second, after @ ..] = rest {
        let (length, after) = match second & 0x7f {
            126 => (usize::from(u16::from_be_bytes(after.get(..2)?.try_into().ok()?)), &after[2..]),
            127 => return None, // longer than any frame of ours
            short => (usize::from(short), after),
        };
        let (mask, after) =
            if second & 0x80 == 0 { (&[0; 4][..], after) } else { after.split_at_checked(4)? };
        let Some((payload, after)) = after.split_at_checked(length) else { break };
        payloads.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        rest = after;
    }
    Some(payloads)
}
