//! The demo web site (a WebAuthn relying party): accounts register and sign in, verified by `webauthn_rp`.
//!
//! Accounts and credentials are in the database, because the phone keeps its half, too; ceremonies are in memory:
//! they last minutes, and after a restart one begins anew.

mod model;
mod routes;
mod service;
mod store;

pub use routes::routes;
