//! Phones that are away are called by Web Push: what a push service gets to see, and what it does to us if it is no good.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    routing::post,
};
use data_encoding::BASE64URL_NOPAD;
use p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint};
use pocketkey_api::push::{NewSubscription, PushKey};
use pocketkey_link::{
    frame::Frame,
    id::{DeviceId, ExchangeId},
    proof,
};
use pocketkey_server::push::{Call, Wake};
use pocketkey_tests_api::{Answer, Appliance, Client, Phone};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::mpsc,
    time::{sleep, timeout},
};

use crate::device::{self, Device, Pair};

const PATIENCE: Duration = Duration::from_secs(30);
const SECRET: &[u8] = b"what is asked of the phone, sealed";

/// What a push service was sent.
struct Post {
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A push service that answers as it is told; 201 when it was told everything.
struct PushService {
    origin: String,
    posts: mpsc::UnboundedReceiver<Post>,
}

/// Answers in order; `None` never answers.
type Told = Arc<(Mutex<Vec<Option<u16>>>, mpsc::UnboundedSender<Post>)>;

impl PushService {
    async fn start(answers: &[Option<u16>]) -> Self {
        let (sender, posts) = mpsc::unbounded_channel();
        let told: Told = Arc::new((Mutex::new(answers.iter().rev().copied().collect()), sender));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/push", post(Self::take)).with_state(told);
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { origin, posts }
    }

    async fn take(State(told): State<Told>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
        told.1.send(Post { headers, body: body.to_vec() }).unwrap();
        let answer = told.0.lock().unwrap().pop().unwrap_or(Some(201));
        match answer {
            // It means to be spared for ages.
            Some(503) => {
                (StatusCode::SERVICE_UNAVAILABLE, HeaderMap::from_iter([(RETRY_AFTER, u64::MAX.into())]))
            }
            Some(status) => (StatusCode::from_u16(status).unwrap(), HeaderMap::new()),
            None => std::future::pending().await,
        }
    }

    async fn next(&mut self) -> Post {
        timeout(PATIENCE, self.posts.recv()).await.expect("a push in time").unwrap()
    }

    fn nothing_more(&mut self) -> bool {
        self.posts.try_recv().is_err()
    }
}

/// A phone's keys at its push service.
struct PushKeys {
    secret: SecretKey,
    auth: [u8; 16],
}

impl Default for PushKeys {
    fn default() -> Self {
        Self { secret: SecretKey::from_slice(&[7; 32]).unwrap(), auth: [8; 16] }
    }
}

impl PushKeys {
    fn subscription(&self, phone: &Phone, device: DeviceId, endpoint: &str, at: i64) -> NewSubscription {
        let point = self.secret.public_key().to_encoded_point(false);
        let p256dh: [u8; 65] = point.as_bytes().try_into().unwrap();
        let said = proof::push_subscription(&p256dh, &self.auth, endpoint);
        let signed = proof::push(&phone.keys, device, u64::try_from(at).unwrap(), &said);
        NewSubscription {
            endpoint: endpoint.to_owned(),
            p256dh: BASE64URL_NOPAD.encode(&p256dh),
            auth: BASE64URL_NOPAD.encode(&self.auth),
            at,
            proof: BASE64URL_NOPAD.encode(&signed),
        }
    }

