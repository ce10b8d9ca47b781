//! The audit log: everything that changes something is in it, and nobody changes it unnoticed.

use std::{collections::BTreeSet, time::Duration};

use axum::http::Method;
use pocketkey_api::{
    Page,
    audit::Entry,
    job::{Job, JobState},
    mail::MailSettings,
};
use pocketkey_server::audit::{Fault, service::verify_folder};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Authenticator, Client, PASSWORD, Phone, app_code};
use serde_json::{Value, json};

/// Endpoints that change something and have no entry of their own, and why.
const NOT_NOTED: &[(&str, &str)] = &[
    ("POST /api/v1/session/passkey/start", "changes nothing"),
    ("POST /api/v1/account/passkeys/start", "changes nothing"),
    ("POST /api/v1/account/totp", "changes nothing until a code was right"),
    ("POST /api/v1/admins/invitations/preview", "changes nothing"),
    ("POST /api/v1/imports/preview", "changes nothing"),
    ("POST /api/v1/workflows/preview", "changes nothing"),
    ("PUT /api/v1/runs/{id}/pause", "has an entry: workflows.rs sees it"),
    ("DELETE /api/v1/runs/{id}/pause", "has an entry: workflows.rs sees it"),
    ("POST /api/v1/runs/{id}/cancel", "has an entry: workflows.rs sees it"),
    ("POST /api/v1/runs/{id}/retry", "has an entry: workflows.rs sees it"),
    ("POST /api/v1/activations/preview", "changes nothing; a wrong pairing key that locks has an entry"),
    ("POST /api/v1/settings/templates/{name}/preview", "changes nothing"),
    ("POST /api/v1/webhooks/{id}/test", "the webhook's own log has what it was told"),
    ("POST /api/v1/webhooks/{id}/deliveries/{delivery}/retry", "the webhook's own log has what it was told"),
    ("POST /api/v1/pairings", "a computer waits; the pairing has an entry once a phone made it"),
    ("PUT /api/v1/devices/{id}/push", "a phone says where it is called"),
    ("DELETE /api/v1/devices/{id}/push", "a phone says where it is called"),
    ("PUT /api/v1/devices/{id}/settings", "a phone says which settings it has"),
    ("POST /api/v1/demo/register/start", "the demo site is no part of the appliance"),
    ("POST /api/v1/demo/register/finish", "the demo site is no part of the appliance"),
    ("POST /api/v1/demo/sign-in/start", "the demo site is no part of the appliance"),
    ("POST /api/v1/demo/sign-in/finish", "the demo site is no part of the appliance"),
];

/// An admin, and which endpoints were seen to be noted.
struct Walk {
    appliance: Appliance,
    admin: Client,
    noted: BTreeSet<String>,
}

impl Walk {
    /// The latest entries, jobs' parts included: everybody here has an e in their name.
    async fn log(&mut self) -> Vec<Entry> {
        entries(&mut self.admin, "search=e&limit=200").await
    }

    /// Calls an endpoint (`operation` as the document has it) at `path`, and gives the entry that it made.
    async fn noted(&mut self, operation: &str, path: &str, body: Value, action: &str) -> (Answer, Entry) {
        let before = self.log().await.first().map_or(0, |entry| entry.id);
        let method: Method = operation.split(' ').next().unwrap().parse().unwrap();
        let body = serde_json::to_vec(&body).unwrap();
        let answer = self.admin.send(method, path, Some("application/json"), body).await;
        assert!(answer.status.is_success(), "{operation}: {}", answer.text());
        if action == "job.finished" {
            ended(&mut self.admin, answer.json()).await;
        }
        let found = self.log().await.into_iter().find(|entry| entry.id > before && entry.action == action);
        let entry = found.unwrap_or_else(|| panic!("{operation} left no {action}"));
        assert_eq!(entry.actor.name, "Grace Hopper", "{operation}");
        self.noted.insert(operation.to_owned());
        (answer, entry)
    }

    /// The same of an endpoint that begins a job; waits for its end.
    async fn job(&mut self, operation: &str, path: &str, body: Value) -> Job {
        let (answer, finished) = self.noted(operation, path, body, "job.finished").await;
        let job: Job = answer.json();
        assert_eq!((&finished.target.id, &finished.detail["whole"]), (&job.id.0, &json!(true)));
        let started = self.log().await.into_iter().find(|entry| entry.action == "job.started").unwrap();
        assert_eq!(started.target.id, job.id.0);
        job
    }
}

