//! Admins: the one-time set-up, signing in and out, sessions, invitations, and who may do what.

mod browser;
pub mod csrf;
pub mod guard;
mod invitation_store;
pub mod invitations;
mod lockout;
pub mod manage;
mod manage_routes;
pub mod model;
pub mod password;
mod permission;
mod routes;
pub mod second_step;
mod second_step_routes;
pub mod service;
mod session;
pub mod sessions;
pub mod sign_in;
pub mod store;

pub use guard::Guard;
pub use model::{AdminError, Visitor};
pub use permission::{Permission, needed};
pub use routes::{routes, signed_in};
pub use session::{Admin, Confirmed};
