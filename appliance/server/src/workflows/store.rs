//! The tables of workflows, of their groups, and of users who wait for a run.

use pocketkey_api::{
    GroupId, UserId, WorkflowId,
    group::Group,
    key::KeyKind,
    settings::SettingsChoice,
    workflow::{AudienceCount, NewWorkflow, Trigger, Workflow, WorkflowState},
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    WorkflowError, model,
    runs::{self, IS_FOR},
};
use crate::{db::DbError, settings, validate};

/// What a workflow says of its keys, and of whom they are for. A run keeps what it began with.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What kind of key.
    pub kind: KeyKind,
    /// What is chosen for new keys, as [`settings::store::stored`] has it.
    pub settings: Option<String>,
    /// Groups, a JSON array of their ids; none = all users.
    pub audience: Option<String>,
}

impl Terms {
    /// Those in a row's three columns from `column` on.
    pub fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let kind: String = row.get(column)?;
        Ok(Self {
            kind: KeyKind::parse(&kind).unwrap_or(KeyKind::Smartphone),
            settings: row.get(column + 1)?,
            audience: row.get(column + 2)?,
        })
    }
}

/// A workflow as a run needs it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id.
    pub id: WorkflowId,
    /// Its name.
    pub name: String,
    /// What its next run begins with.
    pub terms: Terms,
    /// When it runs.
    pub trigger: Trigger,
    /// Whether an admin paused it.
    pub paused: bool,
    settings: SettingsChoice,
    next_at: Option<i64>,
    created_at: i64,
}

const SELECT: &str = "
    SELECT w.id, w.name, w.trigger, w.paused_at IS NOT NULL, w.next_at, w.created_at, w.kind, w.settings,
        CASE WHEN w.everybody THEN NULL ELSE (
            SELECT json_group_array(g.group_id) FROM workflow_groups g WHERE g.workflow_id = w.id) END
    FROM workflows w";

fn plan(row: &Row<'_>) -> rusqlite::Result<Plan> {
    let trigger: String = row.get(2)?;
    let trigger = serde_json::from_str(&trigger).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Plan {
        id: WorkflowId(row.get(0)?),
        name: row.get(1)?,
        trigger,
        paused: row.get(3)?,
        next_at: row.get(4)?,
        created_at: row.get(5)?,
        terms: Terms::read(row, 6)?,
        settings: settings::store::choice(row, 7)?,
    })
}

/// Adds a workflow for all users; [`set_next`] and [`set_groups`] say the rest.
pub fn insert(conn: &Connection, id: &WorkflowId, new: &NewWorkflow, now: i64) -> Result<(), WorkflowError> {
    let mut insert = conn
        .prepare_cached(
            "INSERT INTO workflows (id, name, name_key, kind, everybody, settings, trigger, starts, created_at)
             VALUES (:id, :name, :name_key, :kind, 1, :settings, :trigger, :starts, :now)",
        )
        .map_err(DbError::from)?;
    let params = named_params! {
        ":id": id.0,
        ":name": new.name,
        ":name_key": validate::key(&new.name),
        ":kind": new.kind.key(),
        ":settings": settings::store::stored(&new.settings.unwrap_or_default())?,
        ":trigger": serde_json::to_string(&new.trigger)?,
        ":starts": model::trigger_name(new.trigger),
        ":now": now,
    };
    insert.execute(params).map_err(DbError::from)?;
    Ok(())
}

/// Stores what a workflow is called and says from now on, but for its groups.
pub fn update(conn: &Connection, id: &WorkflowId, new: &NewWorkflow) -> Result<(), WorkflowError> {
    let params = named_params! {
        ":id": id.0,
        ":name": new.name,
        ":name_key": validate::key(&new.name),
        ":kind": new.kind.key(),
        ":settings": settings::store::stored(&new.settings.unwrap_or_default())?,
        ":trigger": serde_json::to_string(&new.trigger)?,
        ":starts": model::trigger_name(new.trigger),
    };
    conn.execute(
        "UPDATE workflows SET name = :name, name_key = :name_key, kind = :kind, settings = :settings,
             trigger = :trigger, starts = :starts WHERE id = :id",
        params,
    )
    .map_err(DbError::from)?;
    Ok(())
}

/// Sets whom a workflow is for: these groups; none = all users. False if one of them does not exist.
pub fn set_groups(conn: &Connection, id: &WorkflowId, groups: &[GroupId]) -> Result<bool, DbError> {
    conn.execute("UPDATE workflows SET everybody = ?2 WHERE id = ?1", (&id.0, groups.is_empty()))?;
    conn.execute("DELETE FROM workflow_groups WHERE workflow_id = ?1", [&id.0])?;
    let mut join = conn.prepare_cached(
        "INSERT INTO workflow_groups (workflow_id, group_id) SELECT ?1, id FROM groups WHERE id = ?2
         ON CONFLICT DO UPDATE SET group_id = group_id",
    )?;
    for group in groups {
        if join.execute((&id.0, &group.0))? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a run needs of a workflow.
pub fn find_plan(conn: &Connection, id: &WorkflowId) -> Result<Option<Plan>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} WHERE w.id = ?1"))?;
    Ok(query.query_row([&id.0], plan).optional()?)
}

