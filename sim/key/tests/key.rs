//! The virtual key between a client's reports and whoever answers: who is asked, what is told, how it ends.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the failure we want to see")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use pocketkey_key::{
    hid::{BROADCAST, Command, Config, Message, Report, packet::Packet},
    key::{Backend, Progress, serve},
    uhid::{FromClients, Wire},
};
use tokio::sync::{mpsc, oneshot};

/// A backend whose requests are handed to the test, which answers them.
struct Handed {
    requests: mpsc::UnboundedSender<Request>,
    winks: AtomicUsize,
}

struct Request {
    ctap: Vec<u8>,
    progress: Progress,
    reply: oneshot::Sender<Vec<u8>>,
}

impl Backend for Handed {
    fn info(&self) -> Vec<u8> {
        vec![0, 0xA0]
    }

    async fn exchange(&self, ctap: Vec<u8>, progress: Progress) -> Vec<u8> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request { ctap, progress, reply }).ok();
        answer.await.unwrap_or_else(|_| vec![0x7F])
    }

    async fn exchange_u2f(&self, apdu: Vec<u8>) -> Vec<u8> {
        [&apdu[..], &[0x90, 0x00]].concat()
    }

    fn wink(&self) {
        self.winks.fetch_add(1, Ordering::SeqCst);
    }
}

struct Client {
    to_key: mpsc::Sender<FromClients>,
    from_key: mpsc::UnboundedReceiver<Report>,
    requests: mpsc::UnboundedReceiver<Request>,
    backend: Arc<Handed>,
}

impl Client {
    /// A client with channel 1.
    async fn connect() -> Self {
        let (to_key, from_clients) = mpsc::channel(64);
        let (to_clients, from_key) = mpsc::unbounded_channel();
        let (sender, requests) = mpsc::unbounded_channel();
        let backend = Arc::new(Handed { requests: sender, winks: AtomicUsize::new(0) });
        let config = Config { keepalive_ms: 5, ..Config::default() };
        tokio::spawn(serve(Wire { from_clients, to_clients }, Arc::clone(&backend), config));
        let mut client = Self { to_key, from_key, requests, backend };
        client.send(BROADCAST, Command::Init, &[7; 8]).await;
        assert_eq!(client.receive().await, (Command::Init, 17));
        client
    }

    async fn send(&self, cid: u32, command: Command, payload: &[u8]) {
        let message = Message { cid, command, payload: payload.to_vec() };
        for report in message.reports().unwrap() {
            self.to_key.send(FromClients::Report(report)).await.unwrap();
        }
    }

    async fn report(&mut self) -> Report {
        self.from_key.recv().await.expect("the key is plugged in")
    }

    /// Command and length of the next message, which is a short one.
    async fn receive(&mut self) -> (Command, usize) {
        let report = self.report().await;
        match Packet::read(&report) {
            Packet::Init { command, length, .. } => (command, length),
            Packet::Cont { .. } => panic!("a message begins with an initialization packet"),
        }
    }

    /// What the next keep-alives say.
    async fn keepalives(&mut self, count: usize) -> Vec<u8> {
        let mut statuses = Vec::new();
        while statuses.len() < count {
            let report = self.report().await;
            let Packet::Init { command: Command::Keepalive, data, .. } = Packet::read(&report) else {
                panic!("a keep-alive was expected");
            };
            statuses.push(data[0]);
        }
        statuses
    }

    /// The next U2F reply, which is a short one.
    async fn u2f_reply(&mut self) -> Vec<u8> {
        let report = self.report().await;
        match Packet::read(&report) {
            Packet::Init { command: Command::Msg, data, length, .. } => data[..length].to_vec(),
            other => panic!("{other:?}"),
        }
    }

    /// The status of the next CTAP reply.
    async fn reply(&mut self) -> u8 {
        loop {
            let report = self.report().await;
            match Packet::read(&report) {
                Packet::Init { command: Command::Keepalive, .. } => {}
                Packet::Init { command: Command::Cbor, data, .. } => return data[0],
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn get_info_is_answered_by_the_key_itself() {
    let mut client = Client::connect().await;
    client.send(1, Command::Cbor, &[4]).await;
    assert_eq!(client.reply().await, 0);
    assert!(client.requests.try_recv().is_err(), "nobody else was asked");
}

#[tokio::test]
async fn keepalives_say_first_processing_then_waiting_for_the_person() {
    let mut client = Client::connect().await;
    client.send(1, Command::Cbor, &[2, 0xA0]).await;
    let request = client.requests.recv().await.unwrap();
    assert_eq!(request.ctap, [2, 0xA0]);
    assert_eq!(client.keepalives(3).await, [1, 1, 1]);
    request.progress.waits_for_person();
    while client.keepalives(1).await != [2] {}
    assert_eq!(client.keepalives(3).await, [2, 2, 2]);
    request.reply.send(vec![0x27]).unwrap();
    assert_eq!(client.reply().await, 0x27);
}

#[tokio::test]
async fn cancel_is_answered_at_once_and_reaches_the_backend() {
    let mut client = Client::connect().await;
    client.send(1, Command::Cbor, &[1, 0xA0]).await;
    let mut request = client.requests.recv().await.unwrap();
    client.send(1, Command::Cancel, &[]).await;
    assert_eq!(client.reply().await, 0x2D);
    request.reply.closed().await; // the exchange was dropped
    client.send(1, Command::Cbor, &[1, 0xA0]).await;
    let next = client.requests.recv().await.unwrap();
    next.reply.send(vec![0]).unwrap();
    assert_eq!(client.reply().await, 0, "the key is free again");
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_request_with_it() {
    let mut client = Client::connect().await;
    client.send(1, Command::Cbor, &[1, 0xA0]).await;
    let mut request = client.requests.recv().await.unwrap();
    client.to_key.send(FromClients::Gone).await.unwrap();
    request.reply.closed().await;
}

#[tokio::test]
async fn a_late_status_of_an_old_request_is_not_told_of_the_next() {
    let mut client = Client::connect().await;
    client.send(1, Command::Cbor, &[1]).await;
    let old = client.requests.recv().await.unwrap();
    client.send(1, Command::Cancel, &[]).await;
    client.reply().await;
    client.send(1, Command::Cbor, &[2]).await;
    let new = client.requests.recv().await.unwrap();
    old.progress.waits_for_person();
    assert_eq!(client.keepalives(5).await, [1; 5]);
    new.reply.send(vec![0]).unwrap();
    assert_eq!(client.reply().await, 0);
}

#[tokio::test]
async fn a_u2f_client_asks_again_until_the_person_has_answered() {
    let mut client = Client::connect().await;
    client.send(1, Command::Msg, &[0, 3, 0, 0]).await;
    assert_eq!(client.u2f_reply().await, [0, 3, 0, 0, 0x90, 0x00], "nobody is needed for the version");
    loop {
        client.send(1, Command::Msg, &[0, 1, 3, 0]).await;
        match client.u2f_reply().await[..] {
            [0x69, 0x85] => {}
            [0, 1, 3, 0, 0x90, 0x00] => break,
            ref other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_wink_is_passed_on() {
    let mut client = Client::connect().await;
    client.send(1, Command::Wink, &[]).await;
    assert_eq!(client.receive().await, (Command::Wink, 0));
    assert_eq!(client.backend.winks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn unplugging_ends_the_request() {
    let mut client = Client::connect().await;
    client.send(1, Command::Cbor, &[1]).await;
    let mut request = client.requests.recv().await.unwrap();
    drop(client.to_key);
    request.reply.closed().await;
    while client.from_key.recv().await.is_some() {}
}
