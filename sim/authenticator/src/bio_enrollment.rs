//! authenticatorBioEnrollment (0x09): enrolling fingers, and listing, naming and removing them.
//!
//! [CTAP 2.1, 6.7](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorBioEnrollment)

use crate::authenticator::{
    Action, Authenticator, Env, Event, Next, Pending, Prompt, Quality, State, stored,
};
use crate::cbor::{self, Value};
use crate::config::Sensor;
use crate::consent::Consent;
use crate::parameters::PinUvAuth;
use crate::pin_uv_auth_token::Permissions;
use crate::status::Status;
use crate::store::{Change, Store, Template};
use sk_cbor::{cbor_map, cbor_map_options};

/// The only modality there is.
const FINGERPRINT: u8 = 0x01;
/// fingerprintKind: a touch sensor.
const TOUCH: u64 = 1;
/// The length of a template ID in bytes.
const TEMPLATE_ID: usize = 8;

/// `CTAP2_ENROLL_FEEDBACK_FP_MERGE_FAILURE`.
const MERGE_FAILURE: u64 = 0x0a;
/// `CTAP2_ENROLL_FEEDBACK_FP_EXISTS`.
const EXISTS: u64 = 0x0b;
/// `CTAP2_ENROLL_FEEDBACK_NO_USER_ACTIVITY`.
const NO_USER_ACTIVITY: u64 = 0x0d;

/// A finger that is being enrolled.
#[derive(Debug)]
pub(crate) struct Enrollment {
    id: Vec<u8>,
    /// What the first good sample showed.
    finger: Option<Vec<u8>>,
    remaining: u8,
    /// Whether enrollBegin waits: its reply names the template.
    begins: bool,
}

/// A request whose parameters have the right types.
struct Request {
    modality: Option<i64>,
    sub_command: Option<i64>,
    /// subCommandParams as they were sent: canonical CBOR has but one form.
    raw_params: Vec<u8>,
    params: Params,
    pin_uv_auth: PinUvAuth,
    get_modality: bool,
}

/// How long to wait for a sample is the caller's to say, so timeoutMilliseconds is only checked for its type.
#[derive(Default)]
struct Params {
    template_id: Option<Vec<u8>>,
    name: Option<String>,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        let params = fields.optional(0x03, Ok)?;
        Ok(Self {
            modality: fields.optional(0x01, cbor::integer)?,
            sub_command: fields.optional(0x02, cbor::integer)?,
            raw_params: params.clone().map(cbor::encode).unwrap_or_default(),
            params: params.map(Params::read).transpose()?.unwrap_or_default(),
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x05, 0x04)?,
            get_modality: fields.optional(0x06, cbor::boolean)?.unwrap_or(false),
        })
    }
}

impl Params {
    fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        fields.optional(0x03, cbor::integer)?;
        Ok(Self {
            template_id: fields.optional(0x01, cbor::bytes)?,
            name: fields.optional(0x02, cbor::text)?,
        })
    }
}

impl<S: Store> Authenticator<S> {
    pub(crate) fn bio_enrollment(
        &mut self,
        state: State,
        parameters: &[u8],
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        let sensor = self.config.sensor().cloned().ok_or(Status::InvalidCommand)?;
        let request = Request::read(parameters)?;
        // 6.7.2 Get bio modality.
        if request.get_modality {
            return Ok(Next::Reply(cbor::reply(cbor_map! { 0x01 => u64::from(FINGERPRINT) })));
        }
        let sub_command = request.sub_command.ok_or(Status::MissingParameter)?;
        if request.modality.ok_or(Status::MissingParameter)? != i64::from(FINGERPRINT) {
            return Err(Status::InvalidParameter);
        }
        match sub_command {
            0x01 => self.enroll_begin(request, &sensor, env),
            0x02 => self.enroll_capture_next_sample(request, state, env),
            // 6.7.5 Cancel current enrollment: taking the state out was that.
            0x03 => Ok(Next::Reply(vec![Status::Ok.into()])),
            0x04 => self.enumerate_enrollments(request, env),
            0x05 => self.set_friendly_name(request, &sensor, env),
            0x06 => self.remove_enrollment(request, env),
            // 6.7.3 Get fingerprint sensor info.
            0x07 => Ok(Next::Reply(cbor::reply(cbor_map! {
                0x01 => u64::from(FINGERPRINT),
                0x02 => TOUCH,
                0x03 => u64::from(sensor.samples.max(1)),
                0x08 => sensor.max_name as u64,
            }))),
            _ => Err(Status::InvalidSubcommand),
        }
    }

    /// Verifies a token with the permission be over the modality, the subcommand and its parameters.
    fn verify_enrollment(&mut self, request: &mut Request, env: &impl Env) -> Result<(), Status> {
        let proof = core::mem::take(&mut request.pin_uv_auth).required_proof()?;
        let number = request.sub_command.and_then(|number| u8::try_from(number).ok());
        let number = number.ok_or(Status::InvalidSubcommand)?;
        let message: [&[u8]; 2] = [&[FINGERPRINT, number], &request.raw_params];
        self.session.verify(&proof, &message, Permissions::BIO_ENROLLMENT, env.now()).map(|_| ())
    }

