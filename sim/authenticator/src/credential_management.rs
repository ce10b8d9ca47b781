//! authenticatorCredentialManagement (0x0A).
//!
//! [CTAP 2.1, 6.8](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorCredentialManagement)

use crate::auth_data::rp_id_hash;
use crate::authenticator::{Authenticator, Env, Next, State, stored};
use crate::cbor::{self, Value};
use crate::entities::{RelyingParty, User};
use crate::keys::PrivateKey;
use crate::parameters::{self, PinUvAuth};
use crate::pin_uv_auth_token::{Permissions, Token};
use crate::status::Status;
use crate::store::{Change, Credential, CredentialChange, Store};
use sk_cbor::{cbor_map, cbor_map_options};
use std::vec::IntoIter;

/// A request whose parameters have the right types.
struct Request {
    sub_command: i64,
    /// subCommandParams as they were sent: canonical CBOR has but one form.
    raw_params: Vec<u8>,
    params: Params,
    pin_uv_auth: PinUvAuth,
}

#[derive(Default)]
struct Params {
    rp_id_hash: Option<Vec<u8>>,
    credential_id: Option<Vec<u8>>,
    user: Option<User>,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        let sub_command = fields.required(0x01, cbor::integer)?;
        let params = fields.optional(0x02, Ok)?;
        Ok(Self {
            sub_command,
            raw_params: params.clone().map(cbor::encode).unwrap_or_default(),
            params: params.map(Params::read).transpose()?.unwrap_or_default(),
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x04, 0x03)?,
        })
    }
}

impl Params {
    fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self {
            rp_id_hash: fields.optional(0x01, cbor::bytes)?,
            credential_id: fields.optional(0x02, parameters::credential_id)?,
            user: fields.optional(0x03, User::read)?,
        })
    }
}

impl<S: Store> Authenticator<S> {
    pub(crate) fn credential_management(
        &mut self,
        state: State,
        parameters: &[u8],
        env: &impl Env,
    ) -> Result<Next, Status> {
        if !self.policy()?.token {
            return Err(Status::InvalidCommand);
        }
        let request = Request::read(parameters)?;
        match (request.sub_command, state) {
            (0x01, _) => self.get_creds_metadata(request, env),
            (0x02, _) => self.enumerate_rps(request, env),
            (0x03, State::RelyingParties(rest)) => next_rp(rest, None).ok_or(Status::NotAllowed),
            (0x04, _) => self.enumerate_credentials(request, env),
            (0x05, State::Credentials(mut rest)) => {
                let credential = rest.next().ok_or(Status::NotAllowed)?;
                next_credential(credential, rest, None)
            }
            (0x03 | 0x05, _) => Err(Status::NotAllowed),
            (0x06, _) => self.delete_credential(request, env),
            (0x07, _) => self.update_user_information(request, env),
            _ => Err(Status::InvalidSubcommand),
        }
    }

    /// Verifies a token with the permission cm over the subcommand and its parameters.
    fn verify_management(&mut self, request: &mut Request, env: &impl Env) -> Result<&mut Token, Status> {
        let proof = core::mem::take(&mut request.pin_uv_auth).required_proof()?;
        let number = u8::try_from(request.sub_command).map_err(|_| Status::InvalidSubcommand)?;
        let message: [&[u8]; 2] = [&[number], &request.raw_params];
        self.session.verify(&proof, &message, Permissions::CREDENTIAL_MANAGEMENT, env.now())
    }

    /// The same for what concerns all relying parties: a token for one of them will not do.
    fn verify_for_all(&mut self, request: &mut Request, env: &impl Env) -> Result<(), Status> {
        match self.verify_management(request, env)?.is_bound() {
            true => Err(Status::PinAuthInvalid),
            false => Ok(()),
        }
    }

    /// 6.8.2 Getting Credentials Metadata.
    fn get_creds_metadata(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        self.verify_for_all(&mut request, env)?;
        let existing = stored(self.store.credentials())?.len();
        let remaining = self.config.max_credentials.saturating_sub(existing);
        Ok(Next::Reply(cbor::reply(cbor_map! { 0x01 => existing as u64, 0x02 => remaining as u64 })))
    }

