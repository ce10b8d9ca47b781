//! A few read-only connections, used from blocking threads.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::{DbError, open};

/// How many reads run at once; more wait.
const CONNECTIONS: usize = 4;

/// The pool. Connections are opened when first needed.
pub struct Readers {
    file: PathBuf,
    free: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    /// A pool for the database `file`.
    pub fn new(file: PathBuf) -> Self {
        Self { file, free: Arc::default(), turns: Arc::new(Semaphore::new(CONNECTIONS)) }
    }

    /// Runs `work` in a read transaction of its own.
    pub async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| DbError::Closed)?;
        let (file, free) = (self.file.clone(), self.free.clone());
        let job = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let idle = free.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut conn = match idle {
                Some(conn) => conn,
                None => open::connect(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(DbError::from)?,
            };
            let answer = work(&*conn.transaction().map_err(DbError::from)?);
            free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            answer
        });
        job.await.map_err(|_| DbError::Closed)?
    }

    /// Refuses further reads.
    pub fn close(&self) {
        self.turns.close();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
