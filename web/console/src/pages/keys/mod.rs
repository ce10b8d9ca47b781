//! Security keys of all users, and the settings of smartphones.

pub mod defaults;
pub mod list;
pub mod settings;
pub mod show;
