//! U2F: register, authenticate and version, as APDUs.
//!
//! [FIDO U2F Raw Message Formats v1.2](https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-raw-message-formats-v1.2-ps-20170411.html).
//! The credentials are those of CTAP2: a key handle is a credential ID, an application parameter an RP ID's hash.
//!
//! Clients of U2F do not wait for a person but ask again and again, and are told `SW_CONDITIONS_NOT_SATISFIED` until
//! somebody has approved. So the same request, asked again while the prompt is open, changes nothing; asked again
//! shortly after the answer, it gets the same reply, and nothing is signed twice.

mod apdu;
mod certificate;

use crate::assertion::Signer;
use crate::auth_data::rp_id_hash;
use crate::authenticator::{Action, Authenticator, Env, Next, Pending as Waiting, Prompt, stored};
use crate::config::Attestation;
use crate::consent::Consent;
use crate::credential_id::{self, Contents};
use crate::keys::{Algorithm, PrivateKey};
use crate::status::Status;
use crate::store::{Change, Protection, Secret, Store};
use apdu::Apdu;

/// `SW_NO_ERROR`.
const OK: u16 = 0x9000;
/// `SW_CONDITIONS_NOT_SATISFIED`: nobody has approved yet; ask again. What a client is told while a prompt is open.
pub const CONDITIONS_NOT_SATISFIED: u16 = 0x6985;
/// The command is not allowed: alwaysUv leaves no room for U2F.
const COMMAND_NOT_ALLOWED: u16 = 0x6986;
/// `SW_WRONG_DATA`: no key handle of ours.
const WRONG_DATA: u16 = 0x6a80;
/// `SW_WRONG_LENGTH`.
const WRONG_LENGTH: u16 = 0x6700;
/// `SW_CLA_NOT_SUPPORTED`.
const CLA_NOT_SUPPORTED: u16 = 0x6e00;
/// `SW_INS_NOT_SUPPORTED`.
const INS_NOT_SUPPORTED: u16 = 0x6d00;
/// No precise diagnosis: the store failed.
const INTERNAL: u16 = 0x6f00;

/// How long the answer to a request is given again, in milliseconds.
const REMEMBERED: u64 = 10_000;
/// How long a client must stop asking until a refused request leads to a prompt again, in milliseconds.
const REFUSAL_REMEMBERED: u64 = 5_000;

/// What is done as soon as the person approves.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The request as it came.
    message: Vec<u8>,
    operation: Operation,
}

#[derive(Debug)]
enum Operation {
    Register { challenge: [u8; 32], application: [u8; 32] },
    Authenticate { challenge: [u8; 32], application: [u8; 32], signer: Box<Signer> },
}

/// The answer to a request that may be asked again.
#[derive(Debug)]
pub(crate) struct Remembered {
    message: Vec<u8>,
    reply: Vec<u8>,
    refused: bool,
    /// Unix milliseconds.
    until: u64,
}

impl Pending {
    /// Whether this request is asked again.
    pub(crate) fn is(&self, message: &[u8]) -> bool {
        self.message == message
    }
}

