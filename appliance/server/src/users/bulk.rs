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
    db::{DbError, Tx},
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

/// Does `change` for so many at a time: for whom it was one, and how it ended.
async fn in_chunks(
    app: &App,
    job: &JobHandle,
    ids: Vec<UserId>,
    change: impl Fn(&Tx<'_>, Vec<UserId>) -> Result<Vec<UserId>, DbError> + Clone + Send + 'static,
) -> (Vec<UserId>, Result<(), DbError>) {
    let mut changed = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let (chunk, count, change) = (chunk.to_vec(), chunk.len(), change.clone());
        match app.db().write(move |tx| change(tx, chunk)).await {
            Ok(now) => {
                let outcome = Outcome {
                    changed: u32::try_from(now.len()).unwrap_or(u32::MAX),
                    unchanged: u32::try_from(count - now.len()).unwrap_or(u32::MAX),
                    ..Outcome::default()
                };
                job.add(outcome, Vec::new());
                changed.extend(now);
            }
            Err(error) => return (changed, Err(error)),
        }
    }
    (changed, Ok(()))
}

/// The same, and `back` takes it back: also what was done before it broke off.
async fn with_undo(
    app: &App,
    job: &JobHandle,
    ids: Vec<UserId>,
    back: BulkAction,
    change: impl Fn(&Tx<'_>, Vec<UserId>) -> Result<Vec<UserId>, DbError> + Clone + Send + 'static,
) -> Result<(), DbError> {
    let (changed, ended) = in_chunks(app, job, ids, change).await;
    if !changed.is_empty() {
        job.set_undo(Undo { action: back, users: changed });
    }
    ended
}

async fn delete(app: &App, job: &JobHandle, ids: Vec<UserId>, by: &Actor) -> Result<(), DbError> {
    app.relay().ready().await?;
    let (shared, by) = (app.clone(), by.clone());
    let change = move |tx: &Tx<'_>, chunk: Vec<UserId>| {
        let mut gone = Vec::new();
        for id in chunk {
            if service::remove(&shared, tx, &id, &by)? {
                gone.push(id);
            }
        }
        Ok(gone)
    };
    in_chunks(app, job, ids, change).await.1
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
    let (now, by, of) = (app.now(), by.clone(), group.clone());
    let back = if join { BulkAction::Leave { group } } else { BulkAction::Join { group } };
    with_undo(app, job, ids, back, move |tx, chunk| {
        if join {
            groups::service::add(tx, now, &by, &of, chunk)
        } else {
            groups::service::remove(tx, now, &by, &of, chunk)
        }
    })
    .await
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
    let (shared, by) = (app.clone(), by.clone());
    let back = if blocked { BulkAction::Unblock } else { BulkAction::Block };
    with_undo(app, job, ids, back, move |tx, chunk| {
        let mut changed = Vec::new();
        for id in chunk {
            if service::block(&shared, tx, &id, blocked, &by)? == Some(true) {
                changed.push(id);
            }
        }
        Ok(changed)
    })
    .await
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
