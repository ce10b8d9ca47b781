//! The relay: carries frames between computers and phones and never reads their bodies.
//!
//! `admission` says who may connect, `hub` holds the rules and does no I/O, `wire` is the WebSocket protocol and does none
//! either; `socket` is one connection, `service` holds them together and does what the hub asks of the database.

pub mod admission;
mod bucket;
mod exchanges;
mod hub;
#[cfg(test)]
mod hub_tests;
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

pub use exchanges::MAX_EXCHANGES;
pub use hub::{Bond, Effect, Hub, Role, SessionId};
pub use notes::{End, Note};
pub use routes::routes;
pub use service::{Noted, Relay, run};
