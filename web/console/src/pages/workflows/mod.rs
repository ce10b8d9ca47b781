//! Workflows (A8, A9): "Security key device assignment".

mod draft;
pub mod labels;
pub mod list;
pub mod run;
pub mod show;
pub mod wizard;
