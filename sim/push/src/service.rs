//! The HTTP side: one address a subscription, on this computer only.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use data_encoding::BASE64URL_NOPAD;
use pocketkey_link::Entropy;
use pocketkey_relay_client::{OsEntropy, now_ms};
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};

use crate::{
    inbox::{Inbox, Message},
    vapid::{self, Refusal},
};

/// The longest message, in bytes: what every push service must take (RFC 8030, section 7.2).
const MAX_BODY: usize = 4096;

/// A message is kept no longer than this, whatever its sender says.
const MAX_TTL: Duration = Duration::from_secs(60 * 60);

/// A running push service; clones share it, and it ends with the last of them.
#[derive(Debug, Clone)]
pub struct PushService(Arc<Running>);

#[derive(Debug)]
struct Running {
    state: Arc<Service>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug)]
struct Service {
    origin: String,
    subscribers: Mutex<HashMap<String, Subscriber>>,
}

#[derive(Debug, Clone)]
struct Subscriber {
    /// Who may post: the appliance's VAPID key.
    key: String,
    inbox: Arc<Inbox>,
}

/// A subscription; dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    endpoint: String,
    id: String,
    inbox: Arc<Inbox>,
    service: Weak<Service>,
}

impl PushService {
    /// Starts one on a free port of this computer.
    ///
    /// # Errors
    /// If there is no port to listen on.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Service { origin, subscribers: Mutex::default() });
        let router = Router::new()
            .route("/push/{id}", post(receive))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(state.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the push service stopped");
            }
        });
        Ok(Self(Arc::new(Running { state, task })))
    }

    /// Subscribes, so that the appliance with this VAPID key may post.
    pub fn subscribe(&self, key: &str) -> Subscription {
        let service = &self.0.state;
        let id = BASE64URL_NOPAD.encode(&OsEntropy.bytes::<16>());
        let inbox = Arc::new(Inbox::default());
        service.subscribers().insert(id.clone(), Subscriber { key: key.to_owned(), inbox: inbox.clone() });
        let endpoint = format!("{}/push/{id}", service.origin);
        Subscription { endpoint, id, inbox, service: Arc::downgrade(service) }
    }
}

impl Service {
    fn subscribers(&self) -> MutexGuard<'_, HashMap<String, Subscriber>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Where the appliance posts to.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The next message, encrypted. Nothing is lost if the future is dropped.
    pub async fn next(&self) -> Vec<u8> {
        self.inbox.next().await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(service) = self.service.upgrade() {
            service.subscribers().remove(&self.id);
        }
    }
}

async fn receive(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, StatusCode> {
    let subscriber = service.subscribers().get(&id).cloned().ok_or(StatusCode::GONE)?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = text(header::AUTHORIZATION.as_str()).unwrap_or_default();
    vapid::check(authorization, &subscriber.key, &service.origin, now_ms() / 1000).map_err(|refusal| {
        match refusal {
            Refusal::NotShown => StatusCode::UNAUTHORIZED,
            Refusal::NotTheirs => StatusCode::FORBIDDEN,
        }
    })?;
    let ttl = text("TTL").and_then(|ttl| ttl.parse().ok()).ok_or(StatusCode::BAD_REQUEST)?;
    if text(header::CONTENT_ENCODING.as_str()) != Some("aes128gcm") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let until = Instant::now() + Duration::from_secs(ttl).min(MAX_TTL);
    subscriber.inbox.put(Message { topic: text("Topic").map(str::to_owned), until, body: body.into() });
    Ok(StatusCode::CREATED)
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Signer};
    use reqwest::{Client, RequestBuilder};

    use super::*;

    /// An appliance: its public key, and how it says who it is.
    fn appliance(seed: u8, origin: &str) -> (String, String) {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let claims = format!(r#"{{"aud":"{origin}","exp":{},"sub":"mailto:a@b.c"}}"#, now_ms() / 1000 + 60);
        let signed =
            [r#"{"alg":"ES256"}"#, &claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let signature: Signature = key.sign(signed.as_bytes());
        let signature = BASE64URL_NOPAD.encode(&signature.to_bytes());
        let public = BASE64URL_NOPAD.encode(VerifyingKey::from(&key).to_encoded_point(false).as_bytes());
        let header = format!("vapid t={signed}.{signature}, k={public}");
        (public, header)
    }

    #[tokio::test]
    async fn what_is_posted_reaches_the_subscriber_and_what_is_wrong_is_refused() {
        let service = PushService::start().await.unwrap();
        let (key, ours) = appliance(1, &service.0.state.origin);
        let (_, theirs) = appliance(2, &service.0.state.origin);
        let subscription = service.subscribe(&key);
        let endpoint = subscription.endpoint().to_owned();
        let http = Client::builder().no_proxy().build().unwrap();
        let post = |authorization: &str| {
            let post = http.post(&endpoint).header("Authorization", authorization);
            post.header("TTL", "60").header("Content-Encoding", "aes128gcm").body("sealed")
        };
        let status = async |post: RequestBuilder| post.send().await.unwrap().status().as_u16();

        assert_eq!(status(post("")).await, 401);
        assert_eq!(status(post(&theirs)).await, 403);
        assert_eq!(status(post(&ours).body(vec![0; MAX_BODY + 1])).await, 413);
        let bare = || http.post(&endpoint).header("Authorization", &ours).body("sealed");
        assert_eq!(status(bare()).await, 400, "no TTL");
        assert_eq!(status(bare().header("TTL", "60")).await, 415, "not encrypted");
        assert_eq!(status(post(&ours)).await, 201);
        assert_eq!(subscription.next().await, b"sealed");
        drop(subscription);
        assert_eq!(status(post(&ours)).await, 410);
    }
}
