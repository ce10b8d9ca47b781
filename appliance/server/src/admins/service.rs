//! Setting up, and sessions.

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    AdminId,
    admin::Role,
    audit::Action,
    event::Event,
    session::{self, Session, SessionState, Setup},
};
use rusqlite::Connection;
use serde_json::Value;

use super::{
    AdminError,
    model::{SESSION_STEP, SESSION_TTL, Visitor, check_new_password},
    password,
    sessions::{self, Found},
    store,
};
use crate::{
    App,
    audit::{self, Target},
    db::DbError,
    secret,
    validate::Fields,
};

/// The one-time set-up link, the same after every restart; `None` once there is an admin.
///
/// # Errors
/// If the database cannot be read.
pub async fn setup_link(app: &App) -> Result<Option<String>, DbError> {
    let done = app.db().read(store::any).await?;
    Ok((!done).then(|| format!("{}/setup#{}", app.url(), setup_token(app))))
}

fn setup_token(app: &App) -> String {
    BASE64URL_NOPAD.encode(&app.secret().derive("set-up token 1", b"")[..16])
}

/// Makes the first admin and signs them in; gives back the session's token.
///
/// # Errors
/// [`AdminError::SetUp`] once there is an admin, [`AdminError::WrongToken`], [`AdminError::Invalid`].
pub async fn set_up(app: &App, setup: Setup, visitor: Visitor) -> Result<String, AdminError> {
    if app.db().read(store::any).await? {
        return Err(AdminError::SetUp);
    }
    if !secret::equal(setup.token.as_bytes(), setup_token(app).as_bytes()) {
        return Err(AdminError::WrongToken);
    }
    let mut fields = Fields::default();
    let organisation = fields.line("organisation", &setup.organisation, 100);
    let admin = session::Admin {
        id: AdminId(secret::new_id()),
        role: Role::Owner,
        name: fields.line("name", &setup.name, 200),
        email: fields.email("email", &setup.email),
    };
    check_new_password(&mut fields, &setup.password);
    fields.finish().map_err(AdminError::Invalid)?;

    let hash = password::hash(app, setup.password).await?;
    let now = app.now();
    app.db()
        .write(move |tx| {
            // Two at once: the second finds the first one's admin.
            if store::any(tx)? {
                return Err(AdminError::SetUp);
            }
            store::set_organisation(tx, &organisation)?;
            store::insert(tx, &admin, &hash, now)?;
            store::set_signed_in(tx, &admin.id, now)?;
            let by = visitor.actor(&admin);
            audit::record(tx, now, &by, Action::ApplianceSetUp, Target::NONE, &Value::Null)?;
            Ok(sessions::open(tx, &admin.id, &visitor, false, now)?)
        })
        .await
}

/// The session `token`; using it puts off its expiry.
///
/// # Errors
/// [`AdminError::SignedOut`] if it is nobody's or over.
pub async fn signed_in(app: &App, token: &str) -> Result<Found, AdminError> {
    let found = find_session(app, token).await?.ok_or(AdminError::SignedOut)?;
    let extended = app.now() + SESSION_TTL;
    if extended - found.expires_at >= SESSION_STEP {
        let hash = secret::token_hash(token);
        app.db().write(move |tx| sessions::extend(tx, &hash, extended)).await?;
    }
    Ok(found)
}

/// The session `token`, unless it is over; does not count as use.
pub async fn find_session(app: &App, token: &str) -> Result<Option<Found>, DbError> {
    let (hash, now) = (secret::token_hash(token), app.now());
    app.db().read(move |conn| sessions::find(conn, &hash, now)).await
}

/// Ends the session `token`.
///
/// # Errors
/// If the database fails.
pub async fn sign_out(app: &App, token: &str, visitor: Visitor) -> Result<(), DbError> {
    let (hash, now, events) = (secret::token_hash(token), app.now(), app.events().clone());
    app.db()
        .write(move |tx| {
            let Some(found) = sessions::find(tx, &hash, now)? else { return Ok(()) };
            sessions::end(tx, &found.admin.id, &found.id)?;
            let by = visitor.actor(&found.admin);
            audit::record(tx, now, &by, Action::AdminSignedOut, Target::NONE, &Value::Null)?;
            events.emit(tx, Event::Admin { admin_id: found.admin.id });
            Ok(())
        })
        .await
}

/// What the console should show first, to whoever holds `token`.
///
/// # Errors
/// If the database fails.
pub async fn state(app: &App, token: Option<&str>) -> Result<Session, AdminError> {
    let found = match token {
        Some(token) => signed_in(app, token).await.map(Some).or_else(|error| match error {
            AdminError::SignedOut => Ok(None),
            error => Err(error),
        })?,
        None => None,
    };
    let (set_up, organisation) =
        app.db().read(|conn| Ok::<_, DbError>((store::any(conn)?, store::organisation(conn)?))).await?;
    let state = match (&found, set_up) {
        (Some(found), _) if found.lacks_second_step => SessionState::SetUpSecondStep,
        (Some(_), _) => SessionState::SignedIn,
        (None, true) => SessionState::SignedOut,
        (None, false) => SessionState::Setup,
    };
    Ok(Session {
        state,
        admin: found.map(|found| found.admin),
        second_step: None,
        organisation,
        url: app.url().to_owned(),
        sandbox: app.config().sandbox,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The organisation's name, within another feature's transaction.
///
/// # Errors
/// If the database fails.
pub fn organisation(conn: &Connection) -> Result<String, DbError> {
    store::organisation(conn)
}