/// A reply of nothing but a status word.
pub(crate) fn status_word(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

impl<S: Store> Authenticator<S> {
    /// Takes one APDU. Whatever goes wrong is a status word.
    pub(crate) fn u2f(&mut self, message: &[u8], env: &mut impl Env) -> Next {
        self.u2f_command(message, env).unwrap_or_else(|word| Next::Reply(status_word(word)))
    }

    fn u2f_command(&mut self, message: &[u8], env: &mut impl Env) -> Result<Next, u16> {
        if !self.config.u2f || message.len() > self.config.max_msg_size {
            return Err(if self.config.u2f { WRONG_LENGTH } else { INS_NOT_SUPPORTED });
        }
        let apdu = Apdu::read(message).ok_or(WRONG_LENGTH)?;
        if apdu.class != 0 {
            return Err(CLA_NOT_SUPPORTED);
        }
        // CTAP 2.1, 7.2.4: while alwaysUv is on, U2F is off.
        if self.policy().map_err(|_| INTERNAL)?.always_uv {
            return Err(COMMAND_NOT_ALLOWED);
        }
        match apdu.instruction {
            0x01 => self.u2f_register(message, apdu.data, env),
            0x02 => self.u2f_authenticate(message, &apdu, env),
            0x03 if apdu.data.is_empty() => Ok(reply(b"U2F_V2")),
            0x03 => Err(WRONG_LENGTH),
            _ => Err(INS_NOT_SUPPORTED),
        }
    }

    /// 4 Registration Messages.
    fn u2f_register(&mut self, message: &[u8], data: &[u8], env: &impl Env) -> Result<Next, u16> {
        let (challenge, rest) = data.split_first_chunk::<32>().ok_or(WRONG_LENGTH)?;
        let application = rest.try_into().map_err(|_| WRONG_LENGTH)?;
        let operation = Operation::Register { challenge: *challenge, application };
        self.u2f_ask(message, Action::Register, operation, env)
    }

    /// 5 Authentication Messages.
    fn u2f_authenticate(&mut self, message: &[u8], apdu: &Apdu, env: &mut impl Env) -> Result<Next, u16> {
        let (challenge, rest) = apdu.data.split_first_chunk::<32>().ok_or(WRONG_LENGTH)?;
        let (application, rest) = rest.split_first_chunk::<32>().ok_or(WRONG_LENGTH)?;
        let (length, handle) = rest.split_first().ok_or(WRONG_LENGTH)?;
        if handle.len() != usize::from(*length) {
            return Err(WRONG_LENGTH);
        }
        let signer = self.u2f_signer(application, handle)?.ok_or(WRONG_DATA)?;
        match apdu.parameter_1 {
            // check-only: it is ours, which this status says.
            0x07 => Err(CONDITIONS_NOT_SATISFIED),
            // enforce-user-presence-and-sign.
            0x03 => {
                let (challenge, application) = (*challenge, *application);
                let operation = Operation::Authenticate { challenge, application, signer: Box::new(signer) };
                self.u2f_ask(message, Action::SignIn, operation, env)
            }
            // dont-enforce-user-presence-and-sign.
            0x08 => {
                let signed = self.u2f_sign(challenge, application, &signer, Consent::silent());
                Ok(reply(&signed.map_err(|_| INTERNAL)?))
            }
            _ => Err(WRONG_DATA),
        }
    }

    /// Gives the answer that is remembered for this request, or else asks the person.
    fn u2f_ask(
        &mut self,
        message: &[u8],
        action: Action,
        operation: Operation,
        env: &impl Env,
    ) -> Result<Next, u16> {
        let now = env.now();
        let known = self.session.u2f.as_mut().filter(|known| known.message == message && now <= known.until);
        if let Some(known) = known {
            if known.refused {
                known.until = now.saturating_add(REFUSAL_REMEMBERED);
            }
            return Ok(Next::Reply(known.reply.clone()));
        }
        let (Operation::Register { application, .. } | Operation::Authenticate { application, .. }) =
            &operation;
        // U2F names the application by a hash only; it may be one that we know from elsewhere.
        let known = self.store.credentials().map_err(|_| INTERNAL)?;
        let rp = known.into_iter().map(|found| found.rp).find(|rp| rp_id_hash(&rp.id) == *application);
        let account = match &operation {
            Operation::Authenticate { signer, .. } => signer.account().map(|user| user.label().to_owned()),
            Operation::Register { .. } => None,
        };
        let prompt = Prompt {
            action,
            rp_id: rp.as_ref().map(|rp| rp.id.clone()).unwrap_or_default(),
            rp_name: rp.and_then(|rp| rp.name).unwrap_or_default(),
            account: account.unwrap_or_default(),
            user_verification: false,
        };
        let pending = Pending { message: message.to_vec(), operation };
        Ok(Next::Ask(prompt, Waiting::U2f(Box::new(pending))))
    }

    /// The person has answered: signs, and remembers the reply.
    pub(crate) fn finish_u2f(
        &mut self,
        Pending { message, operation }: Pending,
        consent: Result<Consent, Status>,
        env: &mut impl Env,
    ) -> Next {
        let signed = consent.map(|consent| match &operation {
            Operation::Register { challenge, application } => self.u2f_make(challenge, application, env),
            Operation::Authenticate { challenge, application, signer } => {
                self.u2f_sign(challenge, application, signer, consent)
            }
        });
        let (reply, refused) = match signed {
            Ok(Ok(data)) => (with_status(&data), false),
            // The store failed: asked again, it may not.
            Ok(Err(_)) => return Next::Reply(status_word(INTERNAL)),
            Err(_) => (status_word(CONDITIONS_NOT_SATISFIED), true),
        };
        let lasts = if refused { REFUSAL_REMEMBERED } else { REMEMBERED };
        let until = env.now().saturating_add(lasts);
        self.session.u2f = Some(Remembered { message, reply: reply.clone(), refused, until });
        Next::Reply(reply)
    }

    /// 4.3 Registration Response Message: Success.
    fn u2f_make(
        &mut self,
        challenge: &[u8; 32],
        application: &[u8; 32],
        env: &mut impl Env,
    ) -> Result<Vec<u8>, Status> {
        let mut device = stored(self.store.device())?;
        let (key, seed) = PrivateKey::generate(Algorithm::Es256, env)?;
        let wrapping_key = device.wrapping_key.get_or_insert_with(|| Secret::random(env));
        let contents = Contents {
            seed,
            algorithm: Algorithm::Es256,
            protection: Protection::default(),
            hmac_secret: false,
            third_party_payment: false,
        };
        let handle = credential_id::seal(wrapping_key, application, &contents, env)?;
        let point = key.point().ok_or(Status::Other)?;
        let (attesting, certificate) = match &self.config.attestation {
            Attestation::Packed(certified) => {
                (certified.key()?, certified.certificates.first().cloned().ok_or(Status::Other)?)
            }
            // A certificate must be there, so the new key signs one for itself.
            Attestation::None | Attestation::SelfPacked => {
                (key.clone(), certificate::self_signed(&key, &point)?)
            }
        };
        let signature = attesting.sign(&[&[0x00], application, challenge, &handle, &point])?;
        stored(self.store.commit(Change::from(device)))?;
        let length = u8::try_from(handle.len()).map_err(|_| Status::Other)?;
        Ok([&[0x05], &point[..], &[length], &handle, &certificate, &signature].concat())
    }

    /// 5.4 Authentication Response Message: Success.
    fn u2f_sign(
        &mut self,
        challenge: &[u8; 32],
        application: &[u8; 32],
        signer: &Signer,
        consent: Consent,
    ) -> Result<Vec<u8>, Status> {
        let mut change = Change::from(stored(self.store.device())?);
        let counter = self.count(&mut change, signer.stored.as_deref());
        let counter = self.config.shown_counter(counter).to_be_bytes();
        let presence = [u8::from(consent.user_present())];
        let signature = signer.key.sign(&[application, &presence, &counter, challenge])?;
        stored(self.store.commit(change))?;
        Ok([&presence[..], &counter, &self.config.shown_signature(signature)].concat())
    }

    /// The ES256 credential with this handle, unless it is only for the verified.
    fn u2f_signer(&self, application: &[u8; 32], handle: &[u8]) -> Result<Option<Signer>, u16> {
        let found = self.locate_hash(application, &[handle.to_vec()]).map_err(|_| INTERNAL)?;
        Ok(found.into_iter().find(|signer| {
            signer.key.algorithm() == Algorithm::Es256 && signer.protection != Protection::Required
        }))
    }
}

fn with_status(data: &[u8]) -> Vec<u8> {
    [data, &OK.to_be_bytes()].concat()
}

fn reply(data: &[u8]) -> Next {
    Next::Reply(with_status(data))
}
