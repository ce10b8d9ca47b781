//! Setting up, signing in and out.

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    AdminId,
    admin::Role,
    audit::Action,
    session::{self, Session, SessionState, Setup, SignIn},
};
use rusqlite::Connection;
use serde_json::Value;

use super::{
    AdminError,
    model::{MAX_PASSWORD, MIN_PASSWORD, SESSION_STEP, SESSION_TTL},
    password, store,
};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::DbError,
    secret,
    validate::{self, Fields},
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
pub async fn set_up(app: &App, setup: Setup, from: IpAddr) -> Result<String, AdminError> {
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
    if setup.password.chars().count() < MIN_PASSWORD {
        fields.wrong("password", format!("At least {MIN_PASSWORD} characters."));
    } else if setup.password.len() > MAX_PASSWORD {
        fields.wrong("password", format!("At most {MAX_PASSWORD} bytes."));
    }
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
            let by = Actor::admin(&admin, from);
            audit::record(tx, now, &by, Action::ApplianceSetUp, Target::NONE, &Value::Null)?;
            Ok(open_session(tx, &admin.id.0, now)?)
        })
        .await
}

/// Signs in; gives back the session's token. An unknown address takes as long as a wrong password and gets the
/// same answer.
///
/// # Errors
/// [`AdminError::WrongPassword`], or [`AdminError::TooMany`] after too many of those.
pub async fn sign_in(app: &App, given: SignIn, from: IpAddr) -> Result<String, AdminError> {
    let now = app.now();
    let email = validate::key(given.email.trim());
    let tries = &app.sign_in_guard().tries;
    // The key is a hash, so that a long address costs no memory.
    let try_key = (BASE64URL_NOPAD.encode(&secret::token_hash(&email)), from);
    tries.take(try_key.clone(), now)?;

    let admin = app.db().read(move |conn| store::by_email(conn, &email)).await?;
    let (id, hash) = admin.map(|admin| (admin.id, admin.password_hash)).unzip();
    let right = given.password.len() <= MAX_PASSWORD && password::verify(app, given.password, hash).await?;
    let Some(id) = id.filter(|_| right) else { return Err(AdminError::WrongPassword) };
    tries.give_back(&try_key);
    Ok(app.db().write(move |tx| open_session(tx, &id, now)).await?)
}

fn open_session(conn: &Connection, admin_id: &str, now: i64) -> Result<String, DbError> {
    let token = secret::new_token::<32>();
    store::insert_session(conn, &secret::token_hash(&token), admin_id, now, now + SESSION_TTL)?;
    Ok(token)
}

/// Whose session `token` is; using it puts off its expiry.
///
/// # Errors
/// [`AdminError::SignedOut`] if it is nobody's or over.
pub async fn signed_in(app: &App, token: &str) -> Result<session::Admin, AdminError> {
    let (admin, expires_at) = find_session(app, token).await?.ok_or(AdminError::SignedOut)?;
    let extended = app.now() + SESSION_TTL;
    if extended - expires_at >= SESSION_STEP {
        let hash = secret::token_hash(token);
        app.db().write(move |tx| store::extend_session(tx, &hash, extended)).await?;
    }
    Ok(admin)
}

/// Whose session `token` is and when it expires; does not count as use.
pub async fn find_session(app: &App, token: &str) -> Result<Option<(session::Admin, i64)>, DbError> {
    let (hash, now) = (secret::token_hash(token), app.now());
    app.db().read(move |conn| store::session(conn, &hash, now)).await
}

/// Ends the session `token`.
///
/// # Errors
/// If the database fails.
pub async fn sign_out(app: &App, token: &str) -> Result<(), DbError> {
    let hash = secret::token_hash(token);
    app.db().write(move |tx| store::delete_session(tx, &hash)).await
}

/// What the console should show first, to whoever holds `token`.
///
/// # Errors
/// If the database fails.
pub async fn state(app: &App, token: Option<&str>) -> Result<Session, AdminError> {
    let admin = match token {
        Some(token) => signed_in(app, token).await.map(Some).or_else(|error| match error {
            AdminError::SignedOut => Ok(None),
            error => Err(error),
        })?,
        None => None,
    };
    let (set_up, organisation) =
        app.db().read(|conn| Ok::<_, DbError>((store::any(conn)?, store::organisation(conn)?))).await?;
    let state = match (&admin, set_up) {
        (Some(_), _) => SessionState::SignedIn,
        (None, true) => SessionState::SignedOut,
        (None, false) => SessionState::Setup,
    };
    Ok(Session {
        state,
        admin,
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
