//! Who may do what to which admin.

use std::time::Duration;

use axum::body::to_bytes;
use pocketkey_api::{
    Page,
    admin::{AdminChange, AdminSummary, Role},
    session::{Session, SignIn},
};
use pocketkey_server::{
    admins::{AdminError, manage},
    audit::Actor,
};
use pocketkey_tests_api::{ADMIN, Appliance, Client, PASSWORD};

async fn list(client: &mut Client) -> Vec<AdminSummary> {
    client.get("/api/v1/admins").await.expect(200).json::<Page<AdminSummary>>().items
}

/// The address of the admin called so in the API.
async fn path(client: &mut Client, name: &str) -> String {
    let found = list(client).await.into_iter().find(|item| item.admin.name == name).unwrap();
    format!("/api/v1/admins/{}", found.admin.id)
}

fn to(role: Role) -> AdminChange {
    AdminChange { role }
}

/// Whether somebody of the first role may touch, or grant, the second: written out, to be read.
const REACH: [(Role, [bool; 4]); 4] = [
    //                  owner  admin  help desk  auditor
    (Role::Owner, [true, true, true, true]),
    (Role::Admin, [false, false, true, true]),
    (Role::HelpDesk, [false, false, false, false]),
    (Role::Auditor, [false, false, false, false]),
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_grants_or_touches_beyond_their_own_role() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    for (role, reaches) in REACH {
        let mut by = appliance.join(&mut owner, &format!("by-{}", role.as_str()), role).await;
        for (other, may) in Role::ALL.into_iter().zip(reaches) {
            let what = format!("{} → {}", role.as_str(), other.as_str());
            let name = format!("{}-{}", role.as_str(), other.as_str()).replace('_', "-");
            appliance.join(&mut owner, &name, other).await;
            let target = path(&mut owner, &name).await;
            let block = format!("{target}/block");

            // Granting the role, by invitation and by change of somebody within reach.
            let new = serde_json::json!({
                "name": "New", "email": format!("new-{name}@example.org"), "role": other.as_str(),
            });
            let invited = by.post("/api/v1/admins/invitations", &new).await;
            // Touching somebody who has it.
            let blocked = by.put(&block, &()).await;
            let unblocked = by.delete(&block).await;
            let unlocked = by.delete(&format!("{target}/lock")).await;
            let reset = by.delete(&format!("{target}/second-step")).await;
            let changed = by.patch(&target, &to(Role::Auditor)).await;
            owner.patch(&target, &to(Role::Auditor)).await.expect(200);
            let granted = by.patch(&target, &to(other)).await;
            owner.patch(&target, &to(other)).await.expect(200);
            let deleted = by.delete(&target).await;
            let all = [invited, blocked, unblocked, unlocked, reset, changed, granted, deleted];
            for (index, answer) in all.iter().enumerate() {
                assert_eq!(answer.status.is_success(), may, "{what}, number {index}: {}", answer.text());
                if !may {
                    answer.expect_problem(403, "not_permitted");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_themself_out_and_an_owner_is_always_left() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let own = path(&mut owner, "Grace Hopper").await;
    let before = appliance.audit().await.len();
    owner.patch(&own, &to(Role::Auditor)).await.expect_problem(409, "yourself");
    owner.put(&format!("{own}/block"), &()).await.expect_problem(409, "yourself");
    owner.delete(&own).await.expect_problem(409, "yourself");
    assert_eq!(appliance.audit().await.len(), before);

    // Two owners at once could each do away with the other; whoever comes second is told.
    let last = list(&mut owner).await.remove(0).admin.id;
    let by = Actor::appliance();
    let app = &appliance.app;
    for refused in [
        manage::change_role(app, last.clone(), Role::Admin, by.clone(), Role::Owner).await.err(),
        manage::set_blocked(app, last.clone(), true, by.clone(), Role::Owner).await.err(),
        manage::delete(app, last.clone(), by.clone(), Role::Owner).await.err(),
    ] {
        assert!(matches!(refused, Some(AdminError::LastOwner)), "{refused:?}");
    }
    // Somebody who is blocked is no owner left.
    appliance.join(&mut owner, "ada", Role::Owner).await;
    let ada = path(&mut owner, "ada").await;
    owner.put(&format!("{ada}/block"), &()).await.expect(200);
    let refused = manage::delete(app, last.clone(), by.clone(), Role::Owner).await;
    assert!(matches!(refused, Err(AdminError::LastOwner)));
    owner.delete(&format!("{ada}/block")).await.expect(200);
    manage::delete(app, last, by, Role::Owner).await.unwrap();
    owner.get("/api/v1/admins").await.expect_problem(401, "signed_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_counts_from_the_next_request_on() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut ada = appliance.join(&mut owner, "ada", Role::Auditor).await;
    let group = serde_json::json!({ "name": "Board" });
    ada.post("/api/v1/groups", &group).await.expect_problem(403, "not_permitted");
    let path = path(&mut owner, "ada").await;
    let changed: AdminSummary = owner.patch(&path, &to(Role::Admin)).await.expect(200).json();
    assert_eq!(changed.admin.role, Role::Admin);
    ada.post("/api/v1/groups", &group).await.expect(201);
    let session: Session = ada.get("/api/v1/session").await.json();
    assert_eq!(session.admin.unwrap().role, Role::Admin);
    let noted = ("admin.role_changed".to_owned(), "Grace Hopper".to_owned(), "ada".to_owned());
    assert!(appliance.audit().await.contains(&noted));
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_ends_sessions_and_streams_at_once_and_unblocking_lets_in_again() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut ada = appliance.join(&mut owner, "ada", Role::Admin).await;
    let sign_in = SignIn { email: "ada@example.org".into(), password: PASSWORD.into() };
    let mut elsewhere = appliance.client();
    elsewhere.post("/api/v1/session", &sign_in).await.expect(200);
    let (status, stream) = ada.stream("/api/v1/events").await;
    assert_eq!(status, 200);
    let path = path(&mut owner, "ada").await;
    let skip = appliance.audit().await.len();
    for _ in 0..2 {
        let blocked: AdminSummary = owner.put(&format!("{path}/block"), &()).await.expect(200).json();
        assert_eq!(blocked.blocked_at, Some(appliance.app.now()));
    }
    // The time limit, below the stream's own look at its session, only ends a test that has failed.
    let end = tokio::time::timeout(Duration::from_secs(10), to_bytes(stream, usize::MAX)).await;
    end.expect("the stream ends").unwrap();
    ada.get("/api/v1/users").await.expect_problem(401, "signed_out");
    elsewhere.get("/api/v1/users").await.expect_problem(401, "signed_out");
    ada.post("/api/v1/session", &sign_in).await.expect_problem(403, "blocked");
    let wrong = SignIn { password: "not the password".into(), ..sign_in.clone() };
    ada.post("/api/v1/session", &wrong).await.expect_problem(401, "wrong_password");

    owner.delete(&format!("{path}/block")).await.expect(200);
    ada.get("/api/v1/users").await.expect_problem(401, "signed_out");
    ada.post("/api/v1/session", &sign_in).await.expect(200);
    let actions = [
        "admin.blocked",
        "admin.sign_in_failed",
        "admin.sign_in_failed",
        "admin.unblocked",
        "admin.signed_in",
    ];
    assert_eq!(appliance.actions(skip).await, actions);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_comes_in_pages_and_says_how_each_signs_in() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    for name in ["ada", "bob", "zoe"] {
        appliance.join(&mut owner, name, Role::HelpDesk).await;
    }
    appliance.clock.advance_seconds(60);
    owner
        .post("/api/v1/session", &SignIn { email: ADMIN.into(), password: PASSWORD.into() })
        .await
        .expect(200);
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<AdminSummary> =
            owner.get(&format!("/api/v1/admins?limit=2&after={after}")).await.expect(200).json();
        names.extend(page.items.iter().map(|item| item.admin.name.clone()));
        let Some(next) = page.next else { break };
        after = next;
    }
    assert_eq!(names, ["ada", "bob", "Grace Hopper", "zoe"]);
    let all = list(&mut owner).await;
    assert_eq!(all[2].signed_in_at, Some(appliance.app.now()));
    assert_eq!(all[0].signed_in_at, Some(appliance.app.now() - 60_000));
    assert!(all.iter().all(|item| !item.two_step && item.passkey_count == 0 && item.locked_until.is_none()));
}
