//! A proxy that behaves as a network does at its worst.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What the network does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Well,
    /// Every connection ends, and so do new ones.
    Dropped,
    /// Every connection is reset, and so are new ones.
    Reset,
    /// Nothing gets through, and nobody is told.
    Stalled,
    /// Nothing gets through to whoever connected.
    HalfOpen,
}

/// A proxy before `target` that behaves as told; its port.
pub async fn open(target: u16, network: watch::Receiver<Network>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
            tokio::spawn(carry(client, server, network.clone()));
        }
    });
    port
}

async fn carry(mut client: TcpStream, mut server: TcpStream, mut network: watch::Receiver<Network>) {
    let (to_server, to_client) = (network.clone(), network.clone());
    let (mut client_reads, mut client_writes) = client.split();
    let (mut server_reads, mut server_writes) = server.split();
    tokio::select! {
        () = forward(&mut client_reads, &mut server_writes, to_server, &[Network::Stalled]) => {}
        () = forward(
            &mut server_reads,
            &mut client_writes,
            to_client,
            &[Network::Stalled, Network::HalfOpen],
        ) => {}
        _ = network.wait_for(|now| matches!(now, Network::Dropped | Network::Reset)) => {}
    }
    if *network.borrow() == Network::Reset {
        client.set_zero_linger().unwrap();
        server.set_zero_linger().unwrap();
    }
}

async fn forward(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    mut network: watch::Receiver<Network>,
    stuck: &[Network],
) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let flows = network.wait_for(|now| !stuck.contains(now)).await.is_ok();
        if !flows || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
