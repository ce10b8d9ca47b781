//! A simulated phone: the native host of the authenticator core.
//!
//! It does what a real phone with the app does: redeems an activation with keys of its own, pairs with computers by
//! their QR, shows each request, and signs once its person has approved and unlocked. The person is whoever calls
//! [`Phone::touch`], or a script.
//!
//! | module | subject |
//! |---|---|
//! | [`phone`] | starting a phone and touching it |
//! | `actor` | the one task in which everything happens |
//! | `authenticator` | what its authenticator is set to |
//! | `activation` | redeeming a code |
//! | `pairing` | pinning a computer |
//! | `push` | being called while it sleeps |
//! | `request` | one request from arrival to answer |
//! | `settings` | what its organisation wants of it |
//! | `memory` | what survives a restart |
//! | `credentials` | the authenticator's store, sealed on disk |

mod activation;
mod actor;
mod authenticator;
mod credentials;
mod memory;
mod pairing;
pub mod phone;
mod push;
mod request;
mod settings;

pub use memory::MemoryError;
pub use phone::{Phone, PhoneOptions};
