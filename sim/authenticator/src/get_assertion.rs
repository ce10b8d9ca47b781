//! authenticatorGetAssertion (0x02).
//!
//! [CTAP 2.1, 6.2](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetAssertion);
//! the numbers in comments are those of 6.2.2, its algorithm.

use crate::assertion::{Challenge, Choice, Signer};
use crate::auth_data;
use crate::authenticator::{Action, Authenticator, Env, Next, Pending as Waiting, Prompt};
use crate::cbor;
use crate::consent::Consent;
use crate::entities::User;
use crate::get_next_assertion::Remaining;
use crate::parameters::{self, Options, PinUvAuth, PinUvAuthCheck};
use crate::selection;
use crate::status::Status;
use crate::store::Store;

/// A request whose parameters have the right types.
struct Request {
    rp_id: String,
    client_data_hash: [u8; 32],
    /// Without it, discoverable credentials are looked for.
    allow: Option<Vec<Vec<u8>>>,
    options: Options,
    pin_uv_auth: PinUvAuth,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        let request = Self {
            rp_id: fields.required(0x01, cbor::text)?,
            client_data_hash: fields.required(0x02, parameters::client_data_hash)?,
            allow: fields.optional(0x03, parameters::credential_ids)?.flatten(),
            options: fields.optional(0x05, Options::read)?.unwrap_or_default(),
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x06, 0x07)?,
        };
        fields.optional(0x04, cbor::map)?; // extensions: none is supported, so all are ignored
        Ok(request)
    }
}

/// Signatures that are made as soon as the person approves.
#[derive(Debug)]
pub(crate) struct Pending {
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
    signers: Signers,
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
        let Request { rp_id, client_data_hash, allow, options, pin_uv_auth } = Request::read(parameters)?;

        // 1, 2. pinUvAuthParam.
        if pin_uv_auth.check()? == PinUvAuthCheck::TouchOnly {
            return Ok(selection::touch(Status::PinNotSet));
        }

        // 3. "uv" and "up" start as false: they become a `Consent`.

        // 4. Options. "uv" is supported, "rk" must not be there, "up" is true when absent.
        let user_verification = options.uv.unwrap_or(false);
        if options.rk.is_some() {
            return Err(Status::UnsupportedOption);
        }
        let user_presence = options.up.unwrap_or(true);

        // 5. alwaysUv is not supported.

        // 7. Locate the credentials. This stands before step 6, the verification, so that one prompt can
        //    name the account and nobody is asked in vain. A client learns no more than `up` false would
        //    have told it.
        let signers = match &allow {
            Some(ids) => self.locate(&rp_id, ids)?.into_iter().next().map(Signers::Allowed),
            None => {
                let mut found = self.discover(&rp_id)?.into_iter();
                found.next().map(|newest| Signers::Discovered(newest, found.collect()))
            }
        };
        let signers = signers.ok_or(Status::NoCredentials)?;
        let (rp_name, account) = signers.names();
        let rp_id_hash = auth_data::rp_id_hash(&rp_id);
        let pending = Pending { rp_id_hash, client_data_hash, signers };

        // 6, 8, 9. User verification and user presence. Who verifies is present, so `up` false is silent
        //          only without "uv".
        if !user_presence && !user_verification {
            return self.finish_get_assertion(pending, Consent::silent(), env);
        }
        let prompt = Prompt { action: Action::SignIn, rp_id, rp_name, account, user_verification };
        Ok(Next::Ask(prompt, Waiting::GetAssertion(Box::new(pending))))
    }

    /// Steps 10 to 13: selects a credential and signs.
    pub(crate) fn finish_get_assertion(
        &mut self,
        Pending { rp_id_hash, client_data_hash, signers }: Pending,
        consent: Consent,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        let challenge = Challenge { rp_id_hash, client_data_hash, consent };

        // 10. No extension is supported.
        match signers {
            // 11. With an allowList: any credential; neither numberOfCredentials nor userSelected.
            Signers::Allowed(signer) => self.assert(&signer, &challenge, Choice::default()).map(Next::Reply),
            // 12.1. One credential: selected. If the person approved it, they saw the account on the screen.
            Signers::Discovered(signer, rest) if rest.is_empty() => {
                let choice = Choice { user_selected: consent.user_present(), ..Choice::default() };
                self.assert(&signer, &challenge, choice).map(Next::Reply)
            }
            // 12.2. Several, newest first. The client lets the person choose, through getNextAssertion, as
            //       without a display: a prompt here is answered with yes or no.
            Signers::Discovered(signer, rest) => {
                let choice = Choice {
                    number_of_credentials: Some(1 + rest.len()),
                    names: consent.user_verified(),
                    ..Choice::default()
                };
                let reply = self.assert(&signer, &challenge, choice)?;
                Ok(Next::ReplyAndList(reply, Remaining::new(challenge, rest, env)))
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
