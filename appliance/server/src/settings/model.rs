//! Which value holds, and what can go wrong.

use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    device::PhoneSettings,
    group::Group,
    key::{CredentialStorage, KeySettings, Verification},
    settings::{ResolvedSettings, SettingOrigin, SettingOrigins, SettingsChoice, SettingsView},
};

use crate::{
    db::DbError,
    devices::WordError,
    problem::{ApiError, Explain},
};

/// What is chosen above a key.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// By the organisation.
    pub organisation: SettingsChoice,
    /// By the user's groups, by name.
    pub groups: Vec<(Group, SettingsChoice)>,
    /// Whether the organisation wants to know web sites: no key's business, but phones learn it the same way.
    pub report_rp: bool,
}

impl Layers {
    /// The settings of a key with choices of its `own`.
    pub fn view(&self, own: SettingsChoice) -> SettingsView {
        SettingsView {
            own,
            inherited: resolve(self, &SettingsChoice::default()),
            effective: resolve(self, &own),
        }
    }
}

/// What a phone is to obey, of a key with choices of its `own` below `layers`.
pub fn of_phone(layers: &Layers, own: &SettingsChoice) -> PhoneSettings {
    let settings = resolve(layers, own).settings;
    let report_rp = layers.report_rp;
    let values = [
        settings.bluetooth_proximity.into(),
        settings.offline_login.into(),
        verification(settings.verification),
        storage(settings.credential_storage),
        report_rp.into(),
    ];
    PhoneSettings { version: BASE64URL_NOPAD.encode(&values), settings, report_rp }
}

/// Every setting's value, and where it comes from, for a key with choices of its `own` below `layers`.
pub fn resolve(layers: &Layers, own: &SettingsChoice) -> ResolvedSettings {
    let built_in = KeySettings::default();
    let proximity =
        pick(layers, own, |choice| choice.bluetooth_proximity, u8::from, built_in.bluetooth_proximity);
    // Without the appliance nobody can block a key at once.
    let offline =
        pick(layers, own, |choice| choice.offline_login, |on| u8::from(!on), built_in.offline_login);
    let verification = pick(layers, own, |choice| choice.verification, verification, built_in.verification);
    let storage = pick(layers, own, |choice| choice.credential_storage, storage, built_in.credential_storage);
    ResolvedSettings {
        settings: KeySettings {
            bluetooth_proximity: proximity.0,
            offline_login: offline.0,
            verification: verification.0,
            credential_storage: storage.0,
        },
        origins: SettingOrigins {
            bluetooth_proximity: proximity.1,
            offline_login: offline.1,
            verification: verification.1,
            credential_storage: storage.1,
        },
    }
}

/// A tap and a PIN need the phone at the reader and the person at the computer.
fn verification(value: Verification) -> u8 {
    match value {
        Verification::OnPhone => 0,
        Verification::ReaderTapAndPin => 1,
    }
}

/// The fewer places a credential is kept in, and the closer they are to the person, the stricter.
fn storage(value: CredentialStorage) -> u8 {
    match value {
        CredentialStorage::Both => 0,
        CredentialStorage::Appliance => 1,
        CredentialStorage::Phone => 2,
    }
}

/// The value of one setting: what `of` finds in a choice; `strictness` compares those of groups.
fn pick<T: Copy>(
    layers: &Layers,
    own: &SettingsChoice,
    of: impl Fn(&SettingsChoice) -> Option<T>,
    strictness: impl Fn(T) -> u8,
    built_in: T,
) -> (T, SettingOrigin) {
    if let Some(value) = of(own) {
        return (value, SettingOrigin::Key);
    }
    let by_groups = layers.groups.iter().filter_map(|(group, choice)| of(choice).map(|value| (value, group)));
    // Of equals the first by name is named.
    let strictest = by_groups.reduce(|a, b| if strictness(b.0) > strictness(a.0) { b } else { a });
    if let Some((value, group)) = strictest {
        return (value, SettingOrigin::Group { group: group.clone() });
    }
    match of(&layers.organisation) {
        Some(value) => (value, SettingOrigin::Organisation),
        None => (built_in, SettingOrigin::BuiltIn),
    }
}

