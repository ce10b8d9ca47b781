//! Users from CSV and to CSV (A10).

mod export;
mod model;
mod person;
mod plan;
mod routes;
mod service;
mod table;

pub use model::{ImportError, ImportOptions};
pub use person::Person;
pub use routes::routes;
pub use table::{Row, Table};
