//! Finding, changing and deleting users, and the same for many.

use axum::{body::Body, http::Method};
use futures_util::StreamExt;
use pocketkey_api::{
    GroupId, Page, UserId,
    activation::{ActivationMethod, ActivationPreview, PreviewActivation},
    event::Event,
    group::{Group, GroupSummary, Members, NewGroup},
    job::{Job, JobKind, JobState, Outcome},
    user::{
        Bulk, BulkAction, NewUser, Selection, User, UserChange, UserCount, UserDetail, UserFilter, UserSort,
        UserStatus,
    },
};
use pocketkey_tests_api::{Answer, Appliance, Client, Phone};

/// Follows a job to its end.
pub async fn finished(admin: &mut Client, job: &Job) -> Job {
    loop {
        let now: Job = admin.get(&format!("/api/v1/jobs/{}", job.id)).await.expect(200).json();
        if now.state != JobState::Running {
            assert_eq!(now.done, now.outcome.sum());
            return now;
        }
        tokio::task::yield_now().await;
    }
}

async fn usernames(admin: &mut Client, query: &str) -> Vec<String> {
    let page: Page<User> = admin.get(&format!("/api/v1/users?{query}")).await.expect(200).json();
    let names: Vec<String> = page.items.into_iter().map(|user| user.username).collect();
    if !query.contains("limit") {
        let count: UserCount = admin.get(&format!("/api/v1/users/count?{query}")).await.expect(200).json();
        assert_eq!(count.count as usize, names.len(), "{query}");
    }
    names
}

async fn patch(admin: &mut Client, id: &UserId, change: &UserChange) -> Answer {
    let body = serde_json::to_vec(change).unwrap();
    admin.send(Method::PATCH, &format!("/api/v1/users/{id}"), Some("application/json"), body).await
}

async fn new_group(admin: &mut Client, name: &str) -> Group {
    admin.post("/api/v1/groups", &NewGroup { name: name.into() }).await.expect(201).json()
}

async fn bulk(admin: &mut Client, action: BulkAction, users: Selection) -> Job {
    let job = admin.post("/api/v1/users/bulk", &Bulk { action, users }).await.expect(202).json();
    finished(admin, &job).await
}

#[tokio::test]
async fn filters_find_users_by_where_they_stand() {
    let hour = std::time::Duration::from_secs(60 * 60);
    let appliance = Appliance::start_with(|config| config.activation_ttl = hour).await;
    let mut admin = appliance.set_up().await;
    admin.add_user("never").await;
    let bare = admin.add_user("bare").await;
    admin.add_key(&bare.id).await;
    let (_, _, codes) = admin.invite_new("active").await;
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    admin.invite_new("stale").await;
    appliance.clock.advance_seconds(2 * 60 * 60);
    let (pending, key, _) = admin.invite_new("pending").await;

    for (query, found) in [
        ("status=active", &["active"][..]),
        ("status=pending", &["pending"]),
        ("status=not_invited", &["bare", "never", "stale"]),
        ("status=never_invited", &["bare", "never"]),
        ("status=stale", &["stale"]),
        ("key=none", &["never"]),
        ("key=smartphone", &["active", "bare", "pending", "stale"]),
        ("status=stale&key=smartphone&search=LOVELACE%20sta", &["stale"]),
        ("status=active&search=pending", &[]),
        ("group=nowhere", &[]),
    ] {
        assert_eq!(usernames(&mut admin, query).await, found, "{query}");
    }
    // A later invitation voids the earlier one; a lost one leaves the user invited, but not pending.
    admin.invite(&key.id, ActivationMethod::Now).await;
    assert_eq!(usernames(&mut admin, "status=pending").await, ["pending"]);
    appliance.clock.advance_seconds(2 * 60 * 60);
    assert_eq!(usernames(&mut admin, "status=stale").await, ["pending", "stale"]);
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", pending.id)).await.expect(200).json();
    assert_eq!(detail.user.status, UserStatus::NotInvited);
    for wrong in ["status=late", "key=shoe", "sort=shoe", "status="] {
        admin.get(&format!("/api/v1/users?{wrong}")).await.expect_problem(400, "malformed_query");
    }
}

