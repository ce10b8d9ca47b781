//! Workflows (A8, A9): keys assigned to many users, who are invited by e-mail, run by run.
//!
//! A run's worker takes users in chunks; a chunk's keys, invitations, mails and results are one transaction with how far
//! the run is. So a crash neither loses an invitation nor makes it twice, and memory does not grow with the users.

mod model;
mod results;
mod routes;
mod runs;
pub mod service;
mod store;
mod worker;

pub use model::{ListResults, ListRuns, WorkflowError};
pub use routes::routes;
pub use worker::run;
