//! The authentication log (A14): what phones were asked, and how it ended.
//!
//! The relay is blind: it notes who asked whom and how that ended, as far as it sees. What was asked, and where, the phone
//! says itself, by a frame beside its answer, and only what the organisation wants to know. Both are written here, some
//! at a time, so that no frame ever waits for the database.

mod model;
mod query;
mod routes;
pub mod service;
pub mod store;

pub use model::LogError;
pub use routes::routes;
