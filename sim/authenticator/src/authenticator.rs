//! The state machine: which request runs, whom it waits for, and what may follow.

use crate::bio_enrollment::Enrollment;
use crate::client_pin;
use crate::config::Config;
use crate::consent::Consent;
use crate::entities::RelyingParty;
use crate::get_assertion;
use crate::get_next_assertion::Remaining;
use crate::info;
use crate::large_blobs::Upload;
use crate::make_credential;
use crate::policy::Policy;
use crate::session::Session;
use crate::status::Status;
use crate::store::{Change, Credential, Device, Store};
use crate::u2f;
use std::vec::IntoIter;

/// The clock and the randomness.
pub trait Env {
    /// Unix time in milliseconds.
    fn now(&self) -> u64;
    /// Fills `bytes` from a source fit for keys.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// What happens to an authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A CTAP2 request: the command byte and its CBOR parameters. Whatever was waited for is given up.
    Request(&'a [u8]),
    /// A U2F request: an APDU. Asked again while its prompt is open, it is told
    /// [`crate::u2f::CONDITIONS_NOT_SATISFIED`], and the prompt stays open; whatever else was waited for is given up.
    /// Its reply is a response APDU; what a client that does not wait is told when there is a prompt instead is up to
    /// the caller, who knows how long that client waits.
    Apdu(&'a [u8]),
    /// The person said yes to the prompt.
    Approved {
        /// Whether they unlocked the phone for it. Needed where [`Prompt::user_verification`] says so.
        user_verified: bool,
    },
    /// A finger touched the sensor. To [`Action::Enroll`], that is a sample; to any other prompt an approval, which
    /// verifies the person if the sample is good and the finger enrolled.
    Sample {
        /// How good it is.
        quality: Quality,
        /// What tells this finger from others, opaque to us: the same bytes whenever it touches.
        finger: &'a [u8],
    },
    /// The person said no.
    Denied,
    /// The client gave up.
    Cancelled,
    /// Nobody answered in time.
    TimedOut,
}

/// How good a sample of a finger is (6.7, lastEnrollSampleStatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Good.
    Good,
    /// Too high.
    TooHigh,
    /// Too low.
    TooLow,
    /// Too far left.
    TooLeft,
    /// Too far right.
    TooRight,
    /// Too fast.
    TooFast,
    /// Too slow.
    TooSlow,
    /// Of poor quality.
    Poor,
    /// Too skewed.
    TooSkewed,
    /// Too short.
    TooShort,
}

impl Quality {
    /// The `CTAP2_ENROLL_FEEDBACK_FP_` number for it.
    pub(crate) fn status(self) -> u64 {
        match self {
            Self::Good => 0x00,
            Self::TooHigh => 0x01,
            Self::TooLow => 0x02,
            Self::TooLeft => 0x03,
            Self::TooRight => 0x04,
            Self::TooFast => 0x05,
            Self::TooSlow => 0x06,
            Self::Poor => 0x07,
            Self::TooSkewed => 0x08,
            Self::TooShort => 0x09,
        }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The reply to the request: a [`Status`] byte and, if that is OK, CBOR where the command has any. To an
    /// [`Event::Apdu`], data and a status word.
    Reply(Vec<u8>),
    /// Show this to the person, and call [`Authenticator::step`] with what comes of it.
    Ask(Prompt),
}

/// A question to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What a yes does.
    pub action: Action,
    /// The relying party; empty for [`Action::Select`], [`Action::Enroll`] and [`Action::Reset`], where [`Action::Manage`] is for all, and
    /// where U2F names it by a hash that we do not know.
    pub rp_id: String,
    /// What the relying party calls itself; empty when unknown, as for non-discoverable credentials.
    pub rp_name: String,
    /// The account's name; several, joined with commas, when the client will offer the choice. Empty when
    /// unknown.
    pub account: String,
    /// Whether the person must also unlock the phone.
    pub user_verification: bool,
}

/// What a yes to a [`Prompt`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes a credential.
    Register,
    /// Signs in.
    SignIn,
    /// Tells the client that this is the key to go on with; signs nothing.
    Select,
    /// Lets the client manage this key: list and delete credentials, or change settings.
    Manage,
    /// Enrols a finger: the answer is an [`Event::Sample`].
    Enroll,
    /// Erases everything.
    Reset,
}

/// A discoverable credential, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSummary {
    /// The relying party.
    pub rp_id: String,
    /// The account's name; empty when the relying party gave none.
    pub account: String,
    /// When it was made, in Unix milliseconds.
    pub created_at: u64,
}

