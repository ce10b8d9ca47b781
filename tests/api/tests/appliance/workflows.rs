//! Workflows: who is mailed and who is not, by which trigger, and what can be done about a run.

use std::{collections::BTreeMap, time::Duration};

use axum::http::Method;
use pocketkey_api::{
    Page, RunId,
    activation::ActivationMethod,
    audit::Entry,
    group::{Group, Members, NewGroup},
    inbox::{Fault, FaultSetting, Mail, MailSummary},
    job::Job,
    key::{KeyKind, KeyOfUser, KeyStatus, NewKey},
    session::SignIn,
    settings::SettingsChoice,
    user::{User, UserChange, UserDetail},
    workflow::{
        Audience, AudienceCount, NewWorkflow, ResultState, Run, RunCause, RunDetail, RunResult, RunState,
        SkipReason, Trigger, Workflow, WorkflowChange, WorkflowState,
    },
};
use pocketkey_server::db::DbError;
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD, Phone, until};
use serde_json::json;
use tokio::time::sleep;

use crate::{keys::actions, people::finished};

fn workflow(name: &str, trigger: Trigger) -> NewWorkflow {
    NewWorkflow { name: name.into(), groups: Vec::new(), kind: KeyKind::Smartphone, settings: None, trigger }
}

async fn create(admin: &mut Client, new: &NewWorkflow) -> Workflow {
    admin.post("/api/v1/workflows", new).await.expect(201).json()
}

async fn change(admin: &mut Client, of: &Workflow, change: &WorkflowChange) -> Answer {
    let body = serde_json::to_vec(change).unwrap();
    admin.send(Method::PATCH, &format!("/api/v1/workflows/{}", of.id), Some("application/json"), body).await
}

async fn lab(admin: &mut Client, members: &[&User]) -> Group {
    let group: Group =
        admin.post("/api/v1/groups", &NewGroup { name: "Lab".into() }).await.expect(201).json();
    join(admin, &group, members).await;
    group
}

async fn join(admin: &mut Client, group: &Group, users: &[&User]) {
    let members = Members { add: users.iter().map(|user| user.id.clone()).collect(), remove: Vec::new() };
    admin.post(&format!("/api/v1/groups/{}/members", group.id), &members).await.expect(200);
}

async fn add_many(admin: &mut Client, count: u32) {
    let people = |number| format!("user{number},Person {number},user{number}@example.org\n");
    let file: String =
        std::iter::once("username,name,email\n".to_owned()).chain((0..count).map(people)).collect();
    let path = "/api/v1/imports?columns=username,name,email";
    let job: Job = admin.send(Method::POST, path, Some("text/csv"), file).await.expect(202).json();
    finished(admin, &job).await;
}

async fn detail(admin: &mut Client, run: &RunId) -> RunDetail {
    admin.get(&format!("/api/v1/runs/{run}")).await.expect(200).json()
}

/// A workflow's latest run, once it is the `number`th and has ended.
async fn ended(appliance: &Appliance, admin: &mut Client, of: &Workflow, number: u32) -> Run {
    until("the run ends", async || {
        appliance.app.workflows_waiting().notify_one();
        let now: Workflow = admin.get(&format!("/api/v1/workflows/{}", of.id)).await.expect(200).json();
        now.last_run.filter(|run| run.number == number && run.state == RunState::Done)
    })
    .await
}

async fn results(admin: &mut Client, run: &RunId, query: &str) -> Vec<RunResult> {
    admin
        .get(&format!("/api/v1/runs/{run}/results?{query}"))
        .await
        .expect(200)
        .json::<Page<RunResult>>()
        .items
}

/// Time passes, and the admin signs in again.
async fn later(appliance: &Appliance, admin: &mut Client, seconds: i64) {
    appliance.clock.advance_seconds(seconds);
    let sign_in = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    admin.post("/api/v1/session", &sign_in).await.expect(200);
}

/// `username state reason`, a line a user.
async fn lines(admin: &mut Client, run: &RunId, query: &str) -> Vec<String> {
    let line = |result: RunResult| {
        let reason = result.reason.map_or("", SkipReason::key);
        format!("{} {} {reason}", result.user.username, result.state.key()).trim_end().to_owned()
    };
    results(admin, run, query).await.into_iter().map(line).collect()
}

