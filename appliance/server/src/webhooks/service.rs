//! Adding, changing, trying and deleting webhooks.

use pocketkey_api::{
    Page, WebhookId,
    audit::Action,
    webhook::{Delivery, NewWebhook, Webhook, WebhookChange, WebhookSecret},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{WebhookError, model, signature::Key, store};
use crate::{
    App,
    audit::{self, Actor, Target},
    cursor,
    db::DbError,
    secret,
};

/// Deliveries on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Which deliveries to list.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListDeliveries {
    /// Only deliveries after this one: `next` of the page before.
    pub after: Option<String>,
    /// At most this many, 1–200; default 50.
    pub limit: Option<u32>,
}

/// Adds a webhook.
///
/// # Errors
/// [`WebhookError::Invalid`].
pub async fn create(app: &App, by: &Actor, new: NewWebhook) -> Result<WebhookSecret, WebhookError> {
    let url = model::check_url(&new.url).map_err(WebhookError::Invalid)?;
    let (now, by, id) = (app.now(), by.clone(), WebhookId(secret::new_id()));
    let key = Key::new(app.secret(), &id, 1);
    let webhook = app
        .db()
        .write(move |tx| {
            let detail = json!({ "actions": &new.actions });
            store::insert(tx, &id, &url, &new.actions, now)?;
            audit::record(tx, now, &by, Action::WebhookCreated, Target::new(&id.0, &url), &detail)?;
            store::find(tx, &id)?.ok_or(WebhookError::NotFound)
        })
        .await?;
    Ok(WebhookSecret { webhook, secret: key.text() })
}

/// All webhooks.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App) -> Result<Vec<Webhook>, DbError> {
    app.db().read(store::list).await
}

/// Changes what `change` names.
///
/// # Errors
/// [`WebhookError::NotFound`], [`WebhookError::Invalid`].
pub async fn change(
    app: &App,
    by: &Actor,
    id: WebhookId,
    change: WebhookChange,
) -> Result<Webhook, WebhookError> {
    let url = change.url.as_deref().map(model::check_url).transpose().map_err(WebhookError::Invalid)?;
    let (now, by) = (app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let before = store::find(tx, &id)?.ok_or(WebhookError::NotFound)?;
            let mut after = before.clone();
            after.url = url.unwrap_or(after.url);
            after.actions = change.actions.unwrap_or(after.actions);
            after.enabled = change.enabled.unwrap_or(after.enabled);
            if after == before {
                return Ok(after);
            }
            store::update(tx, &after)?;
            let said = |webhook: &Webhook| {
                json!({ "url": webhook.url, "actions": webhook.actions, "enabled": webhook.enabled })
            };
            let detail = json!({ "before": said(&before), "after": said(&after) });
            audit::record(tx, now, &by, Action::WebhookChanged, Target::new(&id.0, &after.url), &detail)?;
            Ok(after)
        })
        .await
}

/// Gives a webhook another secret; the old one signs nothing more.
///
/// # Errors
/// [`WebhookError::NotFound`].
pub async fn renew(app: &App, by: &Actor, id: WebhookId) -> Result<WebhookSecret, WebhookError> {
    let (now, by, secret) = (app.now(), by.clone(), app.secret().clone());
    app.db()
        .write(move |tx| {
            let generation = store::renew(tx, &id)?.ok_or(WebhookError::NotFound)?;
            let webhook = store::find(tx, &id)?.ok_or(WebhookError::NotFound)?;
            let detail = json!({ "secret": "renewed" });
            audit::record(tx, now, &by, Action::WebhookChanged, Target::new(&id.0, &webhook.url), &detail)?;
            Ok(WebhookSecret { webhook, secret: Key::new(&secret, &id, generation).text() })
        })
        .await
}

/// Deletes a webhook with its deliveries.
///
/// # Errors
/// [`WebhookError::NotFound`].
pub async fn delete(app: &App, by: &Actor, id: WebhookId) -> Result<(), WebhookError> {
    let (now, by) = (app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let webhook = store::find(tx, &id)?.ok_or(WebhookError::NotFound)?;
            store::delete(tx, &id)?;
            audit::record(
                tx,
                now,
                &by,
                Action::WebhookDeleted,
                Target::new(&id.0, &webhook.url),
                &Value::Null,
            )?;
            Ok(())
        })
        .await
}

/// Sends a delivery that only tries the way: its id.
///
/// # Errors
/// [`WebhookError::NotFound`].
pub async fn test(app: &App, id: WebhookId) -> Result<String, WebhookError> {
    let now = app.now();
    app.db()
        .write(move |tx| {
            store::find(tx, &id)?.ok_or(WebhookError::NotFound)?;
            Ok(store::tell_test(tx, &id, now)?)
        })
        .await
}

/// One page of what a webhook was told, newest first.
///
/// # Errors
/// [`WebhookError::NotFound`], [`WebhookError::WrongCursor`].
pub async fn deliveries(
    app: &App,
    id: WebhookId,
    which: ListDeliveries,
) -> Result<Page<Delivery>, WebhookError> {
    let fits = which.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let before = cursor::row(which.after.as_deref(), i64::MAX).ok_or(WebhookError::WrongCursor)?;
    app.db()
        .read(move |conn| {
            store::find(conn, &id)?.ok_or(WebhookError::NotFound)?;
            let rows = store::deliveries(conn, &id, before, fits + 1)?;
            Ok(Page::cut(rows, fits, |(seq, _)| seq.to_string()).map(|(_, delivery)| delivery))
        })
        .await
}

/// Sends a delivery once more, at once.
///
/// # Errors
/// [`WebhookError::NoDelivery`].
pub async fn again(app: &App, id: WebhookId, delivery: String) -> Result<(), WebhookError> {
    let now = app.now();
    app.db()
        .write(
            move |tx| {
                if store::again(tx, &id, &delivery, now)? { Ok(()) } else { Err(WebhookError::NoDelivery) }
            },
        )
        .await
}