    fn open(&self, body: &[u8]) -> Vec<u8> {
        web_push_native::decrypt(body.to_vec(), &self.secret, &self.auth.into())
            .expect("it is for this phone")
    }
}

fn path(device: DeviceId) -> String {
    format!("/api/v1/devices/{device}/push")
}

/// `DELETE`, signed by `phone`.
async fn unsubscribe(client: &mut Client, phone: &Phone, device: DeviceId, at: i64) -> Answer {
    let signed = proof::push(&phone.keys, device, u64::try_from(at).unwrap(), &[]);
    let proof = BASE64URL_NOPAD.encode(&signed);
    client.delete(&format!("{}?at={at}&proof={proof}", path(device))).await
}

async fn subscriptions(appliance: &Appliance) -> i64 {
    let count = appliance.app.db().read(|conn| -> Result<i64, pocketkey_server::db::DbError> {
        Ok(conn.query_row("SELECT count(*) FROM push_subscriptions", [], |row| row.get(0))?)
    });
    count.await.unwrap()
}

/// An appliance whose one phone is paired, away, and subscribed at `service`.
struct Away {
    appliance: Appliance,
    pair: Pair,
    keys: PushKeys,
}

impl Away {
    async fn new(service: &PushService) -> Self {
        let appliance = Appliance::start_with(|config| config.sandbox = true).await;
        let mut admin = appliance.set_up().await;
        let mut pair = Pair::new(&appliance, &mut admin).await;
        let keys = PushKeys::default();
        let endpoint = format!("{}/push", service.origin);
        let new = keys.subscription(&pair.phone_keys, pair.phone_id, &endpoint, appliance.app.now());
        admin.put(&path(pair.phone_id), &new).await.expect(204);
        pair.phone.0.close(None).await.unwrap();
        let gone = pair.computer.next().await;
        assert!(matches!(gone, Frame::Presence { peer } if !peer.online), "{gone:?}");
        Self { appliance, pair, keys }
    }

    fn request(&self, exchange: u8) -> Frame {
        let (exchange, pairing) = (ExchangeId([exchange; 16]), self.pair.pairing);
        Frame::Request { exchange, pairing, ttl_ms: 60_000, body: SECRET.to_vec().into() }
    }

