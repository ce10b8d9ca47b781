//! Clients of the relay that mean no good, or are broken: their sessions end, and nobody else notices.

use std::{net::SocketAddr, time::Duration};

use pocketkey_link::{
    frame::{Frame, MAX_FRAME, Refusal},
    id::ExchangeId,
    proof,
};
use pocketkey_tests_api::Appliance;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_tungstenite::{MaybeTlsStream, client_async, tungstenite::Message};

use crate::device::{self, Device, Pair};

impl Device {
    /// Writes bytes past the WebSocket layer. The relay may have hung up already.
    async fn write_raw(&mut self, bytes: &[u8]) {
        let MaybeTlsStream::Plain(stream) = self.0.get_mut() else { panic!("no TLS here") };
        let _ = stream.write_all(bytes).await;
    }

    /// Reads until the relay has hung up: the refusal, and the status it closed with.
    async fn ending(&mut self) -> (Option<Refusal>, Option<u16>) {
        let (mut refused, mut status) = (None, None);
        while let Some(message) = self.message().await {
            match message {
                Message::Binary(bytes) => {
                    if let Ok(Frame::Refused { reason }) = Frame::decode(&bytes) {
                        refused = Some(reason);
                    }
                }
                Message::Close(close) => status = close.map(|close| close.code.into()),
                _ => {}
            }
        }
        (refused, status)
    }
}

/// A client's frame; the mask is all zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    [&[first, 0x80 | 126], length.as_slice(), &[0; 4], payload].concat()
}

/// A ping is a control frame, whose length must be short.
fn short(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, 0x80 | u8::try_from(payload.len()).unwrap()], [0; 4].as_slice(), payload].concat()
}