/// A FIDO2 authenticator.
#[derive(Debug)]
pub struct Authenticator<S> {
    pub(crate) config: Config,
    pub(crate) store: S,
    pub(crate) session: Session,
    state: State,
}

/// What the next event may refer to: at most one of these, and any other request ends it ("stateful commands", 6).
#[derive(Debug, Default)]
pub(crate) enum State {
    #[default]
    Idle,
    Waiting {
        pending: Pending,
        user_verification: bool,
    },
    /// getNextAssertion may follow.
    Assertions(Remaining),
    /// enumerateRPsGetNextRP may follow.
    RelyingParties(IntoIter<RelyingParty>),
    /// enumerateCredentialsGetNextCredential may follow.
    Credentials(IntoIter<Credential>),
    /// The next fragment of a large-blob array may follow.
    LargeBlobs(Upload),
    /// The next sample of a finger may follow.
    Enrolling(Enrollment),
}

/// What an approval lets happen.
#[derive(Debug)]
pub(crate) enum Pending {
    MakeCredential(Box<make_credential::Pending>),
    GetAssertion(Box<get_assertion::Pending>),
    Token(Box<client_pin::Pending>),
    /// The excludeList named a credential of ours: that is said, but only to somebody who is there.
    Excluded,
    Reset,
    Enroll(Enrollment),
    U2f(Box<u2f::Pending>),
    /// A touch is wanted for its own sake, and answered with this.
    Touch(Status),
}

/// How a command goes on.
#[derive(Debug)]
pub(crate) enum Next {
    Ask(Prompt, Pending),
    Reply(Vec<u8>),
    ReplyAndKeep(Vec<u8>, State),
}

impl<S: Store> Authenticator<S> {
    /// An authenticator with the credentials in `store`.
    pub fn new(config: Config, store: S) -> Self {
        Self { config, store, session: Session::default(), state: State::Idle }
    }

    /// Power was lost and came back `at`, in Unix milliseconds, or the authenticator was started then: pinUvAuthTokens and key agreement keys are gone, a PIN
    /// may be tried again after three wrong ones, and the time begins in which a reset is allowed. Whatever was waited
    /// for is given up.
    ///
    /// An authenticator that never hears of power can be used, but not be reset by a client.
    pub fn power_cycle(&mut self, at: u64) {
        self.session = Session::powered_up(at);
        self.state = State::Idle;
    }

    /// Takes one event and says what it leads to.
    ///
    /// A request abandons an earlier one that still waits. An answer nobody waits for changes nothing, and
    /// its reply, `CTAP2_ERR_NOT_ALLOWED`, is not meant for the client.
    pub fn step(&mut self, event: Event, env: &mut impl Env) -> Output {
        let event = match (&self.state, event) {
            (State::Waiting { pending: Pending::Enroll(_), .. }, event) => event,
            (_, Event::Sample { quality, finger }) => {
                Event::Approved { user_verified: self.recognises(quality, finger) }
            }
            (_, event) => event,
        };
        // The state is taken out, so that whatever goes wrong leaves an idle authenticator.
        let next = match (core::mem::take(&mut self.state), event) {
            (state, Event::Request(message)) => self.begin(state, message, env),
            (State::Waiting { pending: Pending::U2f(pending), user_verification }, Event::Apdu(message))
                if pending.is(message) =>
            {
                let waiting = State::Waiting { pending: Pending::U2f(pending), user_verification };
                let not_yet = u2f::status_word(u2f::CONDITIONS_NOT_SATISFIED);
                Ok(Next::ReplyAndKeep(not_yet, waiting))
            }
            (_, Event::Apdu(message)) => Ok(self.u2f(message, env)),
            (State::Waiting { pending: Pending::Enroll(enrollment), .. }, answer) => {
                self.finish_sample(enrollment, &answer)
            }
            (State::Waiting { pending, user_verification }, answer) => {
                let failed = user_verification && answer == Event::Approved { user_verified: false };
                let consent = match failed.then(|| self.verification_failed(&pending)) {
                    Some(told) => Err(told.unwrap_or_else(|failure| failure)),
                    None => Consent::from_answer(&answer, user_verification),
                };
                self.finish(pending, consent, user_verification, env)
            }
            (state, _) => {
                self.state = state;
                Err(Status::NotAllowed)
            }
        };
        match next {
            Ok(Next::Ask(prompt, pending)) => {
                self.state = State::Waiting { pending, user_verification: prompt.user_verification };
                Output::Ask(prompt)
            }
            Ok(Next::Reply(reply)) => Output::Reply(reply),
            Ok(Next::ReplyAndKeep(reply, state)) => {
                self.state = state;
                Output::Reply(reply)
            }
            Err(status) => Output::Reply(vec![status.into()]),
        }
    }