async fn entries(admin: &mut Client, query: &str) -> Vec<Entry> {
    let page: Page<Entry> = admin.get(&format!("/api/v1/audit?{query}")).await.expect(200).json();
    page.items
}

async fn ended(admin: &mut Client, job: Job) -> Job {
    for _ in 0..500 {
        let now: Job = admin.get(&format!("/api/v1/jobs/{}", job.id)).await.expect(200).json();
        if now.state != JobState::Running {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job does not end");
}

#[tokio::test]
async fn every_endpoint_that_changes_something_is_in_the_log() {
    let appliance = Appliance::start().await;
    let admin = appliance.set_up().await;
    let mut walk = Walk { appliance, admin, noted: ["POST /api/v1/setup".to_owned()].into() };
    assert_eq!(walk.log().await[0].action, "appliance.set_up");

    people(&mut walk).await;
    devices(&mut walk).await;
    settings(&mut walk).await;
    workflows(&mut walk).await;
    let fault = json!({ "fault": { "kind": "refuse" }, "to": "" });
    walk.noted("PUT /api/v1/inbox/fault", "/api/v1/inbox/fault", fault, "inbox.fault_set").await;
    mails(&mut walk).await;
    outgoing_mail(&mut walk).await;
    webhooks(&mut walk).await;
    api_keys(&mut walk).await;
    account(&mut walk).await;
    admins(&mut walk).await;
    let settings = ("/api/v1/logs/settings", json!({ "report_rp": false, "keep_days": 90 }));
    let (_, entry) =
        walk.noted("PUT /api/v1/logs/settings", settings.0, settings.1, "log.settings_changed").await;
    assert_eq!(entry.detail, json!({ "report_rp": { "from": "true", "to": "false" } }));

    let document: Value = walk.appliance.client().get("/api/openapi.json").await.expect(200).json();
    let mut expected = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        expected.extend(methods.filter(|method| method != "GET").map(|method| format!("{method} {path}")));
    }
    let excused: BTreeSet<_> = NOT_NOTED.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    let seen: BTreeSet<_> = walk.noted.union(&excused).cloned().collect();
    assert_eq!(seen, expected, "an endpoint that changes something needs a step in this walk, or a reason");
    assert!(walk.noted.is_disjoint(&excused));
    let verified = verify_folder(walk.appliance.folder(), None).unwrap().unwrap();
    assert_eq!(usize::try_from(verified.count).unwrap(), walk.log().await.len(), "while it runs");
}

/// Groups, users, jobs on many of them.
async fn people(walk: &mut Walk) {
    let name = |name: &str| json!({ "name": name });
    let (made, _) = walk.noted("POST /api/v1/groups", "/api/v1/groups", name("Labs"), "group.created").await;
    let group = made.json::<Value>()["id"].as_str().unwrap().to_owned();
    let at = format!("/api/v1/groups/{group}");
    let (_, renamed) = walk.noted("PUT /api/v1/groups/{id}", &at, name("Lab"), "group.renamed").await;
    assert_eq!(renamed.detail, json!({ "name": { "from": "Labs", "to": "Lab" } }));

    let ada = json!({ "username": "ada", "name": "Ada", "email": "ada@example.org", "groups": [group] });
    let (made, entry) = walk.noted("POST /api/v1/users", "/api/v1/users", ada, "user.created").await;
    assert_eq!(entry.detail["groups"], "Lab");
    let ada = made.json::<Value>()["id"].as_str().unwrap().to_owned();
    let of_ada = format!("/api/v1/users/{ada}");
    let change = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "groups": [] });
    let (_, entry) = walk.noted("PATCH /api/v1/users/{id}", &of_ada, change, "user.changed").await;
    assert_eq!(
        entry.detail,
        json!({ "name": { "from": "Ada", "to": "Ada Lovelace" }, "groups": { "from": "Lab", "to": "" } })
    );
    let members = json!({ "add": [ada], "remove": [] });
    let at_members = format!("{at}/members");
    let (_, entry) =
        walk.noted("POST /api/v1/groups/{id}/members", &at_members, members, "user.joined_group").await;
    assert_eq!((entry.target.name.as_str(), &entry.detail["group"]), ("Ada Lovelace", &json!("Lab")));
    walk.noted("PUT /api/v1/users/{id}/block", &format!("{of_ada}/block"), json!(null), "user.blocked").await;
    let unblock = ("DELETE /api/v1/users/{id}/block", format!("{of_ada}/block"));
    walk.noted(unblock.0, &unblock.1, json!(null), "user.unblocked").await;

    let leave = json!({ "action": { "do": "leave", "group": group }, "users": { "ids": [ada] } });
    let job = walk.job("POST /api/v1/users/bulk", "/api/v1/users/bulk", leave).await;
    let of_job = entries(&mut walk.admin, &format!("job={}", job.id)).await;
    assert_eq!(of_job.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["user.left_group"]);
    let undo = format!("/api/v1/jobs/{}/undo", job.id);
    walk.job("POST /api/v1/jobs/{id}/undo", &undo, json!(null)).await;

    let csv = "username,name,email\ngrace,=Grace,grace@example.org\nada,Countess,ada@example.org\n";
    let import = "/api/v1/imports?columns=username,name,email";
    let before = walk.log().await.len();
    let answer = walk.admin.send(Method::POST, import, Some("text/csv"), csv).await.expect(202);
    let job = ended(&mut walk.admin, answer.json()).await;
    let made: Vec<_> = walk.log().await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(made[..made.len() - before], ["job.finished", "user.changed", "user.created", "job.started"]);
    let in_short = entries(&mut walk.admin, "limit=2").await;
    assert!(in_short.iter().all(|entry| entry.target.id == job.id.0), "the job stands for its parts");
    walk.noted.insert("POST /api/v1/imports".to_owned());
    let dry_run = format!("{import}&dry_run=true");
    let answer = walk.admin.send(Method::POST, &dry_run, Some("text/csv"), csv).await.expect(202);
    ended(&mut walk.admin, answer.json()).await;
    assert_eq!(walk.log().await.len(), made.len(), "a check changes nothing");

    walk.noted("DELETE /api/v1/groups/{id}", &at, json!(null), "group.deleted").await;
    walk.noted("DELETE /api/v1/users/{id}", &of_ada, json!(null), "user.deleted").await;
}

