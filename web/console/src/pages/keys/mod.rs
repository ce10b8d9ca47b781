//! Security keys of all users, and the settings of smartphones.

pub mod choices;
pub mod defaults;
pub mod list;
pub mod show;
mod view;