/// One workflow.
pub fn find(conn: &Connection, id: &WorkflowId) -> Result<Option<Workflow>, DbError> {
    find_plan(conn, id)?.map(|plan| show(conn, plan)).transpose()
}

/// Every workflow, latest first.
pub fn all(conn: &Connection) -> Result<Vec<Workflow>, DbError> {
    let mut query = conn.prepare_cached(&format!("{SELECT} ORDER BY w.seq DESC"))?;
    let plans = query.query_map([], plan)?.collect::<Result<Vec<_>, _>>()?;
    plans.into_iter().map(|plan| show(conn, plan)).collect()
}

fn show(conn: &Connection, plan: Plan) -> Result<Workflow, DbError> {
    let mut groups = conn.prepare_cached(
        "SELECT g.id, g.name FROM workflow_groups w JOIN groups g ON g.id = w.group_id
         WHERE w.workflow_id = ?1 ORDER BY g.name_key",
    )?;
    let groups = groups
        .query_map([&plan.id.0], |row| Ok(Group { id: GroupId(row.get(0)?), name: row.get(1)? }))?
        .collect::<Result<_, _>>()?;
    let last_run = runs::last(conn, &plan.id)?;
    let state = match plan.trigger {
        _ if plan.paused => WorkflowState::Paused,
        _ if runs::is_running(conn, &plan.id)? => WorkflowState::Running,
        Trigger::Once if last_run.is_some() => WorkflowState::Done,
        _ => WorkflowState::Waiting,
    };
    Ok(Workflow {
        last_run,
        id: plan.id,
        name: plan.name,
        everybody: plan.terms.audience.is_none(),
        groups,
        kind: plan.terms.kind,
        settings: Some(plan.settings).filter(|choice| !choice.is_empty()),
        trigger: plan.trigger,
        state,
        next_at: plan.next_at,
        created_at: plan.created_at,
    })
}

/// Deletes a workflow with the history of its runs.
pub fn delete(conn: &Connection, id: &WorkflowId) -> Result<(), DbError> {
    conn.execute("DELETE FROM workflows WHERE id = ?1", [&id.0])?;
    Ok(())
}

/// Pauses a workflow, or resumes it with `None`.
pub fn set_paused(conn: &Connection, id: &WorkflowId, at: Option<i64>) -> Result<(), DbError> {
    conn.execute("UPDATE workflows SET paused_at = ?2 WHERE id = ?1", (&id.0, at))?;
    Ok(())
}

/// Whom a workflow for `groups` (none = all users) would be for.
pub fn audience(conn: &Connection, groups: &[GroupId], kind: KeyKind) -> Result<AudienceCount, DbError> {
    let ids: Vec<&str> = groups.iter().map(|group| group.0.as_str()).collect();
    // Plain data: it always becomes JSON.
    let audience = (!ids.is_empty()).then(|| serde_json::to_string(&ids).unwrap_or_default());
    let sql = format!(
        "SELECT count(*), coalesce(sum(u.blocked_at IS NULL AND NOT EXISTS (
             SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.kind = :kind AND k.active = 1
                 AND k.blocked_at IS NULL)), 0)
         FROM users u WHERE {IS_FOR}"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let count = query.query_row(named_params! { ":kind": kind.key(), ":audience": audience }, |row| {
        Ok(AudienceCount { users: row.get(0)?, to_invite: row.get(1)? })
    });
    Ok(count?)
}

/// Workflows whose time has come.
pub fn due(conn: &Connection, now: i64) -> Result<Vec<Plan>, DbError> {
    let mut query =
        conn.prepare_cached(&format!("{SELECT} WHERE w.next_at <= ?1 AND w.paused_at IS NULL"))?;
    Ok(query.query_map([now], plan)?.collect::<Result<_, _>>()?)
}

/// Sets when a workflow runs next.
pub fn set_next(conn: &Connection, id: &WorkflowId, at: Option<i64>) -> Result<(), DbError> {
    conn.execute("UPDATE workflows SET next_at = ?2 WHERE id = ?1", (&id.0, at))?;
    Ok(())
}

/// Notes that an import added a user.
pub fn imported(conn: &Connection, user: &UserId) -> Result<(), DbError> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO workflow_waiting (workflow_id, user_id)
         SELECT w.id, ?1 FROM workflows w WHERE w.starts = 'imported' AND (w.everybody OR EXISTS (
             SELECT 1 FROM workflow_groups g JOIN group_members m ON m.group_id = g.group_id
             WHERE g.workflow_id = w.id AND m.user_id = ?1))",
    )?
    .execute([&user.0])?;
    Ok(())
}

/// Whether users wait for a workflow.
pub fn is_awaited(conn: &Connection, id: &WorkflowId) -> Result<bool, DbError> {
    let mut query =
        conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM workflow_waiting WHERE workflow_id = ?1)")?;
    Ok(query.query_row([&id.0], |row| row.get(0))?)
}

/// Workflows for which users wait.
pub fn awaited(conn: &Connection) -> Result<Vec<Plan>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "{SELECT} WHERE w.paused_at IS NULL AND w.starts IN ('joined', 'imported')
             AND EXISTS (SELECT 1 FROM workflow_waiting q WHERE q.workflow_id = w.id)"
    ))?;
    Ok(query.query_map([], plan)?.collect::<Result<_, _>>()?)
}
