//! Groups (A7).

pub mod list;
mod members;
pub mod show;

use pocketkey_api::{Problem, group::GroupSummary};
use pocketkey_kit::api;

/// Every group, by name.
pub async fn all_groups() -> Result<Vec<GroupSummary>, Problem> {
    api::get("/api/v1/groups").await
}
