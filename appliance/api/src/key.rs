//! Security keys assigned to users (A3–A6).

use crate::{GroupId, KeyId, UserId, activation::ActivationState, api_type, settings::SettingsChoice};

api_type! {
    /// `POST /api/v1/users/{id}/keys`: assign a key.
    pub struct NewKey {
        /// What kind of key.
        pub kind: KeyKind,
        /// What is chosen for this key alone; `None` = "Use default settings" is on. Smartphones only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<SettingsChoice>,
        /// What tells it from others: a card's number, which finger, a USB key's serial number; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub label: String,
    }
}

impl NewKey {
    /// A key of this kind that inherits its settings.
    #[must_use]
    pub const fn of(kind: KeyKind) -> Self {
        Self { kind, settings: None, label: String::new() }
    }
}

api_type! {
    /// Kinds of keys. Every kind can be assigned; only smartphones can be activated so far, the others wait for their
    /// devices.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum KeyKind {
        /// A phone.
        Smartphone,
        /// A card that is held to a reader.
        Card,
        /// A finger, at a fingerprint reader.
        Fingerprint,
        /// A key that is plugged in.
        UsbKey,
    }
}

impl KeyKind {
    /// Every one there is.
    pub const ALL: [Self; 4] = [Self::Smartphone, Self::Card, Self::Fingerprint, Self::UsbKey];

    /// Its name in the API and in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Smartphone => "smartphone",
            Self::Card => "card",
            Self::Fingerprint => "fingerprint",
            Self::UsbKey => "usb_key",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == name)
    }

    /// Whether keys of this kind can be invited and activated.
    #[must_use]
    pub const fn has_device(self) -> bool {
        matches!(self, Self::Smartphone)
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
    /// What is built in: what holds where nobody chose anything else.
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
        /// What tells it from others; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub label: String,
        /// True while "Use default settings" is on: nothing is chosen for this key alone.
        pub uses_defaults: bool,
        /// The settings in force; smartphones only. `GET /api/v1/keys/{id}/settings` says where each comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<KeySettings>,
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
        /// The key that is blocked once this one is active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub replaces: Option<KeyId>,
    }
}

api_type! {
    /// `GET /api/v1/keys/{id}`, and a row of `GET /api/v1/keys`: a key with whose it is.
    pub struct KeyOfUser {
        /// The key.
        pub key: Key,
        /// Whose it is.
        pub user: KeyUser,
    }
}

api_type! {
    /// Whose a key is.
    pub struct KeyUser {
        /// Id.
        pub id: UserId,
        /// Sign-in name.
        pub username: String,
        /// Full name.
        pub name: String,
        /// E-mail address.
        pub email: String,
    }
}

api_type! {
    /// Which keys: all that meet every condition given.
    #[derive(Default)]
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
    pub struct KeyFilter {
        /// Each of these words, the first eight, is part of the key's label or of its user's user ID, username, name or e-mail
        /// address; case does not matter.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub search: String,
        /// Where they stand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<KeyStanding>,
        /// What kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<KeyKind>,
        /// Keys of members of this group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub group: Option<GroupId>,
    }
}

api_type! {
    /// Where keys stand, finer than [`KeyStatus`].
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum KeyStanding {
        /// Active.
        Active,
        /// An invitation waits.
        Pending,
        /// Neither active nor pending.
        NotActivated,
        /// Invited, but nobody came before the invitation was over.
        Stale,
        /// Blocked by an administrator, or its user is.
        Blocked,
    }
}

impl KeyStanding {
    /// Every one there is.
    pub const ALL: [Self; 5] = [Self::Active, Self::Pending, Self::NotActivated, Self::Stale, Self::Blocked];

    /// Its name in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::NotActivated => "not_activated",
            Self::Stale => "stale",
            Self::Blocked => "blocked",
        }
    }
}

api_type! {
    /// The order of the list; in JSON and addresses `name`, or `-name` for downwards.
    #[derive(Copy)]
    pub enum KeySort {
        /// Oldest first.
        #[serde(rename = "added")]
        Added,
        /// Newest first.
        #[serde(rename = "-added")]
        AddedDown,
        /// By the user's full name.
        #[serde(rename = "name")]
        Name,
        /// By the user's full name, downwards.
        #[serde(rename = "-name")]
        NameDown,
    }
}

impl KeySort {
    /// Every order there is.
    pub const ALL: [Self; 4] = [Self::Added, Self::AddedDown, Self::Name, Self::NameDown];

    /// Its name in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::AddedDown => "-added",
            Self::Name => "name",
            Self::NameDown => "-name",
        }
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
        /// When it took the settings that are in force; absent while it has yet to take them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings_taken_at: Option<i64>,
    }
}
