//! The CTAP 2.1 and U2F authenticator core: one state machine that reads requests, asks a person, and signs.
//!
//! It does no I/O. Requests and the person's answers come in as [`Event`]s, replies and questions go out as
//! [`Output`]s, the clock and the randomness come from an [`Env`], and what must last lies in a [`Store`]. So
//! the same core runs in a simulated phone, in a browser (wasm32) and under a fuzzer.
//!
//! Each command is one file; the numbered steps of
//! [CTAP 2.1](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html)
//! stand above the code that does them. The person is verified by unlocking the phone, which the specification calls
//! built-in user verification, or with a client PIN: [`UserVerification`] says which. A phone enrols
//! fingers in its own settings; authenticatorBioEnrollment (0x09) is there only with a [`Sensor`].
//!
//! ```
//! use pocketkey_authenticator::{Authenticator, Config, Env, Event, MemoryStore, Output};
//!
//! struct Fixed;
//! impl Env for Fixed {
//!     fn now(&self) -> u64 {
//!         1_700_000_000_000
//!     }
//!     fn fill(&mut self, bytes: &mut [u8]) {
//!         bytes.fill(7);
//!     }
//! }
//!
//! let mut key = Authenticator::new(Config::default(), MemoryStore::new());
//! // authenticatorSelection: the person is asked, says yes, and the reply is the single byte "OK".
//! let Output::Ask(prompt) = key.step(Event::Request(&[0x0b]), &mut Fixed) else { panic!() };
//! assert!(!prompt.user_verification);
//! let reply = key.step(Event::Approved { user_verified: false }, &mut Fixed);
//! assert_eq!(reply, Output::Reply(vec![0x00]));
//! ```

extern crate alloc; // sk-cbor's macros name it

mod assertion;
mod attestation;
mod auth_data;
mod authenticator;
mod authenticator_config;
mod bio_enrollment;
pub mod cbor;
mod client_pin;
mod config;
mod consent;
mod credential_id;
mod credential_management;
mod entities;
mod extensions;
mod fault;
mod get_assertion;
mod get_next_assertion;
mod hmac_secret;
pub mod info;
mod keys;
mod large_blobs;
mod make_credential;
mod parameters;
mod pin_protocol;
mod pin_uv_auth_token;
mod policy;
mod reset;
mod selection;
mod session;
pub mod status;
pub mod store;
pub mod u2f;

pub use authenticator::{Action, Authenticator, CredentialSummary, Env, Event, Output, Prompt, Quality};
pub use config::{Attestation, Certified, Config, Counter, EnterpriseAttestation, Sensor, UserVerification};
pub use entities::{RelyingParty, User};
pub use fault::Fault;
pub use keys::Algorithm;
pub use status::Status;
pub use store::{Change, Credential, CredentialChange, Device, MemoryStore, Secret, Store, Template};