/// How many mails to each recipient the outbox has ever had.
async fn mails(appliance: &Appliance) -> BTreeMap<String, u32> {
    let read = appliance.app.db().read(|conn| -> Result<BTreeMap<String, u32>, DbError> {
        let mut query = conn.prepare("SELECT recipient, count(*) FROM outbox GROUP BY recipient")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    read.await.unwrap()
}

/// The activation link in the latest mail to somebody.
async fn link(admin: &mut Client, username: &str) -> String {
    let summary = until("the mail arrives", async || {
        let path = format!("/api/v1/inbox?search=to:{username}@example.org");
        let page: Page<MailSummary> = admin.get(&path).await.expect(200).json();
        page.items.into_iter().next()
    })
    .await;
    let mail: Mail = admin.get(&format!("/api/v1/inbox/{}", summary.id)).await.expect(200).json();
    mail.links.into_iter().find(|link| link.contains("/activate#")).unwrap()
}

#[tokio::test]
async fn only_those_without_an_active_key_are_mailed() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ada = admin.add_user("ada").await;
    let (_, _, codes) = admin.invite_new("bob").await;
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    let (eve, ..) = admin.invite_new("eve").await;
    admin.put(&format!("/api/v1/users/{}/block", eve.id), &()).await.expect(200);
    let (_, key, _) = admin.invite_new("kim").await;
    admin.put(&format!("/api/v1/keys/{}/block", key.id), &()).await.expect(200);
    let (pat, waiting, _) = admin.invite_new("pat").await;
    let card = NewKey::of(KeyKind::Card);
    admin.post(&format!("/api/v1/users/{}/keys", ada.id), &card).await.expect(201);

    let audience = Audience { groups: Vec::new(), kind: KeyKind::Smartphone };
    let count: AudienceCount = admin.post("/api/v1/workflows/preview", &audience).await.expect(200).json();
    assert_eq!(count, AudienceCount { users: 5, to_invite: 3 });

    let offline = SettingsChoice { offline_login: Some(true), ..SettingsChoice::default() };
    let new = NewWorkflow { settings: Some(offline), ..workflow(" Everybody ", Trigger::Once) };
    let begun = create(&mut admin, &new).await;
    assert_eq!(
        (begun.name.as_str(), begun.everybody, begun.state),
        ("Everybody", true, WorkflowState::Running)
    );
    let run = ended(&appliance, &mut admin, &begun, 1).await;
    assert_eq!((run.cause, run.total, run.invited, run.skipped), (RunCause::Admin, 5, 2, 3));
    assert!(run.ended_at.is_some());
    let shown: Workflow = admin.get(&format!("/api/v1/workflows/{}", begun.id)).await.expect(200).json();
    assert_eq!(shown.state, WorkflowState::Done);

    let link = link(&mut admin, "ada").await;
    until("both mails are sent", async || {
        let counts = detail(&mut admin, &run.id).await.counts;
        counts.iter().any(|it| it.state == ResultState::Mailed && it.count == 2).then_some(())
    })
    .await;
    Phone::default().redeem_link(&mut appliance.client(), &link).await.expect(200);
    assert_eq!(
        lines(&mut admin, &run.id, "").await,
        [
            "ada activated",
            "bob skipped active",
            "eve skipped user_blocked",
            "kim skipped key_blocked",
            "pat mailed"
        ]
    );
    assert_eq!(lines(&mut admin, &run.id, "state=activated").await, ["ada activated"]);
    assert_eq!(lines(&mut admin, &run.id, "search=PAT").await, ["pat mailed"]);
    assert_eq!(lines(&mut admin, &run.id, "search=pat&state=skipped").await, [""; 0]);
    let mailed: Vec<_> = mails(&appliance).await.into_iter().collect();
    assert_eq!(mailed, [("ada@example.org".to_owned(), 1), ("pat@example.org".to_owned(), 1)]);

    // Keys there were keep their settings, new ones have the workflow's.
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", pat.id)).await.expect(200).json();
    assert_eq!((detail.keys.len(), &detail.keys[0].id, detail.keys[0].uses_defaults), (1, &waiting.id, true));
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", ada.id)).await.expect(200).json();
    let phone = detail.keys.iter().find(|key| key.kind == KeyKind::Smartphone).unwrap();
    assert!(phone.status == KeyStatus::Active && phone.settings.unwrap().offline_login);

    // A run again mails who is still without.
    let again: Run =
        admin.post(&format!("/api/v1/workflows/{}/runs", begun.id), &()).await.expect(201).json();
    assert_eq!(again.number, 2);
    let run = ended(&appliance, &mut admin, &begun, 2).await;
    assert_eq!((run.invited, run.skipped), (1, 4));
    let page = format!("/api/v1/workflows/{}/runs?limit=1", begun.id);
    let first: Page<Run> = admin.get(&page).await.expect(200).json();
    let second: Page<Run> =
        admin.get(&format!("{page}&after={}", first.next.unwrap())).await.expect(200).json();
    assert_eq!((first.items[0].number, second.items[0].number, second.next), (2, 1, None));
    let done = actions(&appliance).await;
    for action in ["workflow.created", "run.started", "run.ended"] {
        assert!(done.iter().any(|it| it == action), "{action}");
    }
}

#[tokio::test]
async fn a_workflow_is_for_the_groups_it_names_and_for_nobody_once_they_are_gone() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let group: Group =
        admin.post("/api/v1/groups", &NewGroup { name: "Lab".into() }).await.expect(201).json();
    let (ada, _) = (admin.add_user("ada").await, admin.add_user("bob").await);
    let members = Members { add: vec![ada.id.clone()], remove: Vec::new() };
    admin.post(&format!("/api/v1/groups/{}/members", group.id), &members).await.expect(200);

    for (wrong, field) in [
        (NewWorkflow { groups: vec!["nowhere".into()], ..workflow("x", Trigger::Once) }, "groups"),
        (NewWorkflow { kind: KeyKind::Card, ..workflow("x", Trigger::Once) }, "kind"),
        (workflow(" ", Trigger::Once), "name"),
        (workflow("x", Trigger::Schedule { weekday: Some(8), minute: 0 }), "trigger"),
        (workflow("x", Trigger::Schedule { weekday: None, minute: 1440 }), "trigger"),
    ] {
        let problem = admin.post("/api/v1/workflows", &wrong).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, field);
    }
    assert!(admin.get("/api/v1/workflows").await.expect(200).json::<Vec<Workflow>>().is_empty());

    let new = NewWorkflow { groups: vec![group.id.clone()], ..workflow("Lab", Trigger::Once) };
    let lab = create(&mut admin, &new).await;
    assert_eq!((lab.everybody, &lab.groups), (false, &vec![group.clone()]));
    let twice = admin.post("/api/v1/workflows", &NewWorkflow { name: "LAB".into(), ..new }).await;
    assert_eq!(twice.expect_problem(422, "invalid_fields").fields[0].field, "name");
    let run = ended(&appliance, &mut admin, &lab, 1).await;
    assert_eq!((run.total, run.invited), (1, 1));
    admin.delete(&format!("/api/v1/groups/{}", group.id)).await.expect(204);
    admin.post(&format!("/api/v1/workflows/{}/runs", lab.id), &()).await.expect(201);
    let run = ended(&appliance, &mut admin, &lab, 2).await;
    assert_eq!((run.total, run.invited, run.skipped), (0, 0, 0));
    assert_eq!(mails(&appliance).await.len(), 1);

    admin.delete(&format!("/api/v1/workflows/{}", lab.id)).await.expect(204);
    for path in
        ["/api/v1/workflows/x", "/api/v1/workflows/x/runs", "/api/v1/runs/x", "/api/v1/runs/x/results"]
    {
        admin.get(path).await.expect_problem(404, "not_found");
    }
    admin.get(&format!("/api/v1/runs/{}", run.id)).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn who_joins_a_group_or_is_imported_starts_a_run() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let group: Group =
        admin.post("/api/v1/groups", &NewGroup { name: "Lab".into() }).await.expect(201).json();
    let before: User = admin.add_user("before").await;
    let joined = NewWorkflow { groups: vec![group.id.clone()], ..workflow("Joined", Trigger::Joined) };
    let joined = create(&mut admin, &joined).await;
    let imported = create(&mut admin, &workflow("Imported", Trigger::Imported)).await;
    assert_eq!((joined.state, joined.last_run), (WorkflowState::Waiting, None));

    let ada = admin.add_user("ada").await;
    let members = Members { add: vec![ada.id.clone()], remove: Vec::new() };
    admin.post(&format!("/api/v1/groups/{}/members", group.id), &members).await.expect(200);
    let joined: Workflow = admin.get(&format!("/api/v1/workflows/{}", joined.id)).await.expect(200).json();
    let run = ended(&appliance, &mut admin, &joined, 1).await;
    assert_eq!((run.cause, run.total), (RunCause::Joined, 1));
    assert_eq!(results(&mut admin, &run.id, "").await[0].user.username, "ada");

    // Staying in a group is no joining; who joins while it is paused is looked at afterwards.
    admin.put(&format!("/api/v1/workflows/{}/pause", joined.id), &()).await.expect(200);
    for user in [&ada, &before] {
        let change = UserChange { groups: Some(vec![group.id.clone()]), ..UserChange::default() };
        let body = serde_json::to_vec(&change).unwrap();
        let path = format!("/api/v1/users/{}", user.id);
        admin.send(Method::PATCH, &path, Some("application/json"), body).await.expect(200);
    }
    admin
        .post(&format!("/api/v1/workflows/{}/runs", joined.id), &())
        .await
        .expect_problem(409, "workflow_paused");
    appliance.app.workflows_waiting().notify_one();
    sleep(Duration::from_millis(200)).await;
    let paused: Workflow = admin.get(&format!("/api/v1/workflows/{}", joined.id)).await.expect(200).json();
    assert_eq!((paused.state, paused.last_run.unwrap().number), (WorkflowState::Paused, 1));
    admin.delete(&format!("/api/v1/workflows/{}/pause", joined.id)).await.expect(200);
    let run = ended(&appliance, &mut admin, &joined, 2).await;
    assert_eq!(run.total, 1);
    assert_eq!(results(&mut admin, &run.id, "").await[0].user.username, "before");

    let file = "username,name,email\nnew1,New,new1@example.org\nnew2,New,new2@example.org\nada,Ada L.,ada@example.org\n";
    let path = "/api/v1/imports?columns=username,name,email&update=true";
    let job: Job = admin.send(Method::POST, path, Some("text/csv"), file).await.expect(202).json();
    finished(&mut admin, &job).await;
    let run = ended(&appliance, &mut admin, &imported, 1).await;
    assert_eq!((run.cause, run.total, run.invited), (RunCause::Imported, 2, 2));
    assert!(mails(&appliance).await.values().all(|count| *count == 1));
}

