//! Finding credentials and signing with them, for getAssertion and getNextAssertion.
//!
//! [CTAP 2.1, 6.2](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetAssertion),
//! "authenticatorGetAssertion response structure"

use crate::auth_data::{self, rp_id_hash};
use crate::authenticator::{Authenticator, Env, stored};
use crate::config::Counter;
use crate::consent::Consent;
use crate::credential_id;
use crate::entities::User;
use crate::extensions::Assertion;
use crate::keys::PrivateKey;
use crate::status::Status;
use crate::store::{Change, CredRandom, Credential, CredentialChange, Protection, Store};
use core::fmt;
use sk_cbor::{cbor_map, cbor_map_options};

/// A credential ready to sign.
pub(crate) struct Signer {
    pub(crate) id: Vec<u8>,
    pub(crate) key: PrivateKey,
    /// credProtect.
    pub(crate) protection: Protection,
    /// hmac-secret.
    pub(crate) cred_random: Option<CredRandom>,
    pub(crate) third_party_payment: bool,
    /// Discoverable credentials only.
    pub(crate) stored: Option<Box<Credential>>,
}

impl Signer {
    /// The account, which is known for discoverable credentials only.
    pub(crate) fn account(&self) -> Option<&User> {
        self.stored.as_ref().map(|credential| &credential.user)
    }

    fn from_contents(id: &[u8], contents: &credential_id::Contents) -> Result<Self, Status> {
        Ok(Self {
            id: id.to_vec(),
            key: contents.key()?,
            protection: contents.protection,
            cred_random: contents.cred_random(),
            third_party_payment: contents.third_party_payment,
            stored: None,
        })
    }
}

impl TryFrom<Credential> for Signer {
    type Error = Status;

    fn try_from(credential: Credential) -> Result<Self, Status> {
        Ok(Self {
            id: credential.id.clone(),
            key: PrivateKey::new(credential.algorithm, &credential.private_key)?,
            protection: credential.protection,
            cred_random: credential.cred_random.clone(),
            third_party_payment: credential.third_party_payment,
            stored: Some(Box::new(credential)),
        })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("account", &self.account()).finish_non_exhaustive()
    }
}

/// What is signed, and with which flags; the same for a whole list of assertions.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) client_data_hash: [u8; 32],
    pub(crate) consent: Consent,
    pub(crate) extensions: Assertion,
}

/// Members of the response that depend on how the credential was chosen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choice {
    /// `numberOfCredentials`, when the client is to choose.
    pub(crate) number_of_credentials: Option<usize>,
    /// `userSelected`: the person saw the account here, so the client need not ask.
    pub(crate) user_selected: bool,
    /// Whether the client may see names, to let the person choose.
    pub(crate) names: bool,
}

impl<S: Store> Authenticator<S> {
    /// The credentials among `ids` that were created here for this relying party, discoverable or not.
    pub(crate) fn locate(&self, rp_id: &str, ids: &[Vec<u8>]) -> Result<Vec<Signer>, Status> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.locate_among(stored(self.store.for_relying_party(rp_id))?, &rp_id_hash(rp_id), ids)
    }

    /// The same, where only the hash of the relying party is known.
    pub(crate) fn locate_hash(&self, hash: &[u8; 32], ids: &[Vec<u8>]) -> Result<Vec<Signer>, Status> {
        let mut discoverable = stored(self.store.credentials())?;
        discoverable.retain(|credential| rp_id_hash(&credential.rp.id) == *hash);
        self.locate_among(discoverable, hash, ids)
    }

    fn locate_among(
        &self,
        mut discoverable: Vec<Credential>,
        rp_id_hash: &[u8; 32],
        ids: &[Vec<u8>],
    ) -> Result<Vec<Signer>, Status> {
        let wrapping_key = stored(self.store.device())?.wrapping_key;
        let mut signers = Vec::new();
        for id in ids {
            if let Some(index) = discoverable.iter().position(|credential| credential.id == *id) {
                signers.push(Signer::try_from(discoverable.swap_remove(index))?);
            } else if let Some(contents) = wrapping_key
                .as_ref()
                .and_then(|wrapping_key| credential_id::open(wrapping_key, rp_id_hash, id))
            {
                signers.push(Signer::from_contents(id, &contents)?);
            }
        }
        Ok(signers)
    }

    /// The discoverable credentials of this relying party, newest first.
    pub(crate) fn discover(&self, rp_id: &str) -> Result<Vec<Signer>, Status> {
        stored(self.store.for_relying_party(rp_id))?.into_iter().map(Signer::try_from).collect()
    }

    /// Counts, signs and lays out one response.
    pub(crate) fn assert(
        &mut self,
        signer: &Signer,
        challenge: &Challenge,
        choice: Choice,
        env: &mut impl Env,
    ) -> Result<Vec<u8>, Status> {
        let mut change = Change::from(stored(self.store.device())?);
        if challenge.consent.user_verified() {
            change.device.uv_tries_used = 0;
        }
        let outputs = challenge.extensions.outputs(signer, challenge.consent, env)?;
        let counter = self.count(&mut change, signer.stored.as_deref());
        let counter = self.config.shown_counter(counter);
        let hash = self.config.shown_rp_id_hash(challenge.rp_id_hash);
        let auth_data = auth_data::encode(&hash, challenge.consent, counter, None, outputs)?;
        let signature = signer.key.sign(&[&auth_data, &challenge.client_data_hash])?;
        stored(self.store.commit(change))?;
        Ok(self.config.shown_reply(cbor_map_options! {
            0x01 => cbor_map! { "id" => signer.id.clone(), "type" => "public-key" },
            0x02 => auth_data,
            0x03 => self.config.shown_signature(signature),
            0x04 => signer.account().map(|user| user.encode(choice.names)),
            0x05 => choice.number_of_credentials.map(|number| number as u64),
            0x06 => choice.user_selected.then_some(true),
            0x07 => challenge.extensions.large_blob_key(signer).map(|key| key.bytes().to_vec()),
        }))
    }

    /// The end of step 14 of 6.1.2 and of step 9 of 6.2.2: user presence is there; a token that vouches for the
    /// verification is spent.
    pub(crate) fn spend_token(&mut self, consent: Consent, by_token: bool, env: &impl Env) -> Consent {
        if !by_token {
            return consent;
        }
        if let Some(token) = self.session.token(env.now()) {
            token.spend();
        }
        consent.verified_by_token()
    }

    /// The signature counter after one more signature, as `change` will keep it.
    pub(crate) fn count(&self, change: &mut Change, credential: Option<&Credential>) -> u32 {
        match (self.config.counter, credential) {
            (Counter::PerCredential, Some(credential)) => {
                let counter = credential.counter.saturating_add(1);
                let counted = Credential { counter, ..credential.clone() };
                change.credentials = CredentialChange::Update(Box::new(counted));
                counter
            }
            (Counter::PerCredential, None) | (Counter::PerDevice, _) => {
                change.device.counter = change.device.counter.saturating_add(1);
                change.device.counter
            }
        }
    }
}
