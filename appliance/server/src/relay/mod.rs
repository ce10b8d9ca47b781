//! The relay: carries frames between computers and phones and never reads their bodies.
//!
//! `admission` says who may connect, `hub` holds the rules and does no I/O, `wire` is the WebSocket protocol and does none
//! either; `socket` is one connection, `service` holds them together and does what the hub asks of others: of the
//! `authority`, which has the database, and of the `bus`, which joins several nodes. `node` is a relay without a console.

pub mod admission;
mod authority;
mod bucket;
pub mod bus;
mod exchanges;
mod hub;
mod node;
mod notes;
mod outbox;
mod routes;
mod service;
#[cfg(test)]
mod simulation;
mod socket;
mod upgrade;
pub mod wire;
#[cfg(test)]
mod wire_tests;

pub use authority::{Authority, Database};
pub use exchanges::MAX_EXCHANGES;
pub use hub::{Bond, Effect, Hub, Place, Role, SessionId};
pub use node::{Node, NodeConfig, NodeError};
pub use notes::{End, Note};
pub use routes::routes;
pub use service::{Noted, Relay, run};
