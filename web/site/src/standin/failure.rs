//! Why a ceremony on the stand-in failed, and what a browser would call it.

use pocketkey_link::frame;

/// Why there is no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The person said no on the phone.
    Denied,
    /// Nobody answered in time.
    TimedOut,
    /// Given up in the page.
    Aborted,
    /// No phone is paired.
    NoPhone,
    /// The phone is not connected.
    PhoneOffline,
    /// An administrator blocked the phone, or this computer.
    Blocked,
    /// The appliance cannot be reached.
    Unreachable,
    /// The phone or this page already holds a request.
    Busy,
    /// The organisation asks more than the appliance carries.
    Overloaded,
    /// The phone is registered for this account already.
    Excluded,
    /// The phone has no credential for this account.
    NoCredential,
    /// The site asks for algorithms that the phone does not have.
    Algorithm,
    /// The phone holds as many credentials as it can.
    Full,
    /// The phone was not unlocked.
    NotUnlocked,
    /// More credentials are named than fit into a request.
    TooLong,
    /// The phone could not open the request: damaged or too old.
    Unreadable,
    /// The phone was restarted before it could answer.
    Interrupted,
    /// The answer is not the paired phone's, or was changed on the way.
    Tampered,
    /// The answer is none.
    Nonsense,
    /// The site's options cannot be read.
    Options,
    /// The site asks in the name of another domain.
    Origin,
    /// Another status of CTAP.
    Status(u8),
}

impl Failure {
    /// The name of the `DOMException` with which a browser reports this.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Excluded => "InvalidStateError",
            Self::Aborted => "AbortError",
            Self::Algorithm => "NotSupportedError",
            Self::Origin => "SecurityError",
            Self::Options => "TypeError",
            Self::Unreadable
            | Self::Interrupted
            | Self::Tampered
            | Self::Nonsense
            | Self::Status(_)
            | Self::Unreachable => "UnknownError",
            Self::Denied
            | Self::TimedOut
            | Self::NoPhone
            | Self::PhoneOffline
            | Self::Blocked
            | Self::Busy
            | Self::Overloaded
            | Self::NoCredential
            | Self::Full
            | Self::NotUnlocked
            | Self::TooLong => "NotAllowedError",
        }
    }

    /// What a status byte of CTAP (2.1, 8.2) other than zero means here.
    pub const fn from_status(status: u8) -> Self {
        match status {
            0x15 | 0x39 => Self::TooLong,
            0x19 => Self::Excluded,
            0x26 => Self::Algorithm,
            0x27 => Self::Denied,
            0x28 => Self::Full,
            0x2d => Self::Aborted,
            0x22 | 0x2e => Self::NoCredential,
            0x05 | 0x2f | 0x3a => Self::TimedOut,
            0x06 => Self::Busy,
            0x36 | 0x3c | 0x3f => Self::NotUnlocked,
            other => Self::Status(other),
        }
    }
}

impl From<frame::Failure> for Failure {
    fn from(failure: frame::Failure) -> Self {
        match failure {
            frame::Failure::PhoneOffline => Self::PhoneOffline,
            frame::Failure::TimedOut => Self::TimedOut,
            frame::Failure::NotPaired => Self::NoPhone,
            frame::Failure::Busy => Self::Busy,
            frame::Failure::Overloaded => Self::Overloaded,
            frame::Failure::Unreadable => Self::Unreadable,
            frame::Failure::Interrupted => Self::Interrupted,
            frame::Failure::Blocked => Self::Blocked,
        }
    }
}

impl From<super::ctap::NoResult> for Failure {
    fn from(none: super::ctap::NoResult) -> Self {
        match none {
            super::ctap::NoResult::Status(status) => Self::from_status(status),
            super::ctap::NoResult::Malformed => Self::Nonsense,
        }
    }
}
