//! Opening the data folder: made if missing, checked, locked, and its schema brought up to date.

use std::{
    cmp::Ordering,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::{
    Db,
    migrations::{self, MigrationError},
    readers::Readers,
    writer::Writer,
};

/// The database file in the data folder.
const DATABASE: &str = "pocketkey.db";
/// Pages that the writer keeps in memory, at most: 32 MiB, as SQLite wants it said.
const WRITER_CACHE: i64 = -32 * 1024;
/// Held locked while an appliance runs.
const LOCK: &str = "pocketkey.lock";

/// Why a data folder cannot be used. The text names the folder and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder can neither be made nor written to.
    #[error(
        "data folder {folder} is not writable: {source}. Choose another with --data, or change its owner"
    )]
    NotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another process holds the lock.
    #[error(
        "data folder {folder} is in use by another pocketkey. Stop that one, or choose another folder with --data"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A newer version wrote it.
    #[error(
        "data folder {folder} was written by a newer pocketkey (schema {found}; this one knows {known}). \
         Run the newer version, or restore a backup made before the update"
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// The schema found.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// There is no appliance's data in it.
    #[error("data folder {folder} holds no {DATABASE}. Name the appliance's own with --data")]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// An older version wrote it, and none of this one has opened it since.
    #[error(
        "data folder {folder} was written by an older pocketkey (schema {found}; this one knows {known}). \
         Start the appliance once with this version"
    )]
    Older {
        /// The folder.
        folder: PathBuf,
        /// The schema found.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// The file is damaged or no database.
    #[error("data folder {folder}: cannot open {DATABASE}: {source}")]
    Database {
        /// The folder.
        folder: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl Db {
    /// Opens `folder`, alone: a second process, or a second call, is told that it is in use.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing has been changed then, except that an empty folder may have been made.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let not_writable = |source| OpenError::NotWritable { folder: folder.to_owned(), source };
        let database = |source| OpenError::Database { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(not_writable)?;
        let lock = File::create(folder.join(LOCK)).map_err(not_writable)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse { folder: folder.to_owned() },
            TryLockError::Error(source) => not_writable(source),
        })?;
        let file = folder.join(DATABASE);
        make_private(&file).map_err(not_writable)?;
        let mut conn = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(database)?;
        conn.pragma_update(None, "journal_mode", "WAL").map_err(database)?;
        conn.pragma_update(None, "synchronous", "FULL").map_err(database)?;
        // An import touches every index all over; the memory is taken only as far as it is needed.
        conn.pragma_update(None, "cache_size", WRITER_CACHE).map_err(database)?;
        migrations::migrate(&mut conn, migrations::STEPS).map_err(|error| match error {
            MigrationError::Newer { found, known } => {
                OpenError::Newer { folder: folder.to_owned(), found, known }
            }
            MigrationError::Sqlite(source) => database(source),
        })?;
        Ok(Self { writer: Writer::start(conn, lock), readers: Readers::new(file) })
    }
}

impl Db {
    /// Looks into `folder` without changing anything, whether an appliance runs on it or not.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn look_into(folder: &Path) -> Result<Connection, OpenError> {
        let database = |source| OpenError::Database { folder: folder.to_owned(), source };
        let file = folder.join(DATABASE);
        if !file.exists() {
            return Err(OpenError::Empty { folder: folder.to_owned() });
        }
        let conn = connect(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(database)?;
        let found: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(database)?;
        let known = migrations::STEPS.last().map_or(0, |(number, _)| *number);
        let folder = folder.to_owned();
        match found.cmp(&known) {
            Ordering::Less => Err(OpenError::Older { folder, found, known }),
            Ordering::Equal => Ok(conn),
            Ordering::Greater => Err(OpenError::Newer { folder, found, known }),
        }
    }
}

/// Opens one connection the way every connection here is opened.
pub(super) fn connect(file: &Path, mode: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(file, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// Makes the database file if it is missing, readable by its owner only: it holds the appliance's secret.
fn make_private(file: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_in_use_is_refused_until_it_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        let db = Db::open(&folder).unwrap();
        let second = Db::open(&folder).err().unwrap();
        assert!(matches!(second, OpenError::InUse { .. }));
        assert!(second.to_string().contains(folder.to_str().unwrap()));
        assert!(second.to_string().contains("in use by another pocketkey"));
        db.close().await;
        Db::open(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = Db::open(&file.join("data")).err().unwrap();
        assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
        assert!(error.to_string().contains("file/data is not writable"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_database_is_named_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let text = "this is not a database, it is a letter to somebody".repeat(20);
        fs::write(dir.path().join(DATABASE), &text).unwrap();
        let error = Db::open(dir.path()).err().unwrap();
        assert!(matches!(error, OpenError::Database { .. }), "{error}");
        assert_eq!(fs::read_to_string(dir.path().join(DATABASE)).unwrap(), text);
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused_by_number() {
        let dir = tempfile::tempdir().unwrap();
        Db::open(dir.path()).unwrap().close().await;
        let conn = Connection::open(dir.path().join(DATABASE)).unwrap();
        conn.pragma_update(None, "user_version", 4711).unwrap();
        drop(conn);
        let error = Db::open(dir.path()).err().unwrap();
        assert!(matches!(error, OpenError::Newer { found: 4711, .. }), "{error}");
        assert!(error.to_string().contains("newer pocketkey"));
    }
}
