//! Groups of users (A7).

mod model;
mod routes;
pub mod service;
pub mod store;

pub use model::GroupError;
pub use routes::routes;
