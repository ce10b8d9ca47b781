//! Whatever happens in whatever order: nothing panics, nothing is signed that was not agreed to, and no PIN is tried
//! more often than it may be, not even when the store fails in between.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::monitor::{Asked, Monitor};
use common::*;
use core::cell::Cell;
use pocketkey_authenticator::cbor;
use pocketkey_authenticator::{
    Action, Change, Config, Credential, Device, Event, MemoryStore, Output, Status, Store, UserVerification,
};
use proptest::prelude::*;
use sk_cbor::{cbor_map, cbor_map_options};
use std::rc::Rc;

const PINS: [&str; 3] = ["1234", "5678", "0000"];
const RP: Option<&str> = Some("demo.example");

/// A store that fails when it is told to.
#[derive(Clone, Debug)]
struct Flaky {
    memory: MemoryStore,
    /// How many commits succeed before one fails.
    fail_after: Rc<Cell<Option<u8>>>,
    commits: Rc<Cell<u32>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct DiskFull;

impl Store for Flaky {
    type Error = DiskFull;
    fn device(&self) -> Result<Device, DiskFull> {
        let Ok(device) = self.memory.device();
        Ok(device)
    }
    fn credentials(&self) -> Result<Vec<Credential>, DiskFull> {
        let Ok(credentials) = self.memory.credentials();
        Ok(credentials)
    }
    fn commit(&mut self, change: Change) -> Result<(), DiskFull> {
        match self.fail_after.get() {
            Some(0) => {
                self.fail_after.set(None);
                return Err(DiskFull);
            }
            left => self.fail_after.set(left.map(|left| left - 1)),
        }
        self.commits.set(self.commits.get() + 1);
        let Ok(()) = self.memory.commit(change);
        Ok(())
    }
}

/// One thing that happens to the authenticator.
#[derive(Clone, Debug)]
enum Happening {
    Register { user: u8, rk: bool, uv: bool, exclude: bool, token: bool, protect: bool },
    SignIn { up: bool, uv: bool, allow: bool, token: bool },
    Next,
    SetPin(usize),
    ChangePin(usize, usize),
    PinToken(usize, u64),
    UvToken(u64),
    ToggleAlwaysUv,
    Reset,
    Apdu { register: bool },
    Command(u8),
    Garbled { position: usize, byte: u8 },
    Bytes(Vec<u8>),
    Approved(bool),
    Denied,
    Cancelled,
    TimedOut,
    Wait(u64),
    Power,
    FailAfter(u8),
    Restart,
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let bit = any::<bool>;
    let permissions = || prop_oneof![Just(MC), Just(GA), Just(MC | GA), Just(ACFG), Just(0x3f_u64)];
    prop_oneof![
        4 => (1..4u8, bit(), bit(), bit(), bit(), bit()).prop_map(|(user, rk, uv, exclude, token, protect)| {
            Register { user, rk, uv, exclude, token, protect }
        }),
        4 => (bit(), bit(), bit(), bit())
            .prop_map(|(up, uv, allow, token)| SignIn { up, uv, allow, token }),
        1 => Just(Next),
        2 => (0..3usize).prop_map(SetPin),
        1 => (0..3usize, 0..3usize).prop_map(|(old, new)| ChangePin(old, new)),
        4 => (0..3usize, permissions()).prop_map(|(pin, permissions)| PinToken(pin, permissions)),
        3 => permissions().prop_map(UvToken),
        1 => Just(ToggleAlwaysUv),
        1 => Just(Reset),
        2 => bit().prop_map(|register| Apdu { register }),
        1 => any::<u8>().prop_map(Command),
        1 => (0..200usize, any::<u8>()).prop_map(|(position, byte)| Garbled { position, byte }),
        1 => proptest::collection::vec(any::<u8>(), 0..80).prop_map(Bytes),
        8 => any::<bool>().prop_map(Approved),
        1 => Just(Denied),
        1 => Just(Cancelled),
        1 => Just(TimedOut),
        2 => (0..60_000u64).prop_map(Wait),
        1 => Just(Wait(600_000)),
        1 => Just(Power),
        1 => (0..3u8).prop_map(FailAfter),
        1 => Just(Restart),
    ]
}

fn config() -> impl Strategy<Value = Config> {
    use UserVerification::{Phone, PhoneAndPin, Pin};
    let user_verification = prop_oneof![Just(Phone), Just(Pin), Just(PhoneAndPin)];
    (user_verification, any::<bool>(), any::<bool>()).prop_map(
        |(user_verification, phone_token, always_uv)| Config {
            user_verification,
            phone_token,
            always_uv,
            u2f: true,
            ..Config::default()
        },
    )
}

/// The flags of the authenticator data in a successful reply to a request that signs.
fn signed_flags(asked: &Asked, reply: &[u8]) -> Option<u8> {
    let response = read(reply).ok().filter(|_| *asked != Asked::Other)?;
    cbor::map(response).and_then(|mut fields| fields.required(2, cbor::bytes)).ok().map(|data| flags(&data))
}

/// The authenticator, its monitor, and what a client has in hand.
struct Run {
    key: Key<Flaky>,
    monitor: Monitor,
    token: Option<PinToken>,
    known: Vec<Vec<u8>>,
    /// The key agreement and permissions of a token that waits for the phone.
    wanted: Option<(Platform, u64)>,
    /// The U2F request that was asked about last, and until when its approval counts.
    u2f: Option<(Vec<u8>, u64)>,
    u2f_waiting: Option<Vec<u8>>,
}

impl Run {
    fn new(config: &Config) -> Self {
        let store = Flaky { memory: MemoryStore::new(), fail_after: Rc::default(), commits: Rc::default() };
        Self {
            monitor: Monitor::new(config),
            key: key_with(config.clone(), store),
            token: None,
            known: Vec::new(),
            wanted: None,
            u2f: None,
            u2f_waiting: None,
        }
    }

