//! The appliance itself: devices in its database, and their side of its protocol.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use pocketkey_api::{KeyId, key::KeyKind, user::NewUser};
use pocketkey_link::{
    frame::{ByteVec, Frame},
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
    proof,
};
use pocketkey_relay_client::{OsEntropy, introduce};
use pocketkey_server::{
    Config,
    audit::Actor,
    db::DbError,
    devices::{self, DeviceError, Introduced},
    keys, pairing,
    relay::Bond,
    secret, users,
};
use tokio_rustls::rustls::ClientConfig;

use super::network::{BODY, End, Network, Result, Wire};

/// A device as it knows itself.
#[derive(Clone)]
struct Device {
    id: DeviceId,
    keys: DeviceKeys,
    pairing: PairingId,
    /// What the relay gave it at its first connection.
    certificate: OnceLock<ByteVec>,
}

/// A running appliance with devices: end 2n is a computer, end 2n + 1 the phone it is paired with.
#[derive(Clone)]
pub struct Appliance {
    pub address: SocketAddr,
    /// How devices speak TLS, if they do.
    pub tls: Option<Arc<ClientConfig>>,
    devices: Vec<Device>,
}

/// Makes the data folder `data` with so many pairs; they connect to `address`.
pub async fn prepare(data: &Path, pairs: usize, address: SocketAddr) -> Result<Appliance> {
    let any = "127.0.0.1:0".parse()?;
    let server =
        pocketkey_server::start(Config { listen: any, smtp_listen: any, ..Config::new(data) }).await?;
    let (app, now) = (server.app.clone(), server.app.now());
    let owner = NewUser {
        username: "bench".into(),
        name: "Bench".into(),
        email: "bench@example.org".into(),
        ..NewUser::default()
    };
    let owner = users::service::create(&app, owner, &Actor::appliance()).await?;
    let fresh: Vec<[DeviceKeys; 2]> =
        (0..pairs).map(|_| [(); 2].map(|()| DeviceKeys::generate(&mut OsEntropy))).collect();
    let write = move |tx: &pocketkey_server::db::Tx<'_>| -> std::result::Result<_, DeviceError> {
        let mut devices = Vec::new();
        for [computer_keys, phone_keys] in fresh {
            let key = KeyId(secret::new_id());
            let new = keys::store::New {
                id: &key,
                user: &owner.id,
                kind: KeyKind::Smartphone,
                settings: None,
                label: "",
                replaces: None,
            };
            keys::store::insert(tx, &new, now)?;
            let new = introduce(&phone_keys, "Phone", "Bench", "Bench");
            let phone = devices::store::insert_phone(tx, &new, &key, now)?;
            let phone = phone.parse().map_err(|_| DbError::Closed)?;
            let computer = Introduced::check(&introduce(&computer_keys, "Computer", "Bench", "Bench"))?;
            let computer = devices::store::upsert_computer(tx, &computer, now)?;
            let pairing = PairingId(secret::random());
            pairing::store::record(tx, Bond { pairing, computer, phone }, now)?;
            for (id, keys) in [(computer, computer_keys), (phone, phone_keys)] {
                devices.push(Device { id, keys, pairing, certificate: OnceLock::new() });
            }
        }
        Ok(devices)
    };
    let devices = app.db().write(write).await?;
    drop(app);
    // Stops at once, in order.
    server.run_until(std::future::ready(())).await;
    Ok(Appliance { address, tls: None, devices })
}

/// Asks to speak WebSocket.
pub fn begin(address: SocketAddr, tls: Option<&Arc<ClientConfig>>) -> Result<Wire> {
    let mut wire = match tls {
        Some(client) => Wire::secure(address, client)?,
        None => Wire::connect(address)?,
    };
    wire.write(
        b"GET /api/v1/relay HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
          Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )?;
    Ok(wire)
}