#[tokio::test]
async fn a_schedule_runs_when_it_is_time() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.add_user("ada").await;
    // The clock stands at midnight, UTC.
    let daily = create(&mut admin, &workflow("Daily", Trigger::Schedule { weekday: None, minute: 60 })).await;
    assert_eq!(daily.next_at, Some(1_767_225_600_000 + 3_600_000));
    assert_eq!(daily.state, WorkflowState::Waiting);
    appliance.clock.advance_seconds(3_599);
    appliance.app.workflows_waiting().notify_one();
    sleep(Duration::from_millis(200)).await;
    assert!(mails(&appliance).await.is_empty());
    appliance.clock.advance_seconds(1);
    let run = ended(&appliance, &mut admin, &daily, 1).await;
    assert_eq!((run.cause, run.invited), (RunCause::Schedule, 1));

    // Days that passed while nobody looked are one run; those while it was paused are none.
    later(&appliance, &mut admin, 3 * 24 * 3_600).await;
    ended(&appliance, &mut admin, &daily, 2).await;
    let path = format!("/api/v1/workflows/{}/pause", daily.id);
    admin.put(&path, &()).await.expect(200);
    later(&appliance, &mut admin, 24 * 3_600).await;
    let resumed: Workflow = admin.delete(&path).await.expect(200).json();
    assert!(resumed.next_at.unwrap() > appliance.app.now());
    appliance.app.workflows_waiting().notify_one();
    sleep(Duration::from_millis(200)).await;
    assert_eq!(mails(&appliance).await["ada@example.org"], 2);
}

