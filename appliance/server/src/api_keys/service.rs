//! Making, listing and revoking keys, and letting in whoever shows one.

use pocketkey_api::{
    ApiKeyId,
    api_key::{ApiKey, ApiKeySecret, ApiKeyState, NewApiKey},
    audit::Action,
};
use serde_json::{Value, json};

use super::{
    ApiKeyError,
    model::{DAY, MAX_DAYS, Shown, USE_STEP, hint, new_secret},
    store,
};
use crate::{
    App,
    admins::Admin,
    audit::{self, Actor, Target},
    db::DbError,
    secret,
    validate::Fields,
};

/// Makes a key that acts for `by`. Its secret is in the answer alone.
///
/// # Errors
/// [`ApiKeyError::Invalid`], also for scopes that `by` does not hold.
pub async fn create(app: &App, by: &Admin, new: NewApiKey) -> Result<ApiKeySecret, ApiKeyError> {
    let mut fields = Fields::default();
    let name = fields.line("name", &new.name, 100);
    let mut scopes = new.scopes;
    scopes.sort_unstable_by_key(|scope| scope.as_str());
    scopes.dedup();
    if scopes.is_empty() {
        fields.wrong("scopes", "Choose at least one.".to_owned());
    } else if let Some(scope) = scopes.iter().find(|scope| !scope.is_scope() || !by.holds(**scope)) {
        fields.wrong("scopes", format!("You cannot give {}: you do not have it yourself.", scope.as_str()));
    }
    if new.expires_in_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        fields.wrong("expires_in_days", format!("1 to {MAX_DAYS} days."));
    }
    fields.finish().map_err(ApiKeyError::Invalid)?;

    let (now, secret) = (app.now(), new_secret());
    let key = ApiKey {
        id: ApiKeyId(secret::new_id()),
        name,
        hint: hint(&secret).to_owned(),
        scopes,
        made_by: by.admin.name.clone(),
        state: ApiKeyState::Active,
        created_at: now,
        expires_at: new.expires_in_days.map(|days| now + i64::from(days) * DAY),
        last_used_at: None,
    };
    let (actor, admin, hash, made) =
        (by.actor.clone(), by.admin.id.clone(), secret::token_hash(&secret), key.clone());
    app.db()
        .write(move |tx| -> Result<(), DbError> {
            store::insert(tx, &store::New { key: &made, hash, admin: &admin })?;
            let detail = json!({ "scopes": made.scopes, "expires_at": made.expires_at });
            let target = Target::new(&made.id.0, &made.name);
            audit::record(tx, now, &actor, Action::ApiKeyCreated, target, &detail)
        })
        .await?;
    Ok(ApiKeySecret { key, secret })
}

/// All keys, newest first.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App) -> Result<Vec<ApiKey>, DbError> {
    let now = app.now();
    app.db().read(move |conn| store::list(conn, now)).await
}

/// Takes a key away, at once.
///
/// # Errors
/// [`ApiKeyError::NotFound`].
pub async fn revoke(app: &App, by: &Actor, id: ApiKeyId) -> Result<(), ApiKeyError> {
    let (now, by) = (app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let name = store::delete(tx, &id)?.ok_or(ApiKeyError::NotFound)?;
            audit::record(tx, now, &by, Action::ApiKeyRevoked, Target::new(&id.0, &name), &Value::Null)?;
            Ok(())
        })
        .await
}

/// The key that has this secret; notes, once a minute, that it is used.
///
/// # Errors
/// [`ApiKeyError::Wrong`].
pub async fn authenticate(app: &App, secret: &str) -> Result<Shown, ApiKeyError> {
    let (now, hash) = (app.now(), secret::token_hash(secret));
    let found = app.db().read(move |conn| store::by_hash(conn, hash)).await?;
    let key = found.filter(|key| is_valid(key, now)).ok_or(ApiKeyError::Wrong)?;
    if key.last_used_at.is_none_or(|at| now - at >= USE_STEP) {
        let id = key.id.clone();
        app.db().write(move |tx| store::used(tx, &id, now)).await?;
    }
    Ok(key)
}

/// Whether a key still lets anybody in.
///
/// # Errors
/// If the database fails.
pub async fn still_valid(app: &App, id: ApiKeyId) -> Result<bool, DbError> {
    let now = app.now();
    Ok(app.db().read(move |conn| store::by_id(conn, &id)).await?.is_some_and(|key| is_valid(&key, now)))
}

fn is_valid(key: &Shown, now: i64) -> bool {
    key.expires_at.is_none_or(|at| at > now)
}
