//! authenticatorReset (0x07).
//!
//! [CTAP 2.1, 6.6](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorReset)

use crate::authenticator::{Action, Authenticator, Env, Next, Pending, stored};
use crate::selection::touch;
use crate::status::Status;
use crate::store::{Change, CredentialChange, Device, Store};

/// How long after power-up a reset may come, in milliseconds.
const WINDOW: u64 = 10_000;

impl<S: Store> Authenticator<S> {
    /// A reset must follow within 10 seconds of power-up, or `CTAP2_ERR_NOT_ALLOWED` is the answer. A phone that never
    /// tells of power ([`Authenticator::power_cycle`]) is never erased by a computer, only by its owner.
    /// `CTAP2_ERR_OPERATION_DENIED` would claim that a person had said no.
    pub(crate) fn reset(&self, env: &impl Env) -> Result<Next, Status> {
        match self.session.age(env.now()) {
            Some(age) if age <= WINDOW => Ok(touch(Action::Reset, Pending::Reset)),
            Some(_) | None => Err(Status::NotAllowed),
        }
    }

    /// Erases all credentials, the key of those that are stored elsewhere, the PIN and every setting.
    pub(crate) fn finish_reset(&mut self) -> Result<Next, Status> {
        let erased = Change { device: Device::default(), credentials: CredentialChange::RemoveAll };
        stored(self.store.commit(erased))?;
        self.session.forget();
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }
}