#[tokio::test]
async fn a_run_is_paused_resumed_and_cancelled() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    add_many(&mut admin, 450).await;

    let all = create(&mut admin, &workflow("All", Trigger::Once)).await;
    let run = all.last_run.clone().unwrap();
    let path = format!("/api/v1/runs/{}", run.id);
    let paused: RunDetail = admin.put(&format!("{path}/pause"), &()).await.expect(200).json();
    assert_eq!(paused.run.state, RunState::Paused);
    assert!(paused.run.invited < 450, "it was paused on its way");
    admin.post(&format!("/api/v1/workflows/{}/runs", all.id), &()).await.expect_problem(409, "run_under_way");
    appliance.app.workflows_waiting().notify_one();
    sleep(Duration::from_millis(200)).await;
    assert_eq!(detail(&mut admin, &run.id).await.run.invited, paused.run.invited);

    // Pausing it outlives a restart, and so does where it was.
    let appliance = appliance.restart().await;
    let cookie = admin.cookie;
    let mut admin = appliance.client();
    admin.cookie = cookie;
    assert_eq!(detail(&mut admin, &run.id).await.run, paused.run);
    admin.delete(&format!("{path}/pause")).await.expect(200);
    let done = ended(&appliance, &mut admin, &all, 1).await;
    assert_eq!((done.invited, done.skipped), (450, 0));
    let mailed = mails(&appliance).await;
    assert!(mailed.len() == 450 && mailed.values().all(|count| *count == 1));
    for over in [
        admin.put(&format!("{path}/pause"), &()).await,
        admin.delete(&format!("{path}/pause")).await,
        admin.post(&format!("{path}/cancel"), &()).await,
    ] {
        over.expect_problem(409, "run_ended");
    }

    let again: Run = admin.post(&format!("/api/v1/workflows/{}/runs", all.id), &()).await.expect(201).json();
    let path = format!("/api/v1/runs/{}", again.id);
    let cancelled: RunDetail = admin.post(&format!("{path}/cancel"), &()).await.expect(200).json();
    assert_eq!(cancelled.run.state, RunState::Cancelled);
    assert!(cancelled.run.ended_at.is_some() && cancelled.run.invited < 450);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(detail(&mut admin, &again.id).await.run, cancelled.run);
    let paged: Page<RunResult> =
        admin.get(&format!("/api/v1/runs/{}/results?limit=200", run.id)).await.json();
    let rest = format!("/api/v1/runs/{}/results?limit=200&after={}", run.id, paged.next.unwrap());
    assert_eq!(admin.get(&rest).await.json::<Page<RunResult>>().items.len(), 200);
    let wrong = admin.get(&format!("/api/v1/runs/{}/results?after=x", run.id)).await;
    wrong.expect_problem(400, "wrong_cursor");
}

