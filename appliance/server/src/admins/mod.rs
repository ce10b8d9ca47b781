//! Admins: the one-time set-up, signing in and out, sessions.

pub mod csrf;
mod model;
mod password;
mod routes;
pub mod service;
mod session;
mod store;

pub use model::{AdminError, Guard};
pub use routes::routes;
pub use session::Admin;
