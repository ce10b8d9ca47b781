//! authenticatorGetNextAssertion (0x08).
//!
//! [CTAP 2.1, 6.3](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetNextAssertion)

use crate::assertion::{Challenge, Choice, Signer};
use crate::authenticator::{Authenticator, Env, Next, State};
use crate::status::Status;
use crate::store::Store;

/// How long after one assertion the next may be fetched, in milliseconds.
const LIFE: u64 = 30_000;

/// The credentials of a getAssertion that were not used yet: the remembered parameters, counter and timer.
#[derive(Debug)]
pub(crate) struct Remaining {
    challenge: Challenge,
    /// In the order in which they will be used.
    signers: std::vec::IntoIter<Signer>,
    /// Unix milliseconds.
    last_used: u64,
}

impl Remaining {
    pub(crate) fn new(challenge: Challenge, signers: Vec<Signer>, env: &impl Env) -> Self {
        Self { challenge, signers: signers.into_iter(), last_used: env.now() }
    }
}

impl<S: Store> Authenticator<S> {
    pub(crate) fn get_next_assertion(
        &mut self,
        mut remaining: Remaining,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        // 1. Nothing remembered: `Remaining` would not exist.
        // 3. The timer ran out: what was remembered is dropped. Before 2, which drops it too.
        if env.now().saturating_sub(remaining.last_used) > LIFE {
            return Err(Status::NotAllowed);
        }
        // 2, 4, 8. Select the credential at the counter, if there is one, and count up.
        let signer = remaining.signers.next().ok_or(Status::NotAllowed)?;
        // 5, 6. With the user entity, names only if the person was verified; sign.
        let choice = Choice { names: remaining.challenge.consent.user_verified(), ..Choice::default() };
        let reply = self.assert(&signer, &remaining.challenge, choice, env)?;
        // 7. Reset the timer.
        remaining.last_used = env.now();
        Ok(Next::ReplyAndKeep(reply, State::Assertions(remaining)))
    }
}
