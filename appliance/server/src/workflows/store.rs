//! The tables of workflows, of their groups, and of users who wait for a run.

use pocketkey_api::{
    GroupId, UserId, WorkflowId,
    group::Group,
    key::KeyKind,
    settings::SettingsChoice,
    workflow::{AudienceCount, Trigger, Workflow, WorkflowState},
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::runs;
use crate::{db::DbError, settings, validate};

/// A workflow as a run needs it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id.
    pub id: WorkflowId,
    /// Its name.
    pub name: String,
    /// What kind of key.
    pub kind: KeyKind,
    /// What is chosen for new keys.
    pub settings: SettingsChoice,
    /// When it runs.
    pub trigger: Trigger,
    /// Whether it is for all users.
    pub everybody: bool,
    /// Whether an admin paused it.
    pub paused: bool,
    next_at: Option<i64>,
    created_at: i64,
    starts: String,
}

const SELECT: &str = "
    SELECT w.id, w.name, w.kind, w.settings, w.trigger, w.everybody, w.paused_at IS NOT NULL, w.next_at, w.created_at,
        w.starts
    FROM workflows w";

fn plan(row: &Row<'_>) -> rusqlite::Result<Plan> {
    let (kind, trigger): (String, String) = (row.get(2)?, row.get(4)?);
    let trigger = serde_json::from_str(&trigger).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Plan {
        id: WorkflowId(row.get(0)?),
        name: row.get(1)?,
        kind: KeyKind::parse(&kind).unwrap_or(KeyKind::Smartphone),
        settings: settings::store::choice(row, 3)?,
        trigger,
        everybody: row.get(5)?,
        paused: row.get(6)?,
        next_at: row.get(7)?,
        created_at: row.get(8)?,
        starts: row.get(9)?,
    })
}

/// A workflow to be added.
pub struct New<'a> {
    /// Its id.
    pub id: &'a WorkflowId,
    /// Its name.
    pub name: &'a str,
    /// What kind of key.
    pub kind: KeyKind,
    /// What is chosen for new keys, as [`settings::store::stored`] has it.
    pub settings: Option<&'a str>,
    /// When it runs, JSON.
    pub trigger: &'a str,
    /// When it runs, in a word.
    pub starts: &'a str,
    /// When it runs next.
    pub next_at: Option<i64>,
    /// Whom it is for; none = all users.
    pub groups: &'a [GroupId],
}

/// Adds a workflow; false if one of the groups does not exist.
pub fn insert(conn: &Connection, new: &New<'_>, now: i64) -> Result<bool, DbError> {
    conn.prepare_cached(
        "INSERT INTO workflows (id, name, name_key, kind, everybody, settings, trigger, starts, next_at, created_at)
         VALUES (:id, :name, :name_key, :kind, :everybody, :settings, :trigger, :starts, :next_at, :now)",
    )?
    .execute(named_params! {
        ":id": new.id.0,
        ":name": new.name,
        ":name_key": validate::key(new.name),
        ":kind": new.kind.key(),
        ":everybody": new.groups.is_empty(),
        ":settings": new.settings,
        ":trigger": new.trigger,
        ":starts": new.starts,
        ":next_at": new.next_at,
        ":now": now,
    })?;
    let mut join = conn.prepare_cached(
        "INSERT INTO workflow_groups (workflow_id, group_id) SELECT ?1, id FROM groups WHERE id = ?2
         ON CONFLICT DO UPDATE SET group_id = group_id",
    )?;
    for group in new.groups {
        if join.execute((&new.id.0, &group.0))? == 0 {
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
    let state = match &*plan.starts {
        _ if plan.paused => WorkflowState::Paused,
        _ if runs::is_running(conn, &plan.id)? => WorkflowState::Running,
        "once" => WorkflowState::Done,
        _ => WorkflowState::Waiting,
    };
    Ok(Workflow {
        last_run: runs::last(conn, &plan.id)?,
        id: plan.id,
        name: plan.name,
        everybody: plan.everybody,
        groups,
        kind: plan.kind,
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
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let mut query = conn.prepare_cached(
        "SELECT count(*), coalesce(sum(u.blocked_at IS NULL AND NOT EXISTS (
             SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.kind = :kind AND k.active = 1
                 AND k.blocked_at IS NULL)), 0)
         FROM users u WHERE :groups = '[]' OR EXISTS (
             SELECT 1 FROM group_members m WHERE m.user_id = u.id
                 AND m.group_id IN (SELECT value FROM json_each(:groups)))",
    )?;
    let count = query.query_row(named_params! { ":kind": kind.key(), ":groups": ids }, |row| {
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

/// Workflows for which users wait.
pub fn awaited(conn: &Connection) -> Result<Vec<Plan>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "{SELECT} WHERE w.paused_at IS NULL AND w.starts IN ('joined', 'imported')
             AND EXISTS (SELECT 1 FROM workflow_waiting q WHERE q.workflow_id = w.id)"
    ))?;
    Ok(query.query_map([], plan)?.collect::<Result<_, _>>()?)
}
