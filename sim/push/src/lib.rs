//! The push service of simulated phones: to them what Google's, Apple's or Mozilla's is to real ones.
//!
//! A phone subscribes here and tells the appliance where; the appliance posts there (RFC 8030) and says who it is (VAPID,
//! RFC 8292), which is checked as strictly as elsewhere. What is posted is for the phone to decrypt; nobody can do so here.
//!
//! | module | subject |
//! |---|---|
//! | `service` | the HTTP side |
//! | `vapid` | who posts |
//! | `inbox` | what waits for one subscriber |

mod inbox;
mod service;
mod vapid;

pub use service::{PushService, Subscription};
