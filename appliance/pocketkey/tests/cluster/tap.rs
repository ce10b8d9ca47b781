//! Everything that is said on the bus, and a request whose contents are known.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

pub const RP_ID: &str = "relying-party.example";
pub const ACCOUNT: &str = "ada.the.first@relying-party.example";
pub const CLIENT_DATA_HASH: [u8; 32] = *b"a client data hash in plain text";

/// A client that listens to every subject.
pub struct Tap(Arc<Mutex<Vec<u8>>>);

impl Tap {
    /// Listens from now on.
    pub async fn open(port: u16) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream
            .write_all(b"CONNECT {\"verbose\":false,\"headers\":true}\r\nSUB > 1\r\nPING\r\n")
            .await
            .unwrap();
        let seen = Arc::<Mutex<Vec<u8>>>::default();
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                kept.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        let tap = Self(seen);
        while !contains(&tap.0.lock().unwrap(), b"PONG") {
            sleep(Duration::from_millis(10)).await;
        }
        // Until the servers have told each other.
        sleep(Duration::from_millis(200)).await;
        tap
    }

    /// What was said.
    pub async fn seen(&self) -> Vec<u8> {
        sleep(Duration::from_millis(200)).await;
        self.0.lock().unwrap().clone()
    }
}

/// Whether `needle` is in `hay`.
pub fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// authenticatorMakeCredential: discoverable, ES256, user verification.
pub fn make_credential() -> Vec<u8> {
    let mut cbor = minicbor::Encoder::new(vec![0x01]);
    let encoded = cbor
        .map(5)
        .and_then(|e| e.u8(1)?.bytes(&CLIENT_DATA_HASH))
        .and_then(|e| e.u8(2)?.map(2)?.str("id")?.str(RP_ID)?.str("name")?.str("Relying party"))
        .and_then(|e| e.u8(3)?.map(2)?.str("id")?.bytes(b"user-1")?.str("name")?.str(ACCOUNT))
        .and_then(|e| e.u8(4)?.array(1)?.map(2)?.str("alg")?.i8(-7)?.str("type")?.str("public-key"))
        .and_then(|e| e.u8(7)?.map(2)?.str("rk")?.bool(true)?.str("uv")?.bool(true));
    encoded.unwrap();
    cbor.into_writer()
}
