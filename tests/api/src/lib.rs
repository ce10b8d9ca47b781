//! What the tests of the appliance share: a fresh appliance with a clock that is moved by hand, clients that
//! speak to it through its real router, and phones with real keys.

mod admins;
mod appliance;
mod authenticator;
mod client;
mod phone;

pub use admins::app_code;
pub use appliance::{ADMIN, Appliance, ManualClock, PASSWORD};
pub use authenticator::Authenticator;
pub use client::{Answer, Client};
pub use phone::Phone;
