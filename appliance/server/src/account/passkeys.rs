//! Passkeys that sign in admins: discoverable credentials that verify their user. The ceremonies are those of WebAuthn
//! Level 3, §7.1 and §7.2.

use std::num::NonZeroU32;

use pocketkey_api::{AdminId, PasskeyId, account::Passkey, audit::Action};
use serde_json::Value;
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        auth::AuthenticationVerificationOptions,
        register::{
            CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16,
        },
    },
    response::{
        CredentialId,
        register::{DynamicState, StaticState},
    },
};

use super::{
    AccountError,
    model::PasskeyError,
    passkey_store::{self, Credential},
    service::{self, keep_a_second_step, note},
};
use crate::{
    App,
    admins::{Admin, AdminError, Visitor, sessions, sign_in, store},
    db::{DbError, Tx},
    secret,
    validate::Fields,
    webauthn::{Ceremonies, GRACE, Handle, Site, StoredKey, descriptor, keep},
};

/// Ceremonies at once.
pub const MOST: usize = 10_000;
/// The browser's time limit, in milliseconds.
const TIMEOUT: NonZeroU32 = NonZeroU32::new(120_000).expect("not zero");
/// A passkey's longest name, in characters.
const MAX_NAME: usize = 60;

/// A ceremony that waits for the browser.
pub enum Ceremony {
    /// A new passkey.
    Register {
        /// What the verification needs.
        state: RegistrationServerState<16>,
        /// Whose it will be.
        admin: AdminId,
        /// What they call it.
        name: String,
    },
    /// A sign-in or a confirmation.
    Authenticate(DiscoverableAuthenticationServerState),
}

/// All that run.
pub type Running = Ceremonies<Ceremony>;

/// An admin's user handle. It says nothing about them, and follows from what outlives a restart.
fn handle(app: &App, admin: &AdminId) -> Handle {
    let derived = app.secret().derive("passkey user handle 1", admin.0.as_bytes());
    std::array::from_fn(|index| derived[index])
}

fn check_name(name: &str) -> Result<String, AccountError> {
    let mut fields = Fields::default();
    let name = fields.line("name", name, MAX_NAME);
    fields.finish().map_err(AccountError::Invalid)?;
    Ok(name)
}

fn refused(error: &dyn std::fmt::Display) -> PasskeyError {
    PasskeyError::Verification(error.to_string())
}

/// Begins with a new passkey: the browser's options.
///
/// # Errors
/// [`AccountError::Invalid`], [`PasskeyError`].
pub async fn start(app: &App, running: &Running, admin: Admin, name: &str) -> Result<Value, AccountError> {
    let name = check_name(name)?;
    let site = Site::at(app.url()).map_err(PasskeyError::from)?;
    let id = admin.admin.id.clone();
    let (known, organisation) = app
        .db()
        .read(move |conn| {
            Ok::<_, DbError>((passkey_store::credentials(conn, &id)?, store::organisation(conn)?))
        })
        .await?;
    // One on each authenticator.
    let exclude = known.into_iter().filter_map(|one| descriptor(one.id, one.transports)).collect();
    let user_id = UserHandle16::from(handle(app, &admin.admin.id));
    // The library takes only names by RFC 8265; ours are put in below, since nothing is verified against them.
    let user = PublicKeyCredentialUserEntity::from(&user_id);
    let mut options = PublicKeyCredentialCreationOptions::passkey(&site.rp_id, user, exclude);
    options.timeout = TIMEOUT.saturating_add(GRACE);
    options.extensions.cred_protect = CredProtect::None;
    let challenge = options.challenge.as_data();
    let (state, client) = options.start_ceremony().map_err(|error| refused(&error))?;
    let mut json = serde_json::to_value(&client).map_err(PasskeyError::from)?;
    json["timeout"] = TIMEOUT.get().into();
    json["rp"]["name"] = format!("Pocketkey · {organisation}").into();
    json["user"]["name"] = admin.admin.email.as_str().into();
    json["user"]["displayName"] = admin.admin.name.as_str().into();
    let ceremony = Ceremony::Register { state, admin: admin.admin.id, name };
    running.begin(challenge, ceremony, keep(TIMEOUT)).map_err(PasskeyError::from)?;
    Ok(json)
}

