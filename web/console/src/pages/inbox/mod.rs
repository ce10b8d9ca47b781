//! The inbox of the built-in SMTP sink (E3).

pub mod list;
pub mod show;
