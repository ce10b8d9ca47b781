//! Activation: how a phone becomes a user's key (A5, B1, B3).
//!
//! An invitation has two secrets, either of which redeems it once: a 128-bit code in the link and QR, and a pairing
//! key of 12 digits for typing. The pairing key's first six digits only find the invitation; wrong guesses of the
//! rest are counted, and the fifth locks it.

mod code;
pub mod expiry;
mod model;
mod routes;
pub mod service;
pub(crate) mod store;

pub use code::qr_svg;
pub use model::{ActivationError, Guard, Refusal};
pub use routes::routes;
