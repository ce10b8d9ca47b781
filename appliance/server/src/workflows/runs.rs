//! The table of runs.

use pocketkey_api::{
    Page, RunId, WorkflowId,
    workflow::{Run, RunCause, RunState},
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    ListRuns, WorkflowError,
    store::{Plan, Terms},
};
use crate::{cursor, db::DbError, secret};

/// So many users who came by a trigger are put into a run at once.
const COLLECT: u32 = 5_000;

/// A run as the worker sees it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Row number.
    pub seq: i64,
    /// The run.
    pub run: Run,
    /// What it began with.
    pub terms: Terms,
    /// Whether it is about the users in its results; otherwise about all of the workflow's.
    pub listed: bool,
    /// Users up to here are done with.
    pub after_seq: i64,
    /// The last user there was when it began.
    pub until_seq: i64,
}

const SELECT: &str = "
    SELECT r.seq, r.id, r.workflow_id, w.name, r.number, r.cause, r.state, r.total, r.invited, r.skipped, r.started_at,
        r.ended_at, r.listed, r.after_seq, r.until_seq, r.kind, r.settings, r.audience
    FROM runs r JOIN workflows w ON w.id = r.workflow_id";

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let (cause, state): (String, String) = (row.get(5)?, row.get(6)?);
    let run = Run {
        id: RunId(row.get(1)?),
        workflow_id: WorkflowId(row.get(2)?),
        workflow: row.get(3)?,
        number: row.get(4)?,
        cause: cause_of(&cause),
        state: state_of(&state),
        total: row.get(7)?,
        invited: row.get(8)?,
        skipped: row.get(9)?,
        started_at: row.get(10)?,
        ended_at: row.get(11)?,
    };
    Ok(Job {
        seq: row.get(0)?,
        run,
        terms: Terms::read(row, 15)?,
        listed: row.get(12)?,
        after_seq: row.get(13)?,
        until_seq: row.get(14)?,
    })
}

const fn cause_name(cause: RunCause) -> &'static str {
    match cause {
        RunCause::Admin => "admin",
        RunCause::Schedule => "schedule",
        RunCause::Joined => "joined",
        RunCause::Imported => "imported",
        RunCause::Retry => "retry",
    }
}

fn cause_of(name: &str) -> RunCause {
    let all = [RunCause::Schedule, RunCause::Joined, RunCause::Imported, RunCause::Retry];
    all.into_iter().find(|cause| cause_name(*cause) == name).unwrap_or(RunCause::Admin)
}

const fn state_name(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Paused => "paused",
        RunState::Cancelled => "cancelled",
        RunState::Done => "done",
    }
}

fn state_of(name: &str) -> RunState {
    let all = [RunState::Running, RunState::Paused, RunState::Cancelled];
    all.into_iter().find(|state| state_name(*state) == name).unwrap_or(RunState::Done)
}

/// Whom a run is for: the condition on a row of `users u`, with [`Terms::audience`] as `:audience`.
pub const IS_FOR: &str = "(:audience IS NULL OR EXISTS (
    SELECT 1 FROM group_members m
    WHERE m.user_id = u.id AND m.group_id IN (SELECT value FROM json_each(:audience))))";

/// Begins a run; one that is `listed` is about nobody yet. Gives its row number.
pub fn insert(
    conn: &Connection,
    plan: &Plan,
    cause: RunCause,
    listed: bool,
    now: i64,
) -> Result<i64, DbError> {
    let (until, total): (i64, i64) = if listed {
        (0, 0)
    } else {
        let sql = format!("SELECT coalesce(max(u.seq), 0), count(*) FROM users u WHERE {IS_FOR}");
        let mut query = conn.prepare_cached(&sql)?;
        query.query_row(named_params! { ":audience": plan.terms.audience }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
    };
    let mut insert = conn.prepare_cached(
        "INSERT INTO runs (id, workflow_id, number, cause, state, listed, after_seq, until_seq, total, started_at,
             kind, settings, audience)
         VALUES (:id, :workflow, (SELECT coalesce(max(number), 0) + 1 FROM runs WHERE workflow_id = :workflow),
             :cause, 'running', :listed, 0, :until, :total, :now, :kind, :settings, :audience)",
    )?;
    Ok(insert.insert(named_params! {
        ":id": secret::new_id(),
        ":workflow": plan.id.0,
        ":cause": cause_name(cause),
        ":listed": listed,
        ":until": until,
        ":total": total,
        ":now": now,
        ":kind": plan.terms.kind.key(),
        ":settings": plan.terms.settings,
        ":audience": plan.terms.audience,
    })?)
}

/// A run by its row number.
pub fn get(conn: &Connection, seq: i64) -> Result<Option<Job>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE r.seq = ?1"))?;
    Ok(query.query_row([seq], job).optional()?)
}

/// A run.
pub fn find(conn: &Connection, id: &RunId) -> Result<Option<Job>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE r.id = ?1"))?;
    Ok(query.query_row([&id.0], job).optional()?)
}

/// A workflow's latest run.
pub fn last(conn: &Connection, workflow: &WorkflowId) -> Result<Option<Run>, DbError> {
    let mut query =
        conn.prepare_cached(&format!("{SELECT} WHERE r.workflow_id = ?1 ORDER BY r.number DESC LIMIT 1"))?;
    Ok(query.query_row([&workflow.0], job).optional()?.map(|job| job.run))
}

