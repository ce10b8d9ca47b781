//! The schema, as numbered steps. A step that was ever released is never edited; a new one is added.

use rusqlite::Connection;

/// Every step in order: its number, which becomes the schema version, and its SQL.
pub const STEPS: &[(u32, &str)] = &[
    (1, include_str!("migrations/001_appliance.sql")),
    (2, include_str!("migrations/002_users.sql")),
    (3, include_str!("migrations/003_keys.sql")),
    (10, include_str!("migrations/010_mail.sql")),
    (20, include_str!("migrations/020_devices.sql")),
    (30, include_str!("migrations/030_blocked.sql")),
    (31, include_str!("migrations/031_revocations.sql")),
    (40, include_str!("migrations/040_people.sql")),
    (50, include_str!("migrations/050_inbox_search.sql")),
    (60, include_str!("migrations/060_push.sql")),
    (70, include_str!("migrations/070_roles_audit.sql")),
    (80, include_str!("migrations/080_admins.sql")),
    (81, include_str!("migrations/081_account.sql")),
    (90, include_str!("migrations/090_audit_head.sql")),
    (91, include_str!("migrations/091_authentications.sql")),
    (100, include_str!("migrations/100_outgoing_mail.sql")),
    (110, include_str!("migrations/110_keys.sql")),
    (111, include_str!("migrations/111_workflows.sql")),
    (130, include_str!("migrations/130_webhooks.sql")),
    (131, include_str!("migrations/131_idempotency.sql")),
    (132, include_str!("migrations/132_api_keys.sql")),
    (133, include_str!("migrations/133_run_terms.sql")),
    (134, include_str!("migrations/134_settings_taken.sql")),
    (135, include_str!("migrations/135_second_step.sql")),
];

/// Why a schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The schema is newer than this program.
    #[error("schema {found} is newer than {known}")]
    Newer {
        /// The schema found.
        found: u32,
        /// The newest one known here.
        known: u32,
    },
    /// A statement failed; the schema is as it was.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Applies the steps that are missing, all in one transaction.