    /// Whether the last output was a question that is still open.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    /// The discoverable credentials, newest first; none when the store cannot be read.
    pub fn credentials(&self) -> Vec<CredentialSummary> {
        let credentials = self.store.credentials().unwrap_or_default();
        credentials
            .into_iter()
            .map(|credential| CredentialSummary {
                account: credential.user.label().to_owned(),
                rp_id: credential.rp.id,
                created_at: credential.created_at,
            })
            .collect()
    }

    /// The present reply to getInfo; `CTAP1_ERR_OTHER` when the store cannot be read.
    pub fn info(&self) -> Vec<u8> {
        let read = || Some((self.store.device().ok()?, self.store.credentials().ok()?.len()));
        match read() {
            Some((device, credentials)) => info::encode(&self.config, &device, credentials),
            None => vec![Status::Other.into()],
        }
    }

    /// The present settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes the settings, as a policy may demand. Tokens that were given out under the old ones are invalid, and
    /// whatever was waited for is given up.
    pub fn configure(&mut self, config: Config) {
        self.config = config;
        self.session.reset_token();
        self.state = State::Idle;
    }

    /// The store it was made with.
    pub fn store(&self) -> &S {
        &self.store
    }

    fn begin(&mut self, state: State, message: &[u8], env: &mut impl Env) -> Result<Next, Status> {
        let (command, parameters) = message.split_first().ok_or(Status::InvalidLength)?;
        if message.len() > self.config.max_msg_size {
            return Err(Status::RequestTooLarge);
        }
        match command {
            0x01 => self.make_credential(parameters, env),
            0x02 => self.get_assertion(parameters, env),
            0x04 => Ok(Next::Reply(self.info())),
            0x06 => self.client_pin(parameters, env),
            0x07 => self.reset(env),
            0x08 => match state {
                State::Assertions(remaining) => self.get_next_assertion(remaining, env),
                _ => Err(Status::NotAllowed),
            },
            // 0x40 and 0x41 are what CTAP 2.1's preview called them.
            0x09 | 0x40 => self.bio_enrollment(state, parameters, env),
            0x0a | 0x41 => self.credential_management(state, parameters, env),
            0x0b => self.selection(),
            0x0c => self.large_blobs(state, parameters, env),
            0x0d => self.authenticator_config(parameters, env),
            _ => Err(Status::InvalidCommand),
        }
    }

    fn finish(
        &mut self,
        pending: Pending,
        consent: Result<Consent, Status>,
        user_verification: bool,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        match pending {
            Pending::MakeCredential(pending) => self.finish_make_credential(*pending, consent?, env),
            Pending::GetAssertion(pending) => self.finish_get_assertion(*pending, consent?, env),
            Pending::Token(pending) => self.finish_token(*pending, consent?, env),
            Pending::U2f(pending) => Ok(self.finish_u2f(*pending, consent, env)),
            Pending::Reset => consent.and_then(|_| self.finish_reset()),
            // `step` finishes it: it takes a sample, not a consent.
            Pending::Enroll(_) => Err(Status::NotAllowed),
            Pending::Excluded => Err(make_credential::excluded(consent, user_verification)),
            Pending::Touch(status) => match consent.map(|_| status)? {
                Status::Ok => Ok(Next::Reply(vec![Status::Ok.into()])),
                status => Err(status),
            },
        }
    }

    /// performBuiltInUv failed: the person approved, but did not unlock the phone. Where there is a PIN to
    /// fall back to, that is counted. Says what the client is told.
    fn verification_failed(&mut self, pending: &Pending) -> Result<Status, Status> {
        let mut device = stored(self.store.device())?;
        if device.pin.is_some() {
            device.uv_tries_used = device.uv_tries_used.saturating_add(1);
            stored(self.store.commit(Change::from(device.clone())))?;
        }
        Ok(match pending {
            Pending::Token(_) if device.uv_retries() == 0 => Status::UvBlocked,
            Pending::Token(_) => Status::UvInvalid,
            _ => Policy::new(&self.config, &device).refusal(),
        })
    }

    /// Which forms of user verification there are at present.
    pub(crate) fn policy(&self) -> Result<Policy, Status> {
        Ok(Policy::new(&self.config, &stored(self.store.device())?))
    }

    /// minPINLength in Unicode code points.
    pub(crate) fn min_pin_length(&self, device: &Device) -> u8 {
        info::min_pin_length(&self.config, device)
    }
}

/// A failure of the store, which clients need not know more about.
pub(crate) fn stored<T, E: core::error::Error>(result: Result<T, E>) -> Result<T, Status> {
    result.map_err(|_| Status::Other)
}
