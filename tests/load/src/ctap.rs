//! Requests in CTAP2's CBOR, and an authenticator that is asked with nothing around it.

use pocketkey_authenticator::{Authenticator, Env, Event, MemoryStore, Output};
use pocketkey_link::Entropy;
use pocketkey_relay_client::{OsEntropy, now_ms};

pub const RP_ID: &str = "bench.example";

/// The authenticator's reply; whom it asks approves and unlocks.
pub fn direct(authenticator: &mut Authenticator<MemoryStore>, ctap: &[u8]) -> Result<Vec<u8>, &'static str> {
    let output = match authenticator.step(Event::Request(ctap), &mut Machine) {
        Output::Ask(_) => authenticator.step(Event::Approved { user_verified: true }, &mut Machine),
        reply @ Output::Reply(_) => reply,
    };
    match output {
        Output::Reply(reply) => Ok(reply),
        Output::Ask(_) => Err("asked twice"),
    }
}

struct Machine;

impl Env for Machine {
    fn now(&self) -> u64 {
        now_ms()
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        OsEntropy.fill(bytes);
    }
}

/// Refuses any reply that is not a success.
pub fn ok(reply: &[u8]) -> Result<(), String> {
    if reply.first() == Some(&0) { Ok(()) } else { Err(format!("the authenticator answers {reply:02x?}")) }
}

/// A request's CBOR, written by `fill`.
pub fn request(
    command: u8,
    fill: impl FnOnce(
        &mut minicbor::Encoder<Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>>,
) -> Vec<u8> {
    let mut cbor = minicbor::Encoder::new(vec![command]);
    fill(&mut cbor).expect("a Vec takes every byte");
    cbor.into_writer()
}

/// authenticatorMakeCredential, discoverable, ES256.
pub fn make_credential() -> Vec<u8> {
    request(0x01, |e| {
        e.map(5)?.u8(1)?.bytes(&[7; 32])?;
        e.u8(2)?.map(1)?.str("id")?.str(RP_ID)?;
        e.u8(3)?.map(2)?.str("id")?.bytes(b"user-1")?.str("name")?.str("ada")?;
        e.u8(4)?.array(1)?.map(2)?.str("alg")?.i8(-7)?.str("type")?.str("public-key")?;
        e.u8(7)?.map(1)?.str("rk")?.bool(true)?.ok()
    })
}

/// authenticatorGetAssertion for what is discoverable.
pub fn get_assertion() -> Vec<u8> {
    request(0x02, |e| e.map(2)?.u8(1)?.str(RP_ID)?.u8(2)?.bytes(&[8; 32])?.ok())
}

/// The same without anybody being asked: `up` is false.
pub fn get_assertion_silently() -> Vec<u8> {
    request(0x02, |e| {
        e.map(3)?.u8(1)?.str(RP_ID)?.u8(2)?.bytes(&[8; 32])?;
        e.u8(5)?.map(1)?.str("up")?.bool(false)?.ok()
    })
}