    /// 6.7.4 Enroll fingerprint: enrollBegin. An unfinished enrollment was cancelled when the state was taken out.
    fn enroll_begin(
        &mut self,
        mut request: Request,
        sensor: &Sensor,
        env: &mut impl Env,
    ) -> Result<Next, Status> {
        self.verify_enrollment(&mut request, env)?;
        // There is no space for another one.
        if stored(self.store.device())?.templates.len() >= sensor.max_templates {
            return Err(Status::FingerprintDatabaseFull);
        }
        // Generate a template ID, and capture the first sample.
        let mut id = vec![0; TEMPLATE_ID];
        env.fill(&mut id);
        Ok(capture(Enrollment { id, finger: None, remaining: sensor.samples.max(1), begins: true }))
    }

    /// 6.7.4 Enroll fingerprint: enrollCaptureNextSample.
    fn enroll_capture_next_sample(
        &mut self,
        mut request: Request,
        state: State,
        env: &impl Env,
    ) -> Result<Next, Status> {
        let id = request.params.template_id.take().ok_or(Status::MissingParameter)?;
        self.verify_enrollment(&mut request, env)?;
        match state {
            State::Enrolling(enrollment) if enrollment.id == id => Ok(capture(enrollment)),
            _ => Err(Status::InvalidParameter),
        }
    }

    /// 6.7.4 Enroll fingerprint, once there is a sample, or none came in time.
    pub(crate) fn finish_sample(
        &mut self,
        mut enrollment: Enrollment,
        answer: &Event,
    ) -> Result<Next, Status> {
        let mut device = stored(self.store.device())?;
        let status = match answer {
            Event::Sample { quality: Quality::Good, finger } => {
                if device.templates.iter().any(|template| template.finger == *finger) {
                    EXISTS
                } else if enrollment.finger.as_ref().is_some_and(|first| first != finger) {
                    MERGE_FAILURE
                } else {
                    enrollment.finger = Some(finger.to_vec());
                    enrollment.remaining = enrollment.remaining.saturating_sub(1);
                    Quality::Good.status()
                }
            }
            Event::Sample { quality, .. } => quality.status(),
            Event::TimedOut => NO_USER_ACTIVITY,
            // Whoever says no ends the enrollment. A yes without a finger enrolls nothing.
            other => return Err(Consent::from_answer(other, false).err().unwrap_or(Status::OperationDenied)),
        };
        let begins = core::mem::replace(&mut enrollment.begins, false);
        let reply = cbor::reply(cbor_map_options! {
            0x04 => begins.then(|| enrollment.id.clone()),
            0x05 => status,
            0x06 => u64::from(enrollment.remaining),
        });
        match enrollment.finger {
            Some(finger) if enrollment.remaining == 0 => {
                device.templates.push(Template { id: enrollment.id, name: None, finger });
                stored(self.store.commit(Change::from(device)))?;
                Ok(Next::Reply(reply))
            }
            finger => Ok(Next::ReplyAndKeep(reply, State::Enrolling(Enrollment { finger, ..enrollment }))),
        }
    }

    /// 6.7.6 Enumerate enrollments.
    fn enumerate_enrollments(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        self.verify_enrollment(&mut request, env)?;
        let templates = stored(self.store.device())?.templates;
        // There are none.
        if templates.is_empty() {
            return Err(Status::InvalidOption);
        }
        let infos = templates
            .into_iter()
            .map(|template| cbor_map_options! { 0x01 => template.id, 0x02 => template.name });
        Ok(Next::Reply(cbor::reply(cbor_map! { 0x07 => Value::array(infos.collect()) })))
    }

    /// 6.7.7 Rename/Set FriendlyName.
    fn set_friendly_name(
        &mut self,
        mut request: Request,
        sensor: &Sensor,
        env: &impl Env,
    ) -> Result<Next, Status> {
        let id = request.params.template_id.take().ok_or(Status::MissingParameter)?;
        let name = request.params.name.take().ok_or(Status::MissingParameter)?;
        self.verify_enrollment(&mut request, env)?;
        // Longer than maxTemplateFriendlyName.
        if name.len() > sensor.max_name {
            return Err(Status::InvalidLength);
        }
        let mut device = stored(self.store.device())?;
        let found = device.templates.iter_mut().find(|template| template.id == id);
        found.ok_or(Status::InvalidOption)?.name = Some(name);
        stored(self.store.commit(Change::from(device)))?;
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }

    /// 6.7.8 Remove enrollment.
    fn remove_enrollment(&mut self, mut request: Request, env: &impl Env) -> Result<Next, Status> {
        let id = request.params.template_id.take().ok_or(Status::MissingParameter)?;
        self.verify_enrollment(&mut request, env)?;
        let mut device = stored(self.store.device())?;
        let found = device.templates.iter().position(|template| template.id == id);
        device.templates.remove(found.ok_or(Status::InvalidOption)?);
        stored(self.store.commit(Change::from(device)))?;
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }

    /// Whether this touch of the sensor verifies the person.
    pub(crate) fn recognises(&self, quality: Quality, finger: &[u8]) -> bool {
        let known = || self.store.device().ok().map(|device| device.templates).unwrap_or_default();
        quality == Quality::Good
            && self.config.sensor().is_some()
            && known().iter().any(|template| template.finger == finger)
    }
}

/// Asks for a finger on the sensor.
fn capture(enrollment: Enrollment) -> Next {
    let prompt = Prompt {
        action: Action::Enroll,
        rp_id: String::new(),
        rp_name: String::new(),
        account: String::new(),
        user_verification: false,
    };
    Next::Ask(prompt, Pending::Enroll(enrollment))
}