/// A key, its phone, a computer.
async fn devices(walk: &mut Walk) {
    let bob = walk.admin.add_user("bob").await;
    let keys = format!("/api/v1/users/{}/keys", bob.id);
    let new = json!({ "kind": "smartphone" });
    let (made, entry) = walk.noted("POST /api/v1/users/{id}/keys", &keys, new, "key.assigned").await;
    assert_eq!((entry.target.name.as_str(), &entry.detail["user"]), ("bob Lovelace", &json!(bob.id)));
    let key = format!("/api/v1/keys/{}", made.json::<Value>()["id"].as_str().unwrap());
    let invite = format!("{key}/activation");
    let by_now = json!({ "method": "now" });
    let (made, entry) = walk.noted("POST /api/v1/keys/{id}/activation", &invite, by_now, "key.invited").await;
    let link = made.json::<Value>()["codes"]["link"].as_str().unwrap().to_owned();
    let code = link.split_once('#').unwrap().1;
    assert!(!serde_json::to_string(&entry).unwrap().contains(code), "codes are no one's to read");

    Phone::default().redeem_link(&mut walk.appliance.client(), &link).await.expect(200);
    let entry = walk.log().await.remove(0);
    assert_eq!((entry.action.as_str(), entry.actor.kind.as_str()), ("key.activated", "appliance"));
    assert_eq!((&entry.detail["phone"], entry.actor.ip.as_str()), (&json!("Pixel 9 (simulated)"), "0.0.0.0"));
    walk.noted.insert("POST /api/v1/activations/redeem".to_owned());

    walk.noted("PUT /api/v1/keys/{id}/block", &format!("{key}/block"), json!(null), "key.blocked").await;
    walk.noted("DELETE /api/v1/keys/{id}/block", &format!("{key}/block"), json!(null), "key.unblocked").await;
    walk.noted("DELETE /api/v1/keys/{id}", &key, json!(null), "key.deleted").await;

    let computer = json!({ "computer": Phone::default().introduction() });
    let waiting: Value = walk.appliance.client().post("/api/v1/pairings", &computer).await.expect(201).json();
    let computer = format!("/api/v1/computers/{}", waiting["device_id"].as_str().unwrap());
    let block = format!("{computer}/block");
    walk.noted("PUT /api/v1/computers/{id}/block", &block, json!(null), "computer.blocked").await;
    walk.noted("DELETE /api/v1/computers/{id}/block", &block, json!(null), "computer.unblocked").await;
    walk.noted("DELETE /api/v1/computers/{id}", &computer, json!(null), "computer.deleted").await;
}

