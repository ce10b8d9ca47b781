//! Two-step sign-in: an authenticator app beside the password, and recovery codes for when the app is lost.

use pocketkey_api::{
    AdminId,
    account::{RecoveryCodes, TotpSetup},
    audit::Action,
    session,
};

use super::{
    AccountError, passkey_store, recovery,
    service::{keep_a_second_step, note},
    store, totp,
};
use crate::{
    App,
    activation::qr_svg,
    admins::{self, Admin, sessions},
    audit::Actor,
    db::{DbError, Tx},
    secret,
};

/// Begins: what the app needs. Nothing changes until a code was right.
///
/// # Errors
/// [`AccountError::TwoStepOn`].
pub async fn begin(app: &App, admin: session::Admin) -> Result<TotpSetup, AccountError> {
    let fresh: totp::Secret = secret::random();
    let id = admin.id;
    let organisation = app
        .db()
        .write(move |tx| {
            if store::totp(tx, &id)?.is_some_and(|totp| totp.enabled_at.is_some()) {
                return Err(AccountError::TwoStepOn);
            }
            store::begin_totp(tx, &id, &fresh)?;
            Ok(admins::service::organisation(tx)?)
        })
        .await?;
    let url = totp::url(&organisation, &admin.email, &fresh);
    Ok(TotpSetup { secret: totp::base32(&fresh), qr_svg: qr_svg(&url)?, url })
}

/// Turns two-step sign-in on, with a code that the app shows; gives the recovery codes.
///
/// # Errors
/// [`AccountError::Invalid`] if the code is not right; [`AccountError::TwoStepOn`], [`AccountError::TwoStepOff`].
pub async fn enable(app: &App, admin: Admin, code: String) -> Result<RecoveryCodes, AccountError> {
    let (shared, now) = (app.clone(), app.now());
    app.db()
        .write(move |tx| {
            let id = admin.admin.id;
            let totp = store::totp(tx, &id)?.ok_or(AccountError::TwoStepOff)?;
            if totp.enabled_at.is_some() {
                return Err(AccountError::TwoStepOn);
            }
            let step = totp::accepted(&totp.secret, &plain(&code), now, totp.last_step).ok_or_else(|| {
                AccountError::field("code", "This is not the code that the app should show now.")
            })?;
            store::enable_totp(tx, &id, now)?;
            store::set_step(tx, &id, step)?;
            sessions::set_second_step(tx, &admin.session)?;
            let codes = new_codes(&shared, tx, &id)?;
            note(&shared, tx, &admin.actor, Action::TwoStepOn, "", "")?;
            Ok(codes)
        })
        .await
}

/// Turns two-step sign-in off; the recovery codes are void.
///
/// # Errors
/// [`AccountError::TwoStepOff`], [`AccountError::LastSecondStep`].
pub async fn disable(app: &App, by: Actor) -> Result<(), AccountError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let id = AdminId(by.id.clone());
            must_be_on(tx, &id)?;
            store::forget_totp(tx, &id)?;
            keep_a_second_step(tx, &id)?;
            Ok(note(&shared, tx, &by, Action::TwoStepOff, "", "")?)
        })
        .await
}

/// Makes new recovery codes; those before are void.
///
/// # Errors
/// [`AccountError::TwoStepOff`].
pub async fn renew_codes(app: &App, by: Actor) -> Result<RecoveryCodes, AccountError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let id = AdminId(by.id.clone());
            must_be_on(tx, &id)?;
            let codes = new_codes(&shared, tx, &id)?;
            note(&shared, tx, &by, Action::RecoveryCodesMade, "", "")?;
            Ok(codes)
        })
        .await
}

/// Forgets an admin's authenticator app, recovery codes and passkeys; gives whether there was an app, and how many passkeys.
///
/// # Errors
/// If the database fails.
pub fn forget(tx: &Tx<'_>, id: &AdminId) -> Result<(bool, usize), DbError> {
    let had_app = store::totp(tx, id)?.is_some_and(|totp| totp.enabled_at.is_some());
    store::forget_totp(tx, id)?;
    Ok((had_app, passkey_store::delete_all(tx, id)?))
}

fn must_be_on(tx: &Tx<'_>, id: &AdminId) -> Result<(), AccountError> {
    let on = store::totp(tx, id)?.is_some_and(|totp| totp.enabled_at.is_some());
    on.then_some(()).ok_or(AccountError::TwoStepOff)
}

fn new_codes(app: &App, tx: &Tx<'_>, id: &AdminId) -> Result<RecoveryCodes, DbError> {
    let codes = recovery::fresh();
    let hashes: Vec<_> = codes.iter().map(|code| recovery::hash(app.secret(), id, code)).collect();
    store::set_codes(tx, id, &hashes)?;
    Ok(RecoveryCodes { codes })
}

/// A code without the spaces people put in.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Uses up a code of the app or a recovery code at sign-in; says what the admin has signed in with, or `None` if the code
/// is neither.
///
/// # Errors
/// If the database fails.
pub fn second_factor(
    app: &App,
    tx: &Tx<'_>,
    id: &AdminId,
    code: &str,
) -> Result<Option<&'static str>, DbError> {
    let Some(totp) = store::totp(tx, id)?.filter(|totp| totp.enabled_at.is_some()) else {
        return Ok(None);
    };
    if let Some(step) = totp::accepted(&totp.secret, &plain(code), app.now(), totp.last_step) {
        store::set_step(tx, id, step)?;
        return Ok(Some("password and code"));
    }
    let used = store::use_code(tx, id, &recovery::hash(app.secret(), id, code))?;
    Ok(used.then_some("password and recovery code"))
}
