//! What a person's answer permits. Signing demands a [`Consent`], and this is the only place that makes one.

use crate::authenticator::Event;
use crate::status::Status;

/// The right to sign, with the flags that may be set in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consent {
    user_present: bool,
    user_verified: bool,
}

impl Consent {
    /// For getAssertion with `up` false, which is answered without asking: neither flag.
    pub(crate) fn silent() -> Self {
        Self { user_present: false, user_verified: false }
    }

    /// From a verified pinUvAuthToken: the person was verified when it was given out, and may still count as present.
    pub(crate) fn from_token(user_present: bool) -> Self {
        Self { user_present, user_verified: true }
    }

    /// The same, from somebody whom a verified pinUvAuthToken vouches for.
    pub(crate) fn verified_by_token(self) -> Self {
        Self { user_verified: true, ..self }
    }

    /// Turns the answer to a prompt into a consent, or into the status that ends the operation.
    ///
    /// 6.1.2 and 6.2.2 answer a time-out with `CTAP2_ERR_OPERATION_DENIED` as well. We keep the two apart, with
    /// `CTAP2_ERR_USER_ACTION_TIMEOUT`, as 6.9 does: clients offer another try then.
    pub(crate) fn from_answer(answer: &Event, verification_asked: bool) -> Result<Self, Status> {
        match answer {
            // performBuiltInUv failed. Whoever asked may know a status that says more.
            Event::Approved { user_verified: false } if verification_asked => Err(Status::OperationDenied),
            Event::Approved { .. } => Ok(Self { user_present: true, user_verified: verification_asked }),
            Event::Denied => Err(Status::OperationDenied),
            Event::TimedOut => Err(Status::UserActionTimeout),
            Event::Cancelled => Err(Status::KeepaliveCancel),
            Event::Request(_) | Event::Apdu(_) | Event::Sample { .. } => Err(Status::NotAllowed),
        }
    }

    pub(crate) fn user_present(self) -> bool {
        self.user_present
    }

    pub(crate) fn user_verified(self) -> bool {
        self.user_verified
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_verified_approval_carries_the_verified_flag() {
        let approved = |user_verified| Event::Approved { user_verified };
        let flags = |event: Event, asked| {
            Consent::from_answer(&event, asked).map(|c| (c.user_present, c.user_verified))
        };
        assert_eq!(flags(approved(true), true), Ok((true, true)));
        assert_eq!(flags(approved(true), false), Ok((true, false)));
        assert_eq!(flags(approved(false), false), Ok((true, false)));
        assert_eq!(flags(approved(false), true), Err(Status::OperationDenied));
        assert_eq!(flags(Event::Denied, false), Err(Status::OperationDenied));
        assert_eq!(flags(Event::TimedOut, true), Err(Status::UserActionTimeout));
        assert_eq!(flags(Event::Cancelled, true), Err(Status::KeepaliveCancel));
        assert_eq!(flags(Event::Request(&[4]), true), Err(Status::NotAllowed));
    }
}
