//! The outbox: rendered invitations, retries, refusals, and what a crash leaves.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use pocketkey_api::{KeyId, inbox::Mail};
use pocketkey_server::{
    db::DbError,
    mail::{
        OutgoingMail,
        model::{Invitation, MailKind},
        service,
    },
};
use pocketkey_tests_api::Appliance;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    time,
};

use crate::inbox::mails;

pub fn invitation(key: &str, to: &str, now: i64) -> OutgoingMail {
    let kind = MailKind::Invitation(Invitation {
        key_id: KeyId(key.to_owned()),
        organisation: "Ada & Sons".into(),
        name: "Eve\r\nBcc: x@example.org".into(),
        link: format!("https://keys.example.org/activate#secret-{key}"),
        pairing_key: "123456789012".into(),
        expires_at: now + 3_600_000,
    });
    OutgoingMail { to: to.to_owned(), kind }
}

pub async fn enqueue(appliance: &Appliance, mail: OutgoingMail) {
    let app = appliance.app.clone();
    let put: Result<(), DbError> =
        appliance.app.db().write(move |tx| service::enqueue(&app, tx, &mail).map(drop)).await;
    put.unwrap();
}

/// state, attempts, last error, whether what it says is still there, Message-ID
type Row = (String, i64, Option<String>, bool, String);