/// One page of a workflow's runs, latest first.
pub fn list(conn: &Connection, workflow: &WorkflowId, page: &ListRuns) -> Result<Page<Run>, WorkflowError> {
    let before = cursor::row(page.after.as_deref(), i64::from(u32::MAX)).ok_or(WorkflowError::WrongCursor)?;
    let sql = format!("{SELECT} WHERE r.workflow_id = ?1 AND r.number < ?2 ORDER BY r.number DESC LIMIT ?3");
    let mut query = conn.prepare_cached(&sql).map_err(DbError::from)?;
    let fits = page.page_size();
    let rows = query.query_map((&workflow.0, before, fits + 1), job).map_err(DbError::from)?;
    let items: Vec<Run> =
        rows.map(|row| row.map(|job| job.run)).collect::<Result<_, _>>().map_err(DbError::from)?;
    Ok(Page::cut(items, fits, |run| run.number.to_string()))
}

/// Whether a run of the workflow goes on.
pub fn is_running(conn: &Connection, workflow: &WorkflowId) -> Result<bool, DbError> {
    let mut query = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM runs WHERE workflow_id = ?1 AND state = 'running')")?;
    Ok(query.query_row([&workflow.0], |row| row.get(0))?)
}

/// Whether a run about all of the workflow's users has not ended.
pub fn is_open(conn: &Connection, workflow: &WorkflowId) -> Result<bool, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM runs WHERE workflow_id = ?1 AND state IN ('running', 'paused') AND NOT listed)",
    )?;
    Ok(query.query_row([&workflow.0], |row| row.get(0))?)
}

/// Runs that go on, of workflows that are not paused, by their row numbers.
pub fn running(conn: &Connection) -> Result<Vec<i64>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT r.seq FROM runs r JOIN workflows w ON w.id = r.workflow_id
         WHERE r.state = 'running' AND w.paused_at IS NULL ORDER BY r.seq",
    )?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Pauses or resumes a run, or ends it: `at` is when it ended.
pub fn set_state(conn: &Connection, seq: i64, state: RunState, at: Option<i64>) -> Result<(), DbError> {
    conn.prepare_cached("UPDATE runs SET state = ?2, ended_at = ?3 WHERE seq = ?1")?.execute((
        seq,
        state_name(state),
        at,
    ))?;
    Ok(())
}

/// Pauses those of a workflow's runs that go on, or resumes those that are paused.
pub fn set_all_paused(conn: &Connection, workflow: &WorkflowId, paused: bool) -> Result<(), DbError> {
    let (from, to) = if paused { ("running", "paused") } else { ("paused", "running") };
    conn.execute(
        "UPDATE runs SET state = ?3 WHERE workflow_id = ?1 AND state = ?2",
        (&workflow.0, from, to),
    )?;
    Ok(())
}

/// Notes how far a run has come.
pub fn advance(
    conn: &Connection,
    seq: i64,
    after_seq: i64,
    invited: u32,
    skipped: u32,
) -> Result<(), DbError> {
    conn.prepare_cached(
        "UPDATE runs SET after_seq = ?2, invited = invited + ?3, skipped = skipped + ?4 WHERE seq = ?1",
    )?
    .execute((seq, after_seq, invited, skipped))?;
    Ok(())
}

/// Puts users who wait for the workflow into a run: one that goes on already for the same cause and by the same terms, or
/// a new one, which is then told. Gives the run's row number.
pub fn collect(conn: &Connection, plan: &Plan, cause: RunCause, now: i64) -> Result<(i64, bool), DbError> {
    let going_on = conn
        .prepare_cached(
            "SELECT seq FROM runs WHERE workflow_id = :workflow AND state = 'running' AND listed AND cause = :cause
                 AND kind = :kind AND settings IS :settings AND audience IS :audience ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(
            named_params! {
                ":workflow": plan.id.0,
                ":cause": cause_name(cause),
                ":kind": plan.terms.kind.key(),
                ":settings": plan.terms.settings,
                ":audience": plan.terms.audience,
            },
            |row| row.get(0),
        )
        .optional()?;
    let run = match going_on {
        Some(run) => run,
        None => insert(conn, plan, cause, true, now)?,
    };
    let waiting =
        "SELECT user_id FROM workflow_waiting WHERE workflow_id = :workflow ORDER BY user_id LIMIT :limit";
    let added = conn
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO run_results (run, seq, user_id, outcome, at)
             SELECT :run, u.seq, u.id, 'waiting', :now FROM users u WHERE u.id IN ({waiting})"
        ))?
        .execute(named_params! { ":run": run, ":now": now, ":workflow": plan.id.0, ":limit": COLLECT })?;
    conn.prepare_cached(&format!(
        "DELETE FROM workflow_waiting WHERE workflow_id = :workflow AND user_id IN ({waiting})"
    ))?
    .execute(named_params! { ":workflow": plan.id.0, ":limit": COLLECT })?;
    add_total(conn, run, added)?;
    Ok((run, going_on.is_none()))
}

/// A run is about `count` users more.
pub fn add_total(conn: &Connection, seq: i64, count: usize) -> Result<(), DbError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    conn.prepare_cached("UPDATE runs SET total = total + ?2 WHERE seq = ?1")?.execute((seq, count))?;
    Ok(())
}
