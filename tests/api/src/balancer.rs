//! What stands before the nodes: devices' connections go to relay nodes, everything else to the console's node.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A load balancer. It asks a relay node whether it is ready only by connecting to it.
pub struct Balancer {
    /// Where it listens.
    pub port: u16,
    /// The relay nodes, the preferred one first.
    relays: Arc<Mutex<Vec<u16>>>,
    /// How many connections the relay nodes got.
    pub to_relays: Arc<AtomicUsize>,
    dropped: watch::Sender<u32>,
}

impl Balancer {
    /// One before a console and relay nodes.
    pub async fn open(console: u16, relays: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (relays, to_relays) = (Arc::new(Mutex::new(relays)), Arc::<AtomicUsize>::default());
        let (nodes, count) = (Arc::clone(&relays), Arc::clone(&to_relays));
        let dropped = watch::channel(0).0;
        let drops = dropped.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let nodes = nodes.lock().unwrap().clone();
                let count = Arc::clone(&count);
                let mut dropped = drops.subscribe();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = carry(client, console, &nodes, &count) => {}
                        _ = dropped.changed() => {}
                    }
                });
            }
        });
        Self { port, relays, to_relays, dropped }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Ends every connection.
    pub fn drop_connections(&self) {
        self.dropped.send_modify(|times| *times += 1);
    }

    /// Sends devices that connect from now on to these.
    pub fn prefer(&self, relays: Vec<u16>) {
        *self.relays.lock().unwrap() = relays;
    }
}

async fn carry(mut client: TcpStream, console: u16, relays: &[u16], count: &AtomicUsize) -> Option<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if client.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let for_relays = head.starts_with(b"GET /api/v1/relay");
    let targets = if for_relays { relays } else { &[console][..] };
    for port in targets {
        if let Ok(mut server) = TcpStream::connect(("127.0.0.1", *port)).await {
            if for_relays {
                count.fetch_add(1, Ordering::Relaxed);
            }
            server.write_all(&head).await.ok()?;
            copy_bidirectional(&mut client, &mut server).await.ok()?;
            return None;
        }
    }
    None
}
