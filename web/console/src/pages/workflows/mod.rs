//! Workflows (A8, A9): "Security key device assignment".

pub mod labels;
pub mod list;
pub mod new;
pub mod run;
pub mod show;
