//! Server-sent events: open console pages learn at once what changed.

mod routes;
mod service;

pub use routes::routes;
pub use service::Events;
