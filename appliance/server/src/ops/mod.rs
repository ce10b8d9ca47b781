//! What runs the appliance rather than being its purpose: health, the console's files, the API document.

pub mod assets;
mod connection;
#[cfg(test)]
mod document;
pub mod headers;
pub mod health;
pub mod openapi;
mod reader;
mod serve;
mod tls_stream;

pub use connection::Connection;
pub use serve::{listen, plain, serve, stopped, tls};