    /// 6.8.3 Enumerating RPs.
    fn enumerate_rps(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        self.verify_for_all(&mut request, env)?;
        let mut rps: Vec<RelyingParty> = Vec::new();
        for credential in stored(self.store.credentials())? {
            if rps.iter().all(|known| known.id != credential.rp.id) {
                rps.push(credential.rp);
            }
        }
        let total = rps.len();
        next_rp(rps.into_iter(), Some(total)).ok_or(Status::NoCredentials)
    }

    /// 6.8.4 Enumerating Credentials for an RP.
    fn enumerate_credentials(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        let hash = request.params.rp_id_hash.clone().ok_or(Status::MissingParameter)?;
        if !self.verify_management(&mut request, env)?.is_for_hash(&hash) {
            return Err(Status::PinAuthInvalid);
        }
        let mut found = stored(self.store.credentials())?;
        found.retain(|credential| rp_id_hash(&credential.rp.id)[..] == hash);
        let total = found.len();
        let mut rest = found.into_iter();
        let first = rest.next().ok_or(Status::NoCredentials)?;
        next_credential(first, rest, Some(total))
    }

    /// 6.8.5 DeleteCredential.
    fn delete_credential(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        let credential = self.managed(&mut request, env)?;
        self.change_credentials(CredentialChange::Remove(credential.id))
    }

    /// 6.8.6 Updating user information.
    fn update_user_information(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        let user = request.params.user.clone().ok_or(Status::MissingParameter)?;
        let credential = self.managed(&mut request, env)?;
        // The user handle does not change; names that are absent go.
        if user.id != credential.user.id {
            return Err(Status::InvalidParameter);
        }
        self.change_credentials(CredentialChange::Update(Box::new(Credential { user, ..credential })))
    }

    /// The credential that a request names, if its token may manage it.
    fn managed(&mut self, request: &mut Request, env: &impl Env) -> Result<Credential, Status> {
        let id = request.params.credential_id.clone().ok_or(Status::MissingParameter)?;
        let found = stored(self.store.credentials())?.into_iter().find(|credential| credential.id == id);
        let token = self.verify_management(request, env)?;
        let credential = found.ok_or(Status::NoCredentials)?;
        if !token.is_for(&credential.rp.id) {
            return Err(Status::PinAuthInvalid);
        }
        Ok(credential)
    }

    fn change_credentials(&mut self, credentials: CredentialChange) -> Result<Next, Status> {
        let device = stored(self.store.device())?;
        stored(self.store.commit(Change { device, credentials }))?;
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }
}

/// The reply about the next relying party; `None` when there is none.
fn next_rp(mut rest: IntoIter<RelyingParty>, total: Option<usize>) -> Option<Next> {
    let rp = rest.next()?;
    let reply = cbor::reply(cbor_map_options! {
        0x03 => cbor_map_options! { "id" => rp.id.clone(), "name" => rp.name },
        0x04 => rp_id_hash(&rp.id).to_vec(),
        0x05 => total.map(|total| total as u64),
    });
    Some(Next::ReplyAndKeep(reply, State::RelyingParties(rest)))
}

/// The reply about one credential.
fn next_credential(
    credential: Credential,
    rest: IntoIter<Credential>,
    total: Option<usize>,
) -> Result<Next, Status> {
    let public_key: Value = PrivateKey::new(credential.algorithm, &credential.private_key)?.cose();
    let reply = cbor::reply(cbor_map_options! {
        0x06 => credential.user.encode(true),
        0x07 => cbor_map! { "id" => credential.id, "type" => "public-key" },
        0x08 => public_key,
        0x09 => total.map(|total| total as u64),
        0x0a => u64::from(credential.protection.level()),
        0x0b => credential.large_blob_key.map(|key| key.bytes().to_vec()),
        0x0c => credential.third_party_payment.then_some(true),
    });
    Ok(Next::ReplyAndKeep(reply, State::Credentials(rest)))
}
