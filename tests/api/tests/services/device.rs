//! Devices at the relay: real keys, a real WebSocket.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use pocketkey_api::{
    activation::{ActivationCode, Redeemed},
    pairing::{NewPairing, Pairing},
};
use pocketkey_link::{
    frame::{Frame, Peer},
    id::{DeviceId, PairingId},
    identity::DeviceKeys,
    proof,
};
use pocketkey_tests_api::{Appliance, Client, Phone};
use tokio::{net::TcpStream, time};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// A connection to the relay.
pub struct Device(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Device {
    /// A bare connection, and the nonce it was challenged with.
    pub async fn open(relay: SocketAddr) -> (Self, [u8; 32]) {
        let (socket, _) = connect_async(format!("ws://{relay}/api/v1/relay")).await.unwrap();
        let mut device = Self(socket);
        let Frame::Challenge { nonce } = device.next().await else { panic!("no challenge") };
        (device, nonce)
    }

    /// A connection that has proven itself, and its peers.
    pub async fn connect(relay: SocketAddr, device: DeviceId, keys: &DeviceKeys) -> (Self, Vec<Peer>) {
        let (mut connected, nonce) = Self::open(relay).await;
        let signature = proof::connect(keys, device, &nonce);
        connected.send(Frame::Prove { device, signature, certificate: None }).await;
        let Frame::Welcome { peers } = connected.next().await else { panic!("no welcome") };
        (connected, peers)
    }

    pub async fn send(&mut self, frame: Frame) {
        self.0.send(Message::Binary(frame.encode().into())).await.unwrap();
    }

    /// The next message, certificates and news apart; `None` once the relay is gone.
    pub async fn message(&mut self) -> Option<Message> {
        loop {
            match self.any_message().await? {
                Message::Binary(bytes)
                    if matches!(Frame::decode(&bytes), Ok(Frame::Certificate { .. } | Frame::News {})) => {}
                message => return Some(message),
            }
        }
    }

    /// The next message, whatever it is; `None` once the relay is gone.
    pub async fn any_message(&mut self) -> Option<Message> {
        time::timeout(Duration::from_secs(20), self.0.next()).await.expect("something in time")?.ok()
    }

    /// The next frame, certificates and news apart.
    pub async fn next(&mut self) -> Frame {
        match self.message().await {
            Some(Message::Binary(bytes)) => Frame::decode(&bytes).unwrap(),
            other => panic!("no frame: {other:?}"),
        }
    }
}

/// A phone that activated a key of its own, and its id.
pub async fn phone(admin: &mut Client, username: &str) -> (Phone, DeviceId) {
    let (_, _, codes) = admin.invite_new(username).await;
    let phone = Phone::default();
    let code = ActivationCode::PairingKey(codes.pairing_key);
    let redeemed: Redeemed = phone.redeem(admin, code).await.expect(200).json();
    (phone, redeemed.device_id.parse().unwrap())
}

/// A computer that waits for a phone, its id, and the pairing.
pub async fn computer(client: &mut Client) -> (Phone, DeviceId, PairingId) {
    let computer = Phone::default();
    let (device, pairing) = begin(client, &computer).await;
    (computer, device, pairing)
}

/// A computer asks to be paired.
pub async fn begin(client: &mut Client, computer: &Phone) -> (DeviceId, PairingId) {
    let new = NewPairing { computer: computer.introduction() };
    let pairing: Pairing = client.post("/api/v1/pairings", &new).await.expect(201).json();
    (pairing.device_id.parse().unwrap(), pairing.pairing_id.parse().unwrap())
}

/// The three messages; returns once both ends are told. The bodies mean nothing to the relay.
pub async fn pair(computer: &mut Device, phone: &mut Device, pairing: PairingId) {
    let body = |text: &str| text.as_bytes().to_vec().into();
    phone.send(Frame::PairOpen { pairing, body: body("one") }).await;
    assert_eq!(computer.next().await, Frame::PairOpen { pairing, body: body("one") });
    computer.send(Frame::PairAnswer { pairing, body: body("two") }).await;
    assert_eq!(phone.next().await, Frame::PairAnswer { pairing, body: body("two") });
    phone.send(Frame::PairDone { pairing, body: body("three") }).await;
    assert_eq!(computer.next().await, Frame::PairDone { pairing, body: body("three") });
    for end in [computer, phone] {
        let told = end.next().await;
        assert!(matches!(told, Frame::Paired { peer } if peer.pairing == pairing && peer.online), "{told:?}");
    }
}

/// A computer and a phone, paired and connected.
pub struct Pair {
    pub computer: Device,
    pub computer_id: DeviceId,
    pub computer_keys: Phone,
    pub phone: Device,
    pub phone_id: DeviceId,
    pub phone_keys: Phone,
    pub pairing: PairingId,
}

impl Pair {
    pub async fn new(appliance: &Appliance, admin: &mut Client) -> Self {
        let (phone_keys, phone_id) = phone(admin, "ada").await;
        let (computer_keys, computer_id, pairing) = computer(admin).await;
        let relay = appliance.http_addr;
        let (mut phone, _) = Device::connect(relay, phone_id, &phone_keys.keys).await;
        let (mut computer, _) = Device::connect(relay, computer_id, &computer_keys.keys).await;
        pair(&mut computer, &mut phone, pairing).await;
        Self { computer, computer_id, computer_keys, phone, phone_id, phone_keys, pairing }
    }
}
