//! Signatures of the Standard Webhooks specification: HMAC-SHA-256 over id, time and body.

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use pocketkey_api::WebhookId;
use sha2::Sha256;

use crate::secret::ServerSecret;

/// The secret of a webhook. It is derived, so the database does not hold it.
pub struct Key([u8; 32]);

impl Key {
    /// The secret of this generation.
    pub fn new(secret: &ServerSecret, webhook: &WebhookId, generation: i64) -> Self {
        let data = [&generation.to_be_bytes(), webhook.0.as_bytes()].concat();
        Self(secret.derive("webhook secret 1", &data))
    }

    /// As the receiving side is told.
    pub fn text(&self) -> String {
        format!("whsec_{}", BASE64.encode(&self.0))
    }

    /// The `webhook-signature` header. `at` is Unix time in seconds.
    pub fn sign(&self, id: &str, at: i64, body: &str) -> String {
        sign(&self.0, id, at, body)
    }
}

fn sign(key: &[u8], id: &str, at: i64, body: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("any length");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's reference libraries are tested by.
    #[test]
    fn the_example_of_the_reference_libraries() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn another_generation_is_another_secret() {
        let secret = ServerSecret::new([7; 32]);
        let key = |id: &str, generation| Key::new(&secret, &WebhookId::from(id), generation);
        assert_eq!(key("a", 1).text(), key("a", 1).text());
        assert_ne!(key("a", 1).text(), key("a", 2).text());
        assert_ne!(key("a", 1).text(), key("b", 1).text());
        assert!(key("a", 1).sign("m", 5, "{}").starts_with("v1,"));
        assert_ne!(key("a", 1).sign("m", 5, "{}"), key("a", 1).sign("m", 6, "{}"));
    }
}
