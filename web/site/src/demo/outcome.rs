//! How a ceremony stands or ended, in the page's words.

use pocketkey_api::{Problem, demo::DemoOutcome};
use pocketkey_kit::webauthn;

use crate::{standin::Failure, strings};

/// How a ceremony stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// None yet.
    Idle,
    /// Under way.
    Waiting,
    /// A credential was made and verified.
    Registered(DemoOutcome),
    /// A signature was verified.
    SignedIn(DemoOutcome),
    /// It came to nothing.
    Failed(Failed),
}

/// Why a ceremony came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The `DOMException`'s name, or the appliance's problem code.
    pub code: String,
    /// What happened.
    pub title: String,
    /// What that means, or what to do.
    pub text: String,
}

impl Outcome {
    /// For `data-state`.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Registered(_) => "registered",
            Self::SignedIn(_) => "signed-in",
            Self::Failed(_) => "failed",
        }
    }

    /// For `data-code`.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Failed(failed) => Some(failed.code.clone()),
            _ => None,
        }
    }
}

impl Failed {
    fn new(code: &str, title: &str, text: &str) -> Self {
        Self { code: code.to_owned(), title: title.to_owned(), text: text.to_owned() }
    }

    /// What a browser threw. It does not say whether a request was denied or nobody answered; the clock does.
    pub fn from_browser(name: &str, message: &str, timed_out: bool) -> Self {
        let (title, text) = match name {
            "NotAllowedError" if timed_out => (strings::TIMED_OUT, strings::TIMED_OUT_TEXT),
            "NotAllowedError" => (strings::DENIED_OR_LATE, strings::DENIED_OR_LATE_TEXT),
            // The site's own limit: browsers call any signal an abort.
            "AbortError" if timed_out => {
                return Self::new("TimeoutError", strings::TIMED_OUT, strings::TIMED_OUT_TEXT);
            }
            "AbortError" => (strings::ABORTED, strings::ABORTED_TEXT),
            "InvalidStateError" => (strings::EXCLUDED, strings::EXCLUDED_TEXT),
            "NotSupportedError" => (strings::UNSUPPORTED, strings::UNSUPPORTED_TEXT),
            "SecurityError" => (strings::ORIGIN, strings::ORIGIN_TEXT),
            webauthn::MISSING => (strings::NO_WEBAUTHN, strings::NO_WEBAUTHN_TEXT),
            _ => (strings::BROWSER, message),
        };
        Self::new(name, title, text)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let mut text = problem.detail.unwrap_or_default();
        for field in problem.fields {
            text = format!("{text} {}", field.message).trim().to_owned();
        }
        Self { code: problem.code, title: problem.title, text }
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        let (title, text) = match failure {
            Failure::Denied => (strings::DENIED, strings::DENIED_TEXT),
            Failure::TimedOut => (strings::TIMED_OUT, strings::TIMED_OUT_TEXT),
            Failure::Aborted => (strings::ABORTED, strings::ABORTED_TEXT),
            Failure::NoPhone => (strings::NO_PHONE, strings::NO_PHONE_TEXT),
            Failure::PhoneOffline => (strings::PHONE_OFFLINE, strings::PHONE_OFFLINE_TEXT),
            Failure::Blocked => (strings::BLOCKED, strings::BLOCKED_TEXT),
            Failure::Unreachable => (strings::UNREACHABLE, strings::UNREACHABLE_TEXT),
            Failure::Busy => (strings::BUSY, strings::BUSY_TEXT),
            Failure::Overloaded => (strings::OVERLOADED, strings::OVERLOADED_TEXT),
            Failure::Excluded => (strings::EXCLUDED, strings::EXCLUDED_TEXT),
            Failure::NoCredential => (strings::NO_CREDENTIAL, strings::NO_CREDENTIAL_TEXT),
            Failure::Algorithm => (strings::UNSUPPORTED, strings::UNSUPPORTED_TEXT),
            Failure::Full => (strings::FULL, strings::FULL_TEXT),
            Failure::NotUnlocked => (strings::NOT_UNLOCKED, strings::NOT_UNLOCKED_TEXT),
            Failure::TooLong => (strings::TOO_LONG, strings::TOO_LONG_TEXT),
            Failure::Unreadable => (strings::UNREADABLE, strings::UNREADABLE_TEXT),
            Failure::Interrupted => (strings::INTERRUPTED, strings::INTERRUPTED_TEXT),
            Failure::Tampered => (strings::TAMPERED, strings::TAMPERED_TEXT),
            Failure::Nonsense => (strings::NONSENSE, strings::NONSENSE_TEXT),
            Failure::Options => (strings::BAD_OPTIONS, strings::BAD_OPTIONS_TEXT),
            Failure::Origin => (strings::ORIGIN, strings::ORIGIN_TEXT),
            Failure::Status(status) => {
                return Self::new(failure.name(), strings::NONSENSE, &strings::ctap_status(status));
            }
        };
        Self::new(failure.name(), title, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_and_a_late_answer_share_a_name_but_not_the_words() {
        let denied = Failed::from(Failure::Denied);
        let late = Failed::from(Failure::TimedOut);
        assert_eq!((denied.code.as_str(), late.code.as_str()), ("NotAllowedError", "NotAllowedError"));
        assert_ne!(denied.title, late.title);
        let from_browser = |timed_out| Failed::from_browser("NotAllowedError", "…", timed_out).title;
        assert_eq!(from_browser(true), late.title);
        assert_ne!(from_browser(false), late.title);
    }

    #[test]
    fn every_ctap_status_has_words() {
        for status in 1..=u8::MAX {
            let failed = Failed::from(Failure::from_status(status));
            assert!(!failed.title.is_empty() && !failed.text.is_empty(), "{status:02x}");
        }
        assert_eq!(Failed::from(Failure::from_status(0x19)).code, "InvalidStateError");
        assert_eq!(Failed::from(Failure::from_status(0x2d)).code, "AbortError");
        assert!(Failed::from(Failure::from_status(0xf3)).text.contains("0xf3"));
    }

    #[test]
    fn fields_at_fault_are_named() {
        let problem: Problem = serde_json::from_str(
            r#"{"type":"about:blank","status":422,"code":"invalid_fields","title":"No.","fields":[{"field":"account","message":"Give a name."}]}"#,
        )
        .unwrap();
        let failed = Failed::from(problem);
        assert_eq!((failed.code.as_str(), failed.text.as_str()), ("invalid_fields", "Give a name."));
    }
}
