//! Name and address, password, sessions, and confirming that it is oneself.

use pocketkey_api::{
    AdminId, SessionId,
    account::{Account, AccountChange, OpenSession},
    audit::Action,
    event::Event,
};
use serde_json::{Value, json};

use super::{AccountError, passkey_store, store};
use crate::{
    App,
    admins::{
        Admin, AdminError, model::check_new_password, password, second_step, sessions, sign_in,
        store as admin_store,
    },
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    validate::{self, Fields},
};

/// The account.
///
/// # Errors
/// If the database fails.
pub async fn show(app: &App, admin: &Admin) -> Result<Account, AccountError> {
    let (id, confirmed_until) = (admin.admin.id.clone(), admin.confirmed_until);
    app.db()
        .read(move |conn| {
            let summary = admin_store::show(conn, &id)?.ok_or(AdminError::SignedOut)?;
            Ok(Account {
                admin: summary.admin,
                created_at: summary.created_at,
                two_step_since: store::totp(conn, &id)?.and_then(|totp| totp.enabled_at),
                recovery_codes_left: store::codes_left(conn, &id)?,
                passkeys: passkey_store::of_admin(conn, &id)?,
                confirmed_until,
            })
        })
        .await
}

/// Changes name and address. The address wants a confirmed session: it is what one signs in with.
///
/// # Errors
/// [`AccountError::Invalid`], also if the address is taken; [`AdminError::ConfirmFirst`].
pub async fn change(app: &App, admin: Admin, change: AccountChange) -> Result<(), AccountError> {
    let (now, before) = (app.now(), admin.admin);
    let mut fields = Fields::default();
    let name = fields.line("name", change.name.as_deref().unwrap_or(&before.name), 200);
    let email = fields.email("email", change.email.as_deref().unwrap_or(&before.email));
    fields.finish().map_err(AccountError::Invalid)?;
    if email != before.email && admin.confirmed_until <= now {
        return Err(AdminError::ConfirmFirst.into());
    }
    if (&name, &email) == (&before.name, &before.email) {
        return Ok(());
    }
    let (shared, by) = (app.clone(), admin.actor);
    app.db()
        .write(move |tx| {
            if admin_store::is_taken(tx, &validate::key(&email), &before.id)? {
                let taken = "Another admin has this address, or was invited with it.";
                return Err(AccountError::field("email", taken));
            }
            admin_store::set_profile(tx, &before.id, &name, &email)?;
            let detail = audit::change([("name", &*before.name, &*name), ("email", &before.email, &email)]);
            audit::record(tx, now, &by, Action::AccountChanged, Target::NONE, &detail)?;
            shared.events().emit(tx, Event::Admin { admin_id: before.id });
            Ok(())
        })
        .await
}

/// Changes the password and signs out everywhere else.
///
/// # Errors
/// [`AccountError::Invalid`].
pub async fn change_password(app: &App, admin: Admin, new: String) -> Result<(), AccountError> {
    let mut fields = Fields::default();
    check_new_password(&mut fields, &new);
    fields.finish().map_err(AccountError::Invalid)?;
    let hash = password::hash(app, new).await?;
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let id = admin.admin.id;
            admin_store::set_password(tx, &id, &hash)?;
            sessions::end_all(tx, &id, Some(&admin.session))?;
            note(&shared, tx, &admin.actor, Action::PasswordChanged, "", "")?;
            let app = shared.clone();
            tx.after_commit(move || app.sign_in_guard().second_steps.forget(&id));
            Ok(())
        })
        .await
}

/// Confirms with the password that it is them.
///
/// # Errors
/// [`AccountError::Invalid`], or [`AdminError::TooMany`] after too many of those.
pub async fn confirm(app: &App, admin: Admin, given: String) -> Result<(), AccountError> {
    let checked = sign_in::check_password(app, &admin.admin.email, given, &admin.visitor).await;
    let (_, tried) = checked.map_err(|error| match error {
        AdminError::WrongPassword => AccountError::field("password", "This is not your password."),
        error => error.into(),
    })?;
    let now = app.now();
    app.db().write(move |tx| set_confirmed(tx, &admin, "password", now)).await?;
    tried.done();
    Ok(())
}

/// The session's admin has shown that it is them, in `tx`.
///
/// # Errors
/// If the database fails.
pub fn set_confirmed(tx: &Tx<'_>, admin: &Admin, with: &'static str, now: i64) -> Result<(), DbError> {
    sessions::confirm(tx, &admin.session, now)?;
    let detail = json!({ "with": with });
    audit::record(tx, now, &admin.actor, Action::AccountConfirmed, Target::NONE, &detail)
}

/// The admin's sessions, the last one used first.
///
/// # Errors
/// If the database fails.
pub async fn list_sessions(app: &App, admin: &Admin) -> Result<Vec<OpenSession>, DbError> {
    let (id, current, now) = (admin.admin.id.clone(), admin.session.clone(), app.now());
    app.db().read(move |conn| sessions::of_admin(conn, &id, &current, now)).await
}

/// Ends one of the admin's sessions.
///
/// # Errors
/// [`AccountError::NoSession`].
pub async fn end_session(app: &App, admin: Admin, id: SessionId) -> Result<(), AccountError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            if !sessions::end(tx, &admin.admin.id, &id)? {
                return Err(AccountError::NoSession);
            }
            Ok(note(&shared, tx, &admin.actor, Action::AdminSignedOut, &id.0, "")?)
        })
        .await
}

/// Ends all of the admin's sessions but the one that asks.
///
/// # Errors
/// If the database fails.
pub async fn end_other_sessions(app: &App, admin: Admin) -> Result<(), DbError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let ended = sessions::end_all(tx, &admin.admin.id, Some(&admin.session))?;
            if ended == 0 {
                return Ok(());
            }
            let detail = json!({ "sessions": ended });
            audit::record(tx, shared.now(), &admin.actor, Action::AdminSignedOut, Target::NONE, &detail)?;
            shared.events().emit(tx, Event::Admin { admin_id: admin.admin.id });
            Ok(())
        })
        .await
}

/// Refuses what has left an admin without the second step that every admin needs.
///
/// # Errors
/// [`AccountError::LastSecondStep`].
pub fn keep_a_second_step(tx: &Tx<'_>, id: &AdminId) -> Result<(), AccountError> {
    if second_step::is_missing(tx, id)? { Err(AccountError::LastSecondStep) } else { Ok(()) }
}

/// Notes what an admin did to their own account.
pub fn note(app: &App, tx: &Tx<'_>, by: &Actor, action: Action, id: &str, name: &str) -> Result<(), DbError> {
    audit::record(tx, app.now(), by, action, Target::new(id, name), &Value::Null)?;
    app.events().emit(tx, Event::Admin { admin_id: AdminId(by.id.clone()) });
    Ok(())
}
