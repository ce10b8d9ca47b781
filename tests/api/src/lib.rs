//! What the tests of the appliance share: a fresh appliance with a clock that is moved by hand, clients that
//! speak to it through its real router, and phones with real keys; for an appliance on several nodes, NATS servers and
//! what balances load between the nodes.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod admins;
mod appliance;
mod authenticator;
mod balancer;
mod client;
pub mod nats;
mod phone;
pub mod plain;
mod ports;
pub mod trust;
mod wait;

pub use admins::app_code;
pub use appliance::{ADMIN, Appliance, ManualClock, PASSWORD};
pub use authenticator::Authenticator;
pub use balancer::Balancer;
pub use client::{Answer, Client};
pub use phone::Phone;
pub use ports::free_port;
pub use wait::{PATIENCE, until, within};
