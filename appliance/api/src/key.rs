//! Security keys assigned to users (A3–A6).

use crate::{KeyId, UserId, activation::ActivationState, api_type};

api_type! {
    /// `POST /api/v1/users/{id}/keys`: assign a key.
    pub struct NewKey {
        /// What kind of key.
        pub kind: KeyKind,
        /// Its settings; `None` = "Use default settings" is on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<KeySettings>,
    }
}

api_type! {
    /// Kinds of keys. Cards, fingerprints and USB keys join with their devices.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum KeyKind {
        /// A phone.
        Smartphone,
    }
}

api_type! {
    /// The four settings of a smartphone key (A4).
    #[derive(Copy)]
    pub struct KeySettings {
        /// The phone must be near the computer.
        pub bluetooth_proximity: bool,
        /// Computer and phone may talk without the appliance.
        pub offline_login: bool,
        /// Where the person is verified.
        pub verification: Verification,
        /// Where credentials are stored.
        pub credential_storage: CredentialStorage,
    }
}

impl Default for KeySettings {
    /// What "Use default settings" means.
    fn default() -> Self {
        Self {
            bluetooth_proximity: false,
            offline_login: false,
            verification: Verification::OnPhone,
            credential_storage: CredentialStorage::Phone,
        }
    }
}

api_type! {
    /// Where the person is verified.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Verification {
        /// By the phone's unlock.
        OnPhone,
        /// By a tap on a reader and a PIN typed on the computer.
        ReaderTapAndPin,
    }
}

api_type! {
    /// Where credentials are stored.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum CredentialStorage {
        /// On the phone.
        Phone,
        /// In the appliance.
        Appliance,
        /// In both.
        Both,
    }
}

api_type! {
    /// A key assigned to a user.
    pub struct Key {
        /// Its id.
        pub id: KeyId,
        /// Whose it is.
        pub user_id: UserId,
        /// What kind.
        pub kind: KeyKind,
        /// Where it stands.
        pub status: KeyStatus,
        /// True while "Use default settings" is on.
        pub uses_defaults: bool,
        /// The settings in force.
        pub settings: KeySettings,
        /// The phone that activated it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<PhoneInfo>,
        /// The latest invitation, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub activation: Option<ActivationState>,
        /// When it was assigned.
        pub created_at: i64,
        /// When an administrator blocked this key; its status is `blocked`, too, while its user is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_at: Option<i64>,
    }
}

api_type! {
    /// Where a key stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum KeyStatus {
        /// Assigned; no invitation is open.
        NotActivated,
        /// An invitation waits for the phone.
        Pending,
        /// A phone activated it.
        Active,
        /// An administrator blocked it or its user: whatever else it is, nobody signs in with it.
        Blocked,
    }
}

api_type! {
    /// What a phone told of itself when it activated a key.
    pub struct PhoneInfo {
        /// The model, for example `Pixel 9`.
        pub model: String,
        /// The operating system, for example `Android 16`.
        pub os: String,
        /// When it activated the key.
        pub activated_at: i64,
        /// Its id at the relay.
        pub device_id: String,
        /// Whether it is connected now; one that is not is called when a computer asks.
        #[serde(default)]
        pub online: bool,
    }
}
