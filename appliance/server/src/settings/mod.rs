//! Settings of smartphone keys (A4), by inheritance: a key's own choice over its user's groups' over the organisation's
//! over what is built in. Of several groups the strictest value wins; `model` says which is stricter. Phones are told by
//! `worker` that theirs have changed; they ask, and say that they have them, in `phones`.

mod model;
pub mod phones;
mod routes;
pub mod service;
pub mod store;
mod worker;

pub use model::{Layers, SettingsError, of_phone, resolve};
pub use routes::routes;
pub use worker::run;
