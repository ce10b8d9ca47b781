//! Admins: the one-time set-up, signing in and out, sessions, and who may do what.

pub mod csrf;
mod model;
mod password;
mod permission;
mod routes;
pub mod service;
mod session;
mod store;

pub use model::{AdminError, Guard};
pub use permission::{Permission, needed};
pub use routes::routes;
pub use session::Admin;
