//! What runs came to, user by user.

use pocketkey_api::{
    KeyId, Page, UserId,
    key::{KeyKind, KeyUser},
    workflow::{ResultCount, ResultState, RunResult, SkipReason},
};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::{
    ListResults, WorkflowError,
    runs::{IS_FOR, Job},
    store::Terms,
};
use crate::{cursor, db::DbError, validate};

/// The users that a run looks at next, by `users.seq`.
pub fn next_users(conn: &Connection, job: &Job, limit: u32) -> Result<Vec<i64>, DbError> {
    let sql = if job.listed {
        "SELECT seq FROM run_results WHERE run = :run AND outcome = 'waiting' ORDER BY seq LIMIT :limit"
    } else {
        // In order, and each user once: with what went before, a run reads the users one time.
        &format!(
            "SELECT u.seq FROM users u WHERE u.seq > :after AND u.seq <= :until AND {IS_FOR}
             ORDER BY u.seq LIMIT :limit"
        )
    };
    let mut query = conn.prepare_cached(sql)?;
    let seq = |row: &rusqlite::Row<'_>| row.get(0);
    let rows = if job.listed {
        query.query_map(named_params! { ":run": job.seq, ":limit": limit }, seq)?
    } else {
        let (after, until) = (job.after_seq, job.until_seq);
        let audience = &job.terms.audience;
        query.query_map(
            named_params! { ":after": after, ":until": until, ":audience": audience, ":limit": limit },
            seq,
        )?
    };
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a user needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// An invitation: for this key, or for a new one.
    Invitation(Option<KeyId>),
    /// Nothing.
    Nothing(SkipReason),
}

/// A user, and what they need of a run.
pub fn need(conn: &Connection, terms: &Terms, seq: i64) -> Result<Option<(UserId, Need)>, DbError> {
    let sql = format!(
        "SELECT u.id, u.blocked_at IS NOT NULL, {IS_FOR},
             EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.kind = :kind AND k.active = 1
                 AND k.blocked_at IS NULL),
             (SELECT k.id FROM keys k WHERE k.user_id = u.id AND k.kind = :kind AND k.active = 0
                 AND k.blocked_at IS NULL ORDER BY k.seq LIMIT 1),
             EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.id AND k.kind = :kind AND k.blocked_at IS NOT NULL)
         FROM users u WHERE u.seq = :seq"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let params = named_params! { ":audience": terms.audience, ":kind": terms.kind.key(), ":seq": seq };
    let found = query.query_row(params, |row| {
        let key = row.get::<_, Option<String>>(4)?.map(KeyId);
        let need = if row.get(1)? {
            Need::Nothing(SkipReason::UserBlocked)
        } else if !row.get(2)? {
            Need::Nothing(SkipReason::NotInGroup)
        } else if row.get(3)? {
            Need::Nothing(SkipReason::Active)
        } else if key.is_none() && row.get(5)? {
            // Nobody gets a new key past the block of the old one.
            Need::Nothing(SkipReason::KeyBlocked)
        } else {
            Need::Invitation(key)
        };
        Ok((UserId(row.get(0)?), need))
    });
    Ok(found.optional()?)
}

/// What is stored of a user's result.
pub enum Outcome<'a> {
    /// Passed over.
    Skipped(SkipReason),
    /// Invited.
    Invited {
        /// To activate this key.
        key: &'a KeyId,
        /// By this invitation.
        activation: i64,
        /// In this mail of the outbox.
        mail: Option<i64>,
    },
}

/// Stores a user's result; the one of a listed user takes the place of their waiting.
pub fn put(
    conn: &Connection,
    run: i64,
    seq: i64,
    user: &UserId,
    outcome: &Outcome<'_>,
    now: i64,
) -> Result<(), DbError> {
    let (name, reason, key, activation, mail) = match outcome {
        Outcome::Skipped(reason) => ("skipped", Some(reason.key()), None, None, None),
        Outcome::Invited { key, activation, mail } => {
            ("invited", None, Some(&key.0), Some(*activation), *mail)
        }
    };
    conn.prepare_cached(
        "INSERT INTO run_results (run, seq, user_id, outcome, reason, key_id, activation, mail, at)
         VALUES (:run, :seq, :user, :outcome, :reason, :key, :activation, :mail, :now)
         ON CONFLICT (run, seq) DO UPDATE SET outcome = :outcome, reason = :reason, key_id = :key,
             activation = :activation, mail = :mail, at = :now WHERE outcome = 'waiting'",
    )?
    .execute(named_params! {
        ":run": run,
        ":seq": seq,
        ":user": user.0,
        ":outcome": name,
        ":reason": reason,
        ":key": key,
        ":activation": activation,
        ":mail": mail,
        ":now": now,
    })?;
    Ok(())
}

/// A user who is gone waits no more.
pub fn forget(conn: &Connection, run: i64, seq: i64) -> Result<(), DbError> {
    conn.prepare_cached("DELETE FROM run_results WHERE run = ?1 AND seq = ?2 AND outcome = 'waiting'")?
        .execute((run, seq))?;
    Ok(())
}

/// Nobody waits for a run any more.
pub fn forget_waiting(conn: &Connection, run: i64) -> Result<(), DbError> {
    conn.execute("DELETE FROM run_results WHERE run = ?1 AND outcome = 'waiting'", [run])?;
    Ok(())
}

/// Where users stand, and what it is seen by. A later key or a lapsed time changes it without a word to the run.
const RESULTS: &str = "
    FROM run_results r
    LEFT JOIN activations a ON a.seq = r.activation AND a.key_id = r.key_id
    LEFT JOIN keys k ON k.id = r.key_id
    LEFT JOIN outbox o ON o.id = r.mail";