    /// Whatever waited for an answer is over.
    fn interrupted(&mut self) {
        self.monitor.interrupted();
        self.u2f_waiting = None;
        self.wanted = None;
    }

    fn happens(&mut self, happening: &Happening) {
        match happening {
            Happening::Approved(_) | Happening::Denied | Happening::Cancelled | Happening::TimedOut => {
                self.answers(happening);
            }
            Happening::Wait(time) => self.key.world.now += time,
            Happening::Power => {
                self.key.power_cycle();
                self.interrupted();
                self.monitor.power_cycled();
                self.u2f = None;
            }
            Happening::Restart => {
                let store = self.key.authenticator.store().clone();
                let config = self.key.authenticator.config().clone();
                let world = core::mem::replace(&mut self.key.world, World::new());
                self.key = key_with(config, store);
                self.key.world = world;
                self.interrupted();
                self.monitor.power_cycled();
                self.u2f = None;
            }
            Happening::FailAfter(commits) => {
                self.key.authenticator.store().fail_after.set(Some(*commits));
            }
            Happening::SetPin(pin) => self.sets_pin(PINS[*pin]),
            Happening::ChangePin(old, new) => self.changes_pin(PINS[*old], PINS[*new]),
            Happening::PinToken(pin, permissions) => self.gets_token(PINS[*pin], *permissions),
            Happening::UvToken(permissions) => {
                self.interrupted();
                let (platform, request) = self.key.uv_token_request(*permissions & !BE, RP);
                self.requests(Asked::Other, &request);
                self.wanted = Some((platform, *permissions & !BE));
            }
            Happening::ToggleAlwaysUv => self.toggles_always_uv(),
            Happening::Apdu { register } => self.speaks_u2f(*register),
            request => {
                let (asked, request) = self.request(request);
                self.requests(asked, &request);
            }
        }
        let device = self.key.authenticator.store().device().unwrap();
        assert_eq!(device.pin_retries(), self.monitor.tries_left(), "tries are what the monitor counted");
        assert_eq!(device.pin.is_some(), self.monitor.pin.is_some());
    }

    /// The bytes of a request, and what it asks for.
    fn request(&self, happening: &Happening) -> (Asked, Vec<u8>) {
        let list = Some(self.known.iter().rev().take(8).cloned().collect());
        let shown = |wanted: bool| self.token.clone().filter(|_| wanted);
        match happening {
            Happening::Register { user, rk, uv, exclude, token, protect } => {
                let request = Register {
                    user: *user,
                    rk: Some(*rk),
                    uv: Some(*uv),
                    exclude: list.filter(|_| *exclude),
                    token: shown(*token),
                    extensions: protect.then(|| cbor_map! { "credProtect" => 3 }),
                    ..REGISTER
                };
                (Asked::Register { rk: *rk, token: request.token.is_some() }, request.bytes())
            }
            Happening::SignIn { up, uv, allow, token } => {
                let request = SignIn {
                    up: Some(*up),
                    uv: Some(*uv),
                    allow: list.filter(|_| *allow),
                    token: shown(*token),
                    ..SIGN_IN
                };
                (Asked::SignIn { up: *up, token: request.token.is_some() }, request.bytes())
            }
            Happening::Next | Happening::Command(8) => (Asked::Next, vec![8]),
            Happening::Reset => (Asked::Other, vec![7]),
            Happening::Command(command) => (Asked::Other, vec![*command]),
            Happening::Garbled { position, byte } => {
                let mut bytes = PASSKEY.bytes();
                let position = position % bytes.len();
                bytes[position] = *byte;
                (Asked::Register { rk: false, token: false }, bytes)
            }
            Happening::Bytes(bytes) => (Asked::Other, bytes.clone()),
            other => panic!("no request: {other:?}"),
        }
    }

