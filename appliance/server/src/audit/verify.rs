//! Checking the chain: works on the data folder, whether an appliance runs on it or not.

use std::fmt;

use data_encoding::HEXLOWER;
use rusqlite::Connection;

use super::chain::{COLUMNS, Hash, Head, START, Stored};
use crate::db::DbError;

/// A log that nobody changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub count: i64,
    /// The last one's hash, in hexadecimal. Noted elsewhere, it shows later that nothing before was written anew.
    pub head: String,
}

/// The first thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What an entry says is not what was noted.
    Edited {
        /// Which.
        id: i64,
    },
    /// Entries are missing.
    Removed {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// An entry stands where another stood.
    Reordered {
        /// Where it stands.
        id: i64,
        /// Where it stood.
        was: i64,
    },
    /// The end is missing.
    CutOff {
        /// The last entry there is; 0 = none.
        after: i64,
        /// The last entry there was.
        until: i64,
    },
    /// Where the log ends was edited, or removed.
    End,
    /// No entry has the hash that was noted elsewhere.
    Rewritten {
        /// That hash.
        noted: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited { id } => write!(f, "entry {id} was edited: it does not say what was noted"),
            Self::Removed { from, to } if from == to => write!(f, "entry {from} was removed"),
            Self::Removed { from, to } => write!(f, "entries {from} to {to} were removed"),
            Self::Reordered { id, was } => {
                write!(f, "entries were reordered: number {id} is what number {was} was")
            }
            Self::CutOff { after, until } => {
                write!(f, "the end was cut off: entries {} to {until} are missing", after + 1)
            }
            Self::End => write!(f, "where the log ends was edited or removed"),
            Self::Rewritten { noted } => {
                write!(f, "the log was written anew: no entry has the hash {noted} that was noted as its end")
            }
        }
    }
}

/// Checks every entry, and the end. `noted` is a head that an earlier check said, in hexadecimal.
///
/// # Errors
/// If the database cannot be read.
pub fn verify(conn: &Connection, noted: Option<&str>) -> Result<Result<Verified, Fault>, DbError> {
    let mut all = conn.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY id"))?;
    let mut rows = all.query([])?;
    let (mut last, mut found) = (Head::START, noted.is_none());
    while let Some(row) = rows.next()? {
        let entry = Stored::read(row)?;
        let id = last.id + 1;
        if entry.id != id {
            return Ok(Err(Fault::Removed { from: id, to: entry.id - 1 }));
        }
        let hash = entry.link(&last.hash, id);
        if hash.as_slice() != entry.hash {
            return Ok(Err(why(conn, &entry)?));
        }
        last = Head { id, hash };
        found |= noted.is_some_and(|noted| HEXLOWER.encode(&hash).eq_ignore_ascii_case(noted));
    }
    let fault = match Head::read(conn)? {
        None if last.id == 0 => None,
        Some((head, true)) if head == last => None,
        Some((head, true)) if head.id > last.id => Some(Fault::CutOff { after: last.id, until: head.id }),
        None | Some(_) => Some(Fault::End),
    };
    let fault = fault.or_else(|| Some(Fault::Rewritten { noted: noted.filter(|_| !found)?.to_owned() }));
    Ok(fault.map_or(Ok(Verified { count: last.id, head: HEXLOWER.encode(&last.hash) }), Err))
}

/// How an entry that does not fit came to stand where it does: it, or what it says, may fit elsewhere.
fn why(conn: &Connection, entry: &Stored) -> Result<Fault, DbError> {
    // Written when nothing said any more where the log ended.
    if entry.link(&START, entry.id).as_slice() == entry.hash {
        return Ok(Fault::End);
    }
    let mut all = conn.prepare("SELECT id, hash FROM audit ORDER BY id")?;
    let mut rows = all.query([])?;
    let mut before = START.to_vec();
    while let Some(row) = rows.next()? {
        let (was, hash): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        // Of two neighbours that changed places, the one before it stands behind it now.
        let earlier = std::mem::replace(&mut before, hash.clone());
        let predecessors = [earlier.as_slice(), hash.as_slice()];
        if was == entry.id {
            continue;
        }
        for predecessor in predecessors.into_iter().filter_map(|hash| <&Hash>::try_from(hash).ok()) {
            let there = entry.link(predecessor, was);
            if there.as_slice() == entry.hash || there.as_slice() == hash {
                return Ok(Fault::Reordered { id: entry.id, was });
            }
        }
    }
    Ok(Fault::Edited { id: entry.id })
}

#[cfg(test)]
mod tests {
    use pocketkey_api::audit::Action;
    use serde_json::json;

    use super::*;
    use crate::{
        audit::{Actor, Target, record},
        db::Db,
    };

    /// A log of `count` entries after `tampering`, checked.
    async fn checked(count: i64, tampering: &'static str) -> Result<Verified, Fault> {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).unwrap();
        let write = db.write(move |tx| -> Result<(), DbError> {
            tx.execute("INSERT INTO appliance (id, secret) VALUES (1, zeroblob(32))", [])?;
            for n in 1..=count {
                let name = format!("user {n}");
                let detail = json!({ "n": n });
                record(tx, n, &Actor::appliance(), Action::UserCreated, Target::new("u", &name), &detail)?;
            }
            tx.execute_batch(tampering)?;
            Ok(())
        });
        write.await.unwrap();
        db.read::<_, DbError, _>(|conn| verify(conn, None)).await.unwrap()
    }

