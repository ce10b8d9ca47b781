//! authenticatorMakeCredential (0x01).
//!
//! [CTAP 2.1, 6.1](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorMakeCredential);
//! the numbers in comments are those of 6.1.2, its algorithm.

use crate::auth_data::{self, Attested};
use crate::authenticator::{Action, Authenticator, Env, Next, Pending as Waiting, Prompt, stored};
use crate::cbor::{self, Value};
use crate::config::Counter;
use crate::consent::Consent;
use crate::credential_id::{self, Contents};
use crate::entities::{RelyingParty, User};
use crate::extensions::{Creation, CreationInputs, Kept};
use crate::keys::{Algorithm, PrivateKey};
use crate::parameters::{self, Options, PinUvAuth};
use crate::pin_uv_auth_token::Permissions;
use crate::status::Status;
use crate::store::{Change, CredRandom, Credential, CredentialChange, Protection, Secret, Store};
use sk_cbor::cbor_map_options;

/// A request whose parameters have the right types.
struct Request {
    client_data_hash: [u8; 32],
    rp: RelyingParty,
    user: User,
    algorithms: Vec<Option<i64>>,
    exclude: Vec<Vec<u8>>,
    extensions: CreationInputs,
    options: Options,
    pin_uv_auth: PinUvAuth,
    enterprise_attestation: Option<i64>,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        Ok(Self {
            client_data_hash: fields.required(0x01, parameters::client_data_hash)?,
            rp: fields.required(0x02, RelyingParty::read)?,
            user: fields.required(0x03, User::read)?,
            algorithms: fields.required(0x04, |list| cbor::array(list, algorithm))?,
            exclude: fields.optional(0x05, parameters::credential_ids)?.flatten().unwrap_or_default(),
            extensions: fields.optional(0x06, CreationInputs::read)?.unwrap_or_default(),
            options: fields.optional(0x07, Options::read)?.unwrap_or_default(),
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x08, 0x09)?,
            enterprise_attestation: fields.optional(0x0a, cbor::integer)?,
        })
    }
}

/// The algorithm of one element of pubKeyCredParams; `None` if it is not for a public key.
fn algorithm(value: Value) -> Result<Option<i64>, Status> {
    let mut fields = cbor::map(value)?;
    let algorithm = fields.required("alg", cbor::integer)?;
    Ok((fields.required("type", cbor::text)? == "public-key").then_some(algorithm))
}

/// A credential that is made as soon as the person approves.
#[derive(Debug)]
pub(crate) struct Pending {
    client_data_hash: [u8; 32],
    rp: RelyingParty,
    user: User,
    algorithm: Algorithm,
    discoverable: bool,
    extensions: Creation,
    enterprise: bool,
    /// Whether a pinUvAuthToken vouches for the verification.
    by_token: bool,
}

impl<S: Store> Authenticator<S> {
    /// Steps 1 to 14: checks the request and asks the person.
    pub(crate) fn make_credential(&mut self, parameters: &[u8], env: &mut impl Env) -> Result<Next, Status> {
        let mut request = Request::read(parameters)?;
        let policy = self.policy()?;

        // 1, 2. pinUvAuthParam.
        if request.pin_uv_auth.is_touch_only() {
            return self.touch_only();
        }
        let proof = core::mem::take(&mut request.pin_uv_auth).proof()?;

        // 3. Validate pubKeyCredParams; the first supported algorithm is chosen.
        let algorithm = request
            .algorithms
            .iter()
            .filter_map(|number| Algorithm::from_cose((*number)?))
            .find(|algorithm| self.config.algorithms.contains(algorithm))
            .ok_or(Status::UnsupportedAlgorithm)?;

        // 4. "uv" and "up" start as false: they become a `Consent`, which only an answer or a token creates.

        // 5. Options. "uv", "rk" and "up" are supported; "up" may not be turned off. A pinUvAuthParam takes
        //    precedence over "uv".
        let discoverable = request.options.rk.unwrap_or(false);
        if request.options.up == Some(false) {
            return Err(Status::InvalidOption);
        }

        // 6. alwaysUv.
        let asked = match proof {
            Some(_) => false,
            None => policy.built_in_wanted(request.options.uv)?,
        };

        // 7. makeCredUvNotRqd is true: only discoverable credentials need verification.
        // 8. It is absent: every credential does. Where the phone can verify and the request does not ask for it, the
        //    phone does so of itself, rather than refuse a client that could only try again.
        let wanted = !policy.make_cred_uv_not_required() || discoverable;
        let built_in = proof.is_none() && policy.built_in && (asked || wanted);
        if proof.is_none() && !built_in && policy.is_protected() && wanted {
            return Err(policy.refusal());
        }

        // 9. enterpriseAttestation.
        let device = stored(self.store.device())?;
        let enterprise = self.is_enterprise(request.enterprise_attestation, &request.rp.id, &device)?;

        // 10, 11. User verification: a token is verified now, the phone is unlocked when step 14 asks.
        let mut present = false;
        if let Some(proof) = &proof {
            let permission = Permissions::MAKE_CREDENTIAL;
            let rp_id = &request.rp.id;
            let token = self.session.verify_for(proof, &request.client_data_hash, permission, rp_id, env)?;
            present = token.user_present(env.now());
        }
        let verified = proof.is_some() || built_in;

        // 15. Extensions are checked before anybody is asked.
        let extensions = self.creation(core::mem::take(&mut request.extensions), discoverable, env)?;

        // 12. The excludeList holds a credential that was created here for this rp.id; one with the credProtect value
        //     userVerificationRequired counts only where the person is verified.
        let known = self.locate(&request.rp.id, &request.exclude)?;
        let open = known.iter().any(|signer| signer.protection != Protection::Required);
        let excluded = open || (verified && !known.is_empty());
        if excluded && present {
            return Err(Status::CredentialExcluded);
        }
        if built_in && stored(self.store.device())?.uv_retries() == 0 {
            return Err(policy.refusal());
        }

        // 13, 14. Show the rp and the user parameter, and ask for approval and, where no token says it already, for
        //         the unlock. One prompt does for both.
        let prompt = Prompt {
            action: Action::Register,
            rp_id: request.rp.id.clone(),
            rp_name: request.rp.name.clone().unwrap_or_default(),
            account: request.user.label().to_owned(),
            // A credential that is admitted to anybody needs no verification that was not asked for.
            user_verification: built_in && (asked || !(excluded && open)),
        };
        if excluded {
            return Ok(Next::Ask(prompt, Waiting::Excluded));
        }
        let by_token = proof.is_some();
        let Request { client_data_hash, rp, user, .. } = request;
        let pending =
            Pending { client_data_hash, rp, user, algorithm, discoverable, extensions, enterprise, by_token };
        if present {
            return self.finish_make_credential(pending, Consent::from_token(present), env);
        }
        Ok(Next::Ask(prompt, Waiting::MakeCredential(Box::new(pending))))
    }