/// Why settings were not shown, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no such group.
    #[error("no such group")]
    NoGroup,
    /// There is no such key.
    #[error("no such key")]
    NoKey,
    /// It is no smartphone.
    #[error("a key of this kind has no settings")]
    NoSettings,
    /// Not the phone's own word, or not a fresh one.
    #[error(transparent)]
    Word(#[from] WordError),
    /// The choice could not be stored.
    #[error("cannot store settings: {0}")]
    Json(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for SettingsError {
    fn explain(&self) -> ApiError {
        match self {
            Self::NoGroup => ApiError::not_found("This group"),
            Self::NoKey => ApiError::not_found("This key"),
            Self::NoSettings => {
                ApiError::new(StatusCode::CONFLICT, "no_settings", "Only smartphones have settings so far.")
            }
            Self::Word(error) => error.explain(),
            Self::Json(_) => ApiError::internal(),
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, choice: SettingsChoice) -> (Group, SettingsChoice) {
        (Group { id: name.into(), name: name.into() }, choice)
    }

    #[test]
    fn a_key_goes_over_groups_over_the_organisation_over_what_is_built_in() {
        let yes = SettingsChoice { offline_login: Some(true), ..SettingsChoice::default() };
        let no = SettingsChoice { offline_login: Some(false), ..SettingsChoice::default() };
        let none = SettingsChoice::default();
        let resolved = |layers: &Layers, own| {
            let resolved = resolve(layers, own);
            (resolved.settings.offline_login, resolved.origins.offline_login)
        };
        let mut layers = Layers::default();
        assert_eq!(resolved(&layers, &none), (false, SettingOrigin::BuiltIn));
        layers.organisation = yes;
        assert_eq!(resolved(&layers, &none), (true, SettingOrigin::Organisation));
        layers.groups = vec![group("a", none), group("b", yes), group("c", no), group("d", no)];
        let c = SettingOrigin::Group { group: layers.groups[2].0.clone() };
        assert_eq!(resolved(&layers, &none), (false, c), "the strictest, and the first of those");
        assert_eq!(resolved(&layers, &yes), (true, SettingOrigin::Key));
        let built_in = resolve(&layers, &none).origins.verification;
        assert_eq!(built_in, SettingOrigin::BuiltIn, "each setting for itself");
    }

    #[test]
    fn the_strictest_value_of_each_setting() {
        let lax = KeySettings {
            bluetooth_proximity: false,
            offline_login: true,
            verification: Verification::OnPhone,
            credential_storage: CredentialStorage::Both,
        };
        let strict = KeySettings {
            bluetooth_proximity: true,
            offline_login: false,
            verification: Verification::ReaderTapAndPin,
            credential_storage: CredentialStorage::Phone,
        };
        for (first, second) in [(lax, strict), (strict, lax)] {
            let layers = Layers {
                organisation: lax.into(),
                groups: vec![group("a", first.into()), group("b", second.into())],
                report_rp: false,
            };
            assert_eq!(resolve(&layers, &SettingsChoice::default()).settings, strict);
        }
        assert!(storage(CredentialStorage::Appliance) > storage(CredentialStorage::Both));
    }

    #[test]
    fn settings_have_another_version_whenever_a_value_differs() {
        let mut versions = std::collections::HashSet::new();
        for bits in 0..16u8 {
            let on = |bit: u8| bits & (1 << bit) != 0;
            for credential_storage in
                [CredentialStorage::Phone, CredentialStorage::Appliance, CredentialStorage::Both]
            {
                let own = KeySettings {
                    bluetooth_proximity: on(0),
                    offline_login: on(1),
                    verification: if on(2) { Verification::OnPhone } else { Verification::ReaderTapAndPin },
                    credential_storage,
                };
                let layers = Layers { report_rp: on(3), ..Layers::default() };
                let told = of_phone(&layers, &own.into());
                assert_eq!((told.settings, told.report_rp), (own, on(3)));
                assert!(versions.insert(told.version));
            }
        }
        assert_eq!(versions.len(), 48);
    }
}