/// Settings of keys; a key that replaces another one.
async fn settings(walk: &mut Walk) {
    let on = || json!({ "offline_login": true });
    let at = "/api/v1/settings/keys";
    let (_, entry) = walk.noted("PUT /api/v1/settings/keys", at, on(), "settings.keys_changed").await;
    assert_eq!(entry.detail, json!({ "before": {}, "after": { "offline_login": true } }));
    let group: Value = walk.admin.post("/api/v1/groups", &json!({ "name": "Set" })).await.expect(201).json();
    let at = format!("/api/v1/groups/{}/settings", group["id"].as_str().unwrap());
    walk.noted("PUT /api/v1/groups/{id}/settings", &at, on(), "group.settings_changed").await;

    let (user, key, _) = walk.admin.invite_new("eve").await;
    let key = format!("/api/v1/keys/{}", key.id);
    let (_, entry) = walk
        .noted("PUT /api/v1/keys/{id}/settings", &format!("{key}/settings"), on(), "key.settings_changed")
        .await;
    assert_eq!(entry.detail["user"], json!(user.id));
    let revoke = ("DELETE /api/v1/keys/{id}/activation", format!("{key}/activation"));
    walk.noted(revoke.0, &revoke.1, json!(null), "key.invitation_revoked").await;
    let replace = ("POST /api/v1/keys/{id}/replace", format!("{key}/replace"));
    walk.noted(replace.0, &replace.1, json!(null), "key.replaced").await;
}

/// A workflow, and a run with what it does to each user.
async fn workflows(walk: &mut Walk) {
    let new = json!({ "name": "Newcomers", "kind": "smartphone", "trigger": { "on": "joined" } });
    let (made, _) = walk.noted("POST /api/v1/workflows", "/api/v1/workflows", new, "workflow.created").await;
    let workflow = format!("/api/v1/workflows/{}", made.json::<Value>()["id"].as_str().unwrap());
    let pause = format!("{workflow}/pause");
    walk.noted("PUT /api/v1/workflows/{id}/pause", &pause, json!(null), "workflow.paused").await;
    walk.noted("DELETE /api/v1/workflows/{id}/pause", &pause, json!(null), "workflow.resumed").await;
    let renamed = json!({ "name": "Staff" });
    let (_, entry) = walk.noted("PATCH /api/v1/workflows/{id}", &workflow, renamed, "workflow.changed").await;
    assert_eq!(entry.detail["name"]["to"], "Staff");
    let runs = format!("{workflow}/runs");
    let (run, _) = walk.noted("POST /api/v1/workflows/{id}/runs", &runs, json!(null), "run.started").await;
    let run = run.json::<Value>()["id"].as_str().unwrap().to_owned();
    let over = |log: Vec<Entry>| log.iter().any(|entry| entry.action == "run.ended");
    while !over(walk.log().await) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let parts = entries(&mut walk.admin, &format!("job={run}")).await;
    let parts: BTreeSet<_> = parts.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(parts, ["key.assigned", "key.invited"].into(), "the run stands for its parts");
    let in_short = entries(&mut walk.admin, "limit=2").await;
    let in_short: Vec<_> = in_short.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(in_short, ["run.ended", "run.started"]);
    walk.noted("DELETE /api/v1/workflows/{id}", &workflow, json!(null), "workflow.deleted").await;
}

async fn mails(walk: &mut Walk) {
    let write = walk.appliance.app.db().write::<_, pocketkey_server::db::DbError, _>(|tx| {
        for _ in 0..2 {
            tx.execute(
                "INSERT INTO inbox (sender, envelope, recipients, subject, snippet, size, received_at, attachments,
                     source) VALUES ('a@b.c', '', '[]', '', '', 1, 0, 0, x'00')",
                [],
            )?;
        }
        Ok(())
    });
    write.await.unwrap();
    walk.noted("DELETE /api/v1/inbox/{id}", "/api/v1/inbox/1", json!(null), "inbox.mails_deleted").await;
    let (_, entry) =
        walk.noted("DELETE /api/v1/inbox", "/api/v1/inbox", json!(null), "inbox.mails_deleted").await;
    // Mails that were sent meanwhile are among them.
    assert!(entry.detail["count"].as_u64() >= Some(1));
}

