//! Plans, not times: with 100,000 users every question is answered by way of an index.

use pocketkey_api::GroupId;
use rusqlite::{params_from_iter, types::Value as Sql};

use super::*;
use crate::{cursor::Value, db::Db};

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
    explain(conn, &found.page_sql("u.id", sort, after))
}

fn explain(conn: &Connection, sql: &str) -> String {
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
            (search("user99999"), 1),
            (search("person USER9999 org"), 11),
            (search("nobody at all"), 0),
            (group("few"), 100),
            (group("none"), 0),
            (standing(Standing::Pending), 50),
            (standing(Standing::Active), 0),
        ];
        for (filter, count) in few {
            let found = Found::new(conn, &filter, NOW)?;
            let steps = steps(conn, &found, UserSort::Name, true);
            assert!(steps.starts_with("SCAN few VIRTUAL TABLE INDEX"), "{filter:?}: {steps}");
            assert!(steps.contains("SEARCH u USING INDEX users_seq (seq=?)"), "{filter:?}: {steps}");
            let counted = found.count(conn)?;
            assert_eq!(found.ids(conn)?.len(), counted as usize);
            assert_eq!(counted, count, "{filter:?}");
        }
        for (select, index) in [
            (
                "SELECT rowid FROM users_search WHERE users_search MATCH :match",
                "SCAN users_search VIRTUAL TABLE INDEX",
            ),
            (
                "SELECT u.seq FROM group_members g CROSS JOIN users u ON u.id = g.user_id WHERE g.group_id = :group",
                "SEARCH g USING COVERING INDEX group_members_group",
            ),
            (
                "SELECT u.seq FROM users u INDEXED BY users_standing WHERE u.active = 0 AND u.invited_until > :now",
                "SEARCH u USING INDEX users_standing (active=? AND invited_until>?)",
            ),
        ] {
            let steps = explain(conn, &probe::few_sql(select));
            assert!(steps.starts_with(index), "{steps}");
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

#[tokio::test]
async fn keys_are_looked_up_user_by_user() {
    let (_dir, db) = crowd().await;
    db.read(|conn| -> Result<(), DbError> {
        let filter = UserFilter { key: Some(HasKey::Smartphone), ..UserFilter::default() };
        let steps = steps(conn, &Found::new(conn, &filter, NOW)?, UserSort::Name, true);
        assert!(steps.starts_with("SEARCH u USING INDEX users_name"), "{steps}");
        assert!(steps.contains("USING COVERING INDEX keys_user_kind (user_id=? AND kind=?)"), "{steps}");
        Ok(())
    })
    .await
    .unwrap();
}

/// Whatever is typed, search finds whom reading every line finds.
#[tokio::test]
async fn anything_can_be_searched_for() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path()).unwrap();
    let texts = [
        "ada lovelace",
        "a\"b\"c * near(x)",
        "'; drop table users; --",
        "élodie ßen İstanbul",
        "日本語 名前",
        "x",
    ];
    db.write(move |tx| -> Result<(), DbError> {
        for (seq, text) in (0_i64..).zip(texts) {
            let row = (seq, format!("u{seq}"), validate::key(text));
            tx.execute(
                "INSERT INTO users (seq, id, username, username_key, name, name_key, email, email_key, search, created_at)
                 VALUES (?1, ?2, ?2, ?2, '', '', ?2, ?2, ?3, 0)",
                row,
            )?;
        }
        Ok(())
    })
    .await
    .unwrap();
    db.read(move |conn| -> Result<(), DbError> {
        let parts = "[a-dlv\"*'() ]{0,7}|(ada|love|near|drop|élo|ISTAN|本語|ß)[ a-e]{0,3}|.{0,6}";
        let mut runner = proptest::test_runner::TestRunner::default();
        let ran = runner.run(&parts, |typed| {
            let found = Found::new(conn, &search(&typed), NOW).and_then(|found| found.count(conn));
            let words = validate::key(&typed);
            let holds =
                |text: &&&str| words.split_whitespace().all(|word| validate::key(text).contains(word));
            let expected =
                if typed.contains(char::is_control) { 0 } else { texts.iter().filter(holds).count() };
            proptest::prop_assert_eq!(found.unwrap() as usize, expected, "{:?}", typed);
            Ok(())
        });
        assert!(ran.is_ok(), "{ran:?}");
        Ok(())
    })
    .await
    .unwrap();
}
