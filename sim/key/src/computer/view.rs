//! What there is to see of a computer (C6).

use pocketkey_api::sandbox::KeyState;
use pocketkey_link::frame::Refusal;

use super::{Inner, link::Relay};
use crate::fail::Fail;

/// All of it, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The state line.
    pub state: KeyState,
    /// The paired phone.
    pub phone: Option<Phone>,
    /// The code a phone may scan now.
    pub invitation: Option<Invitation>,
    /// Why the appliance is unreachable, for people.
    pub trouble: Option<String>,
    /// How many requests failed so far, and why the last one did.
    pub failures: (u64, Option<Fail>),
    /// How often a client asked the key to show itself.
    pub winks: u64,
    /// Whether the person switched the key off.
    pub off: bool,
}

/// The paired phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Its model, for example `Pixel 9`.
    pub model: String,
    /// Its operating system.
    pub os: String,
    /// Six digits, the same on its screen.
    pub code: String,
}

/// A code that waits for a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// What the QR holds; a secret, since whoever knows it can pair.
    pub text: String,
    /// When it stops working, in Unix milliseconds. A new one takes its place.
    pub expires_at: i64,
}

impl Default for View {
    fn default() -> Self {
        Self {
            state: KeyState::NoPhone,
            phone: None,
            invitation: None,
            trouble: None,
            failures: (0, None),
            winks: 0,
            off: false,
        }
    }
}

impl View {
    pub(super) fn of(inner: &Inner) -> Self {
        let phone = inner.kept.phone.as_ref();
        let (state, trouble) = match &inner.relay {
            Relay::Down { reason, .. } => (KeyState::ApplianceUnreachable, Some(reason.clone())),
            Relay::Blocked => (KeyState::ApplianceUnreachable, Some(Refusal::Blocked.to_string())),
            _ if phone.is_none() => (KeyState::NoPhone, None),
            _ if inner.kept.off => (KeyState::Disabled, None),
            _ if inner.phone_online => (KeyState::Ready, None),
            _ => (KeyState::PhoneOffline, None),
        };
        Self {
            state,
            phone: phone.map(|phone| Phone {
                model: phone.model.clone(),
                os: phone.os.clone(),
                code: phone.code.clone(),
            }),
            // A phone that scans must find the computer connected.
            invitation: inner.invitation.clone().filter(|_| matches!(inner.relay, Relay::Up { .. })),
            trouble,
            failures: (inner.failures, inner.last_failure),
            winks: inner.winks,
            off: inner.kept.off,
        }
    }
}
