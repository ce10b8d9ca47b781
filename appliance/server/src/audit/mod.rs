//! The audit log: what admins, API keys and the appliance itself did, in a chain of hashes that shows any later edit.

mod model;
mod store;

pub use model::{Actor, ActorKind, Target};
pub use store::record;
