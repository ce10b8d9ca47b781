//! Whole sign-ins over a network that stalls, is half open, and resets: every request ends, none with another's answer,
//! and once the network is well everything works again.

use std::{collections::HashSet, time::Duration};

use pocketkey_api::sandbox::{KeyState, ScriptMode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::sleep,
};

use super::{PATIENCE, World, make_credential};

/// What the network does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Well,
    /// Nothing gets through, and nobody is told.
    Stalled,
    /// Nothing gets through to the devices.
    HalfOpen,
    /// Every connection is reset, and so are new ones.
    Reset,
}

/// A proxy before `target` that behaves as told; its port.
async fn open(target: u16, network: watch::Receiver<Network>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
            // Dropped with bytes unread or unsent, both are reset.
            client.set_zero_linger().unwrap();
            server.set_zero_linger().unwrap();
            let mut reset = network.clone();
            let network = network.clone();
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::select! {
                    () = forward(&mut from_client, &mut to_server, network.clone(), &[Network::Stalled]) => {}
                    () = forward(
                        &mut from_server,
                        &mut to_client,
                        network,
                        &[Network::Stalled, Network::HalfOpen],
                    ) => {}
                    _ = reset.wait_for(|now| *now == Network::Reset) => {}
                }
            });
        }
    });
    port
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

/// The credential id in the authenticator data of a makeCredential reply.
fn credential_id(reply: &[u8]) -> Vec<u8> {
    let mut decoder = minicbor::Decoder::new(&reply[1..]);
    for _ in 0..decoder.map().unwrap().unwrap() {
        if decoder.u8().unwrap() == 2 {
            let data = decoder.bytes().unwrap();
            let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
            return data[55..55 + length].to_vec();
        }
        decoder.skip().unwrap();
    }
    panic!("no authenticator data");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_network_fails_requests_at_worst_and_is_forgotten_once_it_is_well() {
    let (network, watched) = watch::channel(Network::Well);
    let world = World::behind(Duration::from_secs(4), async move |port| open(port, watched).await).await;
    world.script(ScriptMode::Approve).await;
    let weather = async {
        for (how, ms) in [
            (Network::Reset, 20),
            (Network::Well, 700),
            (Network::Stalled, 1500),
            (Network::Well, 300),
            (Network::HalfOpen, 900),
            (Network::Reset, 200),
            (Network::Well, 1000),
            (Network::HalfOpen, 7000),
            (Network::Well, 0),
        ] {
            network.send(how).unwrap();
            sleep(Duration::from_millis(ms)).await;
        }
    };
    let asking = async {
        let mut made = HashSet::new();
        let mut failed = 0;
        for _ in 0..60 {
            match world.ask(make_credential()).await.as_slice() {
                reply @ [0x00, ..] => assert!(made.insert(credential_id(reply)), "another request's answer"),
                [0x27 | 0x2F] => failed += 1,
                other => panic!("{other:?}"),
            }
            sleep(Duration::from_millis(100)).await;
        }
        (made.len(), failed)
    };
    let ((made, failed), ()) = tokio::join!(asking, weather);
    assert!(made > 0, "{failed} failed");
    world.key_is(KeyState::Ready).await;
    let well = async {
        while world.ask(make_credential()).await[0] != 0x00 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, well).await.expect("all is well again");
}
