//! Faults on demand: replies that a relying party or a client must refuse, so that it can be seen whether they do.

use crate::cbor::{self, Value};
use crate::config::Config;

/// What is wrong with the replies of makeCredential, getAssertion and getNextAssertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The signature of an assertion does not verify.
    BadSignature,
    /// The signature counter of an assertion is about half of what it should be.
    CounterRollback,
    /// The authenticator data is about another relying party; the signature fits it.
    WrongRpIdHash,
    /// The signature of an attestation does not verify.
    WrongAttestation,
    /// The status is OK, and the CBOR behind it ends too early.
    MalformedReply,
}

impl Config {
    fn suffers(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The counter to put into an assertion.
    pub(crate) fn shown_counter(&self, counter: u32) -> u32 {
        if self.suffers(Fault::CounterRollback) { counter / 2 } else { counter }
    }

    /// The RP ID hash to put into authenticator data.
    pub(crate) fn shown_rp_id_hash(&self, mut hash: [u8; 32]) -> [u8; 32] {
        if self.suffers(Fault::WrongRpIdHash) {
            hash[0] ^= 1;
        }
        hash
    }

    /// The signature to put into an assertion.
    pub(crate) fn shown_signature(&self, signature: Vec<u8>) -> Vec<u8> {
        if self.suffers(Fault::BadSignature) { altered(signature) } else { signature }
    }

    /// The attestation statement to reply with.
    pub(crate) fn shown_statement(&self, statement: Value) -> Value {
        if !self.suffers(Fault::WrongAttestation) {
            return statement;
        }
        let fields = statement.extract_map().unwrap_or_default().into_iter();
        let alter = |(name, value): (Value, Value)| match value.clone().extract_byte_string() {
            Some(signature) if name == Value::from("sig") => (name, altered(signature).into()),
            _ => (name, value),
        };
        Value::map(fields.map(alter).collect())
    }

    /// The reply to a request that signs.
    pub(crate) fn shown_reply(&self, value: Value) -> Vec<u8> {
        let mut reply = cbor::reply(value);
        if self.suffers(Fault::MalformedReply) {
            reply.pop();
        }
        reply
    }
}

/// The same signature with one bit of its last byte changed: still well formed.
fn altered(mut signature: Vec<u8>) -> Vec<u8> {
    if let Some(last) = signature.last_mut() {
        *last ^= 1;
    }
    signature
}