/// Asks and answers once, as if nothing had happened.
async fn works(pair: &mut Pair, number: u8) {
    let exchange = ExchangeId([number; 16]);
    let body = || vec![7; 300].into();
    pair.computer
        .send(Frame::Request { exchange, pairing: pair.pairing, ttl_ms: 60_000, body: body() })
        .await;
    assert!(matches!(pair.phone.next().await, Frame::Request { .. }));
    let pairing = pair.pairing;
    pair.phone.send(Frame::Response { exchange, pairing, body: body() }).await;
    assert_eq!(pair.computer.next().await, Frame::Response { exchange, pairing, body: body() });
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_breaks_the_websocket_protocol_is_out() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let (eve, eve_id) = device::phone(&mut admin, "eve").await;
    let cancel = Frame::Cancel { exchange: ExchangeId([1; 16]), pairing: pair.pairing }.encode();
    let unmasked = [&[0x82, u8::try_from(cancel.len()).unwrap()], cancel.as_slice()].concat();
    let too_long = [0x82, 0xfe, 0x40, 0x01];
    let longest = [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let in_halves = [frame(0x02, &vec![0; MAX_FRAME]), frame(0x80, &[0])].concat();
    let cases: [(&str, Vec<u8>, u16); 11] = [
        ("unmasked", unmasked, 1002),
        ("compressed", frame(0xc2, &cancel), 1002),
        ("an unknown opcode", frame(0x83, &cancel), 1002),
        ("a fragment of nothing", frame(0x80, &cancel), 1002),
        ("a ping in fragments", short(0x09, b"x"), 1002),
        ("over 16 KiB, as the header says", too_long.to_vec(), 1009),
        ("over everything", longest.to_vec(), 1009),
        ("over 16 KiB in fragments", in_halves, 1009),
        ("text", frame(0x81, b"hello"), 1003),
        ("a flood of pings", short(0x89, b"x").repeat(200), 1008),
        ("a flood of empty fragments", [short(0x02, b""), short(0x00, b"").repeat(200)].concat(), 1008),
    ];
    for (number, (what, bytes, status)) in (1..).zip(cases) {
        let (mut device, _) = Device::connect(appliance.http_addr, eve_id, &eve.keys).await;
        device.write_raw(&bytes).await;
        assert_eq!(device.ending().await, (Some(Refusal::Protocol), Some(status)), "{what}");
        works(&mut pair, number).await;
        assert_eq!(appliance.app.relay().connections(), 2, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_and_single_bytes_are_put_together() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    let exchange = ExchangeId([1; 16]);
    let request =
        Frame::Request { exchange, pairing: pair.pairing, ttl_ms: 60_000, body: vec![7; 9000].into() };
    let bytes = request.encode();
    let (first, rest) = bytes.split_at(100);
    let (second, third) = rest.split_at(8000);
    pair.computer.write_raw(&frame(0x02, first)).await;
    pair.computer.write_raw(&short(0x89, b"still there?")).await;
    pair.computer.write_raw(&[frame(0x00, second), frame(0x80, third)].concat()).await;
    assert_eq!(pair.phone.next().await, request);
    assert_eq!(pair.computer.message().await, Some(Message::Pong("still there?".into())));
    let cancel = Frame::Cancel { exchange, pairing: pair.pairing };
    for byte in frame(0x82, &cancel.encode()) {
        pair.computer.write_raw(&[byte]).await;
    }
    assert_eq!(pair.phone.next().await, cancel);
    works(&mut pair, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_does_not_read_is_offline_soon_and_delays_nobody() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut stuck = Pair::new(&appliance, &mut admin).await;
    // The phone comes anew, with next to no room for what it does not read.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(appliance.http_addr).await.unwrap();
    let url = format!("ws://{}/api/v1/relay", appliance.http_addr);
    let (socket, _) = client_async(url, MaybeTlsStream::Plain(stream)).await.unwrap();
    let mut phone = Device(socket);
    let Frame::Challenge { nonce } = phone.next().await else { panic!("no challenge") };
    let signature = proof::connect(&stuck.phone_keys.keys, stuck.phone_id, &nonce);
    phone.send(Frame::Prove { device: stuck.phone_id, signature, certificate: None }).await;
    assert!(matches!(phone.next().await, Frame::Welcome { .. }));

    let (bob, bob_id) = device::phone(&mut admin, "bob").await;
    let mut number = 0u16;
    let heard = loop {
        number += 1;
        let mut exchange = ExchangeId([0; 16]);
        exchange.0[..2].copy_from_slice(&number.to_be_bytes());
        let body = vec![7; 15_000].into();
        let request = Frame::Request { exchange, pairing: stuck.pairing, ttl_ms: 60_000, body };
        stuck.computer.send(request).await;
        stuck.computer.send(Frame::Cancel { exchange, pairing: stuck.pairing }).await;
        if let Ok(frame) = timeout(Duration::from_millis(110), stuck.computer.next()).await {
            break frame;
        }
        assert!(number < 100, "nobody ever noticed");
        if number.is_multiple_of(10) {
            // Everybody else is served meanwhile.
            Device::connect(appliance.http_addr, bob_id, &bob.keys).await;
        }
    };
    assert!(matches!(heard, Frame::Presence { peer } if !peer.online), "{heard:?}");
}

/// A connection that says `bytes`, and no more.
async fn says(relay: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(relay).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_handshakes_are_given_up_and_cost_nobody_anything() {
    const UPGRADE: &str = "GET /api/v1/relay HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    // Nothing, half a request, a request without a proof, and a proof without an end.
    let unfinished = format!("{UPGRADE}\u{2}");
    let mut silent = Vec::new();
    for bytes in ["", &UPGRADE[..60], UPGRADE, &unfinished] {
        for _ in 0..100 {
            silent.push(says(appliance.http_addr, bytes).await);
        }
    }
    works(&mut pair, 1).await;
    let (eve, eve_id) = device::phone(&mut admin, "eve").await;
    Device::connect(appliance.http_addr, eve_id, &eve.keys).await;
    for stream in &mut silent {
        let mut said = Vec::new();
        // A reset is an end, too.
        let _ = timeout(Duration::from_secs(30), stream.read_to_end(&mut said)).await.expect("given up");
    }
    sleep(Duration::from_millis(50)).await;
    works(&mut pair, 2).await;
}