#[tokio::test]
async fn search_finds_words_anywhere_and_takes_everything_literally() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let new = NewUser {
        external_id: "4711".into(),
        username: "élodie".into(),
        name: "Élodie \"Lou\" d'Été * OR".into(),
        email: "elodie@example.org".into(),
        groups: Vec::new(),
    };
    admin.post("/api/v1/users", &new).await.expect(201);
    admin.add_user("bob").await;
    for (search, found) in [
        ("%C3%89LODIE", 1),
        ("471", 1),
        ("71", 1),
        ("%22Lou%22", 1),
        ("d%27%C3%A9t", 1),
        ("*", 1),
        ("%20*%20OR%20", 1),
        ("org%20bob", 1),
        ("example", 2),
        ("NOT%20bob", 0),
        ("bob*", 0),
        ("search%3Abob", 0),
        ("bob%00", 0),
        ("bob%0Alovelace", 0),
        ("a%20b%20c%20d%20e%20f%20g%20h%20i%20j", 0),
    ] {
        assert_eq!(usernames(&mut admin, &format!("search={search}")).await.len(), found, "{search}");
    }
}

#[tokio::test]
async fn lists_are_sorted_and_a_place_belongs_to_its_order() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for (username, name) in [("a", "Zoë"), ("b", "ada"), ("c", "Ada"), ("d", "Émile")] {
        let new = NewUser {
            username: username.into(),
            name: name.into(),
            email: format!("{}@example.org", 9 - username.as_bytes()[0] % 10),
            ..NewUser::default()
        };
        admin.post("/api/v1/users", &new).await.expect(201);
    }
    for (sort, expected) in [
        ("username", "abcd"),
        ("-username", "dcba"),
        ("name", "bcad"),
        ("-name", "dacb"),
        ("added", "abcd"),
        ("-added", "dcba"),
    ] {
        assert_eq!(usernames(&mut admin, &format!("sort={sort}")).await.concat(), expected, "{sort}");
        let (mut seen, mut after) = (String::new(), String::new());
        loop {
            let path = format!("/api/v1/users?sort={sort}&limit=1{after}");
            let page: Page<User> = admin.get(&path).await.expect(200).json();
            seen += &page.items[0].username;
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
        assert_eq!(seen, expected, "{sort}");
    }
    let page: Page<User> = admin.get("/api/v1/users?limit=1").await.json();
    let next = page.next.unwrap();
    for wrong in [format!("sort=name&after={next}"), "after=b".into(), "after=".into()] {
        admin.get(&format!("/api/v1/users?{wrong}")).await.expect_problem(400, "wrong_cursor");
    }
    assert_eq!(UserSort::ALL.len(), 8);
}

