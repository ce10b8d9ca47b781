//! authenticatorGetAssertion (0x02).
//!
//! [CTAP 2.1, 6.2](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetAssertion);
//! the numbers in comments are those of 6.2.2, its algorithm.

use crate::assertion::{Challenge, Choice, Signer};
use crate::auth_data;
use crate::authenticator::{Action, Authenticator, Env, Next, Pending as Waiting, Prompt, State, stored};
use crate::cbor;
use crate::consent::Consent;
use crate::entities::User;
use crate::extensions::{Assertion, AssertionInputs};
use crate::get_next_assertion::Remaining;
use crate::parameters::{self, Options, PinUvAuth};
use crate::pin_uv_auth_token::Permissions;
use crate::status::Status;
use crate::store::{Protection, Store};

/// A request whose parameters have the right types.
struct Request {
    rp_id: String,
    client_data_hash: [u8; 32],
    /// Without it, discoverable credentials are looked for.
    allow: Option<Vec<Vec<u8>>>,
    options: Options,
    extensions: AssertionInputs,
    pin_uv_auth: PinUvAuth,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        Ok(Self {
            rp_id: fields.required(0x01, cbor::text)?,
            client_data_hash: fields.required(0x02, parameters::client_data_hash)?,
            allow: fields.optional(0x03, parameters::credential_ids)?.flatten(),
            options: fields.optional(0x05, Options::read)?.unwrap_or_default(),
            extensions: fields.optional(0x04, AssertionInputs::read)?.unwrap_or_default(),
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x06, 0x07)?,
        })
    }
}

/// Signatures that are made as soon as the person approves.
#[derive(Debug)]
pub(crate) struct Pending {
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
    signers: Signers,
    extensions: Assertion,
    /// Whether a pinUvAuthToken vouches for the verification.
    by_token: bool,
}

/// The applicable credentials list, never empty.
#[derive(Debug)]
enum Signers {
    /// From an allowList: any will do.
    Allowed(Signer),
    /// Discoverable, newest first: the first and the rest.
    Discovered(Signer, Vec<Signer>),
}

impl<S: Store> Authenticator<S> {
    /// Steps 1 to 9: checks the request, finds credentials and asks the person, unless `up` is false.
    pub(crate) fn get_assertion(&mut self, parameters: &[u8], env: &mut impl Env) -> Result<Next, Status> {
        let request = Request::read(parameters)?;
        let Request { rp_id, client_data_hash, allow, options, extensions, pin_uv_auth } = request;
        let policy = self.policy()?;

        // 1, 2. pinUvAuthParam.
        if pin_uv_auth.is_touch_only() {
            return self.touch_only();
        }
        let proof = pin_uv_auth.proof()?;

        // 3. "uv" and "up" start as false: they become a `Consent`.

        // 4. Options. "uv" is supported, "rk" must not be there, "up" is true when absent. A pinUvAuthParam takes
        //    precedence over "uv".
        if options.rk.is_some() {
            return Err(Status::UnsupportedOption);
        }
        let user_presence = options.up.unwrap_or(true);

        // 5. alwaysUv, which is about assertions with "up".
        let built_in = match (&proof, options.uv) {
            (Some(_), _) => false,
            (None, Some(false) | None) if !user_presence => false,
            (None, uv) => policy.built_in_wanted(uv)?,
        };

        // 6. User verification: a token is verified now, the phone is unlocked when step 9 asks.
        let mut present = false;
        if let Some(proof) = &proof {
            let permission = Permissions::GET_ASSERTION;
            let token = self.session.verify_for(proof, &client_data_hash, permission, &rp_id, env)?;
            present = token.user_present(env.now());
        }
        let verified = proof.is_some() || built_in;

        // 7. Locate the credentials. This stands before the person verifies, so that one prompt can name the account
        //    and nobody is asked in vain. A client learns no more than `up` false would have told it.
        let signers = match &allow {
            Some(ids) => self
                .locate(&rp_id, ids)?
                .into_iter()
                .find(|signer| verified || signer.protection != Protection::Required)
                .map(Signers::Allowed),
            None => {
                let found = self.discover(&rp_id)?.into_iter();
                let mut found = found.filter(|signer| verified || signer.protection == Protection::Optional);
                found.next().map(|newest| Signers::Discovered(newest, found.collect()))
            }
        };
        let signers = signers.ok_or(Status::NoCredentials)?;
        if built_in && stored(self.store.device())?.uv_retries() == 0 {
            return Err(policy.refusal());
        }
        let (rp_name, account) = signers.names();
        let rp_id_hash = auth_data::rp_id_hash(&rp_id);
        // 10. Extensions are checked before anybody is asked.
        let extensions = self.assertion(extensions, user_presence, env)?;
        let by_token = proof.is_some();
        let pending = Pending { rp_id_hash, client_data_hash, signers, extensions, by_token };

        // 8, 9. User presence. Who verifies is present, so `up` false is silent only without "uv"; who verified for
        //       the token may still count as present.
        if by_token && !user_presence {
            return self.sign(pending, Consent::from_token(false), env);
        }
        if present {
            return self.finish_get_assertion(pending, Consent::from_token(present), env);
        }
        if !user_presence && !built_in {
            return self.finish_get_assertion(pending, Consent::silent(), env);
        }
        let prompt = Prompt { action: Action::SignIn, rp_id, rp_name, account, user_verification: built_in };
        Ok(Next::Ask(prompt, Waiting::GetAssertion(Box::new(pending))))
    }

