//! The pages, a folder or file each.

pub mod account;
pub mod admins;
pub mod computers;
pub mod dashboard;
pub mod groups;
pub mod inbox;
pub mod integrations;
pub mod job;
pub mod keys;
pub mod logs;
pub mod mail;
pub mod not_found;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod users;
pub mod welcome;
pub mod workflows;