#[tokio::test]
async fn failures_are_run_again_and_nobody_else() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for name in ["ada", "bob"] {
        admin.add_user(name).await;
    }
    let refuse = FaultSetting { fault: Some(Fault::Refuse), to: "ada@".into() };
    admin.put("/api/v1/inbox/fault", &refuse).await.expect(200);
    let all = create(&mut admin, &workflow("All", Trigger::Once)).await;
    let run = ended(&appliance, &mut admin, &all, 1).await;
    until("one mail is refused and one is sent", async || {
        (lines(&mut admin, &run.id, "").await == ["ada mail_failed", "bob mailed"]).then_some(())
    })
    .await;
    let failed = &results(&mut admin, &run.id, "state=mail_failed").await[0];
    assert!(failed.error.as_ref().is_some_and(|words| !words.is_empty()), "the server's words");

    admin.put("/api/v1/inbox/fault", &FaultSetting { fault: None, to: String::new() }).await.expect(200);
    let again: Run = admin.post(&format!("/api/v1/runs/{}/retry", run.id), &()).await.expect(201).json();
    assert_eq!((again.cause, again.total), (RunCause::Retry, 1));
    let again = ended(&appliance, &mut admin, &all, 2).await;
    until("the second mail is sent", async || {
        (lines(&mut admin, &again.id, "").await == ["ada mailed"]).then_some(())
    })
    .await;
    admin
        .post(&format!("/api/v1/runs/{}/retry", again.id), &())
        .await
        .expect_problem(409, "nothing_to_retry");

    later(&appliance, &mut admin, 25 * 3_600).await;
    assert_eq!(lines(&mut admin, &again.id, "").await, ["ada expired"]);
    admin.post(&format!("/api/v1/runs/{}/retry", again.id), &()).await.expect(201);
    let third = ended(&appliance, &mut admin, &all, 3).await;
    assert_eq!((third.total, third.invited), (1, 1));
    assert_eq!(actions(&appliance).await.iter().filter(|it| *it == "run.started").count(), 3);
    // The latest invitation took the place of the earlier one.
    assert_eq!(lines(&mut admin, &again.id, "").await, ["ada withdrawn"]);
    assert_eq!(mails(&appliance).await["bob@example.org"], 1);
}

