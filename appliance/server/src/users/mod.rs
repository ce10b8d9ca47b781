//! Users: the people of the organisation (A1, A2).

mod model;
mod routes;
pub mod service;
mod store;

pub use model::{ListUsers, UserError};
pub use routes::routes;
