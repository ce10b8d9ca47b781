//! Reading the log, and taking it elsewhere.

use std::{io, path::Path};

use axum::body::Body;
use pocketkey_api::{
    Page,
    audit::{Action, AuditFilter, Entry},
};
use serde_json::json;

use super::{Actor, AuditError, Fault, Target, Verified, export, query, store, verify};
use crate::{
    App,
    db::{Db, DbError, OpenError},
    export::Format,
};

/// Entries on a page unless asked otherwise, and at most.
const PAGE: (u32, u32) = (50, 200);

/// Entries written to a file at once.
const CHUNK: u32 = 1000;

/// A page of what `filter` finds, newest first.
///
/// # Errors
/// [`AuditError::WrongCursor`].
pub async fn list(
    app: &App,
    filter: AuditFilter,
    after: Option<String>,
    limit: Option<u32>,
) -> Result<Page<Entry>, AuditError> {
    let limit = limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    app.db().read(move |conn| query::page(conn, &filter, after.as_deref(), limit)).await
}

/// A file of what `filter` finds; that it was taken is noted first.
///
/// # Errors
/// If the database fails.
pub async fn export(app: &App, filter: AuditFilter, format: Format, by: &Actor) -> Result<Body, DbError> {
    let (by, now) = (by.clone(), app.now());
    let detail = json!({ "log": "audit", "format": format.extension(), "filter": filter });
    app.db().write(move |tx| store::record(tx, now, &by, Action::LogExported, Target::NONE, &detail)).await?;
    Ok(export::body(app.clone(), filter, format))
}

/// Why a data folder's log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The folder.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// What is written cannot be.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// Checks the log of the data folder `folder`, whether an appliance runs on it or not.
///
/// # Errors
/// [`ReadError`]; that the log was changed is no error.
pub fn verify_folder(folder: &Path, noted: Option<&str>) -> Result<Result<Verified, Fault>, ReadError> {
    let mut conn = Db::look_into(folder)?;
    // One state of it, while the appliance goes on.
    let state = conn.transaction().map_err(DbError::from)?;
    Ok(verify(&state, noted)?)
}

/// Writes the whole log of the data folder `folder`, newest first.
///
/// # Errors
/// [`ReadError`].
pub fn export_folder(folder: &Path, format: Format, out: &mut impl io::Write) -> Result<(), ReadError> {
    let conn = Db::look_into(folder)?;
    out.write_all(&export::head(format))?;
    let mut below = i64::MAX;
    loop {
        let page = query::entries(&conn, &AuditFilter::default(), true, below, CHUNK)?;
        let Some(last) = page.last() else { return Ok(out.flush()?) };
        below = last.id;
        out.write_all(&export::lines(format, &page))?;
    }
}