/// Ends with a new passkey: the browser's `RegistrationResponseJSON`.
///
/// # Errors
/// [`PasskeyError`].
pub async fn finish(
    app: &App,
    running: &Running,
    admin: Admin,
    response: &Value,
) -> Result<Passkey, AccountError> {
    let (name, credential) = verify_new(app, running, &admin.admin.id, response)?;
    let (shared, now) = (app.clone(), app.now());
    app.db()
        .write(move |tx| {
            let passkey = Passkey { id: PasskeyId(secret::new_id()), name, created_at: now, used_at: None };
            if !passkey_store::insert(tx, &admin.admin.id, &passkey, &credential)? {
                return Err(PasskeyError::Verification("it was registered meanwhile".to_owned()).into());
            }
            sessions::set_second_step(tx, &admin.session)?;
            note(&shared, tx, &admin.actor, Action::PasskeyAdded, &passkey.id.0, &passkey.name)?;
            Ok(passkey)
        })
        .await
}

fn verify_new(
    app: &App,
    running: &Running,
    by: &AdminId,
    response: &Value,
) -> Result<(String, Credential), PasskeyError> {
    let site = Site::at(app.url())?;
    let response = Registration::from_json_relaxed(response.to_string().as_bytes())?;
    let ceremony = running.end(response.challenge_relaxed()?.0);
    let Some(Ceremony::Register { state, admin, name }) = ceremony.filter(|ceremony| ceremony.is_of(by))
    else {
        return Err(PasskeyError::Expired);
    };
    let options = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &[site.origin.as_str()],
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    let verified = state.verify(&site.rp_id, &response, &options)?;
    let Ok(static_state) = verified.static_state().encode();
    let Ok(dynamic_state) = verified.dynamic_state().encode();
    let Ok(transports) = verified.transports().encode();
    let credential =
        Credential { admin, id: verified.id().as_ref().to_vec(), transports, static_state, dynamic_state };
    Ok((name, credential))
}

impl Ceremony {
    fn is_of(&self, by: &AdminId) -> bool {
        matches!(self, Self::Register { admin, .. } if admin == by)
    }
}

/// Begins a sign-in or a confirmation: the browser's options.
///
/// # Errors
/// [`PasskeyError`]; [`AdminError::TooMany`] if too many came to nothing.
pub fn start_sign_in(app: &App, running: &Running, visitor: &Visitor) -> Result<Value, AccountError> {
    let site = Site::at(app.url()).map_err(PasskeyError::from)?;
    app.sign_in_guard().begin_unknown(visitor.ip, app.now()).map_err(AdminError::from)?;
    let mut options = DiscoverableCredentialRequestOptions::passkey(&site.rp_id);
    options.0.timeout = TIMEOUT.saturating_add(GRACE);
    let challenge = options.0.challenge.as_data();
    let (state, client) = options.start_ceremony().map_err(|error| refused(&error))?;
    let mut json = serde_json::to_value(&client).map_err(PasskeyError::from)?;
    json["timeout"] = TIMEOUT.get().into();
    running.begin(challenge, Ceremony::Authenticate(state), keep(TIMEOUT)).map_err(PasskeyError::from)?;
    Ok(json)
}

/// Signs in with the browser's `AuthenticationResponseJSON`; gives the session's token.
///
/// # Errors
/// [`PasskeyError`]; [`AdminError::Blocked`].
pub async fn sign_in(
    app: &App,
    running: &Running,
    response: &Value,
    visitor: Visitor,
) -> Result<String, AccountError> {
    let verified = verify(app, running, response).await;
    let used = match verified {
        Ok(used) => used,
        Err(error) => {
            note_failed(app, &error, &visitor).await?;
            return Err(error);
        }
    };
    let (shared, from) = (app.clone(), visitor.ip);
    let token = app
        .db()
        .write(move |tx| {
            used.store(tx, shared.now())?;
            Ok::<_, AccountError>(sign_in::open(&shared, tx, &used.before.admin, &visitor, "passkey", true)?)
        })
        .await?;
    app.sign_in_guard().right_unknown(from);
    Ok(token)
}