#[tokio::test]
async fn what_is_named_changes_and_the_rest_stays() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let group = new_group(&mut admin, "Research").await;
    let ada = admin.add_user("ada").await;
    admin.add_user("bob").await;

    let change = UserChange { name: Some(" Augusta Ada King ".into()), ..UserChange::default() };
    let changed: User = patch(&mut admin, &ada.id, &change).await.expect(200).json();
    assert_eq!(changed, User { name: "Augusta Ada King".into(), ..ada.clone() });
    assert_eq!(usernames(&mut admin, "search=king").await, ["ada"]);
    assert!(usernames(&mut admin, "search=ada%20lovelace").await.is_empty(), "the old name is forgotten");

    let change = UserChange {
        external_id: Some("7".into()),
        username: Some("ADA".into()),
        groups: Some(vec![group.id.clone()]),
        ..UserChange::default()
    };
    let changed: User = patch(&mut admin, &ada.id, &change).await.expect(200).json();
    assert_eq!((&*changed.username, &*changed.external_id), ("ADA", "7"));
    assert_eq!(changed.groups, [group]);
    let none = UserChange { external_id: Some(String::new()), groups: Some(vec![]), ..UserChange::default() };
    let changed: User = patch(&mut admin, &ada.id, &none).await.expect(200).json();
    assert!(changed.external_id.is_empty() && changed.groups.is_empty());

    let taken = UserChange {
        username: Some("Bob".into()),
        email: Some("BOB@example.org".into()),
        ..UserChange::default()
    };
    let problem = patch(&mut admin, &ada.id, &taken).await.expect_problem(422, "invalid_fields");
    assert_eq!(problem.fields.iter().map(|field| &*field.field).collect::<Vec<_>>(), ["username", "email"]);
    let lost = UserChange {
        name: Some("X".into()),
        groups: Some(vec![GroupId("nowhere".into())]),
        ..UserChange::default()
    };
    patch(&mut admin, &ada.id, &lost).await.expect_problem(422, "invalid_fields");
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", ada.id)).await.expect(200).json();
    assert_eq!(detail.user, changed, "what is refused changes nothing");
    patch(&mut admin, &UserId("nobody".into()), &lost).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_deleted_user_leaves_nothing_and_their_invitation_is_void() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, _, codes) = admin.invite_new("ada").await;
    let path = format!("/api/v1/users/{}", ada.id);
    admin.delete(&path).await.expect(204);
    admin.get(&path).await.expect_problem(404, "not_found");
    admin.delete(&path).await.expect_problem(404, "not_found");
    assert!(usernames(&mut admin, "search=ada").await.is_empty());
    let code = PreviewActivation { code: Phone::code_of(&codes.link) };
    let preview = appliance.client().post("/api/v1/activations/preview", &code).await;
    assert_eq!(preview.problem().status, 404);
    // All that was theirs may be somebody else's.
    let again = admin.add_user("ada").await;
    let (_, _, codes) = admin.invite_new("bob").await;
    let code = PreviewActivation { code: Phone::code_of(&codes.link) };
    let preview: ActivationPreview =
        appliance.client().post("/api/v1/activations/preview", &code).await.expect(200).json();
    assert_eq!(preview.name, "bob Lovelace");
    assert_ne!(again.id, ada.id);
}

#[tokio::test]
async fn groups_are_renamed_joined_left_and_deleted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, bob) = (admin.add_user("ada").await, admin.add_user("bob").await);
    let board = new_group(&mut admin, "Board").await;
    new_group(&mut admin, "Research").await;
    let path = format!("/api/v1/groups/{}", board.id);
    let members = format!("{path}/members");

    let join = Members { add: vec![ada.id.clone(), UserId("nobody".into())], remove: vec![bob.id.clone()] };
    let changed: Members = admin.post(&members, &join).await.expect(200).json();
    assert_eq!(changed, Members { add: vec![ada.id.clone()], remove: vec![] });
    let changed: Members = admin.post(&members, &join).await.expect(200).json();
    assert_eq!(changed, Members::default(), "only what is a change is told");
    let group: GroupSummary = admin.get(&path).await.expect(200).json();
    assert_eq!((&*group.name, group.member_count), ("Board", 1));
    assert_eq!(usernames(&mut admin, &format!("group={}", board.id)).await, ["ada"]);

    let name = |name: &str| NewGroup { name: name.into() };
    let renamed: GroupSummary = admin.put(&path, &name(" The board ")).await.expect(200).json();
    assert_eq!(renamed, GroupSummary { name: "The board".into(), ..group });
    admin.put(&path, &name("the BOARD")).await.expect(200);
    for wrong in ["research", ""] {
        admin.put(&path, &name(wrong)).await.expect_problem(422, "invalid_fields");
    }
    let listed: Vec<GroupSummary> = admin.get("/api/v1/groups").await.expect(200).json();
    let counts: Vec<_> = listed.iter().map(|group| (&*group.name, group.member_count)).collect();
    assert_eq!(counts, [("Research", 0), ("the BOARD", 1)]);

    admin.delete(&path).await.expect(204);
    for answer in [
        admin.get(&path).await,
        admin.put(&path, &name("x")).await,
        admin.delete(&path).await,
        admin.post(&members, &join).await,
    ] {
        answer.expect_problem(404, "not_found");
    }
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", ada.id)).await.expect(200).json();
    assert!(detail.user.groups.is_empty(), "the members stay, without it");
}

