//! Plans, not times: with 100,000 users every question is answered by way of an index.

use pocketkey_api::GroupId;
use rusqlite::params_from_iter;

use super::*;
use crate::db::Db;

const NOW: i64 = 1_000_000;

/// 100,000 users: all are in the group `all`, 100 in `few`; 90,000 were never invited, the others are stale but for 50
/// that are pending.
async fn crowd() -> (tempfile::TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path()).unwrap();
    db.write(|tx| -> Result<(), DbError> {
        tx.execute_batch(
            "INSERT INTO groups (id, name, name_key) VALUES ('all', 'All', 'all'), ('few', 'Few', 'few');
             WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
             INSERT INTO users (seq, id, username, username_key, name, name_key, email, email_key, search, created_at,
                 invited_until)
             SELECT i + 1, 'u' || i, 'user' || i, 'user' || i, 'Person ' || (i % 1000), 'person ' || (i % 1000),
                 'user' || i || '@example.org', 'user' || i || '@example.org',
                 char(10) || 'user' || i || char(10) || 'person ' || (i % 1000) || char(10) || 'user' || i || '@example.org',
                 i / 10, iif(i % 10, 0, iif(i % 2000, 1, 2000000))
             FROM n;
             INSERT INTO group_members (user_id, group_id) SELECT id, 'all' FROM users;
             INSERT INTO group_members (user_id, group_id) SELECT id, 'few' FROM users WHERE seq % 1000 = 0;",
        )?;
        Ok(())
    })
    .await
    .unwrap();
    (dir, db)
}

/// How SQLite goes about a page, a line a step.
fn steps(conn: &Connection, found: &Found, sort: UserSort, after: bool) -> String {
    let sql = found.page_sql("u.id", sort, after);
    let mut query = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let count = query.parameter_count();
    let nothing = std::iter::repeat_n(Sql::Null, count);
    let rows = query.query_map(params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    rows.map(|row| row.unwrap() + "\n").collect()
}

fn group(id: &str) -> UserFilter {
    UserFilter { group: Some(GroupId(id.into())), ..UserFilter::default() }
}

fn search(text: &str) -> UserFilter {
    UserFilter { search: text.into(), ..UserFilter::default() }
}

fn standing(status: Standing) -> UserFilter {
    UserFilter { status: Some(status), ..UserFilter::default() }
}

#[tokio::test]
async fn questions_that_leave_many_read_the_list_in_order_and_those_that_leave_few_begin_with_the_few() {
    let (_dir, db) = crowd().await;
    db.read(|conn| -> Result<(), DbError> {
        let many = [
            (UserFilter::default(), 100_000),
            (search("example"), 100_000),
            (search("u"), 100_000),
            (group("all"), 100_000),
            (standing(Standing::NeverInvited), 90_000),
            (standing(Standing::Stale), 9_950),
        ];
        for (filter, count) in many {
            let found = Found::new(conn, &filter, NOW)?;
            assert_eq!(found.count(conn)?, count, "{filter:?}");
            for sort in UserSort::ALL {
                for after in [false, true] {
                    let steps = steps(conn, &found, sort, after);
                    let first = steps.lines().next().unwrap();
                    assert!(
                        first.contains(" u USING ") && first.contains("INDEX"),
                        "{filter:?} {sort}: {steps}"
                    );
                    assert_eq!(
                        first.contains("SEARCH"),
                        after,
                        "a later page does not read those before: {steps}"
                    );
                    assert!(!steps.contains("B-TREE"), "{filter:?} {sort}: nothing is sorted: {steps}");
                }
            }
        }
        let few = [
            (search("user99999"), 1, "SCAN users_search VIRTUAL TABLE INDEX"),
            (search("person USER9999 org"), 11, "SCAN users_search VIRTUAL TABLE INDEX"),
            (search("nobody at all"), 0, "SCAN users_search VIRTUAL TABLE INDEX"),
            (group("few"), 100, "SEARCH g USING COVERING INDEX group_members_group"),
            (group("none"), 0, "SEARCH g USING COVERING INDEX group_members_group"),
            (standing(Standing::Pending), 50, "SEARCH u USING INDEX users_standing"),
            (standing(Standing::Active), 0, "SEARCH u USING INDEX users_standing"),
        ];
        for (filter, count, first) in few {
            let found = Found::new(conn, &filter, NOW)?;
            let steps = steps(conn, &found, UserSort::Name, true);
            assert!(steps.starts_with(first), "{filter:?}: {steps}");
            assert!(!steps.contains("SCAN u\n"), "{filter:?}: {steps}");
            let counted = found.count(conn)?;
            assert_eq!(found.ids(conn)?.len(), counted as usize);
            assert_eq!(counted, count, "{filter:?}");
        }
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn every_order_shows_each_once_whatever_the_way() {
    let (_dir, db) = crowd().await;
    db.read(|conn| -> Result<(), DbError> {
        for (filter, count) in
            [(group("few"), 100), (search("user9999"), 11), (standing(Standing::Pending), 50)]
        {
            let found = Found::new(conn, &filter, NOW)?;
            for sort in UserSort::ALL {
                let (column, down) = order(sort);
                let columns = format!("{column}, u.seq");
                let mut all: Vec<(Sql, i64)> = Vec::new();
                loop {
                    let after = all.last().map(|(value, seq)| Cursor {
                        sort,
                        value: match value {
                            Sql::Integer(number) => Value::Number(*number),
                            Sql::Text(text) => Value::Text(text.clone()),
                            other => panic!("{other:?}"),
                        },
                        seq: *seq,
                    });
                    let page = found.page(conn, &columns, sort, after.as_ref(), 7, |row| {
                        Ok((row.get::<_, Sql>(0)?, row.get::<_, i64>(1)?))
                    })?;
                    if page.is_empty() {
                        break;
                    }
                    all.extend(page);
                }
                assert_eq!(all.len(), count, "{filter:?} {sort}");
                let key = |value: &Sql| match value {
                    Sql::Integer(number) => format!("{number:09}"),
                    Sql::Text(text) => text.clone(),
                    _ => String::new(),
                };
                let ordered = all.windows(2).all(|two| {
                    let (a, b) = ((key(&two[0].0), two[0].1), (key(&two[1].0), two[1].1));
                    if down { a > b } else { a < b }
                });
                assert!(ordered, "{filter:?} {sort}");
            }
        }
        Ok(())
    })
    .await
    .unwrap();
}
