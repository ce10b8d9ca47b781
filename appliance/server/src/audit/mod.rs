//! The audit log (A15): what admins, API keys and the appliance itself did, in a chain of hashes that shows any later edit.
//!
//! What is done to many at once has an entry for each of them, so that nobody's history has a gap; these name their job,
//! and the list passes over them where the job's own two entries say enough.

mod chain;
mod export;
mod model;
mod query;
mod routes;
pub mod service;
mod store;
mod verify;

pub use model::{Actor, ActorKind, AuditError, Target, change};
pub use routes::routes;
pub use store::record;
pub use verify::{Fault, Verified, verify};
