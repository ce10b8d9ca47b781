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
        UserStatus::Blocked => (strings::BLOCKED, Tone::Bad),
        UserStatus::Active => (strings::ACTIVE, Tone::Good),
        UserStatus::Pending => (strings::PENDING, Tone::Warn),
        UserStatus::NotInvited => (strings::NOT_INVITED, Tone::Neutral),
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
            (KeyStatus::Blocked, _) => (strings::BLOCKED, Tone::Bad),
            (KeyStatus::Active, _) => (strings::ACTIVE, Tone::Good),
            (_, Some(word)) => (word, Tone::Bad),
            (KeyStatus::Pending, None) => (strings::PENDING, Tone::Warn),
            (KeyStatus::NotActivated, None) => (strings::NOT_ACTIVATED, Tone::Neutral),
        };
        view! { <Badge label tone dot=true test_id="key-status"/> }
    }
}

/// Why an invitation does not work any more, if so.
fn dead_word(status: ActivationStatus, past: bool) -> Option<&'static str> {
    match status {
        ActivationStatus::Expired => Some(strings::EXPIRED),
        ActivationStatus::Open if past => Some(strings::EXPIRED),
        ActivationStatus::Locked => Some(strings::LOCKED),
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
        KeyKind::Smartphone => strings::SMARTPHONE_HINT,
        KeyKind::Card => strings::CARD_HINT,
        KeyKind::Fingerprint => strings::FINGERPRINT_HINT,
        KeyKind::UsbKey => strings::USB_KEY_HINT,
    };
    let choice =
        |kind: KeyKind| Choice { value: kind, key: kind.key(), label: kind_name(kind), hint: hint(kind) };
    KeyKind::ALL.map(choice).to_vec()
}

/// What a kind of key is called.
#[must_use]
pub const fn kind_name(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Smartphone => strings::SMARTPHONE,
        KeyKind::Card => strings::CARD,
        KeyKind::Fingerprint => strings::FINGERPRINT,
        KeyKind::UsbKey => strings::USB_KEY,
    }
}

/// What the label of such a key is; a smartphone needs none.
#[must_use]
pub const fn label_name(kind: KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::Smartphone => None,
        KeyKind::Card => Some(strings::CARD_LABEL),
        KeyKind::Fingerprint => Some(strings::FINGERPRINT_LABEL),
        KeyKind::UsbKey => Some(strings::USB_KEY_LABEL),
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
            label: strings::ON_PHONE,
            hint: strings::ON_PHONE_HINT,
        },
        Choice {
            value: Verification::ReaderTapAndPin,
            key: "reader_tap_and_pin",
            label: strings::READER_TAP_AND_PIN,
            hint: strings::READER_TAP_AND_PIN_HINT,
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
            label: strings::STORE_PHONE,
            hint: strings::STORE_PHONE_HINT,
        },
        Choice {
            value: CredentialStorage::Appliance,
            key: "appliance",
            label: strings::STORE_APPLIANCE,
            hint: strings::STORE_APPLIANCE_HINT,
        },
        Choice {
            value: CredentialStorage::Both,
            key: "both",
            label: strings::STORE_BOTH,
            hint: strings::STORE_BOTH_HINT,
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
        assert_eq!(dead_word(ActivationStatus::Open, true), Some(strings::EXPIRED));
        assert_eq!(dead_word(ActivationStatus::Open, false), None);
        assert_eq!(dead_word(ActivationStatus::Locked, true), Some(strings::LOCKED));
    }

    #[test]
    fn every_choice_has_words() {
        assert_eq!(chosen(&verifications(), &Verification::ReaderTapAndPin), strings::READER_TAP_AND_PIN);
        assert_eq!(chosen(&storages(), &CredentialStorage::Both), strings::STORE_BOTH);
    }
}
