//! The log as a file: CSV for spreadsheets, JSON lines for programs.

use axum::body::{Body, Bytes};
use futures_util::stream;
use pocketkey_api::audit::{AuditFilter, Entry};

use super::query;
use crate::{
    App,
    db::DbError,
    export::{Format, csv_lines, json_lines, time},
};

/// Entries read at once.
const PAGE: u32 = 500;

/// The headings of the CSV.
const HEADINGS: [&str; 12] = [
    "Number",
    "Time",
    "Actor kind",
    "Actor ID",
    "Actor",
    "IP",
    "Action",
    "Target ID",
    "Target",
    "Detail",
    "Job",
    "Hash",
];

/// What comes before the first entry.
pub fn head(format: Format) -> Vec<u8> {
    match format {
        Format::Csv => csv_lines([HEADINGS.map(str::to_owned)]),
        Format::Json => Vec::new(),
    }
}

/// These entries.
pub fn lines(format: Format, entries: &[Entry]) -> Vec<u8> {
    match format {
        Format::Csv => csv_lines(entries.iter().map(cells)),
        Format::Json => json_lines(entries),
    }
}

fn cells(entry: &Entry) -> [String; 12] {
    [
        entry.id.to_string(),
        time(entry.at),
        entry.actor.kind.clone(),
        entry.actor.id.clone(),
        entry.actor.name.clone(),
        entry.actor.ip.clone(),
        entry.action.clone(),
        entry.target.id.clone(),
        entry.target.name.clone(),
        entry.detail.to_string(),
        entry.job.clone().map(|job| job.0).unwrap_or_default(),
        entry.hash.clone(),
    ]
}

/// A file of what `filter` finds, newest first, page by page, so that memory does not feel how much it is. Where the
/// database fails, the file breaks off, and so does its download.
pub fn body(app: App, filter: AuditFilter, format: Format) -> Body {
    Body::from_stream(stream::try_unfold(Some(i64::MAX), move |below| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let Some(below) = below else { return Ok(None) };
            let page = app
                .db()
                .read::<_, DbError, _>(move |conn| query::entries(conn, &filter, true, below, PAGE))
                .await?;
            let mut bytes = if below == i64::MAX { head(format) } else { Vec::new() };
            bytes.extend(lines(format, &page));
            let next = page.last().filter(|_| page.len() == PAGE as usize).map(|last| last.id);
            Ok::<_, DbError>(Some((Bytes::from(bytes), next)))
        }
    }))
}
