//! The inbox of the built-in SMTP sink (E3).

mod fault;
pub mod list;
pub mod show;