    fn requests(&mut self, asked: Asked, request: &[u8]) {
        self.interrupted();
        let before = self.key.authenticator.store().memory.clone();
        let output = self.key.step(Event::Request(request));
        match output {
            Output::Ask(prompt) => {
                assert!(self.key.authenticator.is_waiting());
                assert_eq!(before, self.key.authenticator.store().memory, "a question changes nothing");
                if matches!(asked, Asked::Register { token: true, .. } | Asked::SignIn { token: true, .. }) {
                    self.monitor.token_shown(self.key.world.now);
                }
                self.monitor.asked(asked, prompt);
            }
            Output::Reply(reply) => {
                let status = Status::from(reply[0]);
                let tokened =
                    matches!(asked, Asked::Register { token: true, .. } | Asked::SignIn { token: true, .. });
                // The token was right if what stood in the way comes after it.
                let behind = [Status::NoCredentials, Status::CredentialExcluded, Status::Other];
                if tokened && behind.contains(&status) {
                    self.monitor.token_shown(self.key.world.now);
                }
                self.replied(&asked, &reply, None, &before);
            }
        }
    }

    fn answers(&mut self, happening: &Happening) {
        let event = match happening {
            Happening::Approved(user_verified) => Event::Approved { user_verified: *user_verified },
            Happening::Denied => Event::Denied,
            Happening::Cancelled => Event::Cancelled,
            _ => Event::TimedOut,
        };
        let waiting = self.monitor.take_waiting();
        let u2f = self.u2f_waiting.take();
        let wanted = self.wanted.take();
        let before = self.key.authenticator.store().memory.clone();
        let Output::Reply(reply) = self.key.step(event) else { panic!("a question after an answer") };
        if let Some(message) = u2f {
            let approved = matches!(event, Event::Approved { .. });
            assert!(approved || !reply.ends_with(&[0x90, 0x00]), "signed for somebody who said no");
            if reply.ends_with(&[0x90, 0x00]) {
                self.u2f = Some((message, self.key.world.now + 10_000));
            }
            return;
        }
        let Some((asked, prompt)) = waiting else {
            assert_eq!(read(&reply), Err(Status::NotAllowed), "nobody had asked");
            return;
        };
        let approved = match event {
            Event::Approved { user_verified } => Some(user_verified),
            _ => None,
        };
        if approved.is_none() || (prompt.user_verification && approved == Some(false)) {
            // An excluded credential is admitted to who does not answer; nothing else succeeds.
            let status = read(&reply).expect_err("nobody agreed");
            assert_ne!(status, Status::Ok);
        }
        if prompt.action == Action::Reset && reply == [0] {
            self.monitor.erased();
            self.known.clear();
            return;
        }
        if let (Some((platform, permissions)), Ok(response)) = (wanted, read(&reply))
            && asked == Asked::Other
            && prompt.user_verification
        {
            let encrypted = cbor::map(response).unwrap().required(2, cbor::bytes).unwrap();
            self.token = Some(PinToken { protocol: 2, value: platform.decrypt(&encrypted) });
            self.monitor.issued(self.key.world.now, permissions, true);
            return;
        }
        self.replied(&asked, &reply, approved.map(|verified| (verified, &prompt)), &before);
    }

    /// Judges a reply of CTAP2.
    fn replied(
        &mut self,
        asked: &Asked,
        reply: &[u8],
        answer: Option<(bool, &pocketkey_authenticator::Prompt)>,
        before: &MemoryStore,
    ) {
        assert!(!self.key.authenticator.is_waiting());
        assert!(!reply.is_empty() && reply.len() <= 1200);
        assert!(!matches!(Status::from(reply[0]), Status::Unknown(_)));
        match signed_flags(asked, reply) {
            Some(flags) => {
                self.monitor.signed(asked, flags & !ED, answer, self.key.world.now);
                assert_ne!(before, &self.key.authenticator.store().memory, "a signature is counted");
                if let Asked::Register { .. } = asked {
                    self.known.push(Made::read(read(reply).unwrap()).id);
                }
            }
            None => {
                let Ok(mut before) = before.device();
                let after = self.key.authenticator.store().device().unwrap();
                before.uv_tries_used = after.uv_tries_used;
                assert_eq!(before, after, "errors change nothing but the tries at the phone");
            }
        }
    }

    fn sets_pin(&mut self, pin: &str) {
        self.interrupted();
        if self.key.set_pin(2, pin).is_ok() {
            assert!(self.key.authenticator.config().user_verification.with_pin());
            assert!(self.monitor.pin.is_none(), "a PIN is set once");
            self.monitor.pin = Some(pin.to_owned());
        }
    }

