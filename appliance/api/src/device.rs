//! Devices: phones and computers, with their public keys, and what phones learn after their activation.

use crate::{api_type, key::KeySettings};

api_type! {
    /// A device that introduces itself.
    pub struct NewDevice {
        /// What people call it, for example `Ada's laptop`.
        pub name: String,
        /// The model, for example `Pixel 9`.
        pub model: String,
        /// The operating system, for example `Android 16`.
        pub os: String,
        /// Ed25519 public key with which it proves itself to the relay; base64url without padding.
        pub sign_key: String,
        /// X25519 public key of the end-to-end channel; base64url without padding.
        pub channel_key: String,
        /// Ed25519 signature over both keys (`pocketkey_link::proof::introduction`); base64url without padding.
        pub proof: String,
    }
}

api_type! {
    /// `PUT /api/v1/devices/{id}/settings`: which settings a phone has. It obeys them when it says so.
    pub struct SettingsHeld {
        /// [`PhoneSettings::version`] of those it has; empty if it has none.
        pub version: String,
        /// Now, in Unix milliseconds.
        pub at: i64,
        /// Ed25519 signature of the device over this (`pocketkey_link::proof::settings`); base64url without padding.
        pub proof: String,
    }
}

api_type! {
    /// What a phone is to obey from now on.
    pub struct PhoneSettings {
        /// Names these values: the same ones always have the same version.
        pub version: String,
        /// The key's settings in force.
        pub settings: KeySettings,
        /// Whether the phone names web sites when it says how a request ended.
        pub report_rp: bool,
    }
}
