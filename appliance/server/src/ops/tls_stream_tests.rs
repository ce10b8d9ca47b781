//! Another implementation of TLS sockets is at the other end: tokio-rustls.

use std::time::Duration;

use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector, client,
    rustls::{
        ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion, crypto::ring,
        pki_types::ServerName, version,
    },
};

use super::*;

/// A server and a client that trusts it.
fn configs(version: &'static SupportedProtocolVersion) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let provider = Arc::new(ring::default_provider());
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client))
}

fn name() -> ServerName<'static> {
    "localhost".try_into().unwrap()
}

async fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (listener.accept().await.unwrap().0, client)
}

async fn connected(version: &'static SupportedProtocolVersion) -> (TlsStream, client::TlsStream<TcpStream>) {
    let (server_config, client_config) = configs(version);
    let (ours, theirs) = tcp().await;
    let (server, client) = tokio::join!(
        TlsStream::accept(server_config, ours),
        TlsConnector::from(client_config).connect(name(), theirs),
    );
    (server.unwrap(), client.unwrap())
}

fn holds_nothing(stream: &TlsStream) -> bool {
    [&stream.incoming, &stream.text, &stream.outgoing].iter().all(|buffer| buffer.bytes.capacity() == 0)
}

#[tokio::test]
async fn everything_arrives_both_ways_and_nothing_is_held_afterwards() {
    for version in [&version::TLS12, &version::TLS13] {
        let (mut server, mut client) = connected(version).await;
        assert!(holds_nothing(&server), "after the handshake");
        for length in [1, 300, 16 * 1024, 16 * 1024 + 1, 1 << 20] {
            let text: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let (mut there, mut back) = (vec![0; length], vec![0; length]);
            let echo = async {
                server.read_exact(&mut there).await.unwrap();
                server.write_all(&there).await.unwrap();
                server.flush().await.unwrap();
            };
            // Small portions: the other side's records end where they like.
            let (mut reads, mut writes) = tokio::io::split(&mut client);
            let ask = async {
                for portion in text.chunks(5000) {
                    writes.write_all(portion).await.unwrap();
                }
                writes.flush().await.unwrap();
            };
            tokio::join!(echo, ask, async { reads.read_exact(&mut back).await.map(drop).unwrap() });
            assert!(back == text, "{length} bytes");
            assert!(holds_nothing(&server), "after {length} bytes");
        }
    }
}

#[tokio::test]
async fn what_is_read_in_part_is_ready_without_the_socket() {
    let (mut server, mut client) = connected(&version::TLS13).await;
    client.write_all(b"hello").await.unwrap();
    client.flush().await.unwrap();
    let mut two = [0; 2];
    server.read_exact(&mut two).await.unwrap();
    for expected in [b"ll", b"o\0"] {
        assert!(poll_fn(|cx| Poll::Ready(server.poll_read_ready(cx).is_ready())).await);
        two = [0; 2];
        let _ = server.read(&mut two).await.unwrap();
        assert_eq!(&two, expected);
    }
    let ready = poll_fn(|cx| Poll::Ready(server.poll_read_ready(cx).is_ready())).await;
    assert!(!ready, "all is read");
}

#[tokio::test]
async fn a_goodbye_is_an_end_and_a_lost_connection_is_an_error() {
    for version in [&version::TLS12, &version::TLS13] {
        let (mut server, mut client) = connected(version).await;
        client.write_all(b"bye").await.unwrap();
        client.shutdown().await.unwrap();
        let mut read = Vec::new();
        server.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"bye");
        let ready = poll_fn(|cx| Poll::Ready(server.poll_read_ready(cx).is_ready())).await;
        assert!(ready, "the end stays");
        server.write_all(b"farewell").await.unwrap();
        server.shutdown().await.unwrap();
        read.clear();
        client.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"farewell");

        let (mut server, client) = connected(version).await;
        client.into_inner().0.shutdown().await.unwrap();
        assert_eq!(server.read(&mut [0; 9]).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}

