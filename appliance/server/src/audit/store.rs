//! The table of what was done.

use pocketkey_api::audit::Action;
use rusqlite::OptionalExtension;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Actor, Target};
use crate::{
    db::{DbError, Tx},
    webhooks,
};

/// Notes what is done in `tx`: committed with it or not at all. `detail` says what changed, without secrets; `null` if the
/// action says it all.
///
/// # Errors
/// If the database fails; nothing may be done then.
pub fn record(
    tx: &Tx<'_>,
    now: i64,
    by: &Actor,
    action: Action,
    target: Target<'_>,
    detail: &Value,
) -> Result<(), DbError> {
    let last = tx
        .prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)))
        .optional()?;
    let (id, before) = last.map_or((1, [0; 32]), |(id, hash)| (id + 1, hash));
    let ip = by.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let said = detail.to_string();
    let texts =
        [by.kind.as_str(), &by.id, &by.name, &ip, action.as_str(), target.id, target.name, said.as_str()];
    let hash = link(&before, id, now, texts);
    tx.prepare_cached(
        "INSERT INTO audit (id, at, actor_kind, actor_id, actor_name, ip, action, target_id, target_name, detail, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute((id, now, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], hash))?;
    webhooks::tell(tx, now, by, action, target, detail)
}

/// The hash of a row after one with the hash `before`. Lengths go before texts, so that no two rows read the same.
fn link(before: &[u8; 32], id: i64, at: i64, texts: [&str; 8]) -> [u8; 32] {
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
