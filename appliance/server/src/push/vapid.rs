//! VAPID (RFC 8292): the appliance says to push services who it is.

use data_encoding::BASE64URL_NOPAD;
use lettre::message::Mailbox;
use p256::{
    SecretKey,
    ecdsa::{Signature, SigningKey, signature::Signer},
};
use serde::Serialize;

use crate::secret::ServerSecret;

/// How long a statement holds, in seconds. Push services take a day at most.
const HOLDS: i64 = 12 * 60 * 60;

/// The appliance's key. Subscriptions are bound to it, so that it is always the same: it comes from the appliance's secret.
#[derive(Clone)]
pub struct Vapid {
    key: SigningKey,
    /// Whom a push service can turn to.
    contact: String,
}

/// Whom a push service can turn to: the appliance's own address, or that of its mails where it has none of its own.
pub fn contact(url: &str, mail_from: &str) -> String {
    if url.starts_with("https://") {
        return url.to_owned();
    }
    let from = mail_from.parse::<Mailbox>().map(|from| from.email.to_string());
    format!("mailto:{}", from.as_deref().unwrap_or("pocketkey@localhost"))
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl Vapid {
    /// The key that comes from `secret`. `contact` is an https or mailto URL.
    pub fn new(secret: &ServerSecret, contact: String) -> Self {
        // One in 2^32 values is no scalar of the curve.
        let scalar = (0u8..).find_map(|n| SecretKey::from_slice(&secret.derive("vapid", &[n])).ok());
        #[expect(clippy::expect_used, reason = "256 hashes are not all beyond the curve's order")]
        let key = SigningKey::from(scalar.expect("a scalar"));
        Self { key, contact }
    }

    /// The public key, as subscriptions name it: an uncompressed point in base64url.
    pub fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.key.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// The `Authorization` header for the push service at `origin`. `now` is Unix milliseconds.
    pub fn authorization(&self, origin: &str, now: i64) -> String {
        let claims = Claims { aud: origin, exp: now / 1000 + HOLDS, sub: &self.contact };
        #[expect(clippy::expect_used, reason = "strings and a number")]
        let claims = serde_json::to_vec(&claims).expect("JSON");
        let header = BASE64URL_NOPAD.encode(br#"{"typ":"JWT","alg":"ES256"}"#);
        let statement = format!("{header}.{}", BASE64URL_NOPAD.encode(&claims));
        let signature: Signature = self.key.sign(statement.as_bytes());
        let signature = BASE64URL_NOPAD.encode(&signature.to_bytes());
        format!("vapid t={statement}.{signature}, k={}", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn contacts() {
        assert_eq!(contact("https://keys.example.org", "x"), "https://keys.example.org");
        let mail = contact("http://localhost:8080", "Keys <keys@example.org>");
        assert_eq!(mail, "mailto:keys@example.org");
    }

    #[test]
    fn a_statement_is_signed_by_the_key_it_names_and_the_key_stays() {
        let vapid = Vapid::new(&ServerSecret::new([7; 32]), "mailto:keys@example.org".to_owned());
        let header = vapid.authorization("https://push.example.org", 1_767_225_600_000);
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, vapid.public_key());
        assert_eq!(key, Vapid::new(&ServerSecret::new([7; 32]), String::new()).public_key());
        assert_ne!(key, Vapid::new(&ServerSecret::new([8; 32]), String::new()).public_key());

        let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let key = VerifyingKey::from_sec1_bytes(&decode(key)).unwrap();
        let signed = format!("{header}.{claims}");
        key.verify(signed.as_bytes(), &Signature::from_slice(&decode(signature)).unwrap()).unwrap();
        let json = |text| serde_json::from_slice::<Value>(&decode(text)).unwrap();
        assert_eq!(json(header), json!({ "typ": "JWT", "alg": "ES256" }));
        assert_eq!(
            json(claims),
            json!({ "aud": "https://push.example.org", "exp": 1_767_268_800, "sub": "mailto:keys@example.org" })
        );
    }
}
