//! The built-in SMTP sink and its inbox: mails as they came, taken apart for the console and found by search.

mod codes;
mod fault;
mod index;
mod links;
mod mime;
mod model;
mod retention;
mod routes;
pub mod search;
mod service;
pub mod session;
pub mod sink;
mod store;
mod tls;

pub use fault::Faults;
pub use index::{catch_up, run as index};
pub use mime::{Entity, read as read_mime};
pub use retention::{run as tidy_up, tidy};
pub use routes::{HARMLESS, routes};
pub use service::Storing;
pub use tls::{SinkConfigError, prepare};