#[tokio::test]
async fn many_join_a_group_and_that_is_taken_back_for_whom_it_was_a_change() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut ids = Vec::new();
    for name in ["ada", "bob", "eve"] {
        ids.push(admin.add_user(name).await.id);
    }
    let group = new_group(&mut admin, "Research").await.id;
    let members = format!("group={group}");
    let join = Members { add: vec![ids[0].clone()], remove: vec![] };
    admin.post(&format!("/api/v1/groups/{group}/members"), &join).await.expect(200);

    let selection = Selection::Ids(vec![ids[0].clone(), ids[1].clone(), UserId("nobody".into())]);
    let joined = bulk(&mut admin, BulkAction::Join { group: group.clone() }, selection).await;
    assert_eq!((joined.kind, joined.state, joined.total), (JobKind::Join, JobState::Done, 3));
    assert_eq!(joined.outcome, Outcome { changed: 1, unchanged: 2, ..Outcome::default() });
    assert!(joined.can_undo);
    assert_eq!(usernames(&mut admin, &members).await, ["ada", "bob"]);

    let undo = format!("/api/v1/jobs/{}/undo", joined.id);
    let undone: Job = admin.post(&undo, &()).await.expect(202).json();
    let undone = finished(&mut admin, &undone).await;
    assert_eq!((undone.kind, undone.outcome.changed), (JobKind::Leave, 1));
    assert_eq!(usernames(&mut admin, &members).await, ["ada"], "who was in it before stays in it");
    admin.post(&undo, &()).await.expect_problem(409, "nothing_to_undo");
    // What takes it back can be taken back.
    let redone: Job = admin.post(&format!("/api/v1/jobs/{}/undo", undone.id), &()).await.expect(202).json();
    finished(&mut admin, &redone).await;
    assert_eq!(usernames(&mut admin, &members).await, ["ada", "bob"]);

    let lost = Bulk { action: BulkAction::Join { group: "nowhere".into() }, users: Selection::Ids(ids) };
    admin.post("/api/v1/users/bulk", &lost).await.expect_problem(404, "not_found");
    admin.get("/api/v1/jobs/nothing").await.expect_problem(404, "not_found");
    admin.post("/api/v1/jobs/nothing/undo", &()).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn many_are_blocked_and_that_is_taken_back_for_whom_it_was_a_change() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut ids = Vec::new();
    for name in ["ada", "bob", "eve"] {
        ids.push(admin.add_user(name).await.id);
    }
    admin.put(&format!("/api/v1/users/{}/block", ids[0]), &()).await.expect(200);
    let blocked = bulk(&mut admin, BulkAction::Block, Selection::Ids(ids[..2].to_vec())).await;
    assert_eq!((blocked.kind, blocked.outcome.changed, blocked.outcome.unchanged), (JobKind::Block, 1, 1));
    assert_eq!(usernames(&mut admin, "status=blocked").await, ["ada", "bob"]);

    let undo = format!("/api/v1/jobs/{}/undo", blocked.id);
    let undone: Job = admin.post(&undo, &()).await.expect(202).json();
    assert_eq!(finished(&mut admin, &undone).await.kind, JobKind::Unblock);
    assert_eq!(usernames(&mut admin, "status=blocked").await, ["ada"], "who was blocked before stays so");
    let all = bulk(&mut admin, BulkAction::Unblock, Selection::Ids(ids)).await;
    assert_eq!((all.outcome.changed, all.outcome.unchanged), (1, 2));
    assert_eq!(usernames(&mut admin, "status=blocked").await, [""; 0]);
}

