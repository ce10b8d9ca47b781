//! An admin's own account: name and address, password, two-step sign-in with recovery codes, passkeys, sessions. What
//! changes how they sign in wants a session whose admin has lately shown that it is them
//! ([`Confirmed`](crate::admins::Confirmed)).

mod model;
mod passkey_routes;
mod passkey_store;
mod passkeys;
mod recovery;
mod routes;
pub mod service;
mod store;
mod totp;
pub mod two_step;

pub use model::AccountError;
pub use routes::routes;
pub use two_step::{forget, second_factor};
