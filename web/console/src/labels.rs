//! The words and colours of what the API names.

use leptos::prelude::*;
use pocketkey_api::{
    activation::{ActivationState, ActivationStatus},
    key::{CredentialStorage, KeyKind, KeyStatus, Verification},
    user::UserStatus,
};
use pocketkey_kit::prelude::*;

use crate::strings;

/// A user's status as a badge.
#[component]
pub fn UserStatusBadge(status: UserStatus) -> impl IntoView {
    let (label, tone) = match status {
        UserStatus::Blocked => (strings::blocked_label(), Tone::Bad),
        UserStatus::Active => (strings::active(), Tone::Good),
        UserStatus::Pending => (strings::pending(), Tone::Warn),
        UserStatus::NotInvited => (strings::not_invited(), Tone::Neutral),
    };
    view! { <Badge label tone dot=true test_id="user-status"/> }
}

/// A key's status as a badge. Of a pending key, whether its invitation still works is what counts.
#[component]
pub fn KeyStatusBadge(
    status: KeyStatus,
    #[prop(optional_no_strip)] invitation: Option<ActivationState>,
) -> impl IntoView {
    let dead = invitation.map(|invitation| {
        let past = pocketkey_kit::time::use_past(invitation.expires_at);
        Memo::new(move |_| dead_word(invitation.status, past.get()))
    });
    move || {
        let (label, tone) = match (status, dead.and_then(|dead| dead.get())) {
            (KeyStatus::Blocked, _) => (strings::blocked_label(), Tone::Bad),
            (KeyStatus::Active, _) => (strings::active(), Tone::Good),
            (_, Some(word)) => (word, Tone::Bad),
            (KeyStatus::Pending, None) => (strings::pending(), Tone::Warn),
            (KeyStatus::NotActivated, None) => (strings::not_activated(), Tone::Neutral),
        };
        view! { <Badge label tone dot=true test_id="key-status"/> }
    }
}

/// Why an invitation does not work any more, if so.
fn dead_word(status: ActivationStatus, past: bool) -> Option<&'static str> {
    match status {
        ActivationStatus::Expired => Some(strings::expired()),
        ActivationStatus::Open if past => Some(strings::expired()),
        ActivationStatus::Locked => Some(strings::locked()),
        ActivationStatus::Open | ActivationStatus::Redeemed | ActivationStatus::Voided => None,
    }
}

/// Whether an invitation can still be redeemed at `now`.
#[must_use]
pub fn is_open(invitation: &ActivationState, now: i64) -> bool {
    invitation.status == ActivationStatus::Open && now < invitation.expires_at
}

/// The kinds of keys.
#[must_use]
pub fn kinds() -> Vec<Choice<KeyKind>> {
    let hint = |kind| match kind {
        KeyKind::Smartphone => strings::smartphone_hint(),
        KeyKind::Card => strings::card_hint(),
        KeyKind::Fingerprint => strings::fingerprint_hint(),
        KeyKind::UsbKey => strings::usb_key_hint(),
    };
    let choice =
        |kind: KeyKind| Choice { value: kind, key: kind.key(), label: kind_name(kind), hint: hint(kind) };
    KeyKind::ALL.map(choice).to_vec()
}

/// What a kind of key is called.
#[must_use]
pub fn kind_name(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Smartphone => strings::smartphone(),
        KeyKind::Card => strings::card(),
        KeyKind::Fingerprint => strings::fingerprint(),
        KeyKind::UsbKey => strings::usb_key(),
    }
}

/// What the label of such a key is; a smartphone needs none.
#[must_use]
pub fn label_name(kind: KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::Smartphone => None,
        KeyKind::Card => Some(strings::card_label()),
        KeyKind::Fingerprint => Some(strings::fingerprint_label()),
        KeyKind::UsbKey => Some(strings::usb_key_label()),
    }
}

/// The drawing of a kind of key.
#[must_use]
pub const fn kind_icon(kind: KeyKind) -> IconKind {
    match kind {
        KeyKind::Smartphone => IconKind::Phone,
        KeyKind::Card => IconKind::Card,
        KeyKind::Fingerprint => IconKind::Fingerprint,
        KeyKind::UsbKey => IconKind::Usb,
    }
}

/// What can be chosen for verification.
#[must_use]
pub fn verifications() -> Vec<Choice<Verification>> {
    vec![
        Choice {
            value: Verification::OnPhone,
            key: "on_phone",
            label: strings::on_phone(),
            hint: strings::on_phone_hint(),
        },
        Choice {
            value: Verification::ReaderTapAndPin,
            key: "reader_tap_and_pin",
            label: strings::reader_tap_and_pin(),
            hint: strings::reader_tap_and_pin_hint(),
        },
    ]
}

/// Where credentials can be stored.
#[must_use]
pub fn storages() -> Vec<Choice<CredentialStorage>> {
    vec![
        Choice {
            value: CredentialStorage::Phone,
            key: "phone",
            label: strings::store_phone(),
            hint: strings::store_phone_hint(),
        },
        Choice {
            value: CredentialStorage::Appliance,
            key: "appliance",
            label: strings::store_appliance(),
            hint: strings::store_appliance_hint(),
        },
        Choice {
            value: CredentialStorage::Both,
            key: "both",
            label: strings::store_both(),
            hint: strings::store_both_hint(),
        },
    ]
}

/// The words of the chosen one of `choices`.
#[must_use]
pub fn chosen<T: PartialEq>(choices: &[Choice<T>], value: &T) -> &'static str {
    choices.iter().find(|choice| choice.value == *value).map_or("", |choice| choice.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_open_until_it_expires_locks_or_is_redeemed() {
        let invitation = |status| ActivationState {
            method: pocketkey_api::activation::ActivationMethod::Now,
            status,
            created_at: 0,
            expires_at: 1000,
        };
        assert!(is_open(&invitation(ActivationStatus::Open), 999));
        assert!(!is_open(&invitation(ActivationStatus::Open), 1000));
        assert!(!is_open(&invitation(ActivationStatus::Locked), 0));
        assert!(!is_open(&invitation(ActivationStatus::Redeemed), 0));
        assert_eq!(dead_word(ActivationStatus::Open, true), Some(strings::expired()));
        assert_eq!(dead_word(ActivationStatus::Open, false), None);
        assert_eq!(dead_word(ActivationStatus::Locked, true), Some(strings::locked()));
    }

    #[test]
    fn every_choice_has_words() {
        assert_eq!(chosen(&verifications(), &Verification::ReaderTapAndPin), strings::reader_tap_and_pin());
        assert_eq!(chosen(&storages(), &CredentialStorage::Both), strings::store_both());
    }
}
