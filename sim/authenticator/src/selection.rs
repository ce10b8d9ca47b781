//! authenticatorSelection (0x0B).
//!
//! [CTAP 2.1, 6.9](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorSelection)

use crate::authenticator::{Action, Authenticator, Next, Pending, Prompt};
use crate::status::Status;
use crate::store::Store;

impl<S: Store> Authenticator<S> {
    /// Asks for user presence. Approval is answered with `CTAP2_OK`; a denial, a time-out and a cancel each with
    /// their own status.
    pub(crate) fn selection(&self) -> Result<Next, Status> {
        Ok(touch(Status::Ok))
    }
}

/// Asks for a touch that signs nothing, and answers it with `status`.
pub(crate) fn touch(status: Status) -> Next {
    let prompt = Prompt {
        action: Action::Select,
        rp_id: String::new(),
        rp_name: String::new(),
        account: String::new(),
        user_verification: false,
    };
    Next::Ask(prompt, Pending::Touch(status))
}
