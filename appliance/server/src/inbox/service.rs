//! Accepting, finding, waiting for, showing and deleting mails; faults on purpose.

use std::{future::Future, time::Duration};

use axum::http::StatusCode;
use pocketkey_api::{
    MailId, Page,
    audit::Action,
    event::Event,
    inbox::{Deleted, Fault, FaultSetting, Mail, MailSummary},
    problem::FieldProblem,
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use tokio::{sync::broadcast::error::RecvError, time};

use super::{
    fault::{MAX_DELAY, MAX_GREYLIST, Mishap},
    index,
    mime::{self, File},
    model::{self, NewMail},
    search::{self, Search, SearchError},
    session::{Credentials, Delivery, Verdict},
    sink::{Backend, Outcome},
    store::{self, Range},
};
use crate::{
    App,
    audit::{self, Actor, Target},
    cursor,
    db::DbError,
    problem::{ApiError, Explain},
    validate::Fields,
};

/// Mails a page has unless asked otherwise, and at most.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 200;

/// How long to wait for a mail unless asked otherwise, and at most, in seconds.
const PATIENCE: u32 = 30;
const MAX_PATIENCE: u32 = 300;

/// From this size on, in bytes, a mail is taken apart on a thread of its own.
const LARGE: usize = 64 * 1024;

/// Why something about a mail cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// There is no such mail.
    #[error("no such mail")]
    NoSuchMail,
    /// The mail has no HTML part.
    #[error("the mail has no HTML part")]
    NoHtml,
    /// The mail has fewer attachments.
    #[error("the mail has no such attachment")]
    NoAttachment,
    /// None came that was waited for.
    #[error("no such mail came in time")]
    NoneCame,
    /// `after` is not what a page gave as `next`.
    #[error("not a place in the list")]
    WrongCursor,
    /// `newer_than` is no mail's id.
    #[error("not the id of a mail")]
    NoId,
    /// A search that makes no sense.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for InboxError {
    fn explain(&self) -> ApiError {
        match self {
            Self::NoSuchMail => ApiError::not_found("This mail").detail("It may have been deleted."),
            Self::NoHtml => ApiError::not_found("An HTML part of this mail"),
            Self::NoAttachment => ApiError::not_found("This attachment"),
            Self::NoneCame => ApiError::new(StatusCode::NOT_FOUND, "none_came", "No such mail came in time.")
                .detail("Look in the inbox whether one came that the search does not find."),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::NoId => ApiError::new(
                StatusCode::BAD_REQUEST,
                "malformed_query",
                "`newer_than` is not the id of a mail.",
            ),
            Self::Search(error) => {
                ApiError::new(StatusCode::BAD_REQUEST, "malformed_search", "The search cannot be understood.")
                    .detail(error.to_string())
            }
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::Db(error) => error.explain(),
        }
    }
}

/// The sink's backend that keeps every mail in the inbox.
pub struct Storing(pub App);

impl Backend for Storing {
    fn recipient(&self, sender: &str, recipient: &str) -> Verdict {
        self.0.mail_faults().verdict(sender, recipient, self.0.now())
    }

    fn log_in(&self, credentials: &Credentials) -> bool {
        let known = self.0.config().smtp_login.as_ref().and_then(|login| login.split_once(':'));
        known.is_none_or(|(name, password)| {
            let right = password.as_bytes().ct_eq(credentials.password.as_bytes());
            name == credentials.name && right.into()
        })
    }

    async fn deliver(&self, delivery: Delivery) -> Outcome {
        match self.0.mail_faults().mishap(&delivery.recipients) {
            Some(Mishap::Drop) => return Outcome::HangUp,
            Some(Mishap::Delay(time)) => tokio::select! {
                () = self.0.stopped() => return Outcome::Failed,
                () = time::sleep(time) => {}
            },
            None => {}
        }
        match accept(&self.0, delivery).await {
            Ok(()) => Outcome::Stored,
            Err(error) => {
                tracing::error!(%error, "a mail could not be stored");
                Outcome::Failed
            }
        }
    }

    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        self.0.stopped()
    }
}

/// Stores a mail; when this answers, it is on disk.
async fn accept(app: &App, delivery: Delivery) -> Result<(), DbError> {
    let mail = if delivery.message.len() < LARGE {
        NewMail::from_delivery(delivery)
    } else {
        let read = tokio::task::spawn_blocking(move || NewMail::from_delivery(delivery));
        read.await.map_err(|_| DbError::Closed)?
    };
    let (events, now) = (app.events().clone(), app.now());
    app.db()
        .write(move |tx| {
            let id = store::insert(tx, &mail, now)?;
            events.emit(tx, Event::Mail { mail_id: MailId(id.to_string()) });
            Ok(())
        })
        .await
}

/// A page of the mails that a search finds, newest first.
///
/// # Errors
/// [`InboxError::WrongCursor`] if `after` is nonsense, [`InboxError::Search`] if the search is.
pub async fn list(
    app: &App,
    search: &str,
    after: Option<&str>,
    limit: Option<u32>,
) -> Result<Page<MailSummary>, InboxError> {
    let search = understood(app, search).await?;
    let below = cursor::row(after, i64::MAX).ok_or(InboxError::WrongCursor)?;
    let limit = limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let range = Range { above: 0, below, limit: limit + 1 };
    let read = app.db().read::<_, DbError, _>(move |conn| store::list(conn, &search, range));
    Ok(Page::cut(read.await?, limit, |mail: &MailSummary| mail.id.0.clone()))
}

/// What a search asks for, when everything is indexed that it looks through.
async fn understood(app: &App, search: &str) -> Result<Search, InboxError> {
    let search = search::parse(search)?;
    if search.text.is_some() {
        index::catch_up(app).await?;
    }
    Ok(search)
}

