//! SQLite: one writer with group commit, a small pool of readers, and migrations.
//!
//! What [`Db::write`] has answered is on disk (WAL, `synchronous = FULL`).

mod migrations;
mod open;
pub mod probe;
mod readers;
mod writer;

use std::sync::Arc;

pub use open::OpenError;
pub use rusqlite::Connection;
pub use writer::Tx;

/// A failed statement, commit, or a database that is closed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// SQLite refused a statement.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The statements ran, but could not be made durable; nothing of them is stored.
    #[error("database: cannot commit: {0}")]
    Commit(Arc<rusqlite::Error>),
    /// The database is closed.
    #[error("database: closed")]
    Closed,
}

impl DbError {
    /// Whether a `UNIQUE` constraint on `table.column` was broken.
    pub fn is_duplicate(&self, table_column: &str) -> bool {
        matches!(self, Self::Sqlite(rusqlite::Error::SqliteFailure(error, Some(message)))
            if error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE && message.ends_with(table_column))
    }

    /// Whether a row refers to one that does not exist.
    pub fn is_missing_reference(&self) -> bool {
        matches!(self, Self::Sqlite(rusqlite::Error::SqliteFailure(error, _))
            if error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
    }
}

/// An open data folder. Dropping it closes it some time later; [`Db::close`] waits until it is.
pub struct Db {
    writer: writer::Writer,
    readers: readers::Readers,
}

impl Db {
    /// Runs `work` in the one write transaction, together with whatever else is waiting, and answers after the
    /// commit. If `work` fails, nothing of it is kept.
    ///
    /// # Errors
    /// What `work` returns; a [`DbError`] if the commit fails or the database is closed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.writer.run(work).await
    }

    /// Runs `work` on a read-only connection; it sees one consistent state.
    ///
    /// # Errors
    /// What `work` returns; a [`DbError`] if there is no connection to be had.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Finishes what was begun and gives the data folder free; later calls fail with [`DbError::Closed`].
    pub async fn close(&self) {
        self.readers.close();
        self.writer.close().await;
    }
}
