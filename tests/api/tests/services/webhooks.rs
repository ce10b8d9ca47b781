//! Webhooks against a receiver that checks signatures, is slow to accept, and goes away.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
    routing::post,
};
use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use pocketkey_api::{
    Page,
    audit::Action,
    webhook::{Delivery, DeliveryState, NewWebhook, Webhook, WebhookChange, WebhookSecret},
};
use pocketkey_tests_api::{Answer, Appliance, Client};
use serde_json::Value;
use sha2::Sha256;
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};

/// What came, and what is answered: 204 once the list is through.
#[derive(Clone, Default)]
struct Receiver {
    came: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Receiver {
    async fn open(answers: impl Into<VecDeque<StatusCode>>) -> (Self, String) {
        let receiver = Self { answers: Arc::new(Mutex::new(answers.into())), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?from=pocketkey", listener.local_addr().unwrap());
        let own = receiver.clone();
        let take = async move |headers: HeaderMap, body: Bytes| {
            own.came.lock().unwrap().push((headers, body));
            let answer = own.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::NO_CONTENT);
            (answer, "words of the receiver")
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
        (receiver, url)
    }

    /// Waits until so many came: their ids and bodies, after the signatures were checked.
    async fn verified(&self, count: usize, secret: &str) -> Vec<(String, Value)> {
        let all = async {
            while self.came.lock().unwrap().len() < count {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), all).await.expect("deliveries come");
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
        let came = self.came.lock().unwrap();
        assert_eq!(came.len(), count);
        let verified = came.iter().map(|(headers, body)| {
            let header = |name| headers[name].to_str().unwrap();
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
            mac.update(body);
            let signature = BASE64.encode(&mac.finalize().into_bytes());
            assert_eq!(header("webhook-signature"), format!("v1,{signature}"));
            (header("webhook-id").to_owned(), serde_json::from_slice(body).unwrap())
        });
        verified.collect()
    }
}

async fn add(admin: &mut Client, url: &str, actions: &[Action]) -> WebhookSecret {
    let new = NewWebhook { url: url.into(), actions: actions.to_vec() };
    admin.post("/api/v1/webhooks", &new).await.expect(201).json()
}

async fn patch(admin: &mut Client, path: &str, change: &WebhookChange) -> Answer {
    let body = serde_json::to_string(change).unwrap();
    admin.send(Method::PATCH, path, Some("application/json"), body).await
}

async fn deliveries(admin: &mut Client, webhook: &Webhook) -> Vec<Delivery> {
    let path = format!("/api/v1/webhooks/{}/deliveries", webhook.id);
    admin.get(&path).await.expect(200).json::<Page<Delivery>>().items
}

async fn settled(admin: &mut Client, webhook: &Webhook) -> Vec<Delivery> {
    loop {
        let all = deliveries(admin, webhook).await;
        if all.iter().all(|delivery| delivery.tries > 0) {
            return all;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_signed_and_again_until_it_is_taken() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (receiver, url) = Receiver::open([StatusCode::SERVICE_UNAVAILABLE]).await;
    let WebhookSecret { webhook, secret } = add(&mut admin, &url, &[]).await;

    let first = receiver.verified(1, &secret).await;
    assert_eq!(first[0].1["type"], "webhook.created", "it is told of itself");
    assert_eq!(first[0].1["data"]["actor"]["name"], "Grace Hopper");
    assert_eq!(first[0].1["data"]["target"]["id"], webhook.id.0.as_str());
    let [delivery] = &settled(&mut admin, &webhook).await[..] else { panic!("one delivery") };
    assert_eq!((delivery.state, delivery.tries), (DeliveryState::Waiting, 1));
    assert_eq!(delivery.outcome.as_deref(), Some("503 Service Unavailable words of the receiver"));
    let [shown] = &admin.get("/api/v1/webhooks").await.expect(200).json::<Vec<Webhook>>()[..] else {
        panic!("one webhook")
    };
    assert!(shown.failing.as_ref().is_some_and(|why| why.starts_with("503")));
    assert_eq!(shown.waiting, 1);

    // Not before its time.
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(receiver.came.lock().unwrap().len(), 1);
    appliance.clock.advance_seconds(6);
    let again = receiver.verified(2, &secret).await;
    assert_eq!(again[0], again[1], "the same delivery");
    while deliveries(&mut admin, &webhook).await[0].state != DeliveryState::Delivered {
        sleep(Duration::from_millis(50)).await;
    }
    let [shown] = &admin.get("/api/v1/webhooks").await.expect(200).json::<Vec<Webhook>>()[..] else {
        panic!("one webhook")
    };
    assert_eq!((shown.waiting, &shown.failing, shown.delivered_at.is_some()), (0, &None, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_what_and_with_which_secret() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (receiver, url) = Receiver::open([]).await;
    let WebhookSecret { webhook, secret } = add(&mut admin, &url, &[Action::WebhookDeleted]).await;
    let path = format!("/api/v1/webhooks/{}", webhook.id);

    // Another one's creation is not among what it wants to know, its deletion is.
    let other = add(&mut admin, "http://127.0.0.1:9/", &[Action::WebhookDeleted]).await.webhook;
    admin.delete(&format!("/api/v1/webhooks/{}", other.id)).await.expect(204);
    let told = receiver.verified(1, &secret).await;
    assert_eq!(
        (&told[0].1["type"], &told[0].1["data"]["target"]["name"]),
        (&"webhook.deleted".into(), &other.url.as_str().into())
    );

    // A try of the way; then with another secret.
    let id: String = admin.post(&format!("{path}/test"), &()).await.expect(202).json();
    let told = receiver.verified(2, &secret).await;
    assert_eq!((&told[1].0, &told[1].1["type"]), (&id, &Value::from("webhook.test")));
    while deliveries(&mut admin, &webhook).await.iter().any(|it| it.state != DeliveryState::Delivered) {
        sleep(Duration::from_millis(50)).await;
    }
    let renewed: WebhookSecret = admin.post(&format!("{path}/secret"), &()).await.expect(200).json();
    assert_ne!(renewed.secret, secret);
    receiver.came.lock().unwrap().clear();
    admin.post(&format!("{path}/deliveries/{id}/retry"), &()).await.expect(202);
    assert_eq!(receiver.verified(1, &renewed.secret).await[0].0, id);

    // Switched off it is told nothing, and what waited goes out once it is on.
    let off = WebhookChange { enabled: Some(false), ..WebhookChange::default() };
    let change = patch(&mut admin, &path, &off).await.expect(200).json::<Webhook>();
    assert!(!change.enabled);
    admin.post(&format!("{path}/test"), &()).await.expect(202);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(receiver.came.lock().unwrap().len(), 1);
    let on = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    patch(&mut admin, &path, &on).await.expect(200);
    receiver.verified(2, &renewed.secret).await;

    let wrong = admin.get(&format!("{path}/deliveries?after=x")).await;
    wrong.expect_problem(400, "wrong_cursor");
    admin.delete(&path).await.expect(204);
    for gone in [&path, &format!("{path}/deliveries")] {
        let answer = if gone == &path { admin.delete(gone).await } else { admin.get(gone).await };
        assert_eq!(answer.problem().code, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_cannot_be_told_say_why() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for bad in ["", "nonsense", "ftp://x.example/", "https://me:pw@x.example/"] {
        let new = NewWebhook { url: bad.into(), actions: Vec::new() };
        let problem = admin.post("/api/v1/webhooks", &new).await.expect(422).problem();
        assert_eq!(problem.fields[0].field, "url", "{bad}");
    }
    let unknown = serde_json::json!({ "url": "https://x.example/", "actions": ["user.flew"] });
    assert_eq!(admin.post("/api/v1/webhooks", &unknown).await.expect(422).problem().code, "wrong_shape");

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let webhook = add(&mut admin, &format!("http://{nobody}/"), &[]).await.webhook;
    let why = settled(&mut admin, &webhook).await[0].outcome.clone().unwrap();
    assert!(why.to_lowercase().contains("refused"), "{why}");
    let webhook = add(&mut admin, "http://169.254.169.254/latest/meta-data", &[]).await.webhook;
    let why = settled(&mut admin, &webhook).await[0].outcome.clone().unwrap();
    assert!(why.contains("credentials"), "{why}");
}