async fn outgoing_mail(walk: &mut Walk) {
    let settings = serde_json::to_value(MailSettings::default()).unwrap();
    let at = "/api/v1/settings/mail";
    walk.noted("PUT /api/v1/settings/mail", at, settings, "mail_settings.changed").await;
    let to = json!({ "to": "grace@example.org" });
    let (trial, tested) = ("/api/v1/settings/mail/test", "mail_settings.tested");
    walk.noted("POST /api/v1/settings/mail/test", trial, to, tested).await;

    let template = "/api/v1/settings/templates/invitation";
    let text = json!({ "subject": "Hi", "html": "{{link}} {{code}} {{qr}}", "text": "{{link}} {{code}}" });
    let mut to = text.clone();
    to["to"] = "grace@example.org".into();
    let at = |end: &str| format!("{template}{end}");
    walk.noted("PUT /api/v1/settings/templates/{name}", template, text, "mail_template.changed").await;
    walk.noted("POST /api/v1/settings/templates/{name}/send", &at("/send"), to, tested).await;
    walk.noted("DELETE /api/v1/settings/templates/{name}", template, json!(null), "mail_template.reset")
        .await;

    let write = walk.appliance.app.db().write::<_, pocketkey_server::db::DbError, _>(|tx| {
        for id in 7001..=7002 {
            tx.execute(
                "INSERT INTO outbox (id, template, message_id, recipient, content, state, next_try_at, expires_at,
                     created_at, done_at)
                 VALUES (?1, 'invitation', ?1, 'ada@example.org', x'00', 'failed', 0, 9000000000000, 0, 0)",
                [id],
            )?;
        }
        Ok(())
    });
    write.await.unwrap();
    let one = "/api/v1/outbox/7001";
    walk.noted("POST /api/v1/outbox/{id}/retry", &format!("{one}/retry"), json!(null), "outbox.retried")
        .await;
    walk.noted("POST /api/v1/outbox/retry", "/api/v1/outbox/retry", json!(null), "outbox.retried").await;
    walk.noted("DELETE /api/v1/outbox/{id}", one, json!(null), "outbox.dropped").await;
}

async fn api_keys(walk: &mut Walk) {
    let new = json!({ "name": "Nightly", "scopes": ["see_people"] });
    let (made, entry) = walk.noted("POST /api/v1/api-keys", "/api/v1/api-keys", new, "api_key.created").await;
    assert_eq!(entry.detail["scopes"], json!(["see_people"]));
    let at = format!("/api/v1/api-keys/{}", made.json::<Value>()["key"]["id"].as_str().unwrap());
    let (_, entry) = walk.noted("DELETE /api/v1/api-keys/{id}", &at, json!(null), "api_key.revoked").await;
    assert_eq!(entry.target.name, "Nightly");
}

async fn webhooks(walk: &mut Walk) {
    let new = json!({ "url": "http://127.0.0.1:9/" });
    let (made, _) = walk.noted("POST /api/v1/webhooks", "/api/v1/webhooks", new, "webhook.created").await;
    let id = made.json::<Value>()["webhook"]["id"].as_str().unwrap().to_owned();
    let at = format!("/api/v1/webhooks/{id}");
    let secret = format!("{at}/secret");
    let off = json!({ "enabled": false });
    walk.noted("PATCH /api/v1/webhooks/{id}", &at, off, "webhook.changed").await;
    let (renewed, entry) =
        walk.noted("POST /api/v1/webhooks/{id}/secret", &secret, json!(null), "webhook.changed").await;
    let secret = renewed.json::<Value>()["secret"].as_str().unwrap().to_owned();
    assert!(!serde_json::to_string(&entry).unwrap().contains(&secret), "secrets are no one's to read");
    walk.noted("DELETE /api/v1/webhooks/{id}", &at, json!(null), "webhook.deleted").await;
}

