//! Mail: rendered, put into a durable outbox with whatever it is about, sent over SMTP.

mod backoff;
mod invitation;
pub mod model;
pub mod outbox;
mod qr;
mod render;
pub mod service;
mod store;

pub use model::{ConfigError, OutgoingMail};
pub use outbox::Mailer;