const STATE: &str = "CASE
    WHEN r.outcome <> 'invited' THEN r.outcome
    WHEN k.active = 1 THEN 'activated'
    WHEN a.seq IS NULL OR a.outcome = 'voided' THEN 'withdrawn'
    WHEN EXISTS (SELECT 1 FROM activations n WHERE n.key_id = a.key_id AND n.seq > a.seq) THEN 'withdrawn'
    WHEN o.state = 'failed' THEN 'mail_failed'
    WHEN a.outcome = 'locked' OR a.expires_at <= :now THEN 'expired'
    WHEN o.state = 'queued' THEN 'queued'
    WHEN o.state = 'dropped' THEN 'mail_failed'
    ELSE 'mailed' END";

/// How many users of a run are in which state.
pub fn counts(conn: &Connection, run: i64, now: i64) -> Result<Vec<ResultCount>, DbError> {
    let sql = format!("SELECT {STATE} AS stands, count(*) {RESULTS} WHERE r.run = :run GROUP BY stands");
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map(named_params! { ":run": run, ":now": now }, |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?))
    })?;
    let found = rows.collect::<Result<Vec<_>, _>>()?;
    let in_state = |state: ResultState| found.iter().find(|(name, _)| name == state.key());
    let counts = ResultState::ALL
        .into_iter()
        .filter_map(|state| in_state(state).map(|(_, count)| ResultCount { state, count: *count }));
    Ok(counts.collect())
}

/// One page of a run's results, in the order in which the users were added.
pub fn list(
    conn: &Connection,
    run: i64,
    asked: &ListResults,
    now: i64,
) -> Result<Page<RunResult>, WorkflowError> {
    let after = cursor::row(asked.after.as_deref(), 0).ok_or(WorkflowError::WrongCursor)?;
    let state = asked.state.map(ResultState::key);
    let search = validate::key(asked.search.trim());
    let sql = format!(
        "SELECT r.seq, u.id, u.username, u.name, u.email, {STATE} AS stands, r.reason, o.last_error, r.key_id, r.at
         {RESULTS} JOIN users u ON u.id = r.user_id
         WHERE r.run = :run AND r.seq > :after AND (:state IS NULL OR stands = :state)
             AND (:search = '' OR instr(u.search, :search) > 0)
         ORDER BY r.seq LIMIT :limit"
    );
    let fits = asked.page_size();
    let mut query = conn.prepare_cached(&sql).map_err(DbError::from)?;
    let params = named_params! {
        ":run": run, ":now": now, ":after": after, ":state": state, ":search": search, ":limit": fits + 1,
    };
    let rows = query.query_map(params, |row| {
        let state: String = row.get(5)?;
        let state = ResultState::parse(&state).unwrap_or(ResultState::Withdrawn);
        let reason: Option<String> = row.get(6)?;
        let error: Option<String> = row.get(7)?;
        let result = RunResult {
            user: KeyUser {
                id: UserId(row.get(1)?),
                username: row.get(2)?,
                name: row.get(3)?,
                email: row.get(4)?,
            },
            state,
            reason: reason.and_then(|name| SkipReason::ALL.into_iter().find(|it| it.key() == name)),
            error: error.filter(|_| matches!(state, ResultState::MailFailed | ResultState::Queued)),
            key_id: row.get::<_, Option<String>>(8)?.map(KeyId),
            at: row.get(9)?,
        };
        Ok((row.get::<_, i64>(0)?, result))
    });
    let rows = rows.map_err(DbError::from)?.collect::<Result<Vec<_>, _>>().map_err(DbError::from)?;
    Ok(Page::cut(rows, fits, |(seq, _)| seq.to_string()).map(|(_, result)| result))
}

/// Puts those of run `from` whose mail failed, or whose invitation expired, into run `into`; gives how many.
pub fn retry(conn: &Connection, from: i64, into: i64, now: i64) -> Result<usize, DbError> {
    let sql = format!(
        "INSERT INTO run_results (run, seq, user_id, outcome, at)
         SELECT :into, r.seq, r.user_id, 'waiting', :now {RESULTS}
         WHERE r.run = :from AND {STATE} IN ('mail_failed', 'expired')"
    );
    let mut insert = conn.prepare_cached(&sql)?;
    Ok(insert.execute(named_params! { ":from": from, ":into": into, ":now": now })?)
}

/// Invitations of a user to other keys of this kind whose mails wait: run, user's number and key.
pub fn queued(
    conn: &Connection,
    user: &UserId,
    kind: KeyKind,
    but: &KeyId,
) -> Result<Vec<(i64, i64, KeyId)>, DbError> {
    let mut query = conn.prepare_cached(
        "SELECT r.run, r.seq, k.id FROM run_results r JOIN keys k ON k.id = r.key_id JOIN outbox o ON o.id = r.mail
         WHERE r.user_id = ?1 AND r.outcome = 'invited' AND k.kind = ?2 AND k.id <> ?3 AND o.state = 'queued'",
    )?;
    let rows = query
        .query_map((&user.0, kind.key(), &but.0), |row| Ok((row.get(0)?, row.get(1)?, KeyId(row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whoever was invited is passed over after all.
pub fn skip(conn: &Connection, run: i64, seq: i64, reason: SkipReason) -> Result<(), DbError> {
    conn.prepare_cached(
        "UPDATE run_results SET outcome = 'skipped', reason = ?3 WHERE run = ?1 AND seq = ?2",
    )?
    .execute((run, seq, reason.key()))?;
    conn.prepare_cached("UPDATE runs SET invited = invited - 1, skipped = skipped + 1 WHERE seq = ?1")?
        .execute([run])?;
    Ok(())
}
