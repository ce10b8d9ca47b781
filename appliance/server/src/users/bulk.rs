//! The same for many users: invited, put into a group, taken out of one, blocked, unblocked or deleted, as a job.

use futures_util::{StreamExt, stream};
use pocketkey_api::{
    GroupId, KeyId, UserId,
    activation::ActivationMethod,
    event::Event,
    job::{Job, JobKind, JobProblem, Outcome},
    key::{Key, KeyKind, KeyStatus, NewKey},
    user::{Bulk, BulkAction, Selection, User},
};

use serde_json::json;

use super::{UserError, service, store};
use crate::{
    App, activation,
    audit::Actor,
    db::DbError,
    groups,
    jobs::{JobHandle, Undo},
    keys,
    problem::Explain,
};

/// So many users share a transaction, and a message to open pages.
const CHUNK: usize = 200;
/// So many invitations are made at once: their transactions share a commit.
const AT_ONCE: usize = 32;

/// Begins; the job goes on by itself.
///
/// # Errors
/// [`UserError::NoGroup`]; [`UserError::SelectionChanged`]. Nothing is done then.
pub async fn begin(app: &App, bulk: Bulk, by: &Actor) -> Result<Job, UserError> {
    let now = app.now();
    let Bulk { action, users } = bulk;
    let group = match &action {
        BulkAction::Join { group } | BulkAction::Leave { group } => Some(group.clone()),
        BulkAction::Invite | BulkAction::Block | BulkAction::Unblock | BulkAction::Delete => None,
    };
    let ids = app
        .db()
        .read(move |conn| {
            if let Some(group) = group {
                groups::store::find(conn, &group)?.ok_or(UserError::NoGroup)?;
            }
            match users {
                Selection::Ids(ids) => Ok(ids),
                Selection::Matching { filter, expected } => {
                    let ids = store::ids(conn, &filter, now)?;
                    let found = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                    if found == expected { Ok(ids) } else { Err(UserError::SelectionChanged { found }) }
                }
            }
        })
        .await?;
    Ok(start(app, action, ids, by))
}

/// Takes back what can be: who joined leaves, who left joins, who was blocked is unblocked, and the other way round.
pub fn undo(app: &App, undo: Undo, by: &Actor) -> Job {
    start(app, undo.action, undo.users, by)
}

fn start(app: &App, action: BulkAction, ids: Vec<UserId>, by: &Actor) -> Job {
    let kind = match action {
        BulkAction::Invite => JobKind::Invite,
        BulkAction::Join { .. } => JobKind::Join,
        BulkAction::Leave { .. } => JobKind::Leave,
        BulkAction::Block => JobKind::Block,
        BulkAction::Unblock => JobKind::Unblock,
        BulkAction::Delete => JobKind::Delete,
    };
    let job = app.jobs().begin(app, kind, ids.len());
    let begun = job.show();
    let (app, by) = (app.clone(), by.clone());
    let each = by.clone().by_job(&begun.id);
    tokio::spawn(async move {
        let detail = json!({ "how": action });
        let work = async {
            match action {
                BulkAction::Invite => invite(&app, &job, ids, &each).await,
                BulkAction::Join { group } => regroup(&app, &job, group, true, ids, &each).await,
                BulkAction::Leave { group } => regroup(&app, &job, group, false, ids, &each).await,
                BulkAction::Block => block(&app, &job, true, ids, &each).await,
                BulkAction::Unblock => block(&app, &job, false, ids, &each).await,
                BulkAction::Delete => delete(&app, &job, ids, &each).await,
            }
        };
        job.run(&app, &by, detail, work).await;
        app.events().send(Event::Users);
    });
    begun
}

async fn delete(app: &App, job: &JobHandle, ids: Vec<UserId>, by: &Actor) -> Result<(), DbError> {
    for chunk in ids.chunks(CHUNK) {
        let (chunk, shared, by) = (chunk.to_vec(), app.clone(), by.clone());
        let write = app.db().write(move |tx| -> Result<Outcome, DbError> {
            let mut outcome = Outcome::default();
            for id in &chunk {
                let counter = if service::remove(&shared, tx, id, &by)? {
                    &mut outcome.changed
                } else {
                    &mut outcome.unchanged
                };
                *counter += 1;
            }
            Ok(outcome)
        });
        job.add(write.await?, Vec::new());
    }
    Ok(())
}