#[tokio::test]
async fn whoever_becomes_active_while_the_mail_waits_is_not_mailed() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ada = admin.add_user("ada").await;
    let delay = FaultSetting { fault: Some(Fault::Greylist { seconds: 600 }), to: String::new() };
    admin.put("/api/v1/inbox/fault", &delay).await.expect(200);
    let all = create(&mut admin, &workflow("All", Trigger::Once)).await;
    let run = ended(&appliance, &mut admin, &all, 1).await;
    assert_eq!(lines(&mut admin, &run.id, "").await, ["ada queued"]);

    let other = admin.add_key(&ada.id).await;
    let codes = admin.invite(&other.id, ActivationMethod::Now).await.codes.unwrap();
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    assert_eq!(lines(&mut admin, &run.id, "").await, ["ada skipped active"]);
    let RunDetail { run, .. } = detail(&mut admin, &run.id).await;
    assert_eq!((run.invited, run.skipped), (0, 1));
    let state = appliance.app.db().read(|conn| -> Result<String, DbError> {
        Ok(conn.query_row("SELECT group_concat(state) FROM outbox", [], |row| row.get(0))?)
    });
    assert_eq!(state.await.unwrap(), "dropped");
    let keys: Page<KeyOfUser> = admin.get("/api/v1/keys?status=not_activated").await.expect(200).json();
    assert_eq!(keys.items.len(), 1, "the key it assigned stays, with no open invitation");
}

#[tokio::test]
async fn a_workflow_is_changed_and_what_is_not_named_stays() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ada = admin.add_user("ada").await;
    let group = lab(&mut admin, &[&ada]).await;
    create(&mut admin, &workflow("Other", Trigger::Joined)).await;
    let new = NewWorkflow { groups: vec![group.id.clone()], ..workflow("Lab", Trigger::Joined) };
    let made = create(&mut admin, &new).await;

    // One field at fault, and nothing is changed.
    let no_change = WorkflowChange::default();
    let renamed = WorkflowChange { name: Some("Changed".into()), ..no_change.clone() };
    for (wrong, field) in [
        (WorkflowChange { name: Some(" other ".into()), ..no_change.clone() }, "name"),
        (WorkflowChange { name: Some(" ".into()), ..no_change.clone() }, "name"),
        (WorkflowChange { groups: Some(vec!["nowhere".into()]), ..renamed.clone() }, "groups"),
        (WorkflowChange { kind: Some(KeyKind::Card), ..renamed.clone() }, "kind"),
        (
            WorkflowChange {
                trigger: Some(Trigger::Schedule { weekday: Some(0), minute: 0 }),
                ..renamed.clone()
            },
            "trigger",
        ),
    ] {
        let problem = change(&mut admin, &made, &wrong).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, field);
    }
    let path = format!("/api/v1/workflows/{}", made.id);
    assert_eq!(admin.get(&path).await.expect(200).json::<Workflow>(), made);
    assert_eq!(change(&mut admin, &made, &no_change).await.expect(200).json::<Workflow>(), made);
    let gone = Workflow { id: "x".into(), ..made.clone() };
    change(&mut admin, &gone, &renamed).await.expect_problem(404, "not_found");

    let settings = SettingsChoice { offline_login: Some(true), ..SettingsChoice::default() };
    let trigger = Trigger::Schedule { weekday: None, minute: 60 };
    let all = WorkflowChange {
        name: Some(" Everybody ".into()),
        groups: Some(Vec::new()),
        kind: Some(KeyKind::Smartphone),
        settings: Some(settings),
        trigger: Some(trigger),
    };
    let after: Workflow = change(&mut admin, &made, &all).await.expect(200).json();
    let next_at = Some(1_767_225_600_000 + 3_600_000);
    let expected = Workflow {
        name: "Everybody".into(),
        everybody: true,
        groups: Vec::new(),
        settings: Some(settings),
        trigger,
        next_at,
        ..made.clone()
    };
    assert_eq!(after, expected);
    // Its own name in other letters is no other's.
    let upper = WorkflowChange { name: Some("EVERYBODY".into()), ..no_change.clone() };
    let after: Workflow = change(&mut admin, &made, &upper).await.expect(200).json();
    assert_eq!((&*after.name, after.everybody, after.next_at), ("EVERYBODY", true, next_at));
    let defaults = WorkflowChange {
        settings: Some(SettingsChoice::default()),
        trigger: Some(Trigger::Once),
        ..no_change
    };
    let after: Workflow = change(&mut admin, &made, &defaults).await.expect(200).json();
    assert_eq!((after.settings, after.next_at, after.last_run), (None, None, None), "nothing begins");
    assert_eq!(after.state, WorkflowState::Waiting);

    let log: Page<Entry> = admin.get("/api/v1/audit?action=workflow.changed").await.expect(200).json();
    let details: Vec<_> = log.items.into_iter().rev().map(|entry| entry.detail).collect();
    assert_eq!(details.len(), 3, "what changes nothing is not noted");
    assert_eq!(details[0]["name"], json!({ "from": "Lab", "to": "Everybody" }));
    assert_eq!(details[0]["groups"], json!({ "from": "Lab", "to": "all users" }));
    assert_eq!(details[0]["settings"], json!({ "from": "{}", "to": "{\"offline_login\":true}" }));
    assert_eq!(details[1], json!({ "name": { "from": "Everybody", "to": "EVERYBODY" } }));
}

