//! Outgoing mail as admins see it: settings, test mails, templates, the outbox.

use std::time::Duration;

use pocketkey_api::{
    Page,
    activation::ActivationMethod,
    inbox::{Fault, FaultSetting, Mail},
    mail::{
        MailSettings, MailSetup, MailTemplate, MailTest, MailTrial, MailVia, OutboxHealth, OutboxMail,
        OutboxState, Retried, SendPreview, SmtpServer, TemplatePreview, TemplateText, TlsMode, TrialStage,
    },
};
use pocketkey_server::db::DbError;
use pocketkey_tests_api::{Appliance, Client};
use serde_json::Value;
use tokio::{net::TcpListener, time};

use crate::{
    inbox::mails,
    mail::{enqueue, invitation, moody},
};

const SETTINGS: &str = "/api/v1/settings/mail";
const TEST: &str = "/api/v1/settings/mail/test";
const TEMPLATE: &str = "/api/v1/settings/templates/invitation";
const FAULT: &str = "/api/v1/inbox/fault";

fn through(host: &str, port: u16, tls: TlsMode) -> MailSettings {
    let server = SmtpServer { host: host.into(), port, tls, user: String::new(), password: None };
    MailSettings { via: MailVia::Server, server, ..MailSettings::default() }
}

fn log_in(mut settings: MailSettings, user: &str, password: &str) -> MailSettings {
    settings.server.user = user.into();
    settings.server.password = Some(password.into());
    settings
}

async fn outbox(admin: &mut Client, query: &str) -> Page<OutboxMail> {
    admin.get(&format!("/api/v1/outbox?{query}")).await.expect(200).json()
}