impl Network for Appliance {
    fn name(&self) -> &'static str {
        if self.tls.is_some() { "Pocketkey, TLS" } else { "Pocketkey" }
    }

    fn begin(&self, _: usize) -> Result<Wire> {
        begin(self.address, self.tls.as_ref())
    }

    fn prove(&self, wire: &mut Wire, end: usize) -> Result<()> {
        let status = wire.line()?;
        if !status.starts_with("HTTP/1.1 101 ") {
            return Err(status.into());
        }
        while !wire.line()?.is_empty() {}
        let Frame::Challenge { nonce } = frame(wire)? else { return Err("no challenge".into()) };
        let Device { id, keys, certificate, .. } = &self.devices[end];
        let signature = proof::connect(keys, *id, &nonce);
        let proof = Frame::Prove { device: *id, signature, certificate: certificate.get().cloned() };
        let mut message = Vec::new();
        put(&mut message, &proof);
        Ok(wire.write(&message)?)
    }

    fn ready(&self, mut wire: Wire, end: usize) -> Result<Box<dyn End>> {
        match frame(&mut wire)? {
            Frame::Welcome { .. } => {
                let Device { pairing, certificate, .. } = &self.devices[end];
                if certificate.get().is_none()
                    && let Frame::Certificate { certificate: first } = frame(&mut wire)?
                {
                    certificate.get_or_init(|| first);
                }
                let pairing = *pairing;
                let asks = end.is_multiple_of(2);
                Ok(Box::new(DeviceEnd { wire, pairing, asks, open: VecDeque::new() }))
            }
            other => Err(format!("no welcome, but {other:?}").into()),
        }
    }
}

/// Computers ask, phones answer what they were asked.
struct DeviceEnd {
    wire: Wire,
    pairing: PairingId,
    asks: bool,
    /// What the phone has to answer.
    open: VecDeque<ExchangeId>,
}

impl End for DeviceEnd {
    fn send(&mut self, count: usize) -> Result<()> {
        let mut message = Vec::with_capacity(count * (BODY + 64));
        for _ in 0..count {
            let body = vec![7; BODY].into();
            let frame = if self.asks {
                Frame::Request { exchange: fresh(), pairing: self.pairing, ttl_ms: 60_000, body }
            } else {
                let exchange = self.open.pop_front().ok_or("nothing to answer")?;
                Frame::Response { exchange, pairing: self.pairing, body }
            };
            put(&mut message, &frame);
        }
        Ok(self.wire.write(&message)?)
    }

    fn receive(&mut self, count: usize) -> Result<()> {
        let mut come = 0;
        while come < count {
            match frame(&mut self.wire)? {
                Frame::Request { exchange, .. } if !self.asks => self.open.push_back(exchange),
                Frame::Response { .. } if self.asks => {}
                Frame::Presence { .. } | Frame::News {} => continue,
                other => return Err(format!("unexpected: {other:?}").into()),
            }
            come += 1;
        }
        Ok(())
    }
}

/// An exchange that never was.
fn fresh() -> ExchangeId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut id = [0; 16];
    id[..8].copy_from_slice(&LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    ExchangeId(id)
}

/// A client's binary message. Its mask is all zeros, which leaves the payload as it is.
fn put(message: &mut Vec<u8>, frame: &Frame) {
    let payload = frame.encode();
    message.push(0x82);
    match u8::try_from(payload.len()) {
        Ok(length @ ..126) => message.push(0x80 | length),
        _ => {
            message.push(0x80 | 126);
            // A frame is at most 16 KiB.
            message.extend_from_slice(&u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice(&payload);
}

/// The next frame; pings are answered on the way.
fn frame(wire: &mut Wire) -> Result<Frame> {
    loop {
        let (opcode, payload) = wire.read(|bytes| {
            let (&[first, short], rest) = bytes.split_first_chunk()?;
            let (length, header) = match short {
                126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
                _ => (usize::from(short), 2),
            };
            let payload = bytes.get(header..header + length)?;
            // Nothing to copy where nothing is looked at.
            Some(((first & 0x0f, payload.to_vec()), header + length))
        })?;
        match opcode {
            0x2 => return Ok(Frame::decode(&payload)?),
            0x9 => wire.write(&[0x8a, 0x80, 0, 0, 0, 0])?,
            _ => return Err(format!("the relay closed the connection (opcode {opcode:#x})").into()),
        }
    }
}
