//! kill -9 at random points of a run over 5,000 users: everybody is invited exactly once, and mailed.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod process;

use std::{collections::BTreeMap, path::Path, time::Duration};

use pocketkey_api::{
    key::KeyKind,
    workflow::{NewWorkflow, RunDetail, RunState, Trigger, Workflow},
};
use pocketkey_tests_api::until;
use process::Appliance;
use rusqlite::{Connection, OpenFlags};
use tokio::time::sleep;

const USERS: u32 = 5_000;

fn database(data: &Path) -> Connection {
    Connection::open_with_flags(data.join("pocketkey.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// How many there are of each of what `sql` names.
fn counted(data: &Path, sql: &str) -> BTreeMap<String, u32> {
    let conn = database(data);
    let mut query = conn.prepare(sql).unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_invited_exactly_once_whenever_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut appliance = Appliance::start(&data).await;
    let rest = appliance.set_up().await;
    add_users(&data);

    let new = NewWorkflow {
        name: "Everybody".into(),
        groups: Vec::new(),
        kind: KeyKind::Smartphone,
        settings: None,
        trigger: Trigger::Once,
    };
    let begun: Workflow = rest.post("/api/v1/workflows", &new).await.unwrap();
    let run = begun.last_run.unwrap();
    let path = format!("/api/v1/runs/{}", run.id);

    // Points of time that nothing was arranged for: they differ from run to run of this test.
    let (mut crashes, mut next) = (Vec::new(), random() * 2);
    let done = loop {
        let detail: RunDetail = rest.get(&path).await.unwrap();
        if detail.run.state == RunState::Done {
            break detail.run;
        }
        if detail.run.invited >= next {
            sleep(Duration::from_millis(u64::from(random()))).await;
            appliance.crash().await;
            crashes.push(detail.run.invited);
            next = detail.run.invited + 2 * random();
        }
        sleep(Duration::from_millis(10)).await;
    };
    println!("killed after so many were invited: {crashes:?}");
    assert!(crashes.len() >= 3, "it was killed on its way");
    assert_eq!((done.total, done.invited, done.skipped), (USERS, USERS, 0));

    let once = |what: &str, sql: &str| {
        let found = counted(&data, sql);
        assert_eq!(found.len(), USERS as usize, "{what}");
        assert!(found.values().all(|count| *count == 1), "{what}");
    };
    once("keys", "SELECT user_id, count(*) FROM keys GROUP BY user_id");
    once(
        "invitations",
        "SELECT k.user_id, count(*) FROM activations a JOIN keys k ON k.id = a.key_id GROUP BY k.user_id",
    );
    once("mails in the outbox", "SELECT recipient, count(*) FROM outbox GROUP BY recipient");
    once("results", "SELECT user_id, count(*) FROM run_results WHERE outcome = 'invited' GROUP BY user_id");

    // Every mail goes out in the end. One that was on its way when the program was killed may go out twice, as the same
    // mail: it has the same Message-ID.
    let sent =
        || counted(&data, "SELECT state, count(*) FROM outbox GROUP BY state").remove("sent").unwrap_or(0);
    while sent() < USERS {
        let before = sent();
        until("another mail is sent", async || (sent() > before).then_some(())).await;
    }
    let arrived = counted(&data, "SELECT recipients, 1 FROM inbox GROUP BY recipients");
    assert_eq!(arrived.len(), USERS as usize, "everybody has a mail");
}

/// 0 to 255.
fn random() -> u32 {
    let mut byte = [0];
    getrandom::fill(&mut byte).unwrap();
    u32::from(byte[0])
}

/// Straight into the database: adding users is not what is tested here.
fn add_users(data: &Path) {
    let conn = Connection::open(data.join("pocketkey.db")).unwrap();
    conn.busy_timeout(Duration::from_secs(10)).unwrap();
    conn.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO users (seq, id, username, username_key, name, name_key, email, email_key, search, created_at)
         SELECT i, 'u' || i, 'user' || i, 'user' || i, 'Person ' || i, 'person ' || i, 'user' || i || '@example.org',
             'user' || i || '@example.org', 'user' || i, 1 FROM n",
        [USERS],
    )
    .unwrap();
}
