//! The inbox of the built-in SMTP sink: mails as they came, taken apart for the console.

mod links;
mod mime;
mod model;
mod routes;
mod service;
pub mod session;
pub mod sink;
mod store;

pub use mime::{Entity, read as read_mime};
pub use routes::routes;
