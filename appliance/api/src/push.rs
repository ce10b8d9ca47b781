//! Web Push: how phones are called when they are away.

use crate::api_type;

api_type! {
    /// `GET /api/v1/push/key`: the key to subscribe with at a push service.
    pub struct PushKey {
        /// The appliance's VAPID key, the `applicationServerKey`: a P-256 point in base64url without padding.
        pub key: String,
    }
}

api_type! {
    /// `PUT /api/v1/devices/{id}/push`: where this phone is called from now on.
    pub struct NewSubscription {
        /// The push service's address for this phone.
        pub endpoint: String,
        /// The phone's P-256 key for this subscription, an uncompressed point in base64url without padding.
        pub p256dh: String,
        /// The subscription's secret, 16 bytes in base64url without padding.
        pub auth: String,
        /// Now, in Unix milliseconds.
        pub at: i64,
        /// Ed25519 signature of the device over all of this (`pocketkey_link::proof::push`); base64url without padding.
        pub proof: String,
    }
}

api_type! {
    /// The query of `DELETE /api/v1/devices/{id}/push`.
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
    pub struct EndOfSubscription {
        /// Now, in Unix milliseconds.
        pub at: i64,
        /// Ed25519 signature of the device over no subscription (`pocketkey_link::proof::push`); base64url without
        /// padding.
        pub proof: String,
    }
}
