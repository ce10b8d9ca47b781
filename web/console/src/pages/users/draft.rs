//! What is typed in the wizards, kept while one goes back and forth.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId,
    key::{CredentialStorage, KeyKind, KeySettings, NewKey, Verification},
    settings::SettingsChoice,
    user::NewUser,
};

/// A user to be added.
#[derive(Clone, Copy)]
pub struct UserDraft {
    pub external_id: RwSignal<String>,
    pub username: RwSignal<String>,
    pub name: RwSignal<String>,
    pub email: RwSignal<String>,
    pub groups: RwSignal<Vec<GroupId>>,
}

impl UserDraft {
    /// Nothing typed yet.
    pub fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            external_id: text(),
            username: text(),
            name: text(),
            email: text(),
            groups: RwSignal::new(Vec::new()),
        }
    }

    /// As the API wants it.
    pub fn to_api(self) -> NewUser {
        NewUser {
            external_id: self.external_id.get_untracked(),
            username: self.username.get_untracked(),
            name: self.name.get_untracked(),
            email: self.email.get_untracked(),
            groups: self.groups.get_untracked(),
        }
    }
}

/// A key to be assigned.
#[derive(Clone, Copy)]
pub struct KeyDraft {
    pub kind: RwSignal<KeyKind>,
    pub label: RwSignal<String>,
    pub uses_defaults: RwSignal<bool>,
    pub bluetooth_proximity: RwSignal<bool>,
    pub offline_login: RwSignal<bool>,
    pub verification: RwSignal<Verification>,
    pub credential_storage: RwSignal<CredentialStorage>,
}

impl KeyDraft {
    /// A smartphone with default settings.
    pub fn new() -> Self {
        let KeySettings { bluetooth_proximity, offline_login, verification, credential_storage } =
            KeySettings::default();
        Self {
            kind: RwSignal::new(KeyKind::Smartphone),
            label: RwSignal::new(String::new()),
            uses_defaults: RwSignal::new(true),
            bluetooth_proximity: RwSignal::new(bluetooth_proximity),
            offline_login: RwSignal::new(offline_login),
            verification: RwSignal::new(verification),
            credential_storage: RwSignal::new(credential_storage),
        }
    }

    /// Takes over what was chosen before; what of it is absent shows what is built in.
    pub fn fill(self, kind: KeyKind, settings: Option<SettingsChoice>) {
        self.kind.set(kind);
        self.uses_defaults.set(settings.is_none());
        let Some(chosen) = settings else { return };
        chosen.bluetooth_proximity.into_iter().for_each(|it| self.bluetooth_proximity.set(it));
        chosen.offline_login.into_iter().for_each(|it| self.offline_login.set(it));
        chosen.verification.into_iter().for_each(|it| self.verification.set(it));
        chosen.credential_storage.into_iter().for_each(|it| self.credential_storage.set(it));
    }

    /// As the API wants it.
    pub fn to_api(self) -> NewKey {
        let settings = KeySettings {
            bluetooth_proximity: self.bluetooth_proximity.get_untracked(),
            offline_login: self.offline_login.get_untracked(),
            verification: self.verification.get_untracked(),
            credential_storage: self.credential_storage.get_untracked(),
        };
        let kind = self.kind.get_untracked();
        let own = kind.has_device() && !self.uses_defaults.get_untracked();
        let label = if kind.has_device() { String::new() } else { self.label.get_untracked() };
        NewKey { kind, settings: own.then(|| settings.into()), label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_sent_only_when_the_defaults_are_off() {
        Owner::new().with(|| {
            let draft = KeyDraft::new();
            draft.offline_login.set(true);
            assert_eq!(draft.to_api(), NewKey::of(KeyKind::Smartphone));
            draft.uses_defaults.set(false);
            let settings = KeySettings { offline_login: true, ..KeySettings::default() };
            assert_eq!(draft.to_api().settings, Some(settings.into()));
            draft.kind.set(KeyKind::Card);
            draft.label.set("4711".into());
            assert_eq!(draft.to_api(), NewKey { label: "4711".into(), ..NewKey::of(KeyKind::Card) });
        });
    }
}