/// The latest mail that a search finds, as soon as there is one; `newer_than` leaves out a mail and all before it.
///
/// # Errors
/// [`InboxError::NoneCame`] after `seconds`, or when the appliance stops; [`InboxError::NoId`]; [`InboxError::Search`].
pub async fn wait(
    app: &App,
    search: &str,
    newer_than: Option<&MailId>,
    seconds: Option<u32>,
) -> Result<Mail, InboxError> {
    let search = search::parse(search)?;
    let above = newer_than.map_or(Some(0), model::number).ok_or(InboxError::NoId)?;
    let seconds = seconds.unwrap_or(PATIENCE).clamp(1, MAX_PATIENCE);
    tokio::select! {
        found = look_out(app, search, above) => found,
        () = time::sleep(Duration::from_secs(seconds.into())) => Err(InboxError::NoneCame),
        () = app.stopped() => Err(InboxError::NoneCame),
    }
}

async fn look_out(app: &App, search: Search, above: i64) -> Result<Mail, InboxError> {
    // Listening begins before looking: no mail comes unnoticed in between.
    let mut changes = app.events().subscribe();
    let range = Range { above, below: i64::MAX, limit: 1 };
    loop {
        if search.text.is_some() {
            index::catch_up(app).await?;
        }
        let search = search.clone();
        let found = app.db().read::<_, DbError, _>(move |conn| store::numbers(conn, &search, range));
        if let Some(number) = found.await?.first() {
            return show(app, &MailId(number.to_string())).await;
        }
        loop {
            match changes.recv().await {
                Ok(Event::Mail { .. }) | Err(RecvError::Lagged(_)) => break,
                Ok(_) => {}
                Err(RecvError::Closed) => return Err(InboxError::NoneCame),
            }
        }
    }
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

/// One of a mail's attachments, by its place in the list.
///
/// # Errors
/// [`InboxError::NoSuchMail`], [`InboxError::NoAttachment`].
pub async fn attachment(app: &App, id: &MailId, index: usize) -> Result<File, InboxError> {
    let source = source(app, id).await?;
    let read = tokio::task::spawn_blocking(move || mime::read(&source).files.into_iter().nth(index));
    read.await.map_err(|_| DbError::Closed)?.ok_or(InboxError::NoAttachment)
}

/// Deletes a mail.
///
/// # Errors
/// [`InboxError::NoSuchMail`].
pub async fn delete(app: &App, id: &MailId, by: &Actor) -> Result<(), InboxError> {
    let number = model::number(id).ok_or(InboxError::NoSuchMail)?;
    let (events, id, now, by) = (app.events().clone(), id.clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            if !store::delete(tx, number)? {
                return Err(InboxError::NoSuchMail);
            }
            audit::record(tx, now, &by, Action::MailsDeleted, Target::NONE, &json!({ "count": 1 }))?;
            events.emit(tx, Event::Mail { mail_id: id });
            Ok(())
        })
        .await
}

/// Deletes everything that a search finds; an empty one finds all.
///
/// # Errors
/// [`InboxError::Search`].
pub async fn delete_found(app: &App, search: &str, by: &Actor) -> Result<Deleted, InboxError> {
    let asked = search.to_owned();
    let search = understood(app, search).await?;
    let (events, now, by) = (app.events().clone(), app.now(), by.clone());
    app.db()
        .write(move |tx| {
            let all = Range { above: 0, below: i64::MAX, limit: u32::MAX };
            let numbers = store::numbers(tx, &search, all)?;
            for number in &numbers {
                store::delete(tx, *number)?;
            }
            if let Some(latest) = numbers.first() {
                events.emit(tx, Event::Mail { mail_id: MailId(latest.to_string()) });
                let detail = json!({ "count": numbers.len(), "search": asked });
                audit::record(tx, now, &by, Action::MailsDeleted, Target::NONE, &detail)?;
            }
            Ok(Deleted { count: u32::try_from(numbers.len()).unwrap_or(u32::MAX) })
        })
        .await
}

/// What the sink does wrong on purpose.
pub fn fault(app: &App) -> FaultSetting {
    app.mail_faults().setting()
}

/// Sets what the sink does wrong on purpose.
///
/// # Errors
/// [`InboxError::Invalid`].
pub async fn set_fault(app: &App, setting: FaultSetting, by: &Actor) -> Result<FaultSetting, InboxError> {
    let mut fields = Fields::default();
    let setting = FaultSetting { to: fields.optional_line("to", &setting.to, 254), ..setting };
    let (seconds, most) = match setting.fault {
        Some(Fault::Greylist { seconds }) => (seconds, MAX_GREYLIST),
        Some(Fault::Delay { seconds }) => (seconds, MAX_DELAY),
        Some(Fault::Refuse | Fault::Drop) | None => (1, 1),
    };
    if !(1..=most).contains(&seconds) {
        fields.wrong("seconds", format!("From 1 to {most}."));
    }
    fields.finish().map_err(InboxError::Invalid)?;
    note(app, by, Action::FaultSet, json!({ "from": fault(app), "to": setting })).await?;
    app.mail_faults().set(setting.clone());
    app.events().send(Event::MailFault);
    Ok(setting)
}

async fn note(app: &App, by: &Actor, action: Action, detail: Value) -> Result<(), DbError> {
    let (now, by) = (app.now(), by.clone());
    app.db().write(move |tx| audit::record(tx, now, &by, action, Target::NONE, &detail)).await
}

async fn find(app: &App, id: &MailId) -> Result<(MailSummary, Vec<u8>), InboxError> {
    let number = model::number(id).ok_or(InboxError::NoSuchMail)?;
    let found = app.db().read::<_, DbError, _>(move |conn| store::find(conn, number)).await?;
    found.ok_or(InboxError::NoSuchMail)
}
