//! Mail: put into a durable outbox with whatever it is about, made when it is sent, sent over SMTP the way that is set.

mod backoff;
mod mailer;
pub mod model;
pub mod outbox;
mod pace;
mod qr;
mod render;
mod routes;
mod server;
pub mod service;
pub mod settings;
mod settings_routes;
mod settings_store;
pub(crate) mod store;
pub mod templates;
mod trial;
mod wording;
mod words;

pub use mailer::{Mailer, Options};
pub use model::{ConfigError, MailError, OutgoingMail};

use pocketkey_routes::Routes;

/// The endpoints of this feature.
pub fn routes() -> Routes<crate::App> {
    routes::routes().merge(settings_routes::routes())
}