async fn outbox(appliance: &Appliance) -> Vec<Row> {
    let rows: Result<Vec<Row>, DbError> = appliance
        .app
        .db()
        .read(|conn| {
            let mut all = conn.prepare(
                "SELECT state, attempts, last_error, content IS NOT NULL, message_id FROM outbox ORDER BY id",
            )?;
            let rows = all.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await;
    rows.unwrap()
}

/// Waits until `done` holds for the outbox.
async fn until(appliance: &Appliance, done: impl Fn(&[Row]) -> bool) -> Vec<Row> {
    for _ in 0..200 {
        let rows = outbox(appliance).await;
        if done(&rows) {
            return rows;
        }
        time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", outbox(appliance).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_arrives_in_the_inbox_whole_and_leaves_no_code_behind() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    enqueue(&appliance, invitation("k1", "eve@example.org", appliance.app.now())).await;
    let summary = mails(&mut admin, 1).await.remove(0);
    assert_eq!(summary.to, ["eve@example.org"]);
    let mail: Mail = admin.get(&format!("/api/v1/inbox/{}", summary.id)).await.expect(200).json();
    assert!(
        mail.text.contains("1234 5678 9012")
            && mail.text.contains("https://keys.example.org/activate#secret-k1")
    );
    let html = mail.html.unwrap();
    assert!(html.contains("src=\"data:image/png;base64,"), "{html}");
    assert_eq!(mail.links[0], "https://keys.example.org/activate#secret-k1");
    assert!(mail.headers.iter().all(|header| header.name != "Bcc"));

    let rows = until(&appliance, |rows| rows[0].0 == "sent").await;
    assert!(!rows[0].3, "the message is deleted");
    let id = mail.headers.iter().find(|header| header.name.eq_ignore_ascii_case("Message-ID")).unwrap();
    assert_eq!(rows[0].4, id.value);
}

/// An SMTP server that answers the nth RCPT with `answers[n]` (the last one for ever), and notes every mail.
pub async fn moody(answers: Vec<&'static str>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mails = Arc::new(Mutex::new(Vec::new()));
    let noted = mails.clone();
    let count = Arc::new(Mutex::new(0));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (answers, noted, count) = (answers.clone(), noted.clone(), count.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 moody\r\n").await.unwrap();
                let (mut data, mut line) = (None::<String>, String::new());
                loop {
                    line.clear();
                    if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                        return;
                    }
                    if let Some(text) = &mut data {
                        if line == ".\r\n" {
                            noted.lock().unwrap().push(data.take().unwrap());
                            stream.write_all(b"250 ok\r\n").await.unwrap();
                        } else {
                            text.push_str(&line);
                        }
                        continue;
                    }
                    let answer = match line.get(..4) {
                        Some("DATA") => {
                            data = Some(String::new());
                            "354 go"
                        }
                        Some("RCPT") => {
                            let mut count = count.lock().unwrap();
                            *count += 1;
                            answers[(*count - 1).min(answers.len() - 1)]
                        }
                        Some("QUIT") => "221 bye",
                        _ => "250 ok",
                    };
                    stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
            });
        }
    });
    (address, mails)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hesitates_is_asked_again_later_with_the_same_message_id() {
    let (server, mails) = moody(vec!["451 4.7.1 greylisted", "250 ok"]).await;
    let appliance = Appliance::start_with(|config| config.smtp_url = Some(format!("smtp://{server}"))).await;
    enqueue(&appliance, invitation("k1", "eve@example.org", appliance.app.now())).await;
    let rows = until(&appliance, |rows| rows[0].1 == 1).await;
    assert_eq!(rows[0].0, "queued");
    assert!(rows[0].2.as_deref().unwrap().contains("greylisted"), "{rows:?}");
    assert!(mails.lock().unwrap().is_empty());
    appliance.clock.advance_seconds(6);
    appliance.app.mail_waiting().notify_one();
    let rows = until(&appliance, |rows| rows[0].0 == "sent").await;
    assert_eq!((rows[0].1, rows[0].3), (2, false));
    assert!(mails.lock().unwrap()[0].contains(&rows[0].4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_final_and_kept_in_the_servers_words() {
    let (server, mails) = moody(vec!["550 5.1.1 no such person"]).await;
    let appliance = Appliance::start_with(|config| config.smtp_url = Some(format!("smtp://{server}"))).await;
    let now = appliance.app.now();
    enqueue(&appliance, invitation("k1", "eve@example.org", now)).await;
    enqueue(&appliance, invitation("k2", "not an address", now)).await;
    let rows = until(&appliance, |rows| rows.iter().all(|row| row.0 == "failed")).await;
    assert!(rows[0].2.as_deref().unwrap().contains("no such person"), "{rows:?}");
    assert!(rows[1].2.as_deref().unwrap().contains("not an e-mail address"), "{rows:?}");
    assert!(rows.iter().all(|row| row.3), "they can be tried again");
    assert!(mails.lock().unwrap().is_empty());
    appliance.clock.advance_seconds(3600);
    appliance.app.mail_waiting().notify_one();
    let rows = until(&appliance, |rows| rows.iter().all(|row| !row.3)).await;
    assert!(rows.iter().all(|row| row.0 == "failed"), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn void_and_expired_invitations_are_not_sent() {
    // Nobody listens there: everything stays queued.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let appliance = Appliance::start_with(|config| config.smtp_url = Some(format!("smtp://{nobody}"))).await;
    let now = appliance.app.now();
    for key in ["resent", "resent", "voided", "expired"] {
        enqueue(&appliance, invitation(key, "eve@example.org", now)).await;
    }
    until(&appliance, |rows| rows[3].1 == 1).await;
    let app = appliance.app.clone();
    let void: Result<(), DbError> =
        appliance.app.db().write(move |tx| service::drop_invitations(&app, tx, &"voided".into())).await;
    void.unwrap();
    let states = |rows: &[Row]| -> Vec<String> { rows.iter().map(|row| row.0.clone()).collect() };
    assert_eq!(states(&outbox(&appliance).await), ["dropped", "queued", "dropped", "queued"]);
    appliance.clock.advance_seconds(3601);
    appliance.app.mail_waiting().notify_one();
    let rows = until(&appliance, |rows| rows[3].0 != "queued").await;
    assert_eq!(states(&rows), ["dropped"; 4]);
    assert!(rows.iter().all(|row| !row.3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_before_a_stop_is_sent_after_it() {
    let (server, noted) = moody(vec!["451 not now", "250 ok"]).await;
    let appliance = Appliance::start_with(|config| config.smtp_url = Some(format!("smtp://{server}"))).await;
    enqueue(&appliance, invitation("k1", "eve@example.org", appliance.app.now())).await;
    until(&appliance, |rows| rows[0].1 == 1).await;
    appliance.clock.advance_seconds(6);
    let appliance = appliance.restart().await;
    until(&appliance, |rows| rows[0].0 == "sent").await;
    assert_eq!(noted.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn settings_that_cannot_work_are_named_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut bad = pocketkey_server::Config::new(folder.path());
    bad.smtp_url = Some("gopher://user:hunter2@mail.example.org".into());
    let error = pocketkey_server::start(bad.clone()).await.err().unwrap().to_string();
    assert!(error.contains("--smtp-url") && !error.contains("hunter2"), "{error}");
    bad.smtp_url = None;
    bad.mail_from = Some("nobody".into());
    let error = pocketkey_server::start(bad).await.err().unwrap().to_string();
    assert!(error.contains("--mail-from nobody"), "{error}");
}