/// One's own account: password, two steps, passkeys, sessions.
async fn account(walk: &mut Walk) {
    let sign_in = json!({ "email": ADMIN, "password": PASSWORD });
    walk.noted("POST /api/v1/session", "/api/v1/session", sign_in.clone(), "admin.signed_in").await;
    let mut elsewhere = walk.appliance.client();
    elsewhere.post("/api/v1/session", &sign_in).await.expect(200);
    elsewhere.delete("/api/v1/session").await.expect(204);
    assert_eq!(walk.log().await[0].action, "admin.signed_out");
    walk.noted.insert("DELETE /api/v1/session".to_owned());

    let at = |path: &str| format!("/api/v1/account{path}");
    let password = json!({ "password": PASSWORD });
    let confirm = at("/confirm");
    walk.noted("POST /api/v1/account/confirm", &confirm, password.clone(), "account.confirmed").await;
    let change = at("/password");
    walk.noted("PUT /api/v1/account/password", &change, password, "account.password_changed").await;
    let (_, entry) = walk
        .noted("PATCH /api/v1/account", &at(""), json!({ "email": "g@example.org" }), "account.changed")
        .await;
    assert_eq!(entry.detail, json!({ "email": { "from": ADMIN, "to": "g@example.org" } }));

    let setup: Value = walk.admin.post(&at("/totp"), &()).await.expect(200).json();
    let code = app_code(setup["secret"].as_str().unwrap(), walk.appliance.app.now());
    let code = json!({ "code": code });
    walk.noted("PUT /api/v1/account/totp", &at("/totp"), code, "account.two_step_on").await;
    let renew = "POST /api/v1/account/recovery-codes";
    let (made, entry) =
        walk.noted(renew, &at("/recovery-codes"), json!(null), "account.recovery_codes_made").await;
    let code = made.json::<Value>()["codes"][0].clone();
    assert!(!serde_json::to_string(&entry).unwrap().contains(code.as_str().unwrap()));
    let sign_in = json!({ "email": "g@example.org", "password": PASSWORD });
    let first: Value = elsewhere.post("/api/v1/session", &sign_in).await.expect(200).json();
    let second = json!({ "second_step": first["second_step"], "code": code });
    walk.noted("POST /api/v1/session/code", "/api/v1/session/code", second, "admin.signed_in").await;
    walk.noted("DELETE /api/v1/account/totp", &at("/totp"), json!(null), "account.two_step_off").await;

    let mut key = Authenticator::new(walk.appliance.app.url(), 7);
    let passkeys = at("/passkeys");
    let options: Value =
        walk.admin.post(&at("/passkeys/start"), &json!({ "name": "Phone" })).await.expect(200).json();
    let created = key.create(&options);
    let (made, _) =
        walk.noted("POST /api/v1/account/passkeys", &passkeys, created, "account.passkey_added").await;
    let passkey = format!("{passkeys}/{}", made.json::<Value>()["id"].as_str().unwrap());
    let name = json!({ "name": "Telephone" });
    walk.noted("PATCH /api/v1/account/passkeys/{id}", &passkey, name, "account.passkey_renamed").await;
    for (operation, path, action) in [
        ("POST /api/v1/account/confirm/passkey", at("/confirm/passkey"), "account.confirmed"),
        ("POST /api/v1/session/passkey", "/api/v1/session/passkey".to_owned(), "admin.signed_in"),
    ] {
        let options: Value = walk.admin.post("/api/v1/session/passkey/start", &()).await.expect(200).json();
        walk.noted(operation, &path, key.get(&options), action).await;
    }
    for required in [true, false] {
        let rule = json!({ "second_step_required": required });
        let (operation, path) = ("PUT /api/v1/settings/sign-in", "/api/v1/settings/sign-in");
        let (_, entry) = walk.noted(operation, path, rule, "settings.sign_in_changed").await;
        assert_eq!(entry.detail["second_step_required"]["to"], required.to_string());
    }
    let gone = json!(null);
    walk.noted("DELETE /api/v1/account/passkeys/{id}", &passkey, gone, "account.passkey_deleted").await;

    elsewhere.post("/api/v1/session", &sign_in).await.expect(200);
    let open: Value = elsewhere.get(&at("/sessions")).await.expect(200).json();
    let open = open.as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
    let session = at(&format!("/sessions/{}", open["id"].as_str().unwrap()));
    walk.noted("DELETE /api/v1/account/sessions/{id}", &session, json!(null), "admin.signed_out").await;
    elsewhere.post("/api/v1/session", &sign_in).await.expect(200);
    walk.noted("DELETE /api/v1/account/sessions", &at("/sessions"), json!(null), "admin.signed_out").await;
}

