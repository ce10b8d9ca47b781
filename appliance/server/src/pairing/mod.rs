//! Pairing of a computer with a phone: the REST part. The handshake runs end to end through the relay.

mod routes;
mod service;
pub mod store;

pub use routes::routes;
