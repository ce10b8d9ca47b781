//! Calling phones that are away: the [`Wake`] hook, and its implementation by Web Push.
//!
//! The relay calls a phone when a request begins to wait for it. What is sent says nothing but that: 16 random bytes.
//! `endpoint` keeps the appliance from being sent to places of its own network, `vapid` signs, `client` makes one try,
//! `worker` repeats it while the request lives.

mod client;
mod endpoint;
mod model;
mod routes;
mod service;
mod store;
mod vapid;
mod wake;
mod worker;

pub use client::{ClientError, Pusher};
pub use endpoint::{Endpoint, EndpointError};
pub use model::{PushError, Subscription};
pub use routes::routes;
pub use vapid::{Vapid, contact};
pub use wake::{Call, Wake, WebPush, web_push};
pub use worker::run;
