//! The in-page stand-in for a security key (F10): for computers without `/dev/uhid`.
//!
//! It is a computer of its own at the relay, with keys that live as long as the tab, paired with a simulated phone. It answers
//! the demo page only, in place of `navigator.credentials`, and takes the same way as the real key: CTAP2, sealed,
//! through the relay, to the phone.
//!
//! | module | subject |
//! |---|---|
//! | [`client`] | the browser's part: WebAuthn's options and answers |
//! | [`ctap`] | CTAP2 requests and replies |
//! | [`computer`] | pairing and exchanges at the relay, as a state machine |
//! | [`failure`] | what can go wrong |
//! | [`page`] | the glue to this page: socket, storage, timers |

pub mod client;
pub mod computer;
pub mod ctap;
pub mod failure;
pub mod page;
#[cfg(test)]
mod tests;

pub use client::{Ceremony, Origin};
pub use failure::Failure;
pub use page::{Condition, StandIn};