    /// The computer asks, and is told that the request waits.
    async fn ask(&mut self, exchange: u8) {
        let request = self.request(exchange);
        self.pair.computer.send(request).await;
        let queued = Frame::Queued { exchange: ExchangeId([exchange; 16]), pairing: self.pair.pairing };
        assert_eq!(self.pair.computer.next().await, queued);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_service_learns_nothing_but_that_there_is_something() {
    let mut service = PushService::start(&[]).await;
    let mut away = Away::new(&service).await;
    away.ask(0x11).await;
    let post = service.next().await;
    let header = |name: &str| post.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-encoding"), "aes128gcm");
    assert_eq!(header("urgency"), "high");
    assert!(header("topic").len() <= 32);
    let ttl: u32 = header("ttl").parse().unwrap();
    assert!((1..=60).contains(&ttl), "no longer than the request lives: {ttl}");

    // Who posts: the key phones subscribe with, speaking to this service.
    let key: PushKey = away.appliance.client().get("/api/v1/push/key").await.expect(200).json();
    let authorization = header("authorization");
    assert!(authorization.ends_with(&format!(", k={}", key.key)), "{authorization}");
    let claims = authorization.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap();
    assert_eq!(claims["aud"], service.origin.as_str());
    assert_eq!(claims["sub"], "mailto:pocketkey@localhost");
    assert_eq!(claims["exp"], away.appliance.app.now() / 1000 + 12 * 60 * 60);

    // What it says: 16 bytes, other ones each time; nothing of the request, neither sealed nor in the clear.
    let nonce = away.keys.open(&post.body);
    assert_eq!(nonce.len(), 16);
    let (exchange, computer) = ([0x11; 16], away.pair.computer_id);
    let seen: Vec<u8> = [format!("{:?}", post.headers).as_bytes(), &post.body, &nonce].concat();
    let ids = [away.pair.pairing.to_string(), computer.to_string(), away.pair.phone_id.to_string()];
    let ids = ids.iter().map(String::as_bytes);
    for told in ids.chain([SECRET, &exchange, &away.pair.pairing.0, &computer.0, &away.pair.phone_id.0]) {
        assert!(!seen.windows(told.len()).any(|window| window == told), "{told:?}");
    }

    // Asked again it is the same request. More of them right afterwards are one more call.
    away.ask(0x11).await;
    away.ask(0x22).await;
    away.ask(0x33).await;
    let second = service.next().await;
    assert_ne!(away.keys.open(&second.body), nonce);
    assert_eq!(second.body.len(), post.body.len());

    // Once the phone has them, nobody calls.
    let Pair { phone_id, phone_keys, pairing, .. } = &away.pair;
    let (mut phone, _) = Device::connect(away.appliance.http_addr, *phone_id, &phone_keys.keys).await;
    for _ in 0..3 {
        let Frame::Request { exchange, body, .. } = phone.next().await else { panic!("no request") };
        assert_eq!(&body[..], SECRET);
        phone.send(Frame::Taken { exchange, pairing: *pairing }).await;
    }
    sleep(Duration::from_secs(4)).await;
    assert!(service.nothing_more());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_service_that_has_a_bad_moment_is_asked_again() {
    let mut service = PushService::start(&[Some(500), Some(429)]).await;
    let mut away = Away::new(&service).await;
    away.ask(1).await;
    let nonces = [service.next().await, service.next().await, service.next().await];
    let nonces = nonces.map(|post| away.keys.open(&post.body));
    assert!(nonces.windows(2).all(|two| two[0] == two[1]), "the same call");
    assert_eq!(subscriptions(&away.appliance).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_service_that_wants_to_be_spared_is_not_asked_again_for_the_same_request() {
    let mut service = PushService::start(&[Some(503)]).await;
    let mut away = Away::new(&service).await;
    let Frame::Request { exchange, pairing, body, .. } = away.request(1) else { unreachable!() };
    let short = Frame::Request { exchange, pairing, ttl_ms: 2_000, body };
    away.pair.computer.send(short).await;
    service.next().await;
    while !matches!(away.pair.computer.next().await, Frame::Failed { .. }) {}
    assert!(service.nothing_more());
    away.ask(2).await;
    service.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_called_off_is_not_called_for_any_more() {
    let mut service = PushService::start(&[Some(500)]).await;
    let mut away = Away::new(&service).await;
    away.ask(1).await;
    service.next().await;
    let (exchange, pairing) = (ExchangeId([1; 16]), away.pair.pairing);
    away.pair.computer.send(Frame::Cancel { exchange, pairing }).await;
    assert_eq!(away.pair.computer.next().await, Frame::Got { exchange, pairing });
    sleep(Duration::from_secs(2)).await;
    assert!(service.nothing_more());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_gone_is_forgotten() {
    for status in [404, 410] {
        let mut service = PushService::start(&[Some(status)]).await;
        let mut away = Away::new(&service).await;
        assert_eq!(subscriptions(&away.appliance).await, 1);
        away.ask(1).await;
        service.next().await;
        timeout(PATIENCE, async {
            while subscriptions(&away.appliance).await > 0 {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .expect("forgotten in time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_service_that_hangs_delays_nobody() {
    let (mut slow, mut fast) = (PushService::start(&[None]).await, PushService::start(&[]).await);
    let mut away = Away::new(&slow).await;
    away.ask(1).await;
    slow.next().await;
    // Its own computer is served, and so is everybody else.
    away.ask(2).await;
    let mut client = away.appliance.client();
    let new = away.keys.subscription(
        &away.pair.phone_keys,
        away.pair.phone_id,
        &format!("{}/push", fast.origin),
        away.appliance.app.now(),
    );
    client.put(&path(away.pair.phone_id), &new).await.expect(204);
    assert_eq!(away.keys.open(&fast.next().await.body).len(), 16, "the next try goes where the phone is now");
    // Even stopping does not wait for it.
    timeout(PATIENCE, away.appliance.restart()).await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_phone_itself_says_where_it_is_called() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (bob, bob_id) = device::phone(&mut admin, "bob").await;
    let (computer, computer_id, _) = device::computer(&mut admin).await;
    let mut client = appliance.client();
    let (keys, now) = (PushKeys::default(), appliance.app.now());
    let endpoint = "https://push.example.org/ada";
    let good = keys.subscription(&ada, ada_id, endpoint, now);
    let by = |phone: &Phone, device| keys.subscription(phone, device, endpoint, now);

    let moved = NewSubscription { endpoint: "https://push.example.org/bob".into(), ..good.clone() };
    let unsigned = NewSubscription { proof: "x".into(), ..good.clone() };
    for (device, new) in [
        (ada_id.to_string(), by(&bob, ada_id)),
        (bob_id.to_string(), good.clone()),
        (computer_id.to_string(), by(&computer, computer_id)),
        (DeviceId([9; 16]).to_string(), by(&ada, DeviceId([9; 16]))),
        ("x".to_owned(), good.clone()),
        (ada_id.to_string(), moved),
        (ada_id.to_string(), unsigned),
        (ada_id.to_string(), NewSubscription { at: now + 1, ..good.clone() }),
    ] {
        let answer = client.put(&format!("/api/v1/devices/{device}/push"), &new).await;
        answer.expect_problem(403, "device_not_proven");
    }
    for at in [now - 301_000, now + 301_000, 0] {
        let stale = keys.subscription(&ada, ada_id, endpoint, at);
        client.put(&path(ada_id), &stale).await.expect_problem(403, "proof_not_fresh");
        unsubscribe(&mut client, &ada, ada_id, at).await.expect_problem(403, "proof_not_fresh");
    }
    let negative = NewSubscription { at: i64::MIN, ..good.clone() };
    client.put(&path(ada_id), &negative).await.expect_problem(403, "proof_not_fresh");
    assert_eq!(subscriptions(&appliance).await, 0);

    client.put(&path(ada_id), &good).await.expect(204);
    let again = keys.subscription(&ada, ada_id, "https://push.example.org/new", now - 299_000);
    client.put(&path(ada_id), &again).await.expect(204);
    assert_eq!(subscriptions(&appliance).await, 1);
    unsubscribe(&mut client, &bob, ada_id, now).await.expect_problem(403, "device_not_proven");
    assert_eq!(subscriptions(&appliance).await, 1);
    unsubscribe(&mut client, &ada, ada_id, now).await.expect(204);
    assert_eq!(subscriptions(&appliance).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_appliance_is_not_sent_into_its_own_network() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, ada_id) = device::phone(&mut admin, "ada").await;
    let (keys, now) = (PushKeys::default(), appliance.app.now());
    let own = format!("http://{}/push", appliance.http_addr);
    for endpoint in [
        &own,
        "https://169.254.169.254/",
        "https://intranet/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f.1/",
        "x",
    ] {
        let new = keys.subscription(&ada, ada_id, endpoint, now);
        let problem = admin.put(&path(ada_id), &new).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields.len(), 1);
        assert_eq!(problem.fields[0].field, "endpoint", "{endpoint}");
    }
    admin.put(&path(ada_id), &"nonsense").await.expect_problem(422, "wrong_shape");
    admin.delete(&path(ada_id)).await.expect_problem(400, "malformed_query");
}

/// A hook of somebody else's.
struct Hook(mpsc::UnboundedSender<Call>);

impl Wake for Hook {
    fn wake(&self, call: Call) {
        self.0.send(call).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hook_may_be_another() {
    let (sender, mut calls) = mpsc::unbounded_channel();
    let appliance = Appliance::start_with(|config| config.wake = Some(Arc::new(Hook(sender)))).await;
    let mut admin = appliance.set_up().await;
    let mut pair = Pair::new(&appliance, &mut admin).await;
    pair.phone.0.close(None).await.unwrap();
    pair.computer.next().await;
    let (exchange, pairing) = (ExchangeId([1; 16]), pair.pairing);
    pair.computer.send(Frame::Request { exchange, pairing, ttl_ms: 60_000, body: Vec::new().into() }).await;
    let call = timeout(PATIENCE, calls.recv()).await.unwrap().unwrap();
    assert_eq!(call.phone, pair.phone_id);
    assert!(call.until > std::time::Instant::now());
}