/// Waits until `done` holds for the outbox, newest first.
async fn until(admin: &mut Client, done: impl Fn(&[OutboxMail]) -> bool) -> Vec<OutboxMail> {
    for _ in 0..400 {
        let mails = outbox(admin, "").await.items;
        if done(&mails) {
            return mails;
        }
        time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{:?}", outbox(admin, "").await);
}

fn states(mails: &[OutboxMail]) -> Vec<OutboxState> {
    mails.iter().map(|mail| mail.state).collect()
}

/// What was done, oldest first: the action and its detail.
async fn audit(appliance: &Appliance, about: &'static str) -> Vec<(String, Value)> {
    let rows: Result<Vec<(String, String)>, DbError> = appliance
        .app
        .db()
        .read(move |conn| {
            let mut all =
                conn.prepare("SELECT action, detail FROM audit WHERE action LIKE ?1 || '%' ORDER BY id")?;
            let rows = all.query_map([about], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await;
    rows.unwrap()
        .into_iter()
        .map(|(action, detail)| (action, serde_json::from_str(&detail).unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_hold_at_once_for_what_waits_and_over_a_restart() {
    let (server, noted) = moody(vec!["250 ok"]).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let setup: MailSetup = admin.get(SETTINGS).await.expect(200).json();
    assert_eq!(setup.settings, MailSettings::default());
    assert_eq!((setup.has_password, setup.server_option, setup.sender_option), (false, None, false));

    let wrong = through("127.0.0.1", nobody.port(), TlsMode::None);
    admin.put(SETTINGS, &wrong).await.expect(200);
    enqueue(&appliance, invitation("k1", "eve@example.org", appliance.app.now())).await;
    let waits = until(&mut admin, |mails| mails[0].attempts == 1).await.remove(0);
    assert_eq!(waits.state, OutboxState::Queued);
    assert!(waits.last_error.unwrap().contains("refused"), "in the words of the system");
    assert!(waits.next_try_at.unwrap() > appliance.app.now());

    let mut right = through("127.0.0.1", server.port(), TlsMode::None);
    right.sender_name = "Example Labs".into();
    right.sender_address = "keys@example.org".into();
    right.reply_to = "help@example.org".into();
    admin.put(SETTINGS, &right).await.expect(200);
    until(&mut admin, |mails| mails[0].state == OutboxState::Sent).await;
    let mail = noted.lock().unwrap()[0].clone();
    assert!(mail.contains("From: \"Example Labs\" <keys@example.org>"), "{mail}");
    assert!(mail.contains("Reply-To: help@example.org"), "{mail}");

    let appliance = appliance.restart().await;
    let setup: MailSetup = admin_of(&appliance, &admin).get(SETTINGS).await.expect(200).json();
    assert_eq!(setup.settings, right);
    let actions = audit(&appliance, "mail_settings.").await;
    assert_eq!(actions.len(), 2);
    assert_eq!(actions[1].1["after"]["sender_address"], "keys@example.org");
    assert_eq!(actions[1].1["before"]["sender_address"], "pocketkey@localhost");
}

/// The same session at the appliance as it runs now.
fn admin_of(appliance: &Appliance, before: &Client) -> Client {
    let mut client = appliance.client();
    client.cookie.clone_from(&before.cookie);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_stored_sealed_and_never_given_back() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let given = log_in(through("mail.example.org", 587, TlsMode::Starttls), "ada", "hunter2-and-more");
    let answer = admin.put(SETTINGS, &given).await.expect(200);
    assert!(answer.json::<MailSetup>().has_password);
    for text in [answer.text(), admin.get(SETTINGS).await.text()] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(
        !audit(&appliance, "mail_settings.")
            .await
            .iter()
            .any(|(_, detail)| detail.to_string().contains("hunter2"))
    );
    let appliance = appliance.restart().await;
    let mut admin = admin_of(&appliance, &admin);
    let setup: MailSetup = admin.get(SETTINGS).await.expect(200).json();
    assert!(setup.has_password);
    for file in std::fs::read_dir(appliance.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"));
    }
    // Without it anew, it stays where it was, and goes nowhere else.
    admin.put(SETTINGS, &setup.settings).await.expect(200);
    let elsewhere = MailSettings {
        server: SmtpServer { host: "evil.example.org".into(), ..setup.settings.server.clone() },
        ..setup.settings.clone()
    };
    for (path, body) in [
        (SETTINGS, serde_json::to_value(&elsewhere).unwrap()),
        (TEST, serde_json::json!({ "to": "eve@example.org", "settings": elsewhere })),
    ] {
        let method = if path == TEST { "POST" } else { "PUT" };
        let sent =
            admin.send(method.parse().unwrap(), path, Some("application/json"), body.to_string()).await;
        let problem = sent.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, "password");
    }
    let mut none = setup.settings;
    none.server.password = Some(String::new());
    assert!(!admin.put(SETTINGS, &none).await.expect(200).json::<MailSetup>().has_password);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_wins_and_says_so() {
    let (server, noted) = moody(vec!["250 ok"]).await;
    let appliance = Appliance::start_with(|config| {
        config.smtp_url = Some(format!("smtp://ada:hunter2@{server}"));
        config.mail_from = Some("Keys <keys@example.org>".into());
    })
    .await;
    let mut admin = appliance.set_up().await;
    let setup: MailSetup = admin.get(SETTINGS).await.expect(200).json();
    assert_eq!(setup.server_option, Some(format!("smtp://ada@{server}")));
    assert!(setup.sender_option);
    assert_eq!(setup.settings.sender_address, "keys@example.org");
    let other = through("mail.example.org", 587, TlsMode::Starttls);
    let problem = admin.put(SETTINGS, &other).await.expect_problem(409, "set_by_option");
    assert!(problem.title.contains("--smtp-url"));
    let other = MailSettings { sender_address: "eve@example.org".into(), ..setup.settings.clone() };
    let problem = admin.put(SETTINGS, &other).await.expect_problem(409, "set_by_option");
    assert!(problem.title.contains("--mail-from"));
    let reply_to = MailSettings { reply_to: "help@example.org".into(), ..setup.settings };
    admin.put(SETTINGS, &reply_to).await.expect(200);
    // That server offers no AUTH, and the URL names a user.
    let trial: MailTrial = admin.post(TEST, &to_eve(None)).await.expect(200).json();
    assert_eq!(trial.steps.last().unwrap().stage, TrialStage::LogIn);
    assert!(noted.lock().unwrap().is_empty());
}

fn to_eve(settings: Option<MailSettings>) -> MailTest {
    MailTest { to: "eve@example.org".into(), settings }
}

async fn failing(admin: &mut Client, settings: MailSettings) -> (TrialStage, String, String) {
    let trial: MailTrial = admin.post(TEST, &to_eve(Some(settings))).await.expect(200).json();
    assert!(!trial.accepted, "{trial:?}");
    let (last, before) = trial.steps.split_last().unwrap();
    assert!(!last.ok && before.iter().all(|step| step.ok), "{trial:?}");
    (last.stage, last.words.clone(), trial.advice.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_says_which_step_failed_and_what_to_change() {
    let appliance = Appliance::start_with(|config| config.smtp_login = Some("ada:right".into())).await;
    let mut admin = appliance.set_up().await;
    let sink = appliance.smtp_addr.port();
    let plain = through("127.0.0.1", sink, TlsMode::None);

    let trial: MailTrial = admin.post(TEST, &to_eve(None)).await.expect(200).json();
    assert!(trial.accepted && trial.advice.is_none(), "{trial:?}");
    let arrived = mails(&mut admin, 1).await.remove(0);
    assert_eq!(
        (arrived.to, arrived.subject),
        (vec!["eve@example.org".into()], "Test mail from Pocketkey".into())
    );

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for tls in [TlsMode::None, TlsMode::Starttls, TlsMode::Tls] {
        let (stage, words, advice) = failing(&mut admin, through("127.0.0.1", nobody, tls)).await;
        assert_eq!(stage, TrialStage::Connect);
        assert!(words.contains("refused") && advice.contains("Check the port"), "{words}: {advice}");
    }
    let (stage, _, advice) = failing(&mut admin, through("no-such-host.invalid", 25, TlsMode::None)).await;
    assert!(stage == TrialStage::Connect && advice.contains("name"), "{advice}");

    // The sink's certificate is its own.
    let (stage, words, advice) = failing(&mut admin, through("localhost", sink, TlsMode::Starttls)).await;
    assert_eq!(stage, TrialStage::Tls);
    assert!(words.contains("UnknownIssuer") && advice.contains("does not trust"), "{words}: {advice}");
    let (stage, _, advice) = failing(&mut admin, through("127.0.0.1", sink, TlsMode::Tls)).await;
    assert!(stage == TrialStage::Tls && advice.contains("speaks no TLS"), "{advice}");
    let (moody, _) = moody(vec!["250 ok"]).await;
    let (stage, _, advice) = failing(&mut admin, through("127.0.0.1", moody.port(), TlsMode::Starttls)).await;
    assert!(stage == TrialStage::Tls && advice.contains("Choose TLS"), "{advice}");

    let (stage, words, advice) = failing(&mut admin, log_in(plain.clone(), "ada", "wrong")).await;
    assert_eq!(stage, TrialStage::LogIn);
    assert!(words.contains("535") && advice.contains("user and password"), "{words}: {advice}");
    let right = to_eve(Some(log_in(plain.clone(), "ada", "right")));
    let trial: MailTrial = admin.post(TEST, &right).await.expect(200).json();
    let stages: Vec<_> = trial.steps.iter().map(|step| step.stage).collect();
    assert_eq!(stages, [TrialStage::Connect, TrialStage::Tls, TrialStage::LogIn, TrialStage::Send]);
    assert!(trial.accepted, "{trial:?}");

    let refuse = FaultSetting { fault: Some(Fault::Refuse), to: String::new() };
    admin.put(FAULT, &refuse).await.expect(200);
    let (stage, words, _) = failing(&mut admin, plain).await;
    assert!(stage == TrialStage::Send && words.contains('5'), "{words}");

    let nobody = MailTest { to: "nobody".into(), settings: None };
    let problem = admin.post(TEST, &nobody).await.expect_problem(422, "invalid_fields");
    assert_eq!(problem.fields[0].field, "to");
    assert!(!audit(&appliance, "mail_settings.tested").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_wrong_is_nothing_that_mails_are_lost_over() {
    let appliance = Appliance::start_with(|config| config.smtp_login = Some("ada:right".into())).await;
    let mut admin = appliance.set_up().await;
    let settings = through("127.0.0.1", appliance.smtp_addr.port(), TlsMode::None);
    admin.put(SETTINGS, &log_in(settings.clone(), "ada", "wrong")).await.expect(200);
    enqueue(&appliance, invitation("k1", "eve@example.org", appliance.app.now())).await;
    let waits = until(&mut admin, |mails| mails[0].attempts == 1).await.remove(0);
    assert_eq!(waits.state, OutboxState::Queued);
    assert!(waits.last_error.unwrap().contains("535"));
    admin.put(SETTINGS, &log_in(settings, "ada", "right")).await.expect(200);
    until(&mut admin, |mails| mails[0].state == OutboxState::Sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_changed_tried_out_and_put_back() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let all: Vec<MailTemplate> = admin.get("/api/v1/settings/templates").await.expect(200).json();
    let built_in = all.into_iter().find(|template| template.name == "invitation").unwrap();
    assert!(built_in.changed_at.is_none());
    assert!(built_in.placeholders.iter().any(|placeholder| placeholder.name == "qr"));

    let content = TemplateText {
        subject: "Hej {{name}}".into(),
        html: "<p>Hej {{name}}: <a href=\"{{link}}\">{{code}}</a></p>{{qr}}".into(),
        text: "Hej {{name}}: {{link}} {{code}}".into(),
    };
    let path = format!("{TEMPLATE}/preview");
    let preview: TemplatePreview = admin.post(&path, &content).await.expect(200).json();
    assert_eq!(preview.subject, "Hej Ada Lovelace");
    let html = admin.get(&preview.html_path).await.expect(200);
    assert!(html.text().contains("<img src=\"data:image/png;base64,iVBOR"), "{}", html.text());
    assert!(html.header("content-security-policy").contains("sandbox"));
    assert!(html.header("content-security-policy").contains("default-src 'none'"));
    admin.get("/api/v1/settings/templates/previews/none").await.expect_problem(404, "not_found");

    let changed: MailTemplate = admin.put(TEMPLATE, &content).await.expect(200).json();
    assert!(changed.changed_at.is_some() && changed.content == content);
    let (_, key, _) = admin.invite_new("ada").await;
    admin.invite(&key.id, ActivationMethod::Email).await;
    let summary = mails(&mut admin, 1).await.remove(0);
    assert_eq!(summary.subject, "Hej ada Lovelace");
    let mail: Mail = admin.get(&format!("/api/v1/inbox/{}", summary.id)).await.expect(200).json();
    assert!(mail.text.starts_with("Hej ada Lovelace: http://"), "{}", mail.text);
    assert_eq!(mail.links.len(), 1);

    let send = SendPreview { to: "grace@example.org".into(), content: content.clone() };
    let trial: MailTrial = admin.post(&format!("{TEMPLATE}/send"), &send).await.expect(200).json();
    assert!(trial.accepted, "{trial:?}");
    assert_eq!(mails(&mut admin, 2).await[0].subject, "Hej Ada Lovelace");

    for (change, field, words) in [
        ((|c| c.html = "<p>\n{{nmae}}".into()) as fn(&mut TemplateText), "html", "Line 2: {{nmae}}"),
        (|c| c.text = "{{link}}".into(), "text", "{{code}} is missing"),
        (|c| c.subject = "x\r\nBcc: eve@example.org".into(), "subject", "one line"),
    ] {
        let mut wrong = content.clone();
        change(&mut wrong);
        for answer in [admin.put(TEMPLATE, &wrong).await, admin.post(&path, &wrong).await] {
            let problem = answer.expect_problem(422, "invalid_fields");
            assert_eq!(problem.fields[0].field, field);
            assert!(problem.fields[0].message.contains(words), "{problem:?}");
        }
    }
    let still: MailTemplate = admin.get(TEMPLATE).await.expect(200).json();
    assert_eq!(still.content, content);

    admin.delete(TEMPLATE).await.expect(204);
    let back: MailTemplate = admin.get(TEMPLATE).await.expect(200).json();
    assert_eq!((back.content, back.changed_at), (built_in.content, None));
    admin.get("/api/v1/settings/templates/none").await.expect_problem(404, "not_found");
    let actions: Vec<String> =
        audit(&appliance, "mail_template.").await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["mail_template.changed", "mail_template.reset"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_does_to_mails_is_seen_and_tried_again() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let now = appliance.app.now();
    let fault = |fault, to: &str| FaultSetting { fault, to: to.into() };
    admin.put(FAULT, &fault(Some(Fault::Refuse), "@refused.")).await.expect(200);
    for (key, to) in [("k1", "a@refused.example"), ("k2", "b@refused.example"), ("k3", "c@fine.example")] {
        enqueue(&appliance, invitation(key, to, now)).await;
    }
    let all =
        until(&mut admin, |mails| mails.len() == 3 && mails.iter().all(|mail| mail.attempts == 1)).await;
    assert_eq!(states(&all), [OutboxState::Sent, OutboxState::Failed, OutboxState::Failed]);
    assert!(all[1].can_retry && !all[0].can_retry);
    let words = all[1].last_error.clone().unwrap();
    assert!(words.contains("550"), "{words}");
    let health: OutboxHealth = admin.get("/api/v1/outbox/health").await.expect(200).json();
    let expected = OutboxHealth { queued: 0, failed: 2, sent_last_day: 1, oldest_waiting_at: None };
    assert_eq!(health, expected);

    // One by one, all together, and one is given up.
    let retry = |mail: &OutboxMail| format!("/api/v1/outbox/{}/retry", mail.id);
    admin.put(FAULT, &fault(None, "")).await.expect(200);
    admin.post(&retry(&all[1]), &()).await.expect(200);
    until(&mut admin, |mails| mails[1].state == OutboxState::Sent).await;
    admin.post(&retry(&all[1]), &()).await.expect_problem(409, "nothing_to_send");
    let retried: Retried = admin.post("/api/v1/outbox/retry", &()).await.expect(200).json();
    assert_eq!(retried.count, 1);
    until(&mut admin, |mails| mails.iter().all(|mail| mail.state == OutboxState::Sent)).await;
    mails(&mut admin, 3).await;
    let gone = admin.delete(&format!("/api/v1/outbox/{}", all[0].id)).await;
    gone.expect_problem(409, "already_sent");

    // Put off, then cut off in the middle: both wait, and one is dropped.
    admin.put(FAULT, &fault(Some(Fault::Greylist { seconds: 60 }), "")).await.expect(200);
    enqueue(&appliance, invitation("k4", "d@grey.example", now)).await;
    let grey = until(&mut admin, |mails| mails[0].attempts == 1).await.remove(0);
    assert_eq!(grey.state, OutboxState::Queued);
    assert!(grey.last_error.unwrap().contains("45"), "put off");
    admin.put(FAULT, &fault(Some(Fault::Drop), "")).await.expect(200);
    enqueue(&appliance, invitation("k5", "e@cut.example", now)).await;
    let cut = until(&mut admin, |mails| mails[0].attempts == 1).await.remove(0);
    assert!(cut.state == OutboxState::Queued && cut.last_error.is_some());
    let health: OutboxHealth = admin.get("/api/v1/outbox/health").await.expect(200).json();
    assert_eq!((health.queued, health.oldest_waiting_at), (2, Some(now)));
    admin.delete(&format!("/api/v1/outbox/{}", cut.id)).await.expect(204);
    admin.put(FAULT, &fault(Some(Fault::Delay { seconds: 1 }), "")).await.expect(200);
    appliance.clock.advance_seconds(61);
    appliance.app.mail_waiting().notify_one();
    until(&mut admin, |mails| mails[1].state == OutboxState::Sent).await;
    assert_eq!(mails(&mut admin, 4).await[0].to, ["d@grey.example"]);

    let actions: Vec<String> =
        audit(&appliance, "outbox.").await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["outbox.retried", "outbox.retried", "outbox.dropped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_and_paged_and_shows_no_code() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let refuse = FaultSetting { fault: Some(Fault::Refuse), to: "odd".into() };
    admin.put(FAULT, &refuse).await.expect(200);
    for number in 0..7 {
        let to = format!("{}{number}@example.org", if number % 2 == 0 { "even" } else { "odd" });
        enqueue(&appliance, invitation(&format!("k{number}"), &to, appliance.app.now())).await;
    }
    until(&mut admin, |mails| mails.len() == 7 && mails.iter().all(|mail| mail.attempts == 1)).await;
    let to = |page: &Page<OutboxMail>| page.items.iter().map(|mail| mail.to.clone()).collect::<Vec<_>>();
    let failed = outbox(&mut admin, "state=failed").await;
    assert_eq!(to(&failed), ["odd5@example.org", "odd3@example.org", "odd1@example.org"]);
    let found = outbox(&mut admin, "search=EVEN4&state=sent").await;
    assert_eq!(to(&found), ["even4@example.org"]);
    assert!(outbox(&mut admin, "state=failed&search=even").await.items.is_empty());
    let (mut seen, mut next) = (Vec::new(), None);
    loop {
        let after = next.map(|next: String| format!("&after={next}")).unwrap_or_default();
        let page = outbox(&mut admin, &format!("limit=3{after}")).await;
        seen.extend(to(&page));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(
        (seen.len(), seen[0].as_str(), seen[6].as_str()),
        (7, "even6@example.org", "even0@example.org")
    );

    let one = admin.get(&format!("/api/v1/outbox/{}", failed.items[0].id)).await.expect(200);
    let list = admin.get("/api/v1/outbox").await;
    for text in [one.text(), list.text()] {
        assert!(!text.contains("secret-k") && !text.contains("1234"), "{text}");
    }
    admin.get("/api/v1/outbox?state=lost").await.expect_problem(422, "invalid_fields");
    admin.get("/api/v1/outbox?after=x").await.expect_problem(400, "wrong_cursor");
    admin.get("/api/v1/outbox/4711").await.expect_problem(404, "not_found");
    admin.post("/api/v1/outbox/x/retry", &()).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_helps_people_sees_to_their_mails_but_not_to_the_settings() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for (role, retries) in [("help_desk", 200), ("auditor", 403)] {
        let sql = format!("UPDATE admins SET role = '{role}'");
        let changed: Result<usize, DbError> =
            appliance.app.db().write(move |tx| Ok(tx.execute(&sql, [])?)).await;
        assert_eq!(changed.unwrap(), 1);
        admin.get("/api/v1/outbox").await.expect(200);
        admin.get("/api/v1/outbox/health").await.expect(200);
        admin.post("/api/v1/outbox/retry", &()).await.expect(retries);
        for path in [SETTINGS, TEMPLATE] {
            admin.get(path).await.expect_problem(403, "not_permitted");
        }
        admin.put(SETTINGS, &MailSettings::default()).await.expect_problem(403, "not_permitted");
        admin.post(TEST, &to_eve(None)).await.expect_problem(403, "not_permitted");
    }
    assert!(audit(&appliance, "mail").await.is_empty());
}
