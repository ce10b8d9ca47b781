//! When schedules are due, and what can go wrong.

use axum::http::StatusCode;
use pocketkey_api::{
    problem::FieldProblem,
    workflow::{NewWorkflow, ResultState, Trigger, Workflow, WorkflowChange},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    audit,
    db::DbError,
    problem::{ApiError, Explain},
    validate::Fields,
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Rows on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which page of a workflow's runs.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListRuns {
    /// Only runs before this place: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

impl ListRuns {
    /// How many runs the page holds at most.
    pub fn page_size(&self) -> u32 {
        page_size(self.limit)
    }
}

/// Which of a run's results.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListResults {
    /// Only users in this state.
    pub state: Option<ResultState>,
    /// Only users with this in user ID, username, name or e-mail address; case does not matter.
    pub search: String,
    /// Only users after this place: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

impl ListResults {
    /// How many users the page holds at most.
    pub fn page_size(&self) -> u32 {
        page_size(self.limit)
    }
}

fn page_size(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE.0).clamp(1, PAGE.1)
}

/// The first time after `now` that a schedule names, if `trigger` is one; Unix milliseconds.
pub fn next_time(trigger: Trigger, now: i64) -> Option<i64> {
    let Trigger::Schedule { weekday, minute } = trigger else { return None };
    let today = now.div_euclid(DAY);
    // 1 January 1970 was a Thursday.
    let is_wanted = |day: i64| weekday.is_none_or(|wanted| (day + 3).rem_euclid(7) + 1 == i64::from(wanted));
    let times = (today..=today + 7).filter(|day| is_wanted(*day));
    times.map(|day| day * DAY + i64::from(minute) * MINUTE).find(|at| *at > now)
}

/// `new` with surrounding space removed.
///
/// # Errors
/// Every field at fault.
pub fn check(mut new: NewWorkflow) -> Result<NewWorkflow, WorkflowError> {
    let mut fields = Fields::default();
    new.name = fields.line("name", &new.name, 100);
    if !new.kind.has_device() {
        fields.wrong("kind", "So far only smartphones can be activated by e-mail.");
    }
    check_trigger(&mut fields, new.trigger);
    fields.finish().map_err(WorkflowError::Invalid)?;
    Ok(new)
}

/// What `workflow` says after `change`. Its groups are those of the change, or none: they are not part of its row.
pub fn changed(workflow: &Workflow, change: WorkflowChange) -> NewWorkflow {
    NewWorkflow {
        name: change.name.unwrap_or_else(|| workflow.name.clone()),
        groups: change.groups.unwrap_or_default(),
        kind: change.kind.unwrap_or(workflow.kind),
        settings: change.settings.or(workflow.settings),
        trigger: change.trigger.unwrap_or(workflow.trigger),
    }
}

/// What the audit log says of a workflow that was changed.
pub fn difference(before: &Workflow, after: &Workflow) -> Result<Value, WorkflowError> {
    let groups = [before, after].map(|workflow| match &workflow.groups[..] {
        _ if workflow.everybody => "all users".to_owned(),
        groups => groups.iter().map(|group| &*group.name).collect::<Vec<_>>().join(", "),
    });
    let settings = |workflow: &Workflow| serde_json::to_string(&workflow.settings.unwrap_or_default());
    let trigger = |workflow: &Workflow| serde_json::to_string(&workflow.trigger);
    Ok(audit::change([
        ("name", &*before.name, &*after.name),
        ("groups", &groups[0], &groups[1]),
        ("kind", before.kind.key(), after.kind.key()),
        ("settings", &settings(before)?, &settings(after)?),
        ("trigger", &trigger(before)?, &trigger(after)?),
    ]))
}

/// Says what is wrong with a schedule.
fn check_trigger(fields: &mut Fields, trigger: Trigger) {
    if let Trigger::Schedule { weekday, minute } = trigger {
        if weekday.is_some_and(|day| !(1..=7).contains(&day)) {
            fields.wrong("trigger", "A day of the week is 1 (Monday) to 7 (Sunday).");
        }
        if minute >= 24 * 60 {
            fields.wrong("trigger", "A time is 0 to 1439 minutes after midnight.");
        }
    }
}

/// What a trigger is called in the database.
pub fn trigger_name(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Once => "once",
        Trigger::Schedule { .. } => "schedule",
        Trigger::Joined => "joined",
        Trigger::Imported => "imported",
    }
}

/// Why something about a workflow or a run failed.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such workflow.
    #[error("no such workflow")]
    NotFound,
    /// There is no such run.
    #[error("no such run")]
    NoRun,
    /// A run about all its users is under way.
    #[error("a run is under way")]
    Running,
    /// The workflow is paused.
    #[error("the workflow is paused")]
    Paused,
    /// The run has ended.
    #[error("the run has ended")]
    Ended,
    /// Nobody's mail failed, and nobody's invitation expired.
    #[error("nothing to retry")]
    NothingToRetry,
    /// `after` is no place in the list.
    #[error("no place in the list")]
    WrongCursor,
    /// Settings or trigger could not be stored.
    #[error("cannot store a workflow: {0}")]
    Json(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for WorkflowError {
    fn from(error: DbError) -> Self {
        if error.is_duplicate("workflows.name_key") {
            return Self::Invalid(crate::validate::one("name", "There is a workflow of this name already."));
        }
        Self::Db(error)
    }
}

impl Explain for WorkflowError {
    fn explain(&self) -> ApiError {
        let conflict = |code, title: &str| ApiError::new(StatusCode::CONFLICT, code, title);
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::NotFound => ApiError::not_found("This workflow"),
            Self::NoRun => ApiError::not_found("This run"),
            Self::Running => conflict("run_under_way", "A run of this workflow is under way.")
                .detail("Wait for its end, or cancel it first, so that nobody is mailed twice."),
            Self::Paused => {
                conflict("workflow_paused", "This workflow is paused.").detail("Resume it first.")
            }
            Self::Ended => conflict("run_ended", "This run has ended already."),
            Self::NothingToRetry => conflict("nothing_to_retry", "There is nothing to try again.")
                .detail("No mail of this run failed, and no invitation expired."),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::Json(_) => ApiError::internal(),
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Wednesday, 25 November 2026, 14:05 UTC.
    const NOW: i64 = 1_795_615_500_000;

    #[test]
    fn schedules() {
        let at = |weekday, minute| next_time(Trigger::Schedule { weekday, minute }, NOW).unwrap() - NOW;
        assert_eq!(at(None, 14 * 60 + 6), MINUTE);
        assert_eq!(at(None, 14 * 60 + 5), DAY, "now is over");
        assert_eq!(at(Some(3), 14 * 60 + 6), MINUTE, "today is a Wednesday");
        assert_eq!(at(Some(3), 14 * 60 + 5), 7 * DAY);
        assert_eq!(at(Some(4), 14 * 60 + 5), DAY);
        assert_eq!(at(Some(2), 14 * 60 + 5), 6 * DAY);
        assert_eq!(next_time(Trigger::Once, NOW), None);
    }

    proptest! {
        #[test]
        fn the_next_time_is_the_wanted_minute_within_a_week(
            now in -4_000_000_000_000_i64..4_000_000_000_000, weekday in proptest::option::of(1_u8..=7), minute in 0_u16..1440,
        ) {
            let next = next_time(Trigger::Schedule { weekday, minute }, now).unwrap();
            let longest = if weekday.is_some() { 7 * DAY } else { DAY };
            prop_assert!(next > now && next - now <= longest);
            prop_assert_eq!(next.rem_euclid(DAY), i64::from(minute) * MINUTE);
        }
    }
}
