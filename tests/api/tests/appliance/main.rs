//! The appliance through its real router: success, every documented error, who may do what.

#![allow(clippy::unwrap_used, reason = "a panic in a helper is the failure we want to see, too")]

mod activation;
mod api_keys;
mod audit;
mod dashboard;
mod data_folder;
mod documented;
mod events;
mod idempotency;
mod imports;
mod keys;
mod ops;
mod people;
mod requests;
mod session;
mod setup;
mod users;
mod workflows;