/// Another admin, from the invitation to the end.
async fn admins(walk: &mut Walk) {
    walk.admin.put("/api/v1/inbox/fault", &json!({})).await.expect(200);
    let invitations = "/api/v1/admins/invitations";
    let new = json!({ "name": "Zoe", "email": "zoe@example.org", "role": "auditor" });
    for last in [false, true] {
        let invite = "POST /api/v1/admins/invitations";
        let (made, entry) = walk.noted(invite, invitations, new.clone(), "admin.invited").await;
        assert_eq!((entry.target.name.as_str(), &entry.detail["role"]), ("Zoe", &json!("auditor")));
        let invitation = format!("{invitations}/{}", made.json::<Value>()["id"].as_str().unwrap());
        if last {
            break;
        }
        let mail = format!("{invitation}/mail");
        let again = "POST /api/v1/admins/invitations/{id}/mail";
        walk.noted(again, &mail, json!(null), "admin.invitation_sent").await;
        let revoke = "DELETE /api/v1/admins/invitations/{id}";
        walk.noted(revoke, &invitation, json!(null), "admin.invitation_revoked").await;
    }
    // The mails of before may still come; only the last one's link works.
    let mut zoe = walk.appliance.client();
    let joined = loop {
        let token = walk.admin.invitation_token("zoe@example.org").await;
        let accept = json!({ "token": token, "password": PASSWORD });
        let answer = zoe.post(&format!("{invitations}/accept"), &accept).await;
        if answer.status == 201 {
            break answer.json::<Value>()["admin"]["id"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let entry = walk.log().await.into_iter().find(|entry| entry.action == "admin.joined").unwrap();
    assert_eq!(entry.actor.name, "Zoe");
    walk.noted.insert("POST /api/v1/admins/invitations/accept".to_owned());

    let of_zoe = format!("/api/v1/admins/{joined}");
    let (_, entry) = walk
        .noted("PATCH /api/v1/admins/{id}", &of_zoe, json!({ "role": "help_desk" }), "admin.role_changed")
        .await;
    assert_eq!(entry.detail, json!({ "role": { "from": "auditor", "to": "help_desk" } }));
    let block = format!("{of_zoe}/block");
    walk.noted("PUT /api/v1/admins/{id}/block", &block, json!(null), "admin.blocked").await;
    walk.noted("DELETE /api/v1/admins/{id}/block", &block, json!(null), "admin.unblocked").await;
    for number in 0..10 {
        if number >= 5 {
            walk.appliance.clock.advance_seconds(60);
        }
        let wrong = json!({ "email": "zoe@example.org", "password": "wrong" });
        zoe.post("/api/v1/session", &wrong).await.expect_problem(401, "wrong_password");
    }
    let lock = format!("{of_zoe}/lock");
    walk.noted("DELETE /api/v1/admins/{id}/lock", &lock, json!(null), "admin.unlocked").await;
    let second = format!("{of_zoe}/second-step");
    let has_passkey = walk.appliance.app.db().write(move |tx| -> Result<(), pocketkey_server::db::DbError> {
        tx.execute(
            "INSERT INTO admin_passkeys (id, admin_id, name, credential_id, transports, static_state, dynamic_state,
                 created_at) SELECT 'p', id, 'Phone', x'00', 0, x'00', x'00', 1 FROM admins WHERE name = 'Zoe'",
            [],
        )?;
        Ok(())
    });
    has_passkey.await.unwrap();
    walk.noted("DELETE /api/v1/admins/{id}/second-step", &second, json!(null), "admin.second_step_reset")
        .await;
    walk.noted("DELETE /api/v1/admins/{id}", &of_zoe, json!(null), "admin.deleted").await;
}

#[tokio::test]
async fn the_fifth_wrong_pairing_key_is_noted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, key, codes) = admin.invite_new("ada").await;
    let digits: String = codes.pairing_key.chars().filter(char::is_ascii_digit).collect();
    let last = if digits.ends_with('0') { "1" } else { "0" };
    let wrong = json!({ "code": { "pairing_key": format!("{}{last}", &digits[..11]) } });
    for _ in 0..5 {
        appliance.client().post("/api/v1/activations/preview", &wrong).await;
    }
    let entry = entries(&mut admin, "limit=1").await.remove(0);
    assert_eq!((entry.action.as_str(), &entry.target.id), ("key.invitation_locked", &key.id.0));
}

