//! Signing in: a password, and a code beside it where the admin wants that. See `account` for passkeys.

use pocketkey_api::{
    AdminId,
    audit::Action,
    event::Event,
    session::{self, SecondStep, SignIn},
};
use serde_json::json;

use super::{
    AdminError,
    guard::{self, Try},
    model::{MAX_PASSWORD, Visitor},
    password, sessions,
    store::{self, Stored},
};
use crate::{
    App, account,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    validate,
};

/// What a right password leads to.
pub enum Outcome {
    /// The token of a session.
    SignedIn(String),
    /// What [`second_step`] wants beside a code.
    SecondStep(String),
}

/// Signs in with a password. An unknown address takes as long as a wrong password and gets the same answer.
///
/// # Errors
/// [`AdminError::WrongPassword`], or [`AdminError::TooMany`] after too many of those; [`AdminError::Blocked`];
/// [`AdminError::PasskeyNeeded`].
pub async fn sign_in(app: &App, given: SignIn, visitor: Visitor) -> Result<Outcome, AdminError> {
    let (found, tried) = check_password(app, &given.email, given.password, &visitor).await?;
    if found.blocked {
        // The try stays counted: each leaves an entry.
        note_failed(app, Some(found.admin), &visitor, "blocked").await?;
        return Err(AdminError::Blocked);
    }
    if found.passkey_only {
        note_failed(app, Some(found.admin), &visitor, "no passkey").await?;
        return Err(AdminError::PasskeyNeeded);
    }
    if found.two_step {
        tried.right();
        return Ok(Outcome::SecondStep(app.sign_in_guard().second_steps.begin(found.admin.id, app.now())));
    }
    let shared = app.clone();
    let token =
        app.db().write(move |tx| open(&shared, tx, &found.admin.id, &visitor, "password", false)).await?;
    tried.done();
    Ok(Outcome::SignedIn(token))
}

/// Ends a sign-in with a code.
///
/// # Errors
/// [`AdminError::WrongCode`], or [`AdminError::TooMany`] after too many of those; [`AdminError::SignInOver`].
pub async fn second_step(app: &App, given: SecondStep, visitor: Visitor) -> Result<String, AdminError> {
    let (guard, now) = (app.sign_in_guard(), app.now());
    let id = guard.second_steps.whose(&given.second_step, now).ok_or(AdminError::SignInOver)?;
    let of = id.clone();
    let found = app.db().read(move |conn| store::find(conn, &of)).await?.ok_or(AdminError::SignInOver)?;
    let tried = guard.begin(guard::account(&found.admin.email), visitor.ip, now)?;
    let shared = app.clone();
    let token = app
        .db()
        .write(move |tx| {
            let factor = account::second_factor(&shared, tx, &found.admin.id, &given.code)?;
            match factor {
                Some(with) => open(&shared, tx, &found.admin.id, &visitor, with, true).map(Some),
                None => {
                    failed(&shared, tx, Some(&found.admin), "", &visitor, "code")?;
                    Ok(None)
                }
            }
        })
        .await?
        .ok_or(AdminError::WrongCode)?;
    tried.done();
    guard.second_steps.forget(&id);
    Ok(token)
}

/// Whose address and password these are. The try still has to be called right.
///
/// # Errors
/// [`AdminError::WrongPassword`], or [`AdminError::TooMany`] after too many of those.
pub async fn check_password<'a>(
    app: &'a App,
    email: &str,
    password: String,
    visitor: &Visitor,
) -> Result<(Stored, Try<'a>), AdminError> {
    let tried = app.sign_in_guard().begin(guard::account(email), visitor.ip, app.now())?;
    let key = validate::key(email.trim());
    let found = app.db().read(move |conn| store::by_email(conn, &key)).await?;
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let right = password.len() <= MAX_PASSWORD && password::verify(app, password, hash).await?;
    if let Some(found) = found.filter(|_| right) {
        return Ok((found, tried));
    }
    let (shared, visitor) = (app.clone(), visitor.clone());
    let email = email.trim().to_owned();
    app.db()
        .write(move |tx| {
            let found = store::by_email(tx, &validate::key(&email))?;
            failed(&shared, tx, found.as_ref().map(|found| &found.admin), &email, &visitor, "password")
        })
        .await?;
    Err(AdminError::WrongPassword)
}

/// Opens a session for an admin who has shown that it is them, `with` what, and whether that was more than a password; gives
/// its token.
///
/// # Errors
/// [`AdminError::Blocked`]; [`AdminError::SignInOver`] if they were deleted meanwhile.
pub fn open(
    app: &App,
    tx: &Tx<'_>,
    id: &AdminId,
    visitor: &Visitor,
    with: &'static str,
    second_step: bool,
) -> Result<String, AdminError> {
    let now = app.now();
    let found = store::find(tx, id)?.ok_or(AdminError::SignInOver)?;
    if found.blocked {
        return Err(AdminError::Blocked);
    }
    store::set_signed_in(tx, id, now)?;
    let by = visitor.actor(&found.admin);
    audit::record(tx, now, &by, Action::AdminSignedIn, Target::NONE, &json!({ "with": with }))?;
    app.events().emit(tx, Event::Admin { admin_id: id.clone() });
    Ok(sessions::open(tx, id, visitor, second_step, now)?)
}

/// Notes a failed try. Of an address that is nobody's only what can be one is kept: people type passwords there.
fn failed(
    app: &App,
    tx: &Tx<'_>,
    admin: Option<&session::Admin>,
    email: &str,
    visitor: &Visitor,
    wrong: &'static str,
) -> Result<(), DbError> {
    let is_address = email.len() <= 254 && email.parse::<lettre::Address>().is_ok();
    let target = match admin {
        Some(admin) => Target::new(&admin.id.0, &admin.name),
        None => Target::new("", if is_address { email } else { "" }),
    };
    let by = Actor { ip: Some(visitor.ip), ..Actor::appliance() };
    audit::record(tx, app.now(), &by, Action::AdminSignInFailed, target, &json!({ "wrong": wrong }))
}

/// Notes a sign-in that failed, by what was wrong.
///
/// # Errors
/// If the database fails.
pub async fn note_failed(
    app: &App,
    admin: Option<session::Admin>,
    visitor: &Visitor,
    wrong: &'static str,
) -> Result<(), DbError> {
    let (shared, visitor) = (app.clone(), visitor.clone());
    app.db().write(move |tx| failed(&shared, tx, admin.as_ref(), "", &visitor, wrong)).await
}
