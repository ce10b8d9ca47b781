//! Whatever happens in whatever order: nothing panics, and nothing is signed that was not agreed to.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

extern crate alloc;
mod common;

use common::*;
use pocketkey_authenticator::cbor;
use pocketkey_authenticator::{Event, Output, Prompt, Status};
use proptest::prelude::*;

/// One thing that happens to the authenticator.
#[derive(Clone, Debug)]
enum Happening {
    Register { user: u8, rk: bool, uv: bool, exclude: bool },
    SignIn { up: bool, uv: bool, allow: bool },
    Command(u8),
    Garbled { position: usize, byte: u8 },
    Bytes(Vec<u8>),
    Approved(bool),
    Denied,
    Cancelled,
    TimedOut,
    Wait(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    prop_oneof![
        (1..4u8, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(user, rk, uv, exclude)| Register {
            user,
            rk,
            uv,
            exclude
        }),
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(up, uv, allow)| SignIn { up, uv, allow }),
        any::<u8>().prop_map(Command),
        Just(Command(8)),
        (0..200usize, any::<u8>()).prop_map(|(position, byte)| Garbled { position, byte }),
        proptest::collection::vec(any::<u8>(), 0..80).prop_map(Bytes),
        any::<bool>().prop_map(Approved),
        any::<bool>().prop_map(Approved),
        Just(Denied),
        Just(Cancelled),
        Just(TimedOut),
        (0..60_000u64).prop_map(Wait),
    ]
}

/// The flags of the authenticator data in a successful reply to a request that signs.
fn signed_flags(command: u8, reply: &[u8]) -> Option<u8> {
    let signs = [0x01, 0x02, 0x08].contains(&command);
    let response = read(reply).ok().filter(|_| signs)?;
    cbor::map(response).and_then(|mut fields| fields.required(2, cbor::bytes)).ok().map(|data| flags(&data))
}

/// What the person allowed last, and for which command.
#[derive(Default)]
struct Agreed {
    waiting: Option<(u8, Prompt)>,
    /// Flags that getNextAssertion may repeat.
    list: u8,
}

impl Agreed {
    /// The flags that a reply to `event` may carry at most.
    fn allows(&mut self, event: &Event) -> (u8, u8) {
        match event {
            Event::Request([0x08, ..]) => {
                self.waiting = None;
                (0x08, self.list)
            }
            Event::Request(bytes) => {
                self.waiting = None;
                (bytes.first().copied().unwrap_or(0xff), 0)
            }
            Event::Approved { user_verified } => match self.waiting.take() {
                Some((command, prompt)) => {
                    let verified = *user_verified && prompt.user_verification;
                    (command, if verified { UP | UV | AT } else { UP | AT })
                }
                None => (0xff, 0),
            },
            Event::Denied | Event::Cancelled | Event::TimedOut | Event::Apdu(_) => {
                self.waiting = None;
                (0xff, 0)
            }
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_signed_without_consent(happenings in proptest::collection::vec(happening(), 1..40)) {
        let mut key = key();
        let mut agreed = Agreed::default();
        let mut known: Vec<Vec<u8>> = Vec::new();
        for happening in happenings {
            let list = Some(known.iter().rev().take(8).cloned().collect());
            let request = match &happening {
                Happening::Register { user, rk, uv, exclude } => Register {
                    user: *user,
                    rk: Some(*rk),
                    uv: Some(*uv),
                    exclude: list.filter(|_| *exclude),
                    ..REGISTER
                }
                .bytes(),
                Happening::SignIn { up, uv, allow } => {
                    SignIn { up: Some(*up), uv: Some(*uv), allow: list.filter(|_| *allow), ..SIGN_IN }.bytes()
                }
                Happening::Command(command) => vec![*command],
                Happening::Garbled { position, byte } => {
                    let mut bytes = PASSKEY.bytes();
                    let position = position % bytes.len();
                    bytes[position] = *byte;
                    bytes
                }
                Happening::Bytes(bytes) => bytes.clone(),
                _ => Vec::new(),
            };
            let event = match happening {
                Happening::Approved(user_verified) => Event::Approved { user_verified },
                Happening::Denied => Event::Denied,
                Happening::Cancelled => Event::Cancelled,
                Happening::TimedOut => Event::TimedOut,
                Happening::Wait(time) => {
                    key.world.now += time;
                    continue;
                }
                _ => Event::Request(&request),
            };
            let before = key.authenticator.store().clone();
            let (command, allowed) = agreed.allows(&event);
            match key.step(event) {
                Output::Ask(prompt) => {
                    prop_assert!(key.authenticator.is_waiting());
                    prop_assert_eq!(&before, key.authenticator.store(), "a question changes nothing");
                    agreed.waiting = Some((command, prompt));
                }
                Output::Reply(reply) => {
                    prop_assert!(!key.authenticator.is_waiting());
                    prop_assert!(!reply.is_empty() && reply.len() <= 1200);
                    prop_assert!(!matches!(Status::from(reply[0]), Status::Unknown(_)));
                    match signed_flags(command, &reply) {
                        Some(flags) => {
                            prop_assert_eq!(flags & !allowed, 0, "more flags than agreed");
                            prop_assert!(command != 0x01 || flags & UP != 0, "made without anybody there");
                            if command == 0x01 {
                                known.push(Made::read(read(&reply).unwrap()).id);
                            } else {
                                agreed.list = flags;
                            }
                        }
                        None => prop_assert_eq!(&before, key.authenticator.store(), "errors change nothing"),
                    }
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..1400)) {
        let mut key = key();
        match key.step(Event::Request(&bytes)) {
            Output::Reply(reply) => prop_assert!(!reply.is_empty()),
            Output::Ask(_) => prop_assert!(key.authenticator.is_waiting()),
        }
    }
}