/// Puts users into `group`, or takes them out; remembers for whom that was a change.
async fn regroup(
    app: &App,
    job: &JobHandle,
    group: GroupId,
    join: bool,
    ids: Vec<UserId>,
    by: &Actor,
) -> Result<(), DbError> {
    let mut changed = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let (chunk, group, now, by) = (chunk.to_vec(), group.clone(), app.now(), by.clone());
        let count = chunk.len();
        let write = app.db().write(move |tx| -> Result<Vec<UserId>, DbError> {
            if join {
                groups::service::add(tx, now, &by, &group, chunk)
            } else {
                groups::service::remove(tx, now, &by, &group, chunk)
            }
        });
        let now_changed = write.await?;
        let outcome = Outcome {
            changed: u32::try_from(now_changed.len()).unwrap_or(u32::MAX),
            unchanged: u32::try_from(count - now_changed.len()).unwrap_or(u32::MAX),
            ..Outcome::default()
        };
        changed.extend(now_changed);
        job.add(outcome, Vec::new());
    }
    if !changed.is_empty() {
        let action = if join { BulkAction::Leave { group } } else { BulkAction::Join { group } };
        job.set_undo(Undo { action, users: changed });
    }
    Ok(())
}

/// Blocks users, or unblocks them; remembers for whom that was a change.
async fn block(
    app: &App,
    job: &JobHandle,
    blocked: bool,
    ids: Vec<UserId>,
    by: &Actor,
) -> Result<(), DbError> {
    app.relay().ready().await?;
    let mut changed = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let (chunk, shared, by, count) = (chunk.to_vec(), app.clone(), by.clone(), chunk.len());
        let write = app.db().write(move |tx| -> Result<Vec<UserId>, DbError> {
            let mut changed = Vec::new();
            for id in chunk {
                if service::block(&shared, tx, &id, blocked, &by)? == Some(true) {
                    changed.push(id);
                }
            }
            Ok(changed)
        });
        let now_changed = write.await?;
        let outcome = Outcome {
            changed: u32::try_from(now_changed.len()).unwrap_or(u32::MAX),
            unchanged: u32::try_from(count - now_changed.len()).unwrap_or(u32::MAX),
            ..Outcome::default()
        };
        changed.extend(now_changed);
        job.add(outcome, Vec::new());
    }
    if !changed.is_empty() {
        let action = if blocked { BulkAction::Unblock } else { BulkAction::Block };
        job.set_undo(Undo { action, users: changed });
    }
    Ok(())
}

/// What inviting one user came to.
enum Invited {
    Yes,
    /// Active, or no longer there.
    NoNeed,
    No(JobProblem),
}

async fn invite(app: &App, job: &JobHandle, ids: Vec<UserId>, by: &Actor) -> Result<(), DbError> {
    for chunk in ids.chunks(CHUNK) {
        let mut all =
            stream::iter(chunk.to_vec()).map(|id| invite_one(app, id, by)).buffer_unordered(AT_ONCE);
        let (mut outcome, mut problems) = (Outcome::default(), Vec::new());
        while let Some(one) = all.next().await {
            match one? {
                Invited::Yes => outcome.changed += 1,
                Invited::NoNeed => outcome.unchanged += 1,
                Invited::No(problem) => {
                    outcome.failed += 1;
                    problems.push(problem);
                }
            }
        }
        drop(all);
        job.add(outcome, problems);
    }
    Ok(())
}

async fn invite_one(app: &App, id: UserId, by: &Actor) -> Result<Invited, DbError> {
    let now = app.now();
    let asked = id.clone();
    let read = app.db().read(move |conn| -> Result<Option<(User, Vec<Key>)>, DbError> {
        let Some(user) = store::find(conn, &asked, now)? else { return Ok(None) };
        Ok(Some((user, keys::store::of_user(conn, &asked, now)?)))
    });
    let Some((user, keys)) = read.await? else { return Ok(Invited::NoNeed) };
    let keys: Vec<Key> = keys.into_iter().filter(|key| key.kind == KeyKind::Smartphone).collect();
    if keys.iter().any(|key| key.status == KeyStatus::Active) {
        return Ok(Invited::NoNeed);
    }
    let problem = |error: &dyn Explain| {
        Invited::No(JobProblem {
            line: None,
            user_id: Some(id.clone()),
            about: user.name.clone(),
            field: None,
            message: error.explain().title().to_owned(),
        })
    };
    // Who has blocked keys only gets no new one past the block: the invitation says why it cannot be.
    let open = keys.iter().find(|key| key.status != KeyStatus::Blocked).or(keys.first());
    let key_id: KeyId = match open {
        Some(key) => key.id.clone(),
        None => {
            let new = NewKey::of(KeyKind::Smartphone);
            match keys::service::assign(app, id.clone(), new, by).await {
                Ok(key) => key.id,
                Err(error) => return Ok(problem(&error)),
            }
        }
    };
    Ok(match activation::service::invite(app, key_id, ActivationMethod::Email, by).await {
        Ok(_) => Invited::Yes,
        Err(error) => problem(&error),
    })
}
