//! What the appliance does besides its users and keys: mail, inbox, pairing, relay, and the demo web site. Through
//! its real router and its real ports.

#![allow(clippy::unwrap_used, reason = "a panic in a helper is the failure we want to see, too")]

mod authentications;
mod blocking;
mod demo;
mod device;
mod hostile;
mod hostile_mail;
mod inbox;
mod mail;
mod outgoing;
mod pairing;
mod push;
mod relay;
mod settings;
mod sink;
mod webhooks;
