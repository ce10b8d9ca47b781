//! Accepting, listing, showing and deleting mails.

use axum::http::StatusCode;
use pocketkey_api::{
    MailId, Page,
    event::Event,
    inbox::{Mail, MailSummary},
};

use super::{
    model::{self, NewMail},
    session::Delivery,
    store,
};
use crate::{
    App,
    db::DbError,
    problem::{ApiError, Explain},
};

/// Mails a page has unless asked otherwise, and at most.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 200;

/// Why something about a mail cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// There is no such mail.
    #[error("no such mail")]
    NoSuchMail,
    /// The mail has no HTML part.
    #[error("the mail has no HTML part")]
    NoHtml,
    /// `after` is not what a page gave as `next`.
    #[error("not a place in the list")]
    BadPlace,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for InboxError {
    fn explain(&self) -> ApiError {
        match self {
            Self::NoSuchMail => ApiError::not_found("This mail").detail("It may have been deleted."),
            Self::NoHtml => ApiError::not_found("An HTML part of this mail"),
            Self::BadPlace => ApiError::new(
                StatusCode::BAD_REQUEST,
                "malformed_query",
                "`after` is not a place in the list.",
            )
            .detail("Give back what the page before said as `next`."),
            Self::Db(error) => error.explain(),
        }
    }
}

/// Stores a mail; when this answers, it is on disk.
///
/// # Errors
/// If the database fails.
pub async fn accept(app: &App, delivery: Delivery) -> Result<(), DbError> {
    // Taking a big mail apart takes a while.
    let read = tokio::task::spawn_blocking(move || NewMail::from_delivery(delivery));
    let mail = read.await.map_err(|_| DbError::Closed)?;
    let (events, now) = (app.events().clone(), app.now());
    app.db()
        .write(move |tx| {
            let id = store::insert(tx, &mail, now)?;
            events.emit(tx, Event::Mail { mail_id: MailId(id.to_string()) });
            Ok(())
        })
        .await
}

/// A page of mails, newest first.
///
/// # Errors
/// [`InboxError::BadPlace`] if `after` is nonsense.
pub async fn list(
    app: &App,
    after: Option<&str>,
    limit: Option<u32>,
) -> Result<Page<MailSummary>, InboxError> {
    let before = after.map_or(Ok(i64::MAX), str::parse).map_err(|_| InboxError::BadPlace)?;
    let limit = limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let mut items: Vec<MailSummary> =
        app.db().read::<_, DbError, _>(move |conn| store::list(conn, before, limit + 1)).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|mail| mail.id.0.clone());
    Ok(Page { items, next })
}

/// A mail taken apart.
///
/// # Errors
/// [`InboxError::NoSuchMail`].
pub async fn show(app: &App, id: &MailId) -> Result<Mail, InboxError> {
    let (summary, source) = find(app, id).await?;
    let read = tokio::task::spawn_blocking(move || model::mail(summary, &source));
    Ok(read.await.map_err(|_| DbError::Closed)?)
}

/// A mail as it was received.
///
/// # Errors
/// [`InboxError::NoSuchMail`].
pub async fn source(app: &App, id: &MailId) -> Result<Vec<u8>, InboxError> {
    Ok(find(app, id).await?.1)
}

/// A mail's HTML part with its pictures.
///
/// # Errors
/// [`InboxError::NoSuchMail`], [`InboxError::NoHtml`].
pub async fn html(app: &App, id: &MailId) -> Result<String, InboxError> {
    show(app, id).await?.html.ok_or(InboxError::NoHtml)
}

/// Deletes a mail.
///
/// # Errors
/// [`InboxError::NoSuchMail`].
pub async fn delete(app: &App, id: &MailId) -> Result<(), InboxError> {
    let number = model::number(id).ok_or(InboxError::NoSuchMail)?;
    let (events, id) = (app.events().clone(), id.clone());
    app.db()
        .write(move |tx| {
            if !store::delete(tx, number)? {
                return Err(InboxError::NoSuchMail);
            }
            events.emit(tx, Event::Mail { mail_id: id });
            Ok(())
        })
        .await
}

async fn find(app: &App, id: &MailId) -> Result<(MailSummary, Vec<u8>), InboxError> {
    let number = model::number(id).ok_or(InboxError::NoSuchMail)?;
    let found = app.db().read::<_, DbError, _>(move |conn| store::find(conn, number)).await?;
    found.ok_or(InboxError::NoSuchMail)
}
