//! CTAPHID, the way CTAP messages travel in 64-byte HID reports, from the key's side.
//!
//! Sans-IO: reports and the time (`now`, milliseconds from any fixed point) go in, reports and events come out; no
//! clock, no sockets, no randomness. Compiles for `wasm32-unknown-unknown`.
//!
//! Spec: "USB Human Interface Device (USB HID)", section 11.2 of the Client to Authenticator Protocol 2.1,
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-20210615.html#usb>
//!
//! | module | subject |
//! |---|---|
//! | [`message`] | commands, error codes, a message cut into reports |
//! | [`packet`] | one report read as an initialization or continuation packet |
//! | [`assembly`] | one message put together from packets |
//! | [`machine`] | channels, transactions, keep-alives, cancel, lock |

pub mod assembly;
pub mod machine;
pub mod message;
pub mod packet;

pub use machine::{Config, Ctaphid, HidEvent, Protocol, Status, TransactionId};
pub use message::{Command, HidError, Message};

/// A HID report, either way: 64 bytes without a report number.
pub type Report = [u8; REPORT_SIZE];

/// Length of a report in bytes.
pub const REPORT_SIZE: usize = 64;

/// The channel on which clients ask for a channel of their own.
pub const BROADCAST: u32 = 0xFFFF_FFFF;
