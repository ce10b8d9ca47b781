//! A phone's push subscription: where it is called while it sleeps, and what opens a call.

use data_encoding::BASE64URL_NOPAD;
use p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint};
use pocketkey_api::push::NewSubscription;
use pocketkey_link::{Entropy, identity::DeviceKeys, proof};
use pocketkey_push_service::{PushService, Subscription};
use pocketkey_relay_client::{OsEntropy, Rest, RestError, now_ms};

use crate::memory::Account;

/// What is said in a call: random bytes, so many.
const NONCE: std::ops::RangeInclusive<usize> = 16..=32;

/// The smallest record of RFC 8188: one byte, its delimiter, and the tag.
const LEAST_RECORD: u32 = 18;

/// A call that is not the appliance's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a push that is not from the appliance")]
pub(crate) struct NotACall;

pub(crate) struct Push {
    subscription: Subscription,
    keys: Keys,
}

/// What only the phone and, for `auth`, the appliance know (RFC 8291, section 3).
struct Keys {
    secret: SecretKey,
    auth: [u8; 16],
}

impl Push {
    /// Subscribes, and tells the appliance.
    pub async fn subscribe(
        service: &PushService,
        account: &Account,
        device_keys: &DeviceKeys,
    ) -> Result<Self, RestError> {
        let rest = Rest::new(&account.server);
        let subscription = service.subscribe(&rest.push_key().await?.key);
        let push = Self { subscription, keys: Keys::random() };
        let at = now_ms();
        let point = push.keys.public();
        let said = proof::push_subscription(&point, &push.keys.auth, push.subscription.endpoint());
        let new = NewSubscription {
            endpoint: push.subscription.endpoint().to_owned(),
            p256dh: BASE64URL_NOPAD.encode(&point),
            auth: BASE64URL_NOPAD.encode(&push.keys.auth),
            at: i64::try_from(at).unwrap_or(i64::MAX),
            proof: BASE64URL_NOPAD.encode(&proof::push(device_keys, account.device, at, &said)),
        };
        rest.subscribe(&account.device.to_string(), &new).await?;
        Ok(push)
    }

    /// The next call, as it came. Nothing is lost if the future is dropped.
    pub async fn next(&self) -> Vec<u8> {
        self.subscription.next().await
    }

    /// Opens a call. What it says means nothing; that it could be opened is what counts.
    pub fn open(&self, body: Vec<u8>) -> Result<Vec<u8>, NotACall> {
        self.keys.open(body)
    }
}

impl Keys {
    fn random() -> Self {
        let secret = loop {
            // One in 2^32 values is no scalar of the curve.
            if let Ok(secret) = SecretKey::from_slice(&OsEntropy.bytes::<32>()) {
                break secret;
            }
        };
        Self { secret, auth: OsEntropy.bytes() }
    }

    fn public(&self) -> [u8; 65] {
        let mut point = [0; 65];
        point.copy_from_slice(self.secret.public_key().to_encoded_point(false).as_bytes());
        point
    }

    fn open(&self, body: Vec<u8>) -> Result<Vec<u8>, NotACall> {
        // The library divides by it.
        let record = body.get(16..20).and_then(|size| size.try_into().ok()).map(u32::from_be_bytes);
        record.filter(|size| *size >= LEAST_RECORD).ok_or(NotACall)?;
        let opened = web_push_native::decrypt(body, &self.secret, &self.auth.into()).map_err(|_| NotACall)?;
        if NONCE.contains(&opened.len()) { Ok(opened) } else { Err(NotACall) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(seed: u8) -> Keys {
        Keys { secret: SecretKey::from_slice(&[seed; 32]).unwrap(), auth: [seed; 16] }
    }

    fn call(to: &Keys, content: &[u8]) -> Vec<u8> {
        web_push_native::encrypt(content.to_vec(), &to.secret.public_key(), &to.auth.into()).unwrap()
    }

    #[test]
    fn a_call_is_opened_by_whom_it_is_for() {
        let (ada, bob) = (keys(1), keys(2));
        let body = call(&ada, &[9; 16]);
        assert_eq!(ada.open(body.clone()), Ok(vec![9; 16]));
        assert_eq!(bob.open(body.clone()), Err(NotACall));
        let other_auth = Keys { auth: [7; 16], ..keys(1) };
        assert_eq!(other_auth.open(body), Err(NotACall));
        for content in
            [vec![], vec![1; 15], vec![1; 33], b"ada signs in at example.org, says the phone".to_vec()]
        {
            assert_eq!(ada.open(call(&ada, &content)), Err(NotACall), "not a nonce");
        }
    }

    #[test]
    fn fresh_keys_differ() {
        assert_ne!(Keys::random().public(), Keys::random().public());
    }

    proptest! {
        #[test]
        fn nothing_that_comes_panics_or_passes(
            body in prop::collection::vec(any::<u8>(), 0..200),
            at in 0usize..200,
            with: u8,
            cut in 0usize..200,
        ) {
            let ada = keys(1);
            prop_assert_eq!(ada.open(body), Err(NotACall));
            let mut changed = call(&ada, &[9; 16]);
            let at = at % changed.len();
            if changed[at] != with && !(16..20).contains(&at) {
                changed[at] = with;
                prop_assert_eq!(ada.open(changed), Err(NotACall));
            }
            let mut shorter = call(&ada, &[9; 16]);
            shorter.truncate(cut % shorter.len());
            prop_assert_eq!(ada.open(shorter), Err(NotACall));
            let mut sized = call(&ada, &[9; 16]);
            sized[19] = with;
            let _ = ada.open(sized);
        }
    }
}
