//! The native way to the appliance that phones and computers share: its REST API and a relay connection that
//! comes back by itself.

mod connection;
mod os;
mod rest;

pub use connection::{Connection, Event, connect};
pub use os::{OsEntropy, now_ms};
pub use rest::{Rest, RestError, introduce};
