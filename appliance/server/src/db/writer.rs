//! The one writer: a thread that takes what is waiting, runs it in one transaction, each piece in a savepoint
//! of its own, commits once, and only then answers. Under load the cost of one `fsync` is shared.

use std::{cell::RefCell, fs::File, ops::Deref, sync::Arc, sync::mpsc, thread};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::DbError;

/// At most this many pieces of work share a commit.
const BATCH: usize = 256;

/// Runs a piece of work; gives back what to do once it is known whether the commit succeeded.
type Job = Box<dyn FnOnce(&Transaction<'_>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), DbError>) + Send>;
type Hook = Box<dyn FnOnce() + Send>;

enum Message {
    Run(Job),
    Close(oneshot::Sender<()>),
}

/// The write transaction as a piece of work sees it.
pub struct Tx<'a> {
    transaction: &'a Transaction<'a>,
    hooks: RefCell<Vec<Hook>>,
}

impl Tx<'_> {
    /// Runs `hook` after the commit, even if nobody waits for the answer any more; never if this work fails.
    pub fn after_commit(&self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.borrow_mut().push(Box::new(hook));
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        self.transaction
    }
}

/// The way to the writer thread.
pub struct Writer(mpsc::Sender<Message>);

impl Writer {
    /// Starts the thread; `lock` is released when it ends.
    pub fn start(conn: Connection, lock: File) -> Self {
        let (sender, inbox) = mpsc::channel();
        thread::spawn(move || {
            let closed = write_until_closed(conn, &inbox);
            drop(lock);
            if let Some(closed) = closed {
                // Whoever asked may be gone.
                let _ = closed.send(());
            }
        });
        Self(sender)
    }

    /// See [`super::Db::write`].
    pub async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let (result, hooks) = in_savepoint(transaction, work);
            Box::new(move |committed| {
                let result = result.and_then(|value| committed.map(|()| value).map_err(E::from));
                if result.is_ok() {
                    hooks.into_iter().for_each(|hook| hook());
                }
                // Whoever asked may be gone.
                let _ = sender.send(result);
            })
        });
        self.0.send(Message::Run(job)).map_err(|_| DbError::Closed)?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    /// Ends the thread after all that was sent before.
    pub async fn close(&self) {
        let (sender, closed) = oneshot::channel();
        if self.0.send(Message::Close(sender)).is_ok() {
            let _ = closed.await;
        }
    }
}

/// Runs `work`; keeps what it did only if it succeeds.
fn in_savepoint<T, E: From<DbError>>(
    transaction: &Transaction<'_>,
    work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
) -> (Result<T, E>, Vec<Hook>) {
    let run = |sql| transaction.execute_batch(sql).map_err(|error| E::from(error.into()));
    if let Err(error) = run("SAVEPOINT work") {
        return (Err(error), Vec::new());
    }
    let tx = Tx { transaction, hooks: RefCell::default() };
    let result = match work(&tx) {
        Ok(value) => run("RELEASE work").map(|()| value),
        // Where SQLite has rolled everything back by itself, there is no savepoint left to undo.
        Err(error) if transaction.is_autocommit() => Err(error),
        Err(error) => run("ROLLBACK TO work; RELEASE work").and(Err(error)),
    };
    (result, tx.hooks.into_inner())
}

