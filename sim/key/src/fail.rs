//! How a request ends when the phone gives no answer of its own: the CTAP status for the client, the words for people.
//!
//! Which status is right is decided by what clients make of it:
//!
//! - **Chromium** ends a request at once only on success and on the few statuses it reads as "the person decided":
//!   `OPERATION_DENIED` and `PIN_AUTH_INVALID` for both commands, `CREDENTIAL_EXCLUDED` and `KEY_STORE_FULL` when
//!   registering, `NO_CREDENTIALS` when signing in. At any other it silently drops the key from this request and
//!   waits for other keys until the site's own time-out, minutes perhaps
//!   (`device/fido/make_credential_request_handler.cc` and `get_assertion_request_handler.cc`: "the authenticator
//!   will be dropped, and other authenticators may continue").
//! - **libfido2** hands the status on as it is, **Firefox** ends the request at any error.
//! - OpenSSH asks for a PIN at `OPERATION_DENIED` and then fails; it does so with every key.
//!
//! So whatever makes an answer impossible is `OPERATION_DENIED` (0x27): the browser says so within a second and the
//! pairing tool says why. `NO_CREDENTIALS` would be as quick when signing in, but a lie: sites would offer to register
//! anew. The price: another key plugged into the same computer loses its chance at this request. That is why the
//! virtual key is plugged in only once a phone is paired (see [`crate::computer`]).
//!
//! Silence of the person is `USER_ACTION_TIMEOUT` (0x2F), as the specification has it: 60 seconds have passed by
//! then, and a person may still pick up another key.

use pocketkey_authenticator::Status;
use pocketkey_link::frame::Failure;

/// Why a request ended without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fail {
    /// The person said no, on the phone.
    #[error("the request was denied on the phone")]
    Denied,
    /// Nobody answered in time.
    #[error("nobody answered on the phone in time; try again with the phone at hand")]
    TimedOut,
    /// No phone is paired.
    #[error("no phone is paired with this computer; scan the pairing code with a phone")]
    NoPhone,
    /// The person switched the key off.
    #[error("the security key is switched off; switch it on in the pairing tool's window")]
    Disabled,
    /// An administrator blocked the phone, or this computer.
    #[error("an administrator blocked this security key; ask your organisation to unblock it")]
    Blocked,
    /// The phone is not connected.
    #[error("the phone is offline; check that it is switched on, unlocked and has a network")]
    PhoneOffline,
    /// No connection to the appliance.
    #[error("the appliance cannot be reached; check this computer's network and the appliance")]
    ApplianceUnreachable,
    /// The phone holds as many requests as it may.
    #[error("the phone is busy with other requests; answer or deny them first")]
    PhoneBusy,
    /// The phone took the request for damaged, stale or repeated.
    #[error("the phone refused the request as damaged or too old; check the clocks of phone and computer")]
    Refused,
    /// The phone was restarted before it could answer.
    #[error("the request was interrupted before the phone could answer; try again")]
    Interrupted,
    /// The organisation asks more than the appliance carries.
    #[error("the appliance carries as many requests as it can; try again in a moment")]
    Overloaded,
    /// The answer is not the paired phone's.
    #[error(
        "the answer did not come from the paired phone and was thrown away; pair the phone anew if this repeats"
    )]
    NotThePhone,
    /// The request is longer than the channel carries.
    #[error("the request is too long to be sent to the phone")]
    TooLong,
}

impl Fail {
    /// The status the client gets.
    pub fn status(self) -> Status {
        match self {
            Self::TimedOut => Status::UserActionTimeout,
            Self::TooLong => Status::RequestTooLarge,
            Self::Denied
            | Self::NoPhone
            | Self::Disabled
            | Self::Blocked
            | Self::PhoneOffline
            | Self::ApplianceUnreachable
            | Self::PhoneBusy
            | Self::Refused
            | Self::Interrupted
            | Self::Overloaded
            | Self::NotThePhone => Status::OperationDenied,
        }
    }

    /// The whole CTAP reply.
    pub fn reply(self) -> Vec<u8> {
        vec![self.status().into()]
    }

    /// What people are told about a reply that came from the phone itself; `None` if there is nothing to tell.
    pub fn in_reply(reply: &[u8]) -> Option<Self> {
        match Status::from(*reply.first()?) {
            Status::OperationDenied => Some(Self::Denied),
            Status::UserActionTimeout | Status::ActionTimeout => Some(Self::TimedOut),
            _ => None,
        }
    }
}

impl From<Failure> for Fail {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::PhoneOffline => Self::PhoneOffline,
            Failure::TimedOut => Self::TimedOut,
            Failure::NotPaired => Self::NoPhone,
            Failure::Busy => Self::PhoneBusy,
            Failure::Unreadable => Self::Refused,
            Failure::Interrupted => Self::Interrupted,
            Failure::Overloaded => Self::Overloaded,
            Failure::Blocked => Self::Blocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_has_its_exact_status() {
        let table = [
            (Fail::Denied, 0x27),
            (Fail::TimedOut, 0x2F),
            (Fail::NoPhone, 0x27),
            (Fail::Disabled, 0x27),
            (Fail::Blocked, 0x27),
            (Fail::PhoneOffline, 0x27),
            (Fail::ApplianceUnreachable, 0x27),
            (Fail::PhoneBusy, 0x27),
            (Fail::Refused, 0x27),
            (Fail::Interrupted, 0x27),
            (Fail::Overloaded, 0x27),
            (Fail::NotThePhone, 0x27),
            (Fail::TooLong, 0x39),
        ];
        for (fail, status) in table {
            assert_eq!(fail.reply(), [status], "{fail:?}");
        }
    }

    #[test]
    fn only_decisions_of_the_person_are_worth_a_word() {
        assert_eq!(Fail::in_reply(&[0x27]), Some(Fail::Denied));
        assert_eq!(Fail::in_reply(&[0x2F]), Some(Fail::TimedOut));
        assert_eq!(Fail::in_reply(&[0x00, 0xA0]), None);
        assert_eq!(Fail::in_reply(&[0x2E]), None, "a preflight that finds no credential");
        assert_eq!(Fail::in_reply(&[]), None);
    }
}
