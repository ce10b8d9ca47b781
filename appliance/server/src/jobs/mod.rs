//! Work in the background that people watch: imports, and the same done to many users. Kept in memory: a job that the
//! end of the program cuts short has done what its chunks committed, and doing it again changes only the rest.

mod model;
mod routes;
mod service;

pub use model::{JobError, Undo};
pub use routes::routes;
pub use service::{JobHandle, Jobs};
