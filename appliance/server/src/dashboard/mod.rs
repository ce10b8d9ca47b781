//! The dashboard (A16): how things stand, in numbers. What would take long to count is counted as it happens.

mod routes;
mod service;
mod store;

pub use routes::routes;
