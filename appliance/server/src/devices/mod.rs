//! Devices: phones and computers, with the public keys that prove who they are. Phones come by activation,
//! computers by pairing.

mod model;
pub mod store;

pub use model::{Device, DeviceError, Introduced};
