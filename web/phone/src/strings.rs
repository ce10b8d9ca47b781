//! Every word on the phone, in one place, so that a translation can follow.

use pocketkey_api::sandbox::Fault;

pub const OFFLINE: &str = "No network";
pub const ASLEEP: &str = "Asleep";
pub const CONNECTING: &str = "Connecting…";
pub const CONNECTED: &str = "Connected";

pub const WELCOME: &str = "Make this phone your security key";
pub const WELCOME_TEXT: &str =
    "Scan the QR code of your invitation, or paste its link. Its 12-digit pairing key will do, too.";
pub const WELCOME_FIELD: &str = "Link or pairing key";
pub const ACTIVATE: &str = "Activate";

pub const GOOD_DAY: &str = "Ready";
pub const NOT_CONNECTED: &str = "Not connected";
pub const NOT_CONNECTED_TEXT: &str = "A request waits until this phone is back.";
pub const READY_TEXT: &str = "When a computer asks, the request appears here.";
pub const COMPUTERS: &str = "Computers";
pub const NO_COMPUTERS: &str = "None yet. Scan the QR code that the computer shows.";
pub const CREDENTIALS: &str = "Credentials";
pub const NO_CREDENTIALS: &str = "None yet. They appear when you register at a web site.";
pub const CODE: &str = "Code";
pub const SCAN_FIELD: &str = "Text of a QR code";
pub const SCAN: &str = "Scan";

pub const REGISTER: &str = "Register this phone?";
pub const SIGN_IN: &str = "Sign in?";
pub const SELECT: &str = "Use this phone?";
pub const MANAGE: &str = "Manage this key?";
pub const ENROLL: &str = "Enrol a finger?";
pub const RESET: &str = "Erase this key?";
pub const WEB_SITE: &str = "Web site";
pub const ACCOUNT: &str = "Account";
pub const COMPUTER: &str = "Computer";
pub const ASKED: &str = "Asked";
pub const WAITS: &str = "Waits for";
pub const APPROVE: &str = "Approve";
pub const DENY: &str = "Deny";

pub const UNLOCK: &str = "Unlock to confirm";
pub const UNLOCK_FINGER: &str = "Unlock with fingerprint";
pub const WRONG_FINGER: &str = "Wrong finger";

/// Announced by screen readers when a request appears.
pub fn announcement(title: &str, site: &str) -> String {
    format!("{title} {site}")
}

/// After a failed unlock.
pub fn tries_left(tries: u8) -> String {
    match tries {
        1 => "Not recognised. One try left.".to_owned(),
        tries => format!("Not recognised. {tries} tries left."),
    }
}

/// The screen's accessible name.
pub fn screen_of(model: &str) -> String {
    format!("Screen of {model}")
}

/// What the fingerprint confirms.
pub fn confirms(site: &str) -> String {
    format!("for {site}")
}

/// What is deliberately wrong with a phone's answers.
pub const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::BadSignature => "Fault on: signs wrongly",
        Fault::CounterRollback => "Fault on: its counter goes back",
        Fault::WrongRpIdHash => "Fault on: names another web site",
        Fault::WrongAttestation => "Fault on: attests wrongly",
        Fault::MalformedReply => "Fault on: answers nonsense",
        Fault::Stall => "Fault on: never answers",
    }
}