#[tokio::test]
async fn a_run_keeps_what_it_began_with() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    add_many(&mut admin, 450).await;
    let group = lab(&mut admin, &[]).await;
    let all = create(&mut admin, &workflow("All", Trigger::Once)).await;
    let pause = format!("/api/v1/workflows/{}/pause", all.id);
    let paused: Workflow = admin.put(&pause, &()).await.expect(200).json();
    assert!(paused.last_run.unwrap().invited < 450, "it was paused on its way");
    let offline = SettingsChoice { offline_login: Some(true), ..SettingsChoice::default() };
    let narrower = WorkflowChange {
        name: Some("Lab".into()),
        groups: Some(vec![group.id.clone()]),
        settings: Some(offline),
        trigger: Some(Trigger::Joined),
        ..WorkflowChange::default()
    };
    let changed: Workflow = change(&mut admin, &all, &narrower).await.expect(200).json();
    assert_eq!(changed.state, WorkflowState::Paused);
    admin.delete(&pause).await.expect(200);
    let run = ended(&appliance, &mut admin, &all, 1).await;
    assert_eq!((&*run.workflow, run.total, run.invited, run.skipped), ("Lab", 450, 450, 0));
    let own = appliance.app.db().read(|conn| -> Result<u32, DbError> {
        Ok(conn.query_row("SELECT count(*) FROM keys WHERE settings IS NOT NULL", [], |row| row.get(0))?)
    });
    assert_eq!(own.await.unwrap(), 0, "the run's settings, not the workflow's");

    // The next one is as the workflow is now.
    let eve = admin.add_user("eve").await;
    join(&mut admin, &group, &[&eve]).await;
    let run = ended(&appliance, &mut admin, &all, 2).await;
    assert_eq!((run.cause, run.total, run.invited), (RunCause::Joined, 1, 1));
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", eve.id)).await.expect(200).json();
    assert!(detail.keys[0].settings.unwrap().offline_login);
}

#[tokio::test]
async fn who_came_by_the_trigger_before_is_still_looked_at() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let group = lab(&mut admin, &[]).await;
    let new = NewWorkflow { groups: vec![group.id.clone()], ..workflow("Lab", Trigger::Joined) };
    let made = create(&mut admin, &new).await;
    let pause = format!("/api/v1/workflows/{}/pause", made.id);
    admin.put(&pause, &()).await.expect(200);
    let (ada, bob) = (admin.add_user("ada").await, admin.add_user("bob").await);
    join(&mut admin, &group, &[&ada]).await;
    let once = WorkflowChange { trigger: Some(Trigger::Once), ..WorkflowChange::default() };
    let changed: Workflow = change(&mut admin, &made, &once).await.expect(200).json();
    assert_eq!(changed.last_run.map(|run| (run.total, run.state)), Some((1, RunState::Paused)));
    join(&mut admin, &group, &[&bob]).await;
    admin.delete(&pause).await.expect(200);
    let run = ended(&appliance, &mut admin, &made, 1).await;
    assert_eq!((run.cause, run.total, run.invited), (RunCause::Joined, 1, 1));
    assert_eq!(lines(&mut admin, &run.id, "search=ada").await.len(), 1);
    assert!(!mails(&appliance).await.contains_key("bob@example.org"));
}