    /// The end of step 9: a token is spent on what it vouches for.
    pub(crate) fn finish_get_assertion(
        &mut self,
        pending: Pending,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        let consent = self.spend_token(consent, pending.by_token, env);
        self.sign(pending, consent, env)
    }

    /// Steps 10 to 13: selects a credential and signs.
    fn sign(
        &mut self,
        Pending { rp_id_hash, client_data_hash, signers, extensions, by_token }: Pending,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        let challenge = Challenge { rp_id_hash, client_data_hash, consent, extensions };

        // 10. Extensions: each assertion makes its outputs.
        match signers {
            // 11. With an allowList: any credential; neither numberOfCredentials nor userSelected.
            Signers::Allowed(signer) => {
                self.assert(&signer, &challenge, Choice::default(), env).map(Next::Reply)
            }
            // 12.1. One credential: selected. If the person approved it, they saw the account on the screen; what
            //       leads to a token shows no account.
            Signers::Discovered(signer, rest) if rest.is_empty() => {
                let user_selected = consent.user_present() && !by_token;
                let choice = Choice { user_selected, ..Choice::default() };
                self.assert(&signer, &challenge, choice, env).map(Next::Reply)
            }
            // 12.2. Several, newest first. The client lets the person choose, through getNextAssertion, as
            //       without a display: a prompt here is answered with yes or no.
            Signers::Discovered(signer, rest) => {
                let choice = Choice {
                    number_of_credentials: Some(1 + rest.len()),
                    names: consent.user_verified(),
                    ..Choice::default()
                };
                let reply = self.assert(&signer, &challenge, choice, env)?;
                Ok(Next::ReplyAndKeep(reply, State::Assertions(Remaining::new(challenge, rest, env))))
            }
        }
    }
}

impl Signers {
    /// What a prompt calls the relying party and the accounts.
    fn names(&self) -> (String, String) {
        let (first, rest) = match self {
            Signers::Allowed(signer) => (signer, &[][..]),
            Signers::Discovered(signer, rest) => (signer, &rest[..]),
        };
        let rp_name = first.stored.as_ref().and_then(|stored| stored.rp.name.clone()).unwrap_or_default();
        let accounts: Vec<&str> = core::iter::once(first)
            .chain(rest)
            .filter_map(Signer::account)
            .map(User::label)
            .filter(|label| !label.is_empty())
            .collect();
        (rp_name, accounts.join(", "))
    }
}
