//! Who posts (RFC 8292): a statement signed by the key that the subscription is bound to.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use serde::Deserialize;

/// A statement may hold for a day, in seconds.
const HOLDS_AT_MOST: u64 = 24 * 60 * 60;

/// Why somebody may not post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no statement, or one that does not hold.
    NotShown,
    /// The statement is somebody else's.
    NotTheirs,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    exp: u64,
    sub: String,
}

/// Checks an `Authorization` header against the subscription's key. `now` is Unix seconds.
pub(crate) fn check(header: &str, key: &str, origin: &str, now: u64) -> Result<(), Refusal> {
    let (token, named) = parameters(header).ok_or(Refusal::NotShown)?;
    if named != key {
        return Err(Refusal::NotTheirs);
    }
    holds(token, key, origin, now).ok_or(Refusal::NotShown)
}

/// `t` and `k` of `vapid t=…, k=…`, in either order.
fn parameters(header: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = header.split_once(' ')?;
    let parameter = |name| {
        let mut all = rest.split(',').filter_map(|one| one.trim().split_once('='));
        all.find_map(|(key, value)| (key == name).then_some(value))
    };
    scheme.eq_ignore_ascii_case("vapid").then_some(())?;
    Some((parameter("t")?, parameter("k")?))
}

fn holds(token: &str, key: &str, origin: &str, now: u64) -> Option<()> {
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    let claims: Claims = serde_json::from_slice(&decode(claims)?).ok()?;
    let key = VerifyingKey::from_sec1_bytes(&decode(key)?).ok()?;
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    let known =
        header.alg == "ES256" && (claims.sub.starts_with("mailto:") || claims.sub.starts_with("https:"));
    let fresh = claims.exp > now && claims.exp <= now + HOLDS_AT_MOST;
    (known && fresh && claims.aud == origin && key.verify(signed.as_bytes(), &signature).is_ok())
        .then_some(())
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{SigningKey, signature::Signer};
    use proptest::prelude::*;

    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:4711";
    const CLAIMS: &str = r#"{"aud":"http://127.0.0.1:4711","exp":2000,"sub":"mailto:keys@example.org"}"#;

    fn header(seed: u8, header: &str, claims: &str) -> (String, String) {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let signed = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let signature: Signature = key.sign(signed.as_bytes());
        let public = BASE64URL_NOPAD.encode(VerifyingKey::from(&key).to_encoded_point(false).as_bytes());
        (format!("vapid t={signed}.{}, k={public}", BASE64URL_NOPAD.encode(&signature.to_bytes())), public)
    }

    #[test]
    fn the_subscriptions_own_appliance_may_post() {
        let (good, key) = header(7, r#"{"alg":"ES256"}"#, CLAIMS);
        assert_eq!(check(&good, &key, ORIGIN, 1_000), Ok(()));
        assert_eq!(check(&good, &header(8, "", "").1, ORIGIN, 1_000), Err(Refusal::NotTheirs));
        for (now, origin) in [(2_000, ORIGIN), (0, "https://elsewhere.example"), (1_000_000, ORIGIN)] {
            assert_eq!(check(&good, &key, origin, now), Err(Refusal::NotShown));
        }
        let tampered = good.replacen(&BASE64URL_NOPAD.encode(CLAIMS.as_bytes()), "e30", 1);
        let too_long = CLAIMS.replace("2000", "99000");
        let nobody = CLAIMS.replace("mailto:keys@example.org", "http://localhost");
        for bad in [
            tampered,
            header(7, r#"{"alg":"none"}"#, CLAIMS).0,
            header(7, r#"{"alg":"ES256"}"#, &too_long).0,
            header(7, r#"{"alg":"ES256"}"#, &nobody).0,
            good.replace("vapid", "Bearer"),
            format!("vapid k={key}"),
            String::new(),
        ] {
            assert_eq!(check(&bad, &key, ORIGIN, 1_000), Err(Refusal::NotShown), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics_or_passes(header in "(vapid )?(t=)?[A-Za-z0-9._=, -]{0,80}(, k=K)?") {
            prop_assert!(check(&header, "K", ORIGIN, 0).is_err());
        }
    }
}
