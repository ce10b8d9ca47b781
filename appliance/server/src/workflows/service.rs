//! Making, pausing, running and deleting workflows, and looking at what their runs came to.

use pocketkey_api::{
    GroupId, KeyId, Page, RunId, UserId, WorkflowId,
    audit::Action,
    event::Event,
    workflow::{
        Audience, AudienceCount, NewWorkflow, Run, RunCause, RunDetail, RunResult, RunState, SkipReason,
        Trigger, Workflow, WorkflowChange,
    },
};
use serde_json::{Value, json};

use super::{
    ListResults, ListRuns, WorkflowError, model, results,
    runs::{self, Job},
    store::{self, Plan},
};
use crate::{
    App, activation,
    audit::{self, Actor, Target},
    db::{Connection, DbError, Tx},
    keys, secret, validate,
};

/// Makes a workflow; one that runs once begins.
///
/// # Errors
/// [`WorkflowError::Invalid`] with every field at fault.
pub async fn create(app: &App, by: &Actor, new: NewWorkflow) -> Result<Workflow, WorkflowError> {
    let new = model::check(new)?;
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let id = WorkflowId(secret::new_id());
            store::insert(tx, &id, &new, now)?;
            set_groups(tx, &id, &new.groups)?;
            store::set_next(tx, &id, model::next_time(new.trigger, now))?;
            let detail = json!({ "groups": new.groups, "kind": new.kind, "trigger": new.trigger });
            audit::record(tx, now, &by, Action::WorkflowCreated, Target::new(&id.0, &new.name), &detail)?;
            if new.trigger == Trigger::Once {
                begin(tx, &by, &plan(tx, &id)?, now)?;
            }
            changed(&shared, tx);
            store::find(tx, &id)?.ok_or(WorkflowError::NotFound)
        })
        .await
}

fn set_groups(tx: &Tx<'_>, id: &WorkflowId, groups: &[GroupId]) -> Result<(), WorkflowError> {
    if store::set_groups(tx, id, groups)? {
        return Ok(());
    }
    Err(WorkflowError::Invalid(validate::one("groups", "One of these groups does not exist.")))
}

/// Changes what `change` names, all of it or nothing. Runs under way keep what they began with, and so does whoever came
/// by the trigger before; no run begins.
///
/// # Errors
/// [`WorkflowError::NotFound`]; [`WorkflowError::Invalid`] with every field at fault.
pub async fn change(
    app: &App,
    by: &Actor,
    id: WorkflowId,
    change: WorkflowChange,
) -> Result<Workflow, WorkflowError> {
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let plan = plan(tx, &id)?;
            let before = store::find(tx, &id)?.ok_or(WorkflowError::NotFound)?;
            let groups = change.groups.clone();
            let new = model::check(model::changed(&before, change))?;
            while store::is_awaited(tx, &id)? {
                collect(tx, &plan, now)?;
            }
            if plan.paused {
                runs::set_all_paused(tx, &id, true)?;
            }
            store::update(tx, &id, &new)?;
            if let Some(groups) = groups {
                set_groups(tx, &id, &groups)?;
            }
            if new.trigger != before.trigger {
                store::set_next(tx, &id, model::next_time(new.trigger, now))?;
            }
            let after = store::find(tx, &id)?.ok_or(WorkflowError::NotFound)?;
            let detail = model::difference(&before, &after)?;
            if detail.as_object().is_some_and(|fields| !fields.is_empty()) {
                let target = Target::new(&id.0, &after.name);
                audit::record(tx, now, &by, Action::WorkflowChanged, target, &detail)?;
            }
            changed(&shared, tx);
            Ok(after)
        })
        .await
}

/// Lets users who came by the trigger into a run.
pub(super) fn collect(tx: &Tx<'_>, plan: &Plan, now: i64) -> Result<(), DbError> {
    let cause = if plan.trigger == Trigger::Imported { RunCause::Imported } else { RunCause::Joined };
    let (run, is_new) = runs::collect(tx, plan, cause, now)?;
    if is_new {
        started(tx, &Actor::appliance(), plan, run, now)?;
    }
    Ok(())
}

/// Begins a run about all of a workflow's users.
fn begin(tx: &Tx<'_>, by: &Actor, plan: &Plan, now: i64) -> Result<Run, WorkflowError> {
    let run = runs::insert(tx, plan, RunCause::Admin, false, now)?;
    started(tx, by, plan, run, now)?;
    Ok(runs::get(tx, run)?.ok_or(WorkflowError::NoRun)?.run)
}

