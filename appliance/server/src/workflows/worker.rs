//! What moves runs on: begins those whose time has come, collects users who came by a trigger, and takes every run that
//! goes on a chunk further.

use std::time::Duration;

use pocketkey_api::{
    JobId, KeyId, UserId,
    activation::ActivationMethod,
    audit::Action,
    event::Event,
    workflow::{RunCause, RunState},
};
use serde_json::json;
use tokio::time;

use super::{
    model,
    results::{self, Need, Outcome},
    runs, service,
    store::{self, Terms},
};
use crate::{
    App, activation,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    keys, mail, secret, users,
};

/// How often to look: users who come by a trigger within that time share a run.
const INTERVAL: Duration = Duration::from_secs(2);
/// So many users share a transaction.
const CHUNK: u32 = 100;
/// With so many mails in the outbox runs wait: it need not hold everybody's at once.
const ENOUGH_MAIL: u32 = 10_000;

/// Goes on until the appliance stops.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    loop {
        let wait = match step(&app).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => INTERVAL,
            Err(DbError::Closed) => return,
            Err(error) => {
                tracing::error!(%error, "workflows cannot go on");
                INTERVAL
            }
        };
        tokio::select! {
            () = &mut stopped => return,
            () = time::sleep(wait) => {}
            () = app.workflows_waiting().notified() => {}
        }
    }
}

/// One round; whether there is more to do.
async fn step(app: &App) -> Result<bool, DbError> {
    let now = app.now();
    let read = app.db().read(move |conn| -> Result<_, DbError> {
        let begin = !store::due(conn, now)?.is_empty() || !store::awaited(conn)?.is_empty();
        Ok((begin, mail::store::has_waiting(conn, ENOUGH_MAIL)?))
    });
    let (begin, enough_mail) = read.await?;
    if begin {
        let shared = app.clone();
        app.db().write(move |tx| begin_runs(&shared, tx)).await?;
    }
    if enough_mail {
        return Ok(false);
    }
    let running = app.db().read(runs::running).await?;
    let mut more = false;
    for run in running {
        let shared = app.clone();
        more |= app.db().write(move |tx| chunk(&shared, tx, run)).await?;
    }
    Ok(more)
}

/// Begins what is due and what users wait for.
fn begin_runs(app: &App, tx: &Tx<'_>) -> Result<(), DbError> {
    let now = app.now();
    for plan in store::due(tx, now)? {
        store::set_next(tx, &plan.id, model::next_time(plan.trigger, now))?;
        // Nobody is mailed twice because a run takes longer than a day.
        if !runs::is_open(tx, &plan.id)? {
            let run = runs::insert(tx, &plan, RunCause::Schedule, false, now)?;
            service::started(tx, &Actor::appliance(), &plan, run, now)?;
        }
    }
    for plan in store::awaited(tx)? {
        service::collect(tx, &plan, now)?;
    }
    app.events().emit(tx, Event::Workflows);
    Ok(())
}

/// Takes a run a chunk further; whether there is more of it.
fn chunk(app: &App, tx: &Tx<'_>, run: i64) -> Result<bool, DbError> {
    let now = app.now();
    let Some(job) = runs::get(tx, run)?.filter(|job| job.run.state == RunState::Running) else {
        return Ok(false);
    };
    let Some(plan) = store::find_plan(tx, &job.run.workflow_id)?.filter(|plan| !plan.paused) else {
        return Ok(false);
    };
    let users = results::next_users(tx, &job, CHUNK)?;
    // In the log the run stands for what it does to each user, as a job does.
    let by = Actor::appliance().by_job(&JobId(job.run.id.0.clone()));
    let (mut invited, mut skipped) = (0, 0);
    for seq in &users {
        let Some((user, need)) = results::need(tx, &job.terms, *seq)? else {
            results::forget(tx, run, *seq)?;
            continue;
        };
        match need {
            Need::Nothing(reason) => {
                results::put(tx, run, *seq, &user, &Outcome::Skipped(reason), now)?;
                skipped += 1;
            }
            Need::Invitation(key) => {
                let name = users::store::name(tx, &user)?;
                let note = |action, key: &KeyId| {
                    let detail = json!({ "user": user, "workflow": plan.name, "run": job.run.number });
                    audit::record(tx, now, &by, action, Target::new(&key.0, &name), &detail)
                };
                let key = match key {
                    Some(key) => key,
                    None => {
                        let key = assign(tx, &job.terms, &user, now)?;
                        note(Action::KeyAssigned, &key)?;
                        key
                    }
                };
                note(Action::KeyInvited, &key)?;
                let made = activation::service::make(app, tx, &key, ActivationMethod::Email)?;
                let outcome = Outcome::Invited { key: &key, activation: made.seq, mail: made.mail };
                results::put(tx, run, *seq, &user, &outcome, now)?;
                invited += 1;
            }
        }
    }
    runs::advance(tx, run, users.last().copied().unwrap_or(job.after_seq), invited, skipped)?;
    let more = users.len() == CHUNK as usize;
    if !more {
        runs::set_state(tx, run, RunState::Done, Some(now))?;
        let detail = json!({
            "run": job.run.number,
            "invited": job.run.invited + invited,
            "skipped": job.run.skipped + skipped,
        });
        let target = Target::new(&job.run.id.0, &plan.name);
        audit::record(tx, now, &Actor::appliance(), Action::RunEnded, target, &detail)?;
        app.events().emit(tx, Event::Workflows);
    }
    app.events().emit(tx, Event::Run { run_id: job.run.id });
    if invited > 0 {
        app.events().emit(tx, Event::Users);
    }
    Ok(more)
}

/// Assigns a key as the run says.
fn assign(tx: &Tx<'_>, terms: &Terms, user: &UserId, now: i64) -> Result<KeyId, DbError> {
    let id = KeyId(secret::new_id());
    let new = keys::store::New {
        id: &id,
        user,
        kind: terms.kind,
        settings: terms.settings.as_deref(),
        label: "",
        replaces: None,
    };
    keys::store::insert(tx, &new, now)?;
    Ok(id)
}
