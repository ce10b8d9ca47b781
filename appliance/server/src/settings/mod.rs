//! Settings of smartphone keys (A4), by inheritance: a key's own choice over its user's groups' over the organisation's
//! over what is built in. Of several groups the strictest value wins; `model` says which is stricter.

mod model;
mod routes;
pub mod service;
pub mod store;

pub use model::{Layers, SettingsError, resolve};
pub use routes::routes;