/// Confirms with a passkey of their own that it is them.
///
/// # Errors
/// [`PasskeyError`].
pub async fn confirm(
    app: &App,
    running: &Running,
    response: &Value,
    admin: Admin,
) -> Result<(), AccountError> {
    let used = verify(app, running, response).await.and_then(|used| {
        if used.before.admin == admin.admin.id { Ok(used) } else { Err(PasskeyError::Unknown.into()) }
    });
    let used = match used {
        Ok(used) => used,
        Err(error) => {
            note_failed(app, &error, &admin.visitor).await?;
            return Err(error);
        }
    };
    let (now, from) = (app.now(), admin.visitor.ip);
    app.db()
        .write(move |tx| {
            used.store(tx, now)?;
            sessions::set_second_step(tx, &admin.session)?;
            Ok::<_, AccountError>(service::set_confirmed(tx, &admin, "passkey", now)?)
        })
        .await?;
    app.sign_in_guard().right_unknown(from);
    Ok(())
}

/// Notes what used up a ceremony: those are counted when they begin. Nonsense without one costs nothing, and is not
/// written down.
async fn note_failed(app: &App, error: &AccountError, visitor: &Visitor) -> Result<(), AccountError> {
    if let AccountError::Passkey(PasskeyError::Unknown | PasskeyError::Verification(_)) = error {
        sign_in::note_failed(app, None, visitor, "passkey").await?;
    }
    Ok(())
}

/// A passkey that has just been used.
struct Used {
    before: Credential,
    /// Counter and flags after.
    after: [u8; 7],
}

impl Used {
    fn store(&self, tx: &Tx<'_>, now: i64) -> Result<(), AccountError> {
        if !passkey_store::set_used(tx, &self.before, self.after, now)? {
            return Err(PasskeyError::Verification("it was used twice at the same time".to_owned()).into());
        }
        Ok(())
    }
}

async fn verify(app: &App, running: &Running, response: &Value) -> Result<Used, AccountError> {
    let site = Site::at(app.url()).map_err(PasskeyError::from)?;
    let read = DiscoverableAuthentication16::from_json_relaxed(response.to_string().as_bytes());
    let response = read.map_err(PasskeyError::from)?;
    let challenge = response.challenge_relaxed().map_err(PasskeyError::from)?;
    let Some(Ceremony::Authenticate(state)) = running.end(challenge.0) else {
        return Err(PasskeyError::Expired.into());
    };
    let id = response.raw_id().as_ref().to_vec();
    let found = app.db().read(move |conn| passkey_store::find(conn, &id)).await?;
    let before = found.ok_or(PasskeyError::Unknown)?;

    let user_id = UserHandle16::from(handle(app, &before.admin));
    let static_state = <StaticState<StoredKey>>::decode(before.static_state.as_slice());
    let static_state = static_state.map_err(|error| refused(&error))?;
    let dynamic_state = DynamicState::decode(before.dynamic_state).map_err(|error| refused(&error))?;
    let id = CredentialId::try_from(before.id.as_slice()).map_err(|error| refused(&error))?;
    let mut credential = AuthenticatedCredential::new(id, &user_id, static_state, dynamic_state)
        .map_err(|error| refused(&error))?;
    let options = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &[site.origin.as_str()],
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    state.verify(&site.rp_id, &response, &mut credential, &options).map_err(PasskeyError::from)?;
    let Ok(after) = credential.dynamic_state().encode();
    Ok(Used { before, after })
}

/// Gives a passkey another name.
///
/// # Errors
/// [`AccountError::NoPasskey`], [`AccountError::Invalid`].
pub async fn rename(app: &App, admin: Admin, id: PasskeyId, name: &str) -> Result<Passkey, AccountError> {
    let name = check_name(name)?;
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let found = passkey_store::of_admin(tx, &admin.admin.id)?.into_iter().find(|one| one.id == id);
            let before = found.ok_or(AccountError::NoPasskey)?;
            passkey_store::rename(tx, &id, &name)?;
            note(&shared, tx, &admin.actor, Action::PasskeyRenamed, &id.0, &name)?;
            Ok(Passkey { name, ..before })
        })
        .await
}

/// Deletes a passkey; it signs in nobody any more.
///
/// # Errors
/// [`AccountError::NoPasskey`], [`AccountError::LastSecondStep`].
pub async fn delete(app: &App, admin: Admin, id: PasskeyId) -> Result<(), AccountError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let found = passkey_store::of_admin(tx, &admin.admin.id)?.into_iter().find(|one| one.id == id);
            let before = found.ok_or(AccountError::NoPasskey)?;
            passkey_store::delete(tx, &id)?;
            keep_a_second_step(tx, &admin.admin.id)?;
            Ok(note(&shared, tx, &admin.actor, Action::PasskeyDeleted, &id.0, &before.name)?)
        })
        .await
}
