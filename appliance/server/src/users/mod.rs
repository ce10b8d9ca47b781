//! Users: the people of the organisation (A1, A2).

pub(crate) mod bulk;
mod model;
mod query;
mod routes;
pub mod service;
pub mod store;

pub use model::{ListUsers, UserError};
pub(crate) use model::{as_created, check, difference};
pub(crate) use query::UNUSED;
pub use routes::routes;
