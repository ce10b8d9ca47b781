//! The ceremonies that run, by challenge.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use webauthn_rp::{
    DiscoverableAuthenticationServerState, NonDiscoverableAuthenticationServerState, RegistrationServerState,
};

use super::model::DemoError;

/// Ceremonies at once.
const MOST: usize = 1000;

/// A WebAuthn user handle.
pub type Handle = [u8; 16];

/// A ceremony that waits for the browser.
pub enum Ceremony {
    /// A registration.
    Register {
        /// What the verification needs.
        state: RegistrationServerState<16>,
        /// The account's name.
        account: String,
        /// The account's handle.
        handle: Handle,
        /// Whether the credential is to be discoverable.
        discoverable: bool,
    },
    /// A sign-in without a name.
    Passkey(DiscoverableAuthenticationServerState),
    /// A sign-in of a named account.
    SecurityKey(NonDiscoverableAuthenticationServerState),
}

/// All that run.
#[derive(Default)]
pub struct Ceremonies(Mutex<HashMap<u128, (Instant, Ceremony)>>);

impl Ceremonies {
    /// A ceremony begins; it is forgotten after `keep`.
    ///
    /// # Errors
    /// [`DemoError::Busy`] if too many run.
    pub fn begin(&self, challenge: u128, ceremony: Ceremony, keep: Duration) -> Result<(), DemoError> {
        let now = Instant::now();
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.len() >= MOST {
            running.retain(|_, (until, _)| *until > now);
        }
        if running.len() >= MOST {
            return Err(DemoError::Busy);
        }
        running.insert(challenge, (now + keep, ceremony));
        Ok(())
    }

    /// The ceremony, which is over with this.
    ///
    /// # Errors
    /// [`DemoError::Expired`] if there is none.
    pub fn end(&self, challenge: u128) -> Result<Ceremony, DemoError> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, ceremony) = running.remove(&challenge).ok_or(DemoError::Expired)?;
        if until > Instant::now() { Ok(ceremony) } else { Err(DemoError::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use webauthn_rp::{
        DiscoverableCredentialRequestOptions,
        request::{AsciiDomain, RpId},
    };

    use super::*;

    fn ceremony() -> Ceremony {
        let rp = RpId::Domain(AsciiDomain::try_from("localhost".to_owned()).unwrap());
        Ceremony::Passkey(DiscoverableCredentialRequestOptions::passkey(&rp).start_ceremony().unwrap().0)
    }

    #[test]
    fn a_ceremony_ends_once_and_in_time() {
        let ceremonies = Ceremonies::default();
        ceremonies.begin(1, ceremony(), Duration::from_secs(60)).unwrap();
        ceremonies.begin(2, ceremony(), Duration::ZERO).unwrap();
        assert!(ceremonies.end(1).is_ok());
        for gone in [1, 2, 3] {
            assert!(matches!(ceremonies.end(gone), Err(DemoError::Expired)));
        }
    }

    #[test]
    fn there_is_room_for_so_many_and_expired_ones_make_room() {
        let ceremonies = Ceremonies::default();
        ceremonies.begin(0, ceremony(), Duration::ZERO).unwrap();
        for challenge in 1..=MOST as u128 {
            ceremonies.begin(challenge, ceremony(), Duration::from_secs(60)).unwrap();
        }
        let full = ceremonies.begin(u128::MAX, ceremony(), Duration::from_secs(60));
        assert!(matches!(full, Err(DemoError::Busy)));
    }
}
