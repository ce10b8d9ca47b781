//! The Pocketkey appliance: what an organisation runs. One folder per feature, each with its `model` (types
//! and rules), `store` (SQL), `service` (use cases) and `routes` (HTTP).
//!
//! [`start::start`] opens the data folder and binds the ports; [`start::Appliance::run_until`] serves.

pub mod account;
pub mod activation;
pub mod admins;
pub mod api_keys;
pub mod app;
pub mod audit;
pub mod authentications;
pub mod clock;
pub mod config;
mod cursor;
pub mod dashboard;
pub mod db;
pub mod demo;
pub mod devices;
pub mod events;
pub mod export;
pub mod groups;
pub mod idempotency;
pub mod imports;
pub mod inbox;
pub mod jobs;
pub mod keys;
pub mod limit;
pub mod mail;
pub mod ops;
pub mod pairing;
pub mod problem;
pub mod proxy;
pub mod push;
pub mod relay;
pub mod secret;
pub mod settings;
pub mod start;
pub mod tls;
pub mod users;
pub mod validate;
mod webauthn;
pub mod webhooks;
pub mod workflows;

pub use app::App;
pub use config::Config;
pub use start::{Appliance, StartError, start};
