//! Writing what relay and phones note; listing it, and taking it elsewhere; how long it is kept.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use pocketkey_api::{
    Page,
    audit::Action,
    authentication::{Authentication, AuthenticationFilter, LogSettings},
    event::Event,
};
use serde_json::json;
use tokio::time;

use super::{
    LogError,
    model::Write,
    query,
    store::{self, DAY},
};
use crate::{
    App,
    audit::{self, Actor, Target},
    cursor,
    db::DbError,
    export::{Format, csv_lines, json_lines, time as time_text},
    relay::Noted,
    validate::Fields,
};

/// Entries on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);
/// Entries written to a file at once.
const CHUNK: u32 = 500;
/// What is noted within this time is written together.
const TOGETHER: Duration = Duration::from_millis(100);
/// How often old entries are looked for.
const TIDY: Duration = Duration::from_secs(60 * 60);
/// The longest time that entries are kept, in days.
const MOST_DAYS: u32 = 3650;

/// Writes what is noted until the appliance stops, and lets old entries go.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    let mut tidy = time::interval(TIDY);
    loop {
        let notes = tokio::select! {
            () = &mut stopped => break,
            _ = tidy.tick() => {
                if let Err(error) = prune(&app).await {
                    tracing::error!(%error, "old entries of the authentication log are still there");
                }
                continue;
            }
            notes = app.relay().notes() => notes,
        };
        let over = tokio::select! {
            () = &mut stopped => true,
            () = time::sleep(TOGETHER) => false,
        };
        flush(&app, notes).await;
        if over {
            break;
        }
    }
    flush(&app, Vec::new()).await;
}

/// Writes these notes, and those that came meanwhile.
async fn flush(app: &App, mut notes: Vec<Noted>) {
    notes.extend(app.relay().take_notes());
    if notes.is_empty() {
        return;
    }
    let (now, events) = (app.now(), app.events().clone());
    let written = app.db().write::<_, DbError, _>(move |tx| {
        let report_rp = store::settings(tx)?.report_rp;
        for note in notes {
            store::write(tx, &Write::of(note, now, report_rp))?;
        }
        events.emit(tx, Event::Authentications);
        Ok(())
    });
    if let Err(error) = written.await {
        tracing::error!(%error, "some entries of the authentication log are lost");
    }
}

/// Deletes what is older than the settings say.
///
/// # Errors
/// If the database fails.
pub async fn prune(app: &App) -> Result<(), DbError> {
    let now = app.now();
    let prune = move |tx: &crate::db::Tx<'_>| {
        let keep = i64::from(store::settings(tx)?.keep_days);
        store::prune(tx, now - keep * DAY)
    };
    while app.db().write::<_, DbError, _>(prune).await? {}
    Ok(())
}

/// A page of what `filter` finds, newest first.
///
/// # Errors
/// [`LogError::WrongCursor`].
pub async fn list(
    app: &App,
    filter: AuthenticationFilter,
    after: Option<String>,
    limit: Option<u32>,
) -> Result<Page<Authentication>, LogError> {
    let limit = limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let below = cursor::row(after.as_deref(), i64::MAX).ok_or(LogError::WrongCursor)?;
    let read = app.db().read(move |conn| query::entries(conn, &filter, below, limit + 1));
    Ok(Page::cut(read.await?, limit, |last| last.id.to_string()))
}

/// What the log holds, and how long.
///
/// # Errors
/// If the database fails.
pub async fn settings(app: &App) -> Result<LogSettings, DbError> {
    app.db().read(store::settings).await
}

/// Changes that.
///
/// # Errors
/// [`LogError::Invalid`].
pub async fn set_settings(app: &App, new: LogSettings, by: &Actor) -> Result<LogSettings, LogError> {
    let mut fields = Fields::default();
    if !(1..=MOST_DAYS).contains(&new.keep_days) {
        fields.wrong("keep_days", format!("From 1 to {MOST_DAYS}."));
    }
    fields.finish().map_err(LogError::Invalid)?;
    let (now, events, by) = (app.now(), app.events().clone(), by.clone());
    app.db()
        .write(move |tx| {
            let old = store::settings(tx)?;
            let text =
                |settings: LogSettings| (settings.report_rp.to_string(), settings.keep_days.to_string());
            let (from, to) = (text(old), text(new));
            let detail = audit::change([("report_rp", &*from.0, &*to.0), ("keep_days", &from.1, &to.1)]);
            audit::record(tx, now, &by, Action::LogSettingsChanged, Target::NONE, &detail)?;
            if old.report_rp != new.report_rp {
                // Phones learn it as they learn their keys' settings.
                events.emit(tx, Event::Settings);
            }
            store::set_settings(tx, new)
        })
        .await?;
    Ok(new)
}

const HEADINGS: [&str; 14] = [
    "Number",
    "Time",
    "Took (ms)",
    "Action",
    "Outcome",
    "Reason",
    "Web site",
    "User ID",
    "User",
    "Key ID",
    "Phone",
    "Computer ID",
    "Computer",
    "IP",
];

fn cells(entry: &Authentication) -> [String; 14] {
    [
        entry.id.to_string(),
        time_text(entry.at),
        entry.took_ms.to_string(),
        entry.action.map_or("", |action| action.as_str()).to_owned(),
        entry.outcome.as_str().to_owned(),
        entry.reason.map_or("", |reason| reason.as_str()).to_owned(),
        entry.rp.clone().unwrap_or_default(),
        entry.user_id.0.clone(),
        entry.user_name.clone(),
        entry.key_id.0.clone(),
        entry.phone.clone(),
        entry.computer_id.0.clone(),
        entry.computer.clone(),
        entry.ip.clone(),
    ]
}

/// A file of what `filter` finds, newest first; that it was taken is noted first. Where the database fails, the file
/// breaks off, and so does its download.
///
/// # Errors
/// If the database fails.
pub async fn export(
    app: &App,
    filter: AuthenticationFilter,
    format: Format,
    by: &Actor,
) -> Result<Body, DbError> {
    let (by, now) = (by.clone(), app.now());
    let detail = json!({ "log": "authentications", "format": format.extension(), "filter": filter });
    let noted =
        app.db().write(move |tx| audit::record(tx, now, &by, Action::LogExported, Target::NONE, &detail));
    noted.await?;
    let app = app.clone();
    Ok(Body::from_stream(stream::try_unfold(Some(i64::MAX), move |below| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let Some(below) = below else { return Ok(None) };
            let read =
                app.db().read::<_, DbError, _>(move |conn| query::entries(conn, &filter, below, CHUNK));
            let page = read.await?;
            let bytes = match format {
                Format::Json => json_lines(&page),
                Format::Csv => {
                    let head = (below == i64::MAX).then(|| HEADINGS.map(str::to_owned));
                    csv_lines(head.into_iter().chain(page.iter().map(cells)))
                }
            };
            let next = page.last().filter(|_| page.len() == CHUNK as usize).map(|last| last.id);
            Ok::<_, DbError>(Some((Bytes::from(bytes), next)))
        }
    })))
}
