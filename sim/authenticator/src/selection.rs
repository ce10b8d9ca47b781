//! authenticatorSelection (0x0B).
//!
//! [CTAP 2.1, 6.9](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorSelection)

use crate::authenticator::{Action, Authenticator, Next, Pending, Prompt, stored};
use crate::status::Status;
use crate::store::Store;

impl<S: Store> Authenticator<S> {
    /// Asks for user presence. Approval is answered with `CTAP2_OK`; a denial, a time-out and a cancel each with
    /// their own status.
    pub(crate) fn selection(&self) -> Result<Next, Status> {
        Ok(touch(Action::Select, Pending::Touch(Status::Ok)))
    }
}

/// Asks for a touch that signs nothing.
pub(crate) fn touch(action: Action, pending: Pending) -> Next {
    let prompt = Prompt {
        action,
        rp_id: String::new(),
        rp_name: String::new(),
        account: String::new(),
        user_verification: false,
    };
    Next::Ask(prompt, pending)
}

impl<S: Store> Authenticator<S> {
    /// Step 1 of 6.1.2 and 6.2.2: a zero-length pinUvAuthParam asks for evidence of user interaction, and is answered
    /// with whether a PIN is set.
    pub(crate) fn touch_only(&self) -> Result<Next, Status> {
        let status = match stored(self.store.device())?.pin {
            Some(_) => Status::PinInvalid,
            None => Status::PinNotSet,
        };
        Ok(touch(Action::Select, Pending::Touch(status)))
    }
}
