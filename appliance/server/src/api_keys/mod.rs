//! API keys: how other programs are let in. A key acts for the admin who made it: it may do what its scopes and that admin's
//! role both allow, and ends with them.

mod model;
mod routes;
pub mod service;
mod store;

pub use model::{ApiKeyError, bearer};
pub use routes::routes;