pub fn migrate(conn: &mut Connection, steps: &[(u32, &str)]) -> Result<(), MigrationError> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = steps.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(MigrationError::Newer { found, known });
    }
    for (number, sql) in steps.iter().filter(|(number, _)| *number > found) {
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number)?;
    }
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(conn: &Connection) -> u32 {
        conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn numbers_rise_and_every_step_applies_in_order_or_one_by_one() {
        assert!(STEPS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let schema = |conn: &Connection| -> Vec<String> {
            let mut all =
                conn.prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name").unwrap();
            all.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let mut at_once = Connection::open_in_memory().unwrap();
        migrate(&mut at_once, STEPS).unwrap();
        let mut one_by_one = Connection::open_in_memory().unwrap();
        for end in 1..=STEPS.len() {
            migrate(&mut one_by_one, &STEPS[..end]).unwrap();
        }
        assert_eq!(schema(&at_once), schema(&one_by_one));
        migrate(&mut at_once, STEPS).unwrap();
        assert_eq!(version(&at_once), STEPS.last().unwrap().0);
        let broken: i64 =
            at_once.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0)).unwrap();
        assert_eq!(broken, 0);
    }

    #[test]
    fn mails_from_before_the_search_are_kept_and_no_number_is_given_twice() {
        let mut conn = Connection::open_in_memory().unwrap();
        let before: Vec<_> = STEPS.iter().copied().filter(|(number, _)| *number < 50).collect();
        migrate(&mut conn, &before).unwrap();
        let insert = "INSERT INTO inbox (sender, recipients, subject, snippet, size, received_at, source)
                      VALUES ('a', '[]', 'Minutes of the meeting', 'hello', 1, 1, x'00')";
        conn.execute_batch(&format!("{insert}; {insert}; DELETE FROM inbox WHERE id = 2")).unwrap();
        migrate(&mut conn, STEPS).unwrap();
        let insert =
            insert.replace("source)", "source, envelope, attachments)").replace("x'00')", "x'00', '', 0)");
        conn.execute_batch(&insert).unwrap();
        let ids: String = conn
            .query_row("SELECT group_concat(id) FROM inbox WHERE snippet = 'hello'", [], |r| r.get(0))
            .unwrap();
        assert_eq!(ids, "1,3");
    }

    #[test]
    fn people_who_were_there_before_are_found_sorted_and_counted() {
        let mut conn = Connection::open_in_memory().unwrap();
        let before = STEPS.iter().position(|(number, _)| *number == 40).unwrap();
        migrate(&mut conn, &STEPS[..before]).unwrap();
        conn.execute_batch(
            "INSERT INTO users (id, username, username_key, name, email, email_key, search, created_at) VALUES
                 ('u', 'Ada', 'ada', 'Élodie', 'a@b.c', 'a@b.c', '7' || char(10, 97, 100, 97, 10) || 'élodie' || char(10) || 'a@b.c', 1),
                 ('v', 'Bob', 'bob', 'Bob', 'b@b.c', 'b@b.c', char(10) || 'bob' || char(10) || 'bob' || char(10) || 'b@b.c', 1);
             INSERT INTO keys (id, user_id, kind, created_at) VALUES ('k', 'u', 'smartphone', 1);
             INSERT INTO activations (key_id, method, code_hash, selector, pairing_hash, created_at, expires_at)
                 VALUES ('k', 'now', x'00', '', x'00', 1, 4711);",
        )
        .unwrap();
        migrate(&mut conn, STEPS).unwrap();
        let row = "SELECT u.id, u.name_key, u.key_count, u.invited_until FROM users_search s JOIN users u ON u.seq = s.rowid
                   WHERE users_search MATCH '\"lodi\"'";
        let found: (String, String, u32, i64) =
            conn.query_row(row, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
        assert_eq!(found, ("u".into(), "élodie".into(), 1, 4711));
        conn.execute_batch(
            "DELETE FROM users; INSERT INTO users_search (users_search) VALUES ('integrity-check');",
        )
        .unwrap();
    }

    #[test]
    fn mails_that_waited_before_are_sent_as_they_were_made() {
        let mut conn = Connection::open_in_memory().unwrap();
        let before: Vec<_> = STEPS.iter().copied().filter(|(number, _)| *number < 100).collect();
        migrate(&mut conn, &before).unwrap();
        conn.execute_batch(
            "INSERT INTO outbox (message_id, sender, recipient, message, state, next_try_at, created_at, last_error) VALUES
                 ('<1@a>', 'a@b.c', 'd@e.f', x'4869', 'queued', 5, 1, NULL),
                 ('<2@a>', 'a@b.c', 'd@e.f', NULL, 'failed', 5, 1, 'no such person')",
        )
        .unwrap();
        migrate(&mut conn, STEPS).unwrap();
        let rows: String = conn
            .query_row(
                "SELECT group_concat(id || state || template || hex(content), ' ') FROM outbox",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(rows, "1queued4869 2failedinvitation");
    }

    #[test]
    fn runs_from_before_keep_what_their_workflows_say() {
        let mut conn = Connection::open_in_memory().unwrap();
        let before: Vec<_> = STEPS.iter().copied().filter(|(number, _)| *number < 133).collect();
        migrate(&mut conn, &before).unwrap();
        conn.execute_batch(
            "INSERT INTO groups (id, name, name_key) VALUES ('g', 'G', 'g'), ('h', 'H', 'h');
             INSERT INTO workflows (id, name, name_key, kind, everybody, settings, trigger, starts, created_at) VALUES
                 ('a', 'A', 'a', 'smartphone', 1, '{}', '', 'once', 1), ('b', 'B', 'b', 'card', 0, NULL, '', 'once', 1);
             INSERT INTO workflow_groups (workflow_id, group_id) VALUES ('b', 'h'), ('b', 'g');
             INSERT INTO runs (id, workflow_id, number, cause, state, listed, after_seq, until_seq, total, started_at)
                 SELECT id, id, 1, 'admin', 'running', 0, 0, 9, 9, 1 FROM workflows;",
        )
        .unwrap();
        migrate(&mut conn, STEPS).unwrap();
        let terms =
            "SELECT group_concat(kind || coalesce(settings, '-') || coalesce(audience, '-'), ' ') FROM runs";
        let terms: String = conn.query_row(terms, [], |row| row.get(0)).unwrap();
        assert_eq!(terms, r#"smartphone{}- card-["g","h"]"#);
    }

    #[test]
    fn a_failing_step_leaves_the_schema_as_it_was() {
        let mut conn = Connection::open_in_memory().unwrap();
        let good = (1, "CREATE TABLE a (x)");
        migrate(&mut conn, &[good]).unwrap();
        let bad = migrate(&mut conn, &[good, (2, "CREATE TABLE b (x)"), (3, "CREATE TABLE b (x)")]);
        assert!(matches!(bad, Err(MigrationError::Sqlite(_))));
        assert_eq!(version(&conn), 1);
        assert!(conn.prepare("SELECT * FROM b").is_err());
    }

    #[test]
    fn a_newer_schema_is_refused_and_untouched() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "user_version", 99_999).unwrap();
        let newer = migrate(&mut conn, STEPS);
        assert!(matches!(newer, Err(MigrationError::Newer { found: 99_999, .. })));
        assert_eq!(version(&conn), 99_999);
    }
}