#[tokio::test]
async fn all_that_a_filter_finds_are_deleted_only_if_they_are_as_many_as_was_said() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for number in 0..5 {
        admin.add_user(&format!("temp{number}")).await;
    }
    admin.add_user("ada").await;
    let matching = |expected| Selection::Matching {
        filter: UserFilter { search: "temp".into(), ..UserFilter::default() },
        expected,
    };
    let four = Bulk { action: BulkAction::Delete, users: matching(4) };
    let problem = admin.post("/api/v1/users/bulk", &four).await.expect_problem(409, "selection_changed");
    assert!(problem.title.contains('5'));
    assert_eq!(usernames(&mut admin, "").await.len(), 6);

    let (_, body) = admin.stream("/api/v1/events").await;
    let deleted = bulk(&mut admin, BulkAction::Delete, matching(5)).await;
    assert_eq!(deleted.outcome, Outcome { changed: 5, ..Outcome::default() });
    assert!(!deleted.can_undo);
    assert_eq!(usernames(&mut admin, "").await, ["ada"]);
    let told = events(body, &Event::Users).await;
    assert!(told.contains(&Event::Job { job_id: deleted.id }));
}

/// The events up to `last`. The time limit only ends a test that has failed.
async fn events(body: Body, last: &Event) -> Vec<Event> {
    let mut text = String::new();
    let mut chunks = body.into_data_stream();
    let read = async {
        while let Some(chunk) = chunks.next().await {
            text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
            let told: Vec<Event> = text
                .lines()
                .filter_map(|line| line.strip_prefix("data: "))
                .map(|data| serde_json::from_str(data).unwrap())
                .collect();
            if told.contains(last) {
                return told;
            }
        }
        panic!("the stream ended");
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), read).await.expect("the event comes")
}

#[tokio::test]
async fn many_are_invited_each_once_and_only_who_needs_it() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut ids = vec![admin.add_user("nokey").await.id];
    let keyed = admin.add_user("keyed").await;
    admin.add_key(&keyed.id).await;
    ids.push(keyed.id.clone());
    let (active, _, codes) = admin.invite_new("active").await;
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    ids.push(active.id);

    let invited = bulk(&mut admin, BulkAction::Invite, Selection::Ids(ids)).await;
    assert_eq!(invited.outcome, Outcome { changed: 2, unchanged: 1, ..Outcome::default() });
    assert_eq!(usernames(&mut admin, "status=pending").await, ["keyed", "nokey"]);
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", keyed.id)).await.json();
    assert_eq!(detail.keys.len(), 1, "the key there is is used");
    let mails = appliance
        .app
        .db()
        .read(|conn| -> Result<Vec<String>, pocketkey_server::db::DbError> {
            let mut query = conn.prepare("SELECT recipient FROM outbox ORDER BY recipient")?;
            Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert_eq!(mails, ["keyed@example.org", "nokey@example.org"]);
}

#[tokio::test]
async fn blocked_keys_are_not_invited_and_do_not_make_room_for_new_ones() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (shut, spare) = (admin.add_user("shut").await.id, admin.add_user("spare").await.id);
    for user in [&shut, &spare] {
        let key = admin.add_key(user).await;
        admin.put(&format!("/api/v1/keys/{}/block", key.id), &()).await.expect(200);
    }
    let second = admin.add_key(&spare).await;
    assert_eq!(usernames(&mut admin, "status=blocked").await, ["shut", "spare"]);

    let users = Selection::Ids(vec![shut.clone(), spare.clone()]);
    let invited = bulk(&mut admin, BulkAction::Invite, users).await;
    assert_eq!(invited.outcome, Outcome { changed: 1, failed: 1, ..Outcome::default() });
    assert_eq!(usernames(&mut admin, "status=pending").await, ["spare"]);
    assert_eq!(usernames(&mut admin, "status=blocked").await, ["shut"]);
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{spare}")).await.json();
    assert_eq!(detail.keys[1].id, second.id);
    assert!(detail.keys[1].activation.is_some(), "the one that is not blocked");
}
