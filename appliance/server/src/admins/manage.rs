//! Admins as others manage them: listed, given another role, blocked, unlocked, deleted. Nobody reaches beyond their own
//! role, nobody does it to themself by accident, and an owner is always left.

use pocketkey_api::{
    AdminId, Page,
    admin::{AdminSummary, Role},
    audit::Action,
    event::Event,
};
use serde_json::{Value, json};

use super::{
    AdminError,
    model::ListAdmins,
    sessions,
    store::{self, Stored},
};
use crate::{
    App, account,
    audit::{self, Actor, Target},
    db::Tx,
    mail::{
        self,
        model::{MailKind, OutgoingMail, SecondStepReset},
    },
    validate,
};

/// News that could not be mailed for so long is none any more, milliseconds.
const NEWS_TTL: i64 = 7 * 24 * 60 * 60 * 1000;

/// One page of the admins, by e-mail address.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App, page: ListAdmins) -> Result<Page<AdminSummary>, AdminError> {
    let size = page.page_size();
    let items = app.db().read(move |conn| store::list(conn, &page.after, size + 1)).await?;
    let mut page = Page::cut(items, size, |last| validate::key(&last.admin.email));
    page.items.iter_mut().for_each(|item| with_lock(app, item));
    Ok(page)
}

fn with_lock(app: &App, item: &mut AdminSummary) {
    item.locked_until = app.sign_in_guard().locked_until(&item.admin.email, app.now());
}

/// Gives an admin another role.
///
/// # Errors
/// [`AdminError::NotFound`], [`AdminError::Yourself`], [`AdminError::LastOwner`]; [`AdminError::BeyondRole`] if the admin, or
/// what they are to become, is out of reach of `role`.
pub async fn change_role(
    app: &App,
    id: AdminId,
    to: Role,
    by: Actor,
    role: Role,
) -> Result<AdminSummary, AdminError> {
    change(app, id, by, role, move |app, tx, found, by| {
        if !role.manages(to) {
            return Err(AdminError::BeyondRole);
        }
        let from = found.admin.role;
        if from == to {
            return Ok(());
        }
        if from == Role::Owner {
            keep_an_owner(tx, found)?;
        }
        store::set_role(tx, &found.admin.id, to)?;
        note(
            app,
            tx,
            found,
            by,
            Action::AdminRoleChanged,
            &audit::change([("role", from.as_str(), to.as_str())]),
        )
    })
    .await
}

/// Blocks an admin, which signs them out everywhere at once, or unblocks them.
///
/// # Errors
/// As [`change_role`].
pub async fn set_blocked(
    app: &App,
    id: AdminId,
    blocked: bool,
    by: Actor,
    role: Role,
) -> Result<AdminSummary, AdminError> {
    change(app, id, by, role, move |app, tx, found, by| {
        if found.blocked == blocked {
            return Ok(());
        }
        if blocked {
            keep_an_owner(tx, found)?;
            sessions::end_all(tx, &found.admin.id, None)?;
        }
        store::set_blocked(tx, &found.admin.id, blocked.then(|| app.now()))?;
        let action = if blocked { Action::AdminBlocked } else { Action::AdminUnblocked };
        note(app, tx, found, by, action, &Value::Null)
    })
    .await
}

/// Lets an admin try again at once who is locked after too many wrong tries.
///
/// # Errors
/// As [`change_role`].
pub async fn unlock(app: &App, id: AdminId, by: Actor, role: Role) -> Result<AdminSummary, AdminError> {
    change(app, id, by, role, move |app, tx, found, by| {
        if app.sign_in_guard().locked_until(&found.admin.email, app.now()).is_none() {
            return Ok(());
        }
        let (shared, email) = (app.clone(), found.admin.email.clone());
        tx.after_commit(move || shared.sign_in_guard().unlock(&email));
        note(app, tx, found, by, Action::AdminUnlocked, &Value::Null)
    })
    .await
}

/// Forgets an admin's authenticator app, recovery codes and passkeys, which were lost with a phone. They are signed out
/// everywhere at once, are told by mail, and sign in with their password alone until they set up something new.
///
/// # Errors
/// As [`change_role`].
pub async fn reset_second_step(
    app: &App,
    id: AdminId,
    by: Actor,
    role: Role,
) -> Result<AdminSummary, AdminError> {
    change(app, id, by, role, move |app, tx, found, by| {
        let (had_app, passkeys) = account::forget(tx, &found.admin.id)?;
        if !had_app && passkeys == 0 {
            return Ok(());
        }
        sessions::end_all(tx, &found.admin.id, None)?;
        let (shared, id) = (app.clone(), found.admin.id.clone());
        tx.after_commit(move || shared.sign_in_guard().second_steps.forget(&id));
        let news = MailKind::SecondStepReset(SecondStepReset {
            admin_id: found.admin.id.clone(),
            organisation: store::organisation(tx)?,
            name: found.admin.name.clone(),
            by: by.name.clone(),
            link: format!("{}/account", app.url()),
            expires_at: app.now() + NEWS_TTL,
        });
        mail::service::enqueue(app, tx, &OutgoingMail { to: found.admin.email.clone(), kind: news })?;
        let detail = json!({ "authenticator_app": had_app, "passkeys": passkeys });
        note(app, tx, found, by, Action::AdminSecondStepReset, &detail)
    })
    .await
}

/// Deletes an admin, which signs them out everywhere at once.
///
/// # Errors
/// As [`change_role`].
pub async fn delete(app: &App, id: AdminId, by: Actor, role: Role) -> Result<(), AdminError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let found = reach(tx, &id, &by, role)?;
            keep_an_owner(tx, &found)?;
            store::delete(tx, &id)?;
            note(&shared, tx, &found, &by, Action::AdminDeleted, &Value::Null)
        })
        .await
}

/// Does something to an admin within reach, and gives what they are then.
async fn change(
    app: &App,
    id: AdminId,
    by: Actor,
    role: Role,
    deed: impl FnOnce(&App, &Tx<'_>, &Stored, &Actor) -> Result<(), AdminError> + Send + 'static,
) -> Result<AdminSummary, AdminError> {
    let shared = app.clone();
    let mut changed = app
        .db()
        .write(move |tx| {
            let found = reach(tx, &id, &by, role)?;
            deed(&shared, tx, &found, &by)?;
            store::show(tx, &id)?.ok_or(AdminError::NotFound)
        })
        .await?;
    with_lock(app, &mut changed);
    Ok(changed)
}

/// The admin, if they are another one and within reach of `role`.
fn reach(tx: &Tx<'_>, id: &AdminId, by: &Actor, role: Role) -> Result<Stored, AdminError> {
    if by.id == id.0 {
        return Err(AdminError::Yourself);
    }
    let found = store::find(tx, id)?.ok_or(AdminError::NotFound)?;
    if role.manages(found.admin.role) { Ok(found) } else { Err(AdminError::BeyondRole) }
}

/// Refuses to take away the last owner who can sign in.
fn keep_an_owner(tx: &Tx<'_>, found: &Stored) -> Result<(), AdminError> {
    if found.admin.role == Role::Owner && !store::other_owner(tx, &found.admin.id)? {
        return Err(AdminError::LastOwner);
    }
    Ok(())
}

fn note(
    app: &App,
    tx: &Tx<'_>,
    found: &Stored,
    by: &Actor,
    action: Action,
    detail: &Value,
) -> Result<(), AdminError> {
    let target = Target::new(&found.admin.id.0, &found.admin.name);
    audit::record(tx, app.now(), by, action, target, detail)?;
    app.events().emit(tx, Event::Admin { admin_id: found.admin.id.clone() });
    Ok(())
}
