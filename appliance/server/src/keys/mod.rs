//! Security keys assigned to users (A3, A4, A6).

mod model;
mod query;
mod routes;
pub mod service;
pub mod store;

pub use model::{KeyError, ListKeys};
pub use routes::routes;