/// Notes that a run began.
pub(super) fn started(tx: &Tx<'_>, by: &Actor, plan: &Plan, run: i64, now: i64) -> Result<(), DbError> {
    let Some(job) = runs::get(tx, run)? else { return Ok(()) };
    let detail = json!({ "run": job.run.number, "cause": job.run.cause, "users": job.run.total });
    audit::record(tx, now, by, Action::RunStarted, Target::new(&job.run.id.0, &plan.name), &detail)
}

/// Tells pages, and wakes the worker.
fn changed(app: &App, tx: &Tx<'_>) {
    app.events().emit(tx, Event::Workflows);
    let app = app.clone();
    tx.after_commit(move || app.workflows_waiting().notify_one());
}

fn plan(conn: &Connection, id: &WorkflowId) -> Result<Plan, WorkflowError> {
    store::find_plan(conn, id)?.ok_or(WorkflowError::NotFound)
}

fn job(conn: &Connection, id: &RunId) -> Result<Job, WorkflowError> {
    runs::find(conn, id)?.ok_or(WorkflowError::NoRun)
}

/// Whom a workflow would be for.
///
/// # Errors
/// If the database fails.
pub async fn preview(app: &App, audience: Audience) -> Result<AudienceCount, DbError> {
    app.db().read(move |conn| store::audience(conn, &audience.groups, audience.kind)).await
}

/// Every workflow, latest first.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App) -> Result<Vec<Workflow>, DbError> {
    app.db().read(store::all).await
}

/// One workflow.
///
/// # Errors
/// [`WorkflowError::NotFound`].
pub async fn show(app: &App, id: WorkflowId) -> Result<Workflow, WorkflowError> {
    app.db().read(move |conn| store::find(conn, &id)?.ok_or(WorkflowError::NotFound)).await
}

/// Deletes a workflow with the history of its runs; keys and invitations stay.
///
/// # Errors
/// [`WorkflowError::NotFound`].
pub async fn delete(app: &App, by: &Actor, id: WorkflowId) -> Result<(), WorkflowError> {
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let plan = plan(tx, &id)?;
            store::delete(tx, &id)?;
            let target = Target::new(&id.0, &plan.name);
            audit::record(tx, now, &by, Action::WorkflowDeleted, target, &Value::Null)?;
            changed(&shared, tx);
            Ok(())
        })
        .await
}

/// Pauses a workflow with the runs that go on, or resumes it with those that are paused.
///
/// # Errors
/// [`WorkflowError::NotFound`].
pub async fn set_paused(
    app: &App,
    by: &Actor,
    id: WorkflowId,
    paused: bool,
) -> Result<Workflow, WorkflowError> {
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let plan = plan(tx, &id)?;
            if plan.paused != paused {
                store::set_paused(tx, &id, paused.then_some(now))?;
                runs::set_all_paused(tx, &id, paused)?;
                if !paused {
                    // What was missed meanwhile is not made up for.
                    store::set_next(tx, &id, model::next_time(plan.trigger, now))?;
                }
                let action = if paused { Action::WorkflowPaused } else { Action::WorkflowResumed };
                audit::record(tx, now, &by, action, Target::new(&id.0, &plan.name), &Value::Null)?;
                changed(&shared, tx);
            }
            store::find(tx, &id)?.ok_or(WorkflowError::NotFound)
        })
        .await
}

/// "Run now": begins a run about all of a workflow's users.
///
/// # Errors
/// [`WorkflowError::NotFound`], [`WorkflowError::Paused`]; [`WorkflowError::Running`] while there is such a run.
pub async fn run_now(app: &App, by: &Actor, id: WorkflowId) -> Result<Run, WorkflowError> {
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let plan = plan(tx, &id)?;
            if plan.paused {
                return Err(WorkflowError::Paused);
            }
            if runs::is_open(tx, &id)? {
                return Err(WorkflowError::Running);
            }
            changed(&shared, tx);
            begin(tx, &by, &plan, now)
        })
        .await
}

/// One page of a workflow's runs, latest first.
///
/// # Errors
/// [`WorkflowError::NotFound`], [`WorkflowError::WrongCursor`].
pub async fn history(app: &App, id: WorkflowId, page: ListRuns) -> Result<Page<Run>, WorkflowError> {
    app.db()
        .read(move |conn| {
            plan(conn, &id)?;
            runs::list(conn, &id, &page)
        })
        .await
}

/// A run, and what came of it until now.
///
/// # Errors
/// [`WorkflowError::NoRun`].
pub async fn show_run(app: &App, id: RunId) -> Result<RunDetail, WorkflowError> {
    let now = app.now();
    app.db().read(move |conn| detail(conn, &id, now)).await
}