    /// Steps 15 to 19: makes the credential, keeps it if it is discoverable, and attests it.
    pub(crate) fn finish_make_credential(
        &mut self,
        Pending { client_data_hash, rp, user, algorithm, discoverable, extensions, enterprise, by_token }: Pending,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        let consent = self.spend_token(consent, by_token, env);
        let rp_id_hash = auth_data::rp_id_hash(&rp.id);
        let shown_hash = self.config.shown_rp_id_hash(rp_id_hash);
        let mut device = stored(self.store.device())?;
        if consent.user_verified() {
            device.uv_tries_used = 0;
        }

        // 15. Extensions: what the credential will have, and what the relying party learns.
        let protection = extensions.protection.unwrap_or_default();
        let third_party_payment = extensions.third_party_payment;
        let mut kept = Kept {
            cred_random: None,
            cred_blob: extensions.kept_cred_blob(discoverable).is_some(),
            min_pin_length: self.min_pin_length_for(&rp.id, &device).filter(|_| extensions.min_pin_length),
        };
        let mut large_blob_key = None;

        // 16. Generate a new key pair for the chosen algorithm.
        let (key, seed) = PrivateKey::generate(algorithm, env)?;

        let mut credentials = CredentialChange::None;
        let credential_id = if discoverable {
            // 17. A discoverable credential, which overwrites the one with the same rp.id and account ID.
            let mut id = vec![0; 32];
            env.fill(&mut id);
            kept.cred_random = extensions
                .hmac_secret
                .then(|| CredRandom { with_uv: Secret::random(env), without_uv: Secret::random(env) });
            large_blob_key = extensions.large_blob_key.then(|| Secret::random(env));
            let credential = Credential {
                id: id.clone(),
                rp,
                user,
                private_key: seed,
                created_at: env.now(),
                algorithm,
                protection,
                cred_random: kept.cred_random.clone(),
                cred_blob: extensions.kept_cred_blob(discoverable),
                large_blob_key: large_blob_key.clone(),
                third_party_payment,
                counter: 1,
            };
            // 17.4. Not enough internal storage.
            let present = stored(self.store.credentials())?;
            let replaces = present.iter().any(|other| other.same_account(&credential));
            if present.len() >= self.config.max_credentials && !replaces {
                return Err(Status::KeyStoreFull);
            }
            credentials = CredentialChange::Add(Box::new(credential));
            id
        } else {
            // 18. A non-discoverable credential.
            let wrapping_key = device.wrapping_key.get_or_insert_with(|| Secret::random(env));
            let contents = Contents {
                seed,
                algorithm,
                protection,
                hmac_secret: extensions.hmac_secret,
                third_party_payment,
            };
            kept.cred_random = contents.cred_random();
            credential_id::seal(wrapping_key, &rp_id_hash, &contents, env)?
        };
        let counter = match (self.config.counter, discoverable) {
            (Counter::PerCredential, true) => 1,
            (Counter::PerCredential, false) | (Counter::PerDevice, _) => {
                device.counter = device.counter.saturating_add(1);
                device.counter
            }
        };

        let outputs = extensions.outputs(kept, consent, env)?;

        // 19. Generate an attestation statement over authData and clientDataHash.
        let attested =
            Attested { aaguid: &self.config.aaguid, credential_id: &credential_id, public_key: key.cose() };
        let auth_data = auth_data::encode(&shown_hash, consent, counter, Some(attested), outputs)?;
        let (format, statement) = self.attest(enterprise, &key, &auth_data, &client_data_hash)?;

        stored(self.store.commit(Change { device, credentials }))?;
        Ok(Next::Reply(self.config.shown_reply(cbor_map_options! {
            0x01 => format,
            0x02 => auth_data,
            0x03 => self.config.shown_statement(statement),
            0x04 => enterprise.then_some(true), // epAtt
            0x05 => large_blob_key.map(|key| key.bytes().to_vec()),
        })))
    }
}

/// Step 12.1: how a request ends whose excludeList named a credential of ours.
///
/// "Regardless of whether user presence is obtained or the authenticator times out", the answer is
/// `CTAP2_ERR_CREDENTIAL_EXCLUDED`. Somebody who says no, gives up or fails to unlock (step 11) has not
/// agreed that the site learns that.
pub(crate) fn excluded(consent: Result<Consent, Status>, user_verification: bool) -> Status {
    match consent {
        Ok(_) => Status::CredentialExcluded,
        Err(Status::UserActionTimeout) if !user_verification => Status::CredentialExcluded,
        Err(status) => status,
    }
}
