//! The chain: each entry's hash covers the one before, and the end is sealed.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::{
    db::DbError,
    secret::{self, ServerSecret},
};
use sha2::{Digest, Sha256};

/// What an entry is hashed to.
pub type Hash = [u8; 32];

/// What comes before the first entry.
pub const START: Hash = [0; 32];

/// The columns of [`Stored`].
pub const COLUMNS: &str =
    "id, at, actor_kind, actor_id, actor_name, ip, action, target_id, target_name, detail, hash";

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: i64,
    /// The actor's kind, id and name, the IP address, the action, the target's id and name, the detail.
    pub texts: [String; 8],
    /// The hash that was noted with it.
    pub hash: Vec<u8>,
}

impl Stored {
    /// Reads [`COLUMNS`].
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut texts = <[String; 8]>::default();
        for (text, column) in texts.iter_mut().zip(2..) {
            *text = row.get(column)?;
        }
        Ok(Self { id: row.get(0)?, at: row.get(1)?, texts, hash: row.get(10)? })
    }

    /// The hash that this entry has as number `id` after one with the hash `before`.
    pub fn link(&self, before: &Hash, id: i64) -> Hash {
        link(before, id, self.at, self.texts.each_ref().map(String::as_str))
    }
}

/// The hash of an entry after one with the hash `before`. Lengths go before texts, so that no two entries read the same.
pub fn link(before: &Hash, id: i64, at: i64, texts: [&str; 8]) -> Hash {
    let mut hash = Sha256::new_with_prefix(b"pocketkey audit 1");
    hash.update(before);
    hash.update(id.to_be_bytes());
    hash.update(at.to_be_bytes());
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last entry's number; 0 = there is none.
    pub id: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// Before anything was done.
    pub const START: Self = Self { id: 0, hash: START };

    /// The end as it was noted, and whether the seal is right; `None` if none was noted.
    pub fn read(conn: &Connection) -> Result<Option<(Self, bool)>, DbError> {
        let found = conn
            .prepare_cached("SELECT id, hash, mac FROM audit_head")?
            .query_row([], |row| Ok((Self { id: row.get(0)?, hash: row.get(1)? }, row.get::<_, Vec<u8>>(2)?)))
            .optional()?;
        found.map(|(head, mac)| Ok((head, secret::equal(&mac, &head.seal(conn)?)))).transpose()
    }

    /// Notes it.
    pub fn write(self, conn: &Connection) -> Result<(), DbError> {
        conn.prepare_cached("INSERT OR REPLACE INTO audit_head (one, id, hash, mac) VALUES (1, ?1, ?2, ?3)")?
            .execute((self.id, self.hash, self.seal(conn)?))?;
        Ok(())
    }

    fn seal(self, conn: &Connection) -> Result<[u8; 32], DbError> {
        let secret = conn.prepare_cached("SELECT secret FROM appliance")?.query_row([], |row| row.get(0))?;
        let sealed = [self.id.to_be_bytes().as_slice(), &self.hash].concat();
        Ok(ServerSecret::new(secret).derive("audit head 1", &sealed))
    }
}
