//! Devices: phones and computers, with their public keys.

use crate::api_type;

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