/// Batch after batch; ends when asked to, or when nobody can ask any more.
fn write_until_closed(mut conn: Connection, inbox: &mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
    loop {
        let mut next = Some(inbox.recv().ok()?);
        let mut answers = Vec::new();
        let mut closing = None;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate);
        let committed = transaction.and_then(|transaction| {
            while let Some(message) = next.take() {
                match message {
                    Message::Run(job) => answers.push(job(&transaction)),
                    Message::Close(closed) => closing = Some(closed),
                }
                // A full disk makes SQLite roll back the whole transaction: then the batch ends here.
                if closing.is_none() && answers.len() < BATCH && !transaction.is_autocommit() {
                    next = inbox.try_recv().ok();
                }
            }
            transaction.commit()
        });
        let failure = committed.err().map(Arc::new);
        for answer in answers {
            answer(failure.clone().map_or(Ok(()), |error| Err(DbError::Commit(error))));
        }
        if closing.is_some() {
            return closing;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{super::Db, *};

    fn open() -> (tempfile::TempDir, Arc<Db>) {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).unwrap();
        (dir, Arc::new(db))
    }

    async fn add(db: &Db, name: String) -> Result<usize, DbError> {
        db.write(move |tx| {
            Ok(tx.execute("INSERT INTO groups (id, name, name_key) VALUES (?1, ?1, ?1)", [name])?)
        })
        .await
    }

    async fn count(db: &Db) -> i64 {
        let count: Result<i64, DbError> =
            db.read(|conn| Ok(conn.query_row("SELECT count(*) FROM groups", [], |row| row.get(0))?)).await;
        count.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_writers_all_get_through_and_failures_stay_alone() {
        let (_dir, db) = open();
        let tasks: Vec<_> = (0..200)
            .map(|i| {
                let db = db.clone();
                // Every tenth collides with number 0.
                tokio::spawn(async move { add(&db, format!("g{}", if i % 10 == 0 { 0 } else { i })).await })
            })
            .collect();
        let mut failed = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => {}
                Err(error) => {
                    assert!(
                        error.is_duplicate("groups.id") || error.is_duplicate("groups.name_key"),
                        "{error}"
                    );
                    failed += 1;
                }
            }
        }
        assert_eq!((failed, count(&db).await), (19, 181));
    }

    #[tokio::test]
    async fn a_failed_piece_leaves_nothing_and_runs_no_hook() {
        let (_dir, db) = open();
        let ran = Arc::new(AtomicUsize::new(0));
        let seen = ran.clone();
        let failed: Result<(), DbError> = db
            .write(move |tx| {
                tx.execute("INSERT INTO groups (id, name, name_key) VALUES ('a', 'a', 'a')", [])?;
                tx.after_commit(move || {
                    seen.fetch_add(1, Ordering::SeqCst);
                });
                Err(DbError::Closed)
            })
            .await;
        assert!(failed.is_err());
        assert_eq!((count(&db).await, ran.load(Ordering::SeqCst)), (0, 0));
    }

    #[tokio::test]
    async fn hooks_run_after_the_commit_even_if_nobody_waits() {
        let (_dir, db) = open();
        let (told, hears) = oneshot::channel();
        let write = db.write(move |tx| -> Result<(), DbError> {
            tx.execute("INSERT INTO groups (id, name, name_key) VALUES ('a', 'a', 'a')", [])?;
            tx.after_commit(move || {
                let _ = told.send(());
            });
            Ok(())
        });
        // Polled once, which sends it, and then dropped.
        let mut write = Box::pin(write);
        std::future::poll_fn(|cx| {
            let _ = write.as_mut().poll(cx);
            std::task::Poll::Ready(())
        })
        .await;
        drop(write);
        hears.await.unwrap();
        assert_eq!(count(&db).await, 1);
    }

    #[tokio::test]
    async fn work_that_rolls_everything_back_fails_its_batch_and_the_next_one_goes_on() {
        let (_dir, db) = open();
        let broken: Result<(), DbError> = db
            .write(|tx| {
                tx.execute("INSERT INTO groups (id, name, name_key) VALUES ('a', 'a', 'a')", [])?;
                // Stands for SQLite doing so by itself when the disk is full.
                tx.execute_batch("ROLLBACK")?;
                Ok(())
            })
            .await;
        assert!(broken.is_err());
        add(&db, "b".into()).await.unwrap();
        assert_eq!(count(&db).await, 1);
    }

    #[tokio::test]
    async fn after_closing_everything_says_closed_and_what_was_answered_is_there() {
        let (dir, db) = open();
        add(&db, "a".into()).await.unwrap();
        db.close().await;
        assert!(matches!(add(&db, "b".into()).await, Err(DbError::Closed)));
        let again = Db::open(dir.path()).unwrap();
        assert_eq!(count(&again).await, 1);
    }
}