fn detail(conn: &Connection, id: &RunId, now: i64) -> Result<RunDetail, WorkflowError> {
    let Job { seq, run, .. } = job(conn, id)?;
    Ok(RunDetail { run, counts: results::counts(conn, seq, now)? })
}

/// One page of a run's results.
///
/// # Errors
/// [`WorkflowError::NoRun`], [`WorkflowError::WrongCursor`].
pub async fn results(app: &App, id: RunId, asked: ListResults) -> Result<Page<RunResult>, WorkflowError> {
    let now = app.now();
    app.db().read(move |conn| results::list(conn, job(conn, &id)?.seq, &asked, now)).await
}

/// Pauses a run, or resumes it.
///
/// # Errors
/// [`WorkflowError::NoRun`], [`WorkflowError::Ended`]; resuming: [`WorkflowError::Paused`] if the whole workflow is.
pub async fn set_run_paused(
    app: &App,
    by: &Actor,
    id: RunId,
    paused: bool,
) -> Result<RunDetail, WorkflowError> {
    let (state, action) =
        if paused { (RunState::Paused, Action::RunPaused) } else { (RunState::Running, Action::RunResumed) };
    set_state(app, by, id, state, action).await
}

/// Cancels a run: what it did before stays done.
///
/// # Errors
/// [`WorkflowError::NoRun`], [`WorkflowError::Ended`].
pub async fn cancel(app: &App, by: &Actor, id: RunId) -> Result<RunDetail, WorkflowError> {
    set_state(app, by, id, RunState::Cancelled, Action::RunCancelled).await
}

async fn set_state(
    app: &App,
    by: &Actor,
    id: RunId,
    state: RunState,
    action: Action,
) -> Result<RunDetail, WorkflowError> {
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let Job { seq, run, .. } = job(tx, &id)?;
            if matches!(run.state, RunState::Done | RunState::Cancelled) {
                return Err(WorkflowError::Ended);
            }
            if state == RunState::Running && plan(tx, &run.workflow_id)?.paused {
                return Err(WorkflowError::Paused);
            }
            if run.state != state {
                let over = state == RunState::Cancelled;
                if over {
                    results::forget_waiting(tx, seq)?;
                }
                runs::set_state(tx, seq, state, over.then_some(now))?;
                let target = Target::new(&id.0, &run.workflow);
                audit::record(tx, now, &by, action, target, &json!({ "run": run.number }))?;
                shared.events().emit(tx, Event::Run { run_id: id.clone() });
                changed(&shared, tx);
            }
            detail(tx, &id, now)
        })
        .await
}

/// "Re-run for failures": a new run for those whose mail failed or whose invitation expired.
///
/// # Errors
/// [`WorkflowError::NoRun`], [`WorkflowError::Paused`], [`WorkflowError::NothingToRetry`].
pub async fn retry(app: &App, by: &Actor, id: RunId) -> Result<Run, WorkflowError> {
    let (shared, now, by) = (app.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let failed = job(tx, &id)?;
            let plan = plan(tx, &failed.run.workflow_id)?;
            if plan.paused {
                return Err(WorkflowError::Paused);
            }
            let run = runs::insert(tx, &plan, RunCause::Retry, true, now)?;
            let count = results::retry(tx, failed.seq, run, now)?;
            if count == 0 {
                return Err(WorkflowError::NothingToRetry);
            }
            runs::add_total(tx, run, count)?;
            started(tx, &by, &plan, run, now)?;
            changed(&shared, tx);
            Ok(runs::get(tx, run)?.ok_or(WorkflowError::NoRun)?.run)
        })
        .await
}

/// Notes that an import added a user.
///
/// # Errors
/// If the database fails.
pub(crate) fn imported(conn: &Connection, user: &UserId) -> Result<(), DbError> {
    store::imported(conn, user)
}

/// What follows once a key became active: mails of runs that wait for the same user are not sent.
///
/// # Errors
/// If the database fails.
pub(crate) fn activated(app: &App, tx: &Tx<'_>, key: &KeyId, user: &UserId) -> Result<(), DbError> {
    let now = app.now();
    let Some(kind) = keys::store::find(tx, key, now)?.map(|key| key.kind) else { return Ok(()) };
    for (run, seq, key) in results::queued(tx, user, kind, key)? {
        if let Some(key) = keys::store::find(tx, &key, now)? {
            activation::service::take_back(app, tx, &Actor::appliance(), &key)?;
        }
        results::skip(tx, run, seq, SkipReason::Active)?;
    }
    Ok(())
}
