//! Outgoing mail (E4): how it leaves, what it says, what became of it.

pub mod outbox;
pub mod settings;
pub mod template;
pub mod templates;
mod trial;
