//! Many devices with scripted people. For now one world: the sandbox, with a seeded organisation, a simulated phone
//! on screen and a computer with a virtual key.
//!
//! The sandbox is a client like any other: it sets the appliance up, adds people, invites, activates and pairs
//! through the REST API and the relay, so that whatever it shows has really happened.

mod organisation;
mod routes;
mod sandbox;

pub use routes::DOCUMENT;
pub use sandbox::{Sandbox, SandboxError, SandboxOptions};
