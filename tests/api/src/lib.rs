//! What the tests of the appliance share: a fresh appliance with a clock that is moved by hand, clients that
//! speak to it through its real router, and phones with real keys.

mod appliance;
mod client;
mod phone;

pub use appliance::{ADMIN, Appliance, ManualClock, PASSWORD};
pub use client::{Answer, Client};
pub use phone::Phone;