#[tokio::test]
async fn keys_may_change() {
    let (mut server, mut client) = connected(&version::TLS13).await;
    for _ in 0..3 {
        client.get_mut().1.refresh_traffic_keys().unwrap();
        client.write_all(b"new").await.unwrap();
        client.flush().await.unwrap();
        let mut read = [0; 3];
        server.read_exact(&mut read).await.unwrap();
        server.write_all(&read).await.unwrap();
        server.flush().await.unwrap();
        client.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"new");
    }
    assert!(holds_nothing(&server));
}

#[tokio::test]
async fn a_reader_that_does_not_read_stops_the_writer() {
    let (mut server, mut client) = connected(&version::TLS13).await;
    let portion = vec![7; 64 * 1024];
    let mut written = 0;
    while let Ok(count) = timeout(Duration::from_millis(200), server.write(&portion)).await {
        written += count.unwrap();
    }
    assert!(server.outgoing.bytes.len() < 2 * WRITE, "no more than one record waits");
    let mut read = vec![0; written];
    let (flushed, all) = tokio::join!(server.flush(), client.read_exact(&mut read));
    flushed.unwrap();
    all.unwrap();
    assert!(read.iter().all(|byte| *byte == 7) && holds_nothing(&server));
}

#[tokio::test]
async fn whoever_breaks_the_protocol_is_told() {
    let (server, _) = configs(&version::TLS13);
    let (ours, mut theirs) = tcp().await;
    theirs.write_all(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01!").await.unwrap();
    let refused = TlsStream::accept(server, ours).await.err().expect("no handshake");
    assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    let mut alert = [0; 7];
    theirs.read_exact(&mut alert).await.unwrap();
    assert_eq!(alert[0], 21, "an alert");

    let (mut server, client) = connected(&version::TLS13).await;
    let mut theirs = client.into_inner().0;
    theirs.write_all(b"\x17\x03\x03\x00\x20a record that nobody enciphered.").await.unwrap();
    assert_eq!(server.read(&mut [0; 9]).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert_eq!(theirs.read(&mut alert).await.unwrap(), alert.len());
    assert_eq!(alert[0], 23, "an alert, enciphered");
    theirs.write_all(&alert).await.unwrap();
    assert_eq!(server.read(&mut [0; 9]).await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(server.write(b"more").await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    server.shutdown().await.unwrap();
}

/// The handshake and a text, in portions, from a client that is driven by hand; gives what the server read.
async fn in_portions(text: &[u8], portion: usize) -> Vec<u8> {
    let (server, client) = configs(&version::TLS13);
    let (ours, mut theirs) = tcp().await;
    theirs.set_nodelay(true).unwrap();
    let mut client = ClientConnection::new(client, name()).unwrap();
    let server = tokio::spawn(async move {
        let mut read = Vec::new();
        TlsStream::accept(server, ours).await.unwrap().read_to_end(&mut read).await.unwrap();
        read
    });
    let mut said = false;
    while !server.is_finished() {
        if !client.is_handshaking() && !said {
            said = true;
            io::Write::write_all(&mut client.writer(), text).unwrap();
            client.send_close_notify();
        }
        let mut records = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut records).unwrap();
        }
        for portion in records.chunks(portion) {
            theirs.write_all(portion).await.unwrap();
            tokio::task::yield_now().await;
        }
        if said {
            break;
        }
        let mut answer = [0; 4096];
        let count = theirs.read(&mut answer).await.unwrap();
        let mut come = &answer[..count];
        while !come.is_empty() {
            client.read_tls(&mut come).unwrap();
            client.process_new_packets().unwrap();
        }
    }
    server.await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn records_may_come_in_any_portions(
        text in proptest::collection::vec(any::<u8>(), 0..40_000), portion in 1usize..3000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(in_portions(&text, portion.max(text.len() / 500))), text);
    }
}
