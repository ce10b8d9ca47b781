//! The schema, as numbered steps. A step that was ever released is never edited; a new one is added.

use rusqlite::Connection;

/// Every step in order: its number, which becomes the schema version, and its SQL.
pub const STEPS: &[(u32, &str)] = &[
    (1, include_str!("migrations/001_appliance.sql")),
    (2, include_str!("migrations/002_users.sql")),
    (3, include_str!("migrations/003_keys.sql")),
    (10, include_str!("migrations/010_mail.sql")),
    (20, include_str!("migrations/020_devices.sql")),
    (60, include_str!("migrations/060_push.sql")),
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
