//! One try to hand a call to a push service (RFC 8030), its content encrypted for the phone (RFC 8291).

use std::time::{Duration, Instant};

use axum::http::{StatusCode, header};
use reqwest::{Client, redirect};

use super::{endpoint::PublicOnly, model::Subscription, vapid::Vapid, wake::Call};
use crate::problem::innermost;

/// How long a push service may take to answer, and to be reached.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Replaces what has not reached the phone yet: one call is as good as two.
const TOPIC: &str = "pocketkey";

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ClientError(#[from] reqwest::Error);

/// What came of a try.
#[derive(Debug, PartialEq, Eq)]
pub enum Tried {
    /// The push service has it.
    Taken,
    /// The subscription is no more.
    Gone,
    /// The push service does not want it.
    Refused(StatusCode),
    /// Not now; not before this long, if it says so.
    Later(Option<Duration>, String),
}

/// Calls push services.
#[derive(Debug, Clone)]
pub struct Pusher(Client);

impl Pusher {
    /// A client that goes to the public internet only, and nowhere it is sent on to.
    ///
    /// # Errors
    /// If the system's TLS certificates cannot be used.
    pub fn new() -> Result<Self, ClientError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy() // a proxy would resolve names by itself
            .dns_resolver(std::sync::Arc::new(PublicOnly))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_idle_timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self(client))
    }

    /// Tries once. `now` is Unix milliseconds.
    pub async fn push(&self, to: &Subscription, call: &Call, vapid: &Vapid, now: i64) -> Tried {
        let left = call.until.saturating_duration_since(Instant::now());
        let ttl = left.as_millis().div_ceil(1000).max(1);
        let body = match web_push_native::encrypt(call.nonce.to_vec(), &to.p256dh, &to.auth.into()) {
            Ok(body) => body,
            Err(error) => return Tried::Later(None, error.to_string()),
        };
        let request = self
            .0
            .post(to.endpoint.url().clone())
            .header(header::AUTHORIZATION, vapid.authorization(&to.endpoint.origin(), now))
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("TTL", ttl.to_string())
            .header("Urgency", "high")
            .header("Topic", TOPIC)
            .body(body);
        match request.send().await {
            Ok(answer) => judge(answer.status(), answer.headers().get(header::RETRY_AFTER)),
            // The address is the phone's own business.
            Err(error) => Tried::Later(None, innermost(&error.without_url())),
        }
    }
}

fn judge(status: StatusCode, retry_after: Option<&header::HeaderValue>) -> Tried {
    match status.as_u16() {
        200..300 => Tried::Taken,
        404 | 410 => Tried::Gone,
        408 | 429 | 500.. => {
            let seconds = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            Tried::Later(seconds.map(Duration::from_secs), status.to_string())
        }
        _ => Tried::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;
    use p256::SecretKey;

    use super::*;

    /// RFC 8291, appendix A: what the library decrypts is what the standard encrypted, and what it encrypts it decrypts.
    #[test]
    fn the_vector_of_rfc_8291() {
        let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        let secret = SecretKey::from_slice(&decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
        let auth = <[u8; 16]>::try_from(decode("BTBZMqHH6r4Tts7J_aSIgg")).unwrap().into();
        let body = decode(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_\
             yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        let opened = web_push_native::decrypt(body, &secret, &auth).unwrap();
        assert_eq!(opened, b"When I grow up, I want to be a watermelon");

        let sealed = web_push_native::encrypt(vec![7; 16], &secret.public_key(), &auth).unwrap();
        assert_eq!(
            sealed.len(),
            16 + 4 + 1 + 65 + 16 + 1 + 16,
            "header, nonce, delimiter, tag: always the same"
        );
        assert_eq!(web_push_native::decrypt(sealed, &secret, &auth).unwrap(), [7; 16]);
    }

    #[test]
    fn what_answers_mean() {
        let judge = |status, after: Option<&'static str>| {
            judge(StatusCode::from_u16(status).unwrap(), after.map(header::HeaderValue::from_static).as_ref())
        };
        for taken in [200, 201, 202] {
            assert_eq!(judge(taken, None), Tried::Taken);
        }
        for gone in [404, 410] {
            assert_eq!(judge(gone, None), Tried::Gone);
        }
        for refused in [301, 307, 400, 401, 403, 413] {
            assert!(matches!(judge(refused, None), Tried::Refused(status) if status == refused));
        }
        for (later, given, after) in [
            (429, Some("7"), Some(7)),
            (429, Some("18446744073709551615"), Some(u64::MAX)),
            (500, None, None),
            (503, Some("soon"), None),
            (408, None, None),
        ] {
            let after = after.map(Duration::from_secs);
            assert!(matches!(judge(later, given), Tried::Later(wait, _) if wait == after), "{later}");
        }
    }
}
