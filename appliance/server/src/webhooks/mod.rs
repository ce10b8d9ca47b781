//! Webhooks: whatever goes into the audit log is told to other systems, signed, and again until they have it.
//!
//! Deliveries follow the [Standard Webhooks](https://www.standardwebhooks.com) specification, so that its libraries verify
//! them. A delivery is written in the transaction of what it tells; it arrives at least once.

mod client;
mod model;
mod routes;
mod service;
mod signature;
mod store;
mod worker;

pub use client::{ClientError, Sender};
pub use model::WebhookError;
pub use routes::routes;
pub use store::tell;
pub use worker::run;
