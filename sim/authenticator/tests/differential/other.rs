//! The other implementation, behind the same bytes: a command and CBOR in, a status and CBOR out.
//!
//! The crate leaves three things to whoever embeds it, and they are here in their plainest form: the bytes around its
//! types, a store, and the person.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use passkey_authenticator::{
    Authenticator, CredentialStore, DiscoverabilitySupport, StoreInfo, UiHint, UserCheck,
    UserValidationMethod,
};
use passkey_types::Passkey;
use passkey_types::ctap2::make_credential::{
    Options, PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity,
};
use passkey_types::ctap2::{Aaguid, Ctap2Error, StatusCode, get_assertion, make_credential};
use passkey_types::webauthn::PublicKeyCredentialDescriptor;

pub const AAGUID: [u8; 16] = [0x0a; 16];

/// The other authenticator.
pub struct Other(Authenticator<Credentials, Consenting>);

impl Other {
    pub fn new() -> Self {
        Self(Authenticator::new(Aaguid(AAGUID), Credentials::default(), Consenting))
    }

    /// The reply to a request: its status and, on success, CBOR.
    pub fn step(&mut self, request: &[u8]) -> Vec<u8> {
        match self.answer(request) {
            Ok(cbor) => [vec![0], cbor].concat(),
            Err(status) => vec![status.into()],
        }
    }

    fn answer(&mut self, request: &[u8]) -> Result<Vec<u8>, StatusCode> {
        let (command, parameters) = request.split_first().ok_or(Ctap2Error::InvalidCbor)?;
        match command {
            0x01 => {
                let request: make_credential::Request = decode(parameters)?;
                encode(&now(self.0.make_credential(request))?)
            }
            0x02 => {
                let request: get_assertion::Request = decode(parameters)?;
                encode(&now(self.0.get_assertion(request))?)
            }
            _ => encode(&now(self.0.get_info())),
        }
    }
}

/// What cannot be read is invalid CBOR: its decoder does not say which of the parsing statuses applies.
fn decode<T: serde::de::DeserializeOwned>(cbor: &[u8]) -> Result<T, StatusCode> {
    ciborium::from_reader(cbor).map_err(|_| Ctap2Error::InvalidCbor.into())
}

fn encode(response: &impl serde::Serialize) -> Result<Vec<u8>, StatusCode> {
    let mut cbor = Vec::new();
    ciborium::into_writer(response, &mut cbor).map_err(|_| Ctap2Error::InvalidCbor)?;
    Ok(cbor)
}

/// Runs what never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// Somebody who consents to everything, and is verified if that is asked for.
struct Consenting;

#[async_trait]
impl UserValidationMethod for Consenting {
    type PasskeyItem = Passkey;

    /// That a credential is excluded is said here: the crate asks, and goes on if nobody objects.
    async fn check_user<'a>(
        &self,
        hint: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        match hint {
            UiHint::InformExcludedCredentialFound(_) => Err(Ctap2Error::CredentialExcluded),
            _ => Ok(UserCheck { presence, verification }),
        }
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// Credentials in memory, oldest first. A discoverable one has a user handle.
#[derive(Default)]
struct Credentials(Vec<Passkey>);

#[async_trait]
impl CredentialStore for Credentials {
    type PasskeyItem = Passkey;

    async fn find_credentials(
        &self,
        ids: Option<&[PublicKeyCredentialDescriptor]>,
        rp_id: &str,
        _user_handle: Option<&[u8]>,
    ) -> Result<Vec<Passkey>, StatusCode> {
        let asked_for = |passkey: &&Passkey| match ids {
            Some(ids) => ids.iter().any(|descriptor| descriptor.id == passkey.credential_id),
            None => passkey.user_handle.is_some(),
        };
        Ok(self.0.iter().rev().filter(|one| one.rp_id == rp_id).filter(asked_for).cloned().collect())
    }

    async fn save_credential(
        &mut self,
        passkey: Passkey,
        _user: PublicKeyCredentialUserEntity,
        _rp: PublicKeyCredentialRpEntity,
        _options: Options,
    ) -> Result<(), StatusCode> {
        // One discoverable credential for each account.
        let same = |old: &Passkey| old.rp_id == passkey.rp_id && old.user_handle == passkey.user_handle;
        self.0.retain(|old| passkey.user_handle.is_none() || !same(old));
        self.0.push(passkey);
        Ok(())
    }

    async fn update_credential(&mut self, passkey: &Passkey) -> Result<(), StatusCode> {
        let stored = self.0.iter_mut().find(|old| old.credential_id == passkey.credential_id);
        *stored.ok_or(Ctap2Error::NoCredentials)? = passkey.clone();
        Ok(())
    }

    async fn get_info(&self) -> StoreInfo {
        StoreInfo { discoverability: DiscoverabilitySupport::Full }
    }
}
