//! Settings of smartphone keys and where they come from (A4): a key's own, those of its user's groups, the
//! organisation's, and what is built in.

use crate::{
    api_type,
    group::Group,
    key::{CredentialStorage, KeySettings, Verification},
};

api_type! {
    /// What somebody chose, for the organisation, a group or a key; what is absent is inherited. The body of
    /// `PUT /api/v1/settings/keys`, `…/groups/{id}/settings` and `…/keys/{id}/settings`: all that is chosen from now on.
    #[derive(Copy, Default)]
    pub struct SettingsChoice {
        /// As in [`KeySettings`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub bluetooth_proximity: Option<bool>,
        /// As in [`KeySettings`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offline_login: Option<bool>,
        /// As in [`KeySettings`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verification: Option<Verification>,
        /// As in [`KeySettings`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub credential_storage: Option<CredentialStorage>,
    }
}

impl SettingsChoice {
    /// Whether nothing is chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<KeySettings> for SettingsChoice {
    /// All four.
    fn from(all: KeySettings) -> Self {
        Self {
            bluetooth_proximity: Some(all.bluetooth_proximity),
            offline_login: Some(all.offline_login),
            verification: Some(all.verification),
            credential_storage: Some(all.credential_storage),
        }
    }
}

api_type! {
    /// Settings as they were chosen, and what comes of it.
    pub struct SettingsView {
        /// What is chosen here.
        pub own: SettingsChoice,
        /// What would hold if nothing were chosen here.
        pub inherited: ResolvedSettings,
        /// What holds.
        pub effective: ResolvedSettings,
    }
}

api_type! {
    /// Every setting's value, and where it comes from.
    pub struct ResolvedSettings {
        /// The values.
        pub settings: KeySettings,
        /// Where each comes from.
        pub origins: SettingOrigins,
    }
}

api_type! {
    /// Where each of the four settings comes from.
    pub struct SettingOrigins {
        /// Of [`KeySettings::bluetooth_proximity`].
        pub bluetooth_proximity: SettingOrigin,
        /// Of [`KeySettings::offline_login`].
        pub offline_login: SettingOrigin,
        /// Of [`KeySettings::verification`].
        pub verification: SettingOrigin,
        /// Of [`KeySettings::credential_storage`].
        pub credential_storage: SettingOrigin,
    }
}

api_type! {
    /// Where a value comes from.
    #[serde(tag = "from", rename_all = "snake_case")]
    pub enum SettingOrigin {
        /// Nobody chose anything.
        BuiltIn,
        /// The organisation's defaults.
        Organisation,
        /// A group; of several, the one with the strictest value.
        Group {
            /// Which.
            group: Group,
        },
        /// The key itself.
        Key,
    }
}
