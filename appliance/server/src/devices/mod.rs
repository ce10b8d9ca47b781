//! Devices: phones and computers, with the public keys that prove who they are. Phones come by activation,
//! computers by pairing. Computers are listed, blocked and deleted here, phones with their keys.

mod computers;
mod model;
mod routes;
pub mod service;
pub mod store;
mod word;

pub use model::{Device, DeviceError, Introduced};
pub use routes::routes;
pub use word::{Verify, Word, WordError};
