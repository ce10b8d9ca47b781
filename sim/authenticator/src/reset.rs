//! authenticatorReset (0x07).
//!
//! [CTAP 2.1, 6.6](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorReset)

use crate::authenticator::{Authenticator, Next};
use crate::status::Status;
use crate::store::Store;

impl<S: Store> Authenticator<S> {
    /// A reset must follow within 10 seconds of power-up, or `CTAP2_ERR_NOT_ALLOWED` is the answer. A phone is
    /// not plugged in anew for this, so no request is ever in time: a computer never erases a phone, its owner does.
    /// `CTAP2_ERR_OPERATION_DENIED` would claim that a person had said no.
    pub(crate) fn reset(&self) -> Result<Next, Status> {
        Err(Status::NotAllowed)
    }
}