    /// Lets a PIN be tried by `attempt`, and judges what came of it.
    fn tries_pin<T>(
        &mut self,
        pin: &str,
        attempt: impl FnOnce(&mut Key<Flaky>) -> Result<T, Status>,
    ) -> Option<T> {
        self.interrupted();
        let may = self.monitor.may_try_pin();
        let commits = self.key.authenticator.store().commits.clone();
        let before = commits.get();
        let result = attempt(&mut self.key);
        if commits.get() == before {
            // Not even the try was counted: so nothing may have been compared.
            assert!(result.is_err());
            assert!(!matches!(result, Err(Status::PinInvalid)), "compared without counting");
            return None;
        }
        assert!(may, "tried although it may not be");
        match &result {
            // The store failed after the try was counted.
            Err(Status::Other) if commits.get() - before == 1 => self.monitor.lost_a_try(),
            Ok(_) => assert!(self.monitor.tried_pin(pin), "a wrong PIN opens nothing"),
            Err(_) => {
                self.monitor.tried_pin(pin);
            }
        }
        result.ok()
    }

    fn changes_pin(&mut self, old: &str, new: &str) {
        if self.tries_pin(old, |key| key.change_pin(1, old, new)).is_some() {
            self.monitor.pin = Some(new.to_owned());
            self.monitor.forget_tokens();
        }
    }

    fn gets_token(&mut self, pin: &str, permissions: u64) {
        let permissions = permissions & !BE;
        if let Some(token) = self.tries_pin(pin, |key| key.pin_token_for(2, pin, permissions, RP)) {
            self.token = Some(token);
            self.monitor.issued(self.key.world.now, permissions, false);
        }
    }

    fn toggles_always_uv(&mut self) {
        self.interrupted();
        let token = self.token.clone();
        let param = token.map(|token| token.param(&[&[0xff; 32][..], &[0x0d, 0x02]].concat()));
        let protocol = param.is_some().then_some(2);
        let request = message(0x0d, cbor_map_options! { 1 => 2, 3 => protocol, 4 => param });
        if self.key.send(&request).is_ok() {
            let config = self.key.authenticator.config();
            let unprotected = !config.user_verification.on_phone() && self.monitor.pin.is_none();
            assert!(unprotected || self.monitor.may_configure(self.key.world.now));
            self.monitor.configured();
            self.monitor.toggled_always_uv();
        } else if self.monitor.may_configure(self.key.world.now) {
            // Its use counts, even if the store failed behind it.
            self.monitor.configured();
        }
    }

    fn speaks_u2f(&mut self, register: bool) {
        let mut data = [[0xc4; 32], sha2::Digest::finalize(sha2::Sha256::default()).into()].concat();
        let instruction = if register { 1 } else { 2 };
        if !register {
            let Some(handle) = self.known.last() else { return };
            data[32..].copy_from_slice(&<sha2::Sha256 as sha2::Digest>::digest("demo.example"));
            data.push(u8::try_from(handle.len()).unwrap());
            data.extend(handle);
        }
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let apdu = [&[0, instruction, 3, 0, 0], &length[..], &data].concat();
        let still_waiting = self.u2f_waiting.as_ref() == Some(&apdu);
        match self.key.step(Event::Apdu(&apdu)) {
            Output::Ask(prompt) => {
                assert!(!prompt.user_verification && !still_waiting);
                self.interrupted();
                self.u2f_waiting = Some(apdu);
            }
            Output::Reply(reply) => {
                assert_eq!(self.key.authenticator.is_waiting(), still_waiting);
                if !still_waiting {
                    self.interrupted();
                }
                let known = self.u2f.as_ref();
                let agreed =
                    known.is_some_and(|(known, until)| *known == apdu && self.key.world.now <= *until);
                assert!(agreed || !reply.ends_with(&[0x90, 0x00]), "signed without a touch");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_signed_without_consent(
        config in config(),
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        let mut run = Run::new(&config);
        for happening in happenings {
            run.happens(&happening);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..1400)) {
        let mut key = key();
        match key.step(Event::Request(&bytes)) {
            Output::Reply(reply) => prop_assert!(!reply.is_empty()),
            Output::Ask(_) => prop_assert!(key.authenticator.is_waiting()),
        }
        let config = Config { u2f: true, ..Config::default() };
        match key_with(config, MemoryStore::new()).step(Event::Apdu(&bytes)) {
            Output::Reply(reply) => prop_assert!(reply.len() >= 2),
            Output::Ask(_) => {}
        }
    }

    #[test]
    fn any_parameters_are_answered(
        command in prop_oneof![Just(1u8), Just(2), Just(6), Just(0x0a), Just(0x0c), Just(0x0d)],
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let config = Config { user_verification: UserVerification::PhoneAndPin, ..Config::default() };
        let mut key = key_with(config, MemoryStore::new());
        let _ = key.step(Event::Request(&[&[command], &bytes[..]].concat()));
    }
}