    #[tokio::test]
    async fn what_nobody_touched_is_right() {
        assert_eq!(checked(0, "").await, Ok(Verified { count: 0, head: "00".repeat(32) }));
        assert_eq!(checked(5, "").await.unwrap().count, 5);
    }

    #[tokio::test]
    async fn every_edit_is_found() {
        for column in [
            "at = at + 1",
            "actor_kind = 'admin'",
            "actor_id = 'x'",
            "actor_name = 'x'",
            "ip = '127.0.0.1'",
            "action = 'user.deleted'",
            "target_id = 'x'",
            "target_name = ''",
            "detail = '{}'",
            "detail = 'not JSON'",
            "hash = zeroblob(32)",
            "hash = x''",
        ] {
            let sql = format!("UPDATE audit SET {column} WHERE id = 3");
            assert_eq!(checked(5, sql.leak()).await, Err(Fault::Edited { id: 3 }), "{column}");
        }
    }

    #[tokio::test]
    async fn what_is_missing_is_found() {
        let removed = |from, to| Err(Fault::Removed { from, to });
        assert_eq!(checked(5, "DELETE FROM audit WHERE id = 1").await, removed(1, 1));
        assert_eq!(checked(5, "DELETE FROM audit WHERE id IN (2, 3)").await, removed(2, 3));
        let closed_up = "DELETE FROM audit WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;";
        assert_eq!(checked(3, closed_up).await, Err(Fault::Edited { id: 2 }), "another one took its number");
    }

    #[tokio::test]
    async fn a_cut_off_end_is_found_and_so_is_its_mending() {
        let cut = |after| Err(Fault::CutOff { after, until: 5 });
        assert_eq!(checked(5, "DELETE FROM audit WHERE id > 3").await, cut(3));
        assert_eq!(checked(5, "DELETE FROM audit").await, cut(0));
        for end in [
            "DELETE FROM audit_head",
            "DELETE FROM audit; DELETE FROM audit_head; INSERT INTO audit_head VALUES (1, 0, zeroblob(32), x'00')",
            "DELETE FROM audit WHERE id > 3;
             UPDATE audit_head SET id = 3, hash = (SELECT hash FROM audit WHERE id = 3)",
        ] {
            assert_eq!(checked(5, end).await, Err(Fault::End), "{end}");
        }
    }

    #[tokio::test]
    async fn entries_that_changed_places_are_found() {
        let swap = |a: i64, b: i64| {
            format!(
                "UPDATE audit SET id = -1 WHERE id = {a}; UPDATE audit SET id = {a} WHERE id = {b};
                 UPDATE audit SET id = {b} WHERE id = -1;"
            )
        };
        for (a, b) in [(2, 5), (2, 3), (1, 2), (4, 5), (1, 5)] {
            let fault = checked(5, swap(a, b).leak()).await;
            assert_eq!(fault, Err(Fault::Reordered { id: a, was: b }), "{a} and {b}");
        }
        let texts_only = "UPDATE audit SET (at, target_name, detail) =
                (SELECT o.at, o.target_name, o.detail FROM audit o WHERE o.id = 6 - audit.id) WHERE id IN (2, 4);";
        assert!(checked(5, texts_only).await.is_err());
    }

    #[tokio::test]
    async fn what_comes_after_a_cut_does_not_heal_it() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).unwrap();
        let write = db.write(|tx| -> Result<Vec<Result<Verified, Fault>>, DbError> {
            tx.execute("INSERT INTO appliance (id, secret) VALUES (1, zeroblob(32))", [])?;
            let entry =
                || record(tx, 0, &Actor::appliance(), Action::UserCreated, Target::NONE, &json!(null));
            (0..3).try_for_each(|_| entry())?;
            tx.execute("DELETE FROM audit WHERE id = 3", [])?;
            entry()?;
            let cut = verify(tx, None)?;
            tx.execute_batch("DELETE FROM audit WHERE id > 2; DELETE FROM audit_head;")?;
            entry()?;
            let without_end = verify(tx, None)?;
            tx.execute_batch("DELETE FROM audit; DELETE FROM audit_head;")?;
            (0..3).try_for_each(|_| entry())?;
            tx.execute_batch(
                "DELETE FROM audit WHERE id > 2;
                 UPDATE audit_head SET id = 2, hash = (SELECT hash FROM audit WHERE id = 2);",
            )?;
            entry()?;
            Ok(vec![cut, without_end, verify(tx, None)?])
        });
        let faults = write.await.unwrap();
        assert_eq!(faults, [Err(Fault::Removed { from: 3, to: 3 }), Err(Fault::End), Err(Fault::End)]);
    }

    #[tokio::test]
    async fn a_noted_head_must_be_in_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).unwrap();
        let write = db.write(|tx| -> Result<(), DbError> {
            tx.execute("INSERT INTO appliance (id, secret) VALUES (1, zeroblob(32))", [])?;
            let entry =
                || record(tx, 0, &Actor::appliance(), Action::UserCreated, Target::NONE, &json!(null));
            entry()?;
            let noted = verify(tx, None)?.unwrap().head;
            entry()?;
            assert_eq!(verify(tx, Some(&noted))?.unwrap().count, 2);
            assert!(verify(tx, Some(&noted.to_uppercase()))?.is_ok());
            let other = "00".repeat(32);
            assert_eq!(verify(tx, Some(&other))?, Err(Fault::Rewritten { noted: other }));
            Ok(())
        });
        write.await.unwrap();
    }
}