#[tokio::test]
async fn filters_and_pages() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ada = admin.add_user("ada").await;
    appliance.clock.advance_seconds(60);
    let noon = appliance.app.now();
    let bob = admin.add_user("bob").await;
    admin.delete(&format!("/api/v1/users/{}", ada.id)).await.expect(204);
    let ids = async |admin: &mut Client, query: &str| -> Vec<i64> {
        entries(admin, query).await.iter().map(|entry| entry.id).collect()
    };
    assert_eq!(ids(&mut admin, "").await, [4, 3, 2, 1]);
    assert_eq!(ids(&mut admin, "action=user.created").await, [3, 2]);
    assert_eq!(ids(&mut admin, "action=user").await, [4, 3, 2]);
    assert_eq!(ids(&mut admin, "action=use").await, [0; 0]);
    assert_eq!(ids(&mut admin, &format!("target={}", ada.id)).await, [4, 2]);
    assert_eq!(ids(&mut admin, &format!("from={noon}")).await, [4, 3]);
    assert_eq!(ids(&mut admin, &format!("to={noon}")).await, [2, 1]);
    assert_eq!(ids(&mut admin, "search=BOB%20grace").await, [3]);
    assert_eq!(ids(&mut admin, "actor=appliance").await, [0; 0]);
    let me = entries(&mut admin, "limit=1").await[0].actor.id.clone();
    assert_eq!(ids(&mut admin, &format!("actor={me}&target={}", bob.id)).await, [3]);

    let page: Page<Entry> = admin.get("/api/v1/audit?limit=3").await.expect(200).json();
    let next = page.next.unwrap();
    let rest: Page<Entry> =
        admin.get(&format!("/api/v1/audit?limit=3&after={next}")).await.expect(200).json();
    assert_eq!((rest.items[0].id, rest.items.len(), rest.next), (1, 1, None));
    admin.get("/api/v1/audit?after=x").await.expect_problem(400, "wrong_cursor");
}

#[tokio::test]
async fn exports_are_noted_and_run_no_formulas() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let evil = json!({ "username": "evil", "name": "=cmd()", "email": "evil@example.org" });
    admin.post("/api/v1/users", &evil).await.expect(201);
    admin.get("/api/v1/exports/users.csv").await.expect(200);
    let csv = admin.get("/api/v1/exports/audit?action=user").await.expect(200);
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"audit.csv\"");
    let text = csv.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("Number,Time,Actor kind") && lines[1].contains(",'=cmd(),"), "{text}");
    let json = admin.get("/api/v1/exports/audit?format=json").await.expect(200).text();
    let actions: Vec<_> =
        json.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap().action).collect();
    let expected = ["log.exported", "log.exported", "users.exported", "user.created", "appliance.set_up"];
    assert_eq!(actions, expected, "newest first");
}

#[tokio::test]
async fn what_was_done_to_the_database_behind_the_appliance_is_found() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for name in ["ada", "bob", "cyd"] {
        admin.add_user(name).await;
    }
    let folder = appliance.folder();
    let noted = verify_folder(folder, None).unwrap().unwrap();
    assert_eq!(noted.count, 4);
    let sql = |sql: &str| {
        rusqlite::Connection::open(folder.join("pocketkey.db")).unwrap().execute_batch(sql).unwrap();
    };
    sql("UPDATE audit SET target_name = 'Eve' WHERE id = 3");
    assert_eq!(verify_folder(folder, None).unwrap(), Err(Fault::Edited { id: 3 }));
    sql("UPDATE audit SET target_name = 'bob Lovelace' WHERE id = 3");
    assert_eq!(verify_folder(folder, Some(&noted.head)).unwrap(), Ok(noted));
    sql("DELETE FROM audit WHERE id > 2");
    assert_eq!(verify_folder(folder, None).unwrap(), Err(Fault::CutOff { after: 2, until: 4 }));
}
