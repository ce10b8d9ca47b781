//! Hostile mail is refused, or shown where it harms nobody.

use std::fmt::Write;

use pocketkey_api::inbox::Mail;
use pocketkey_tests_api::{Appliance, Client};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::inbox::{deliver, mails, talk};

async fn latest(admin: &mut Client) -> Mail {
    admin.get("/api/v1/inbox/wait?seconds=10").await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_megabytes_are_refused_whether_they_are_announced_or_not() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let begin = "EHLO t\r\nMAIL FROM:<a@example.org>";
    let announced = format!("{begin} SIZE=52428800\r\nQUIT\r\n");
    assert!(talk(appliance.smtp_addr, announced.as_bytes()).await.contains("552 5.3.4"));

    let line = [b"x".repeat(998).as_slice(), b"\r\n"].concat().repeat(1024);
    for chunked in [false, true] {
        let (mut from_server, mut to_server) =
            TcpStream::connect(appliance.smtp_addr).await.unwrap().into_split();
        let said = tokio::spawn(async move {
            let mut said = String::new();
            from_server.read_to_string(&mut said).await.unwrap();
            said
        });
        let how = if chunked { format!("BDAT {} LAST", 50 * line.len()) } else { "DATA".into() };
        let begin = format!("{begin}\r\nRCPT TO:<b@example.org>\r\n{how}\r\n");
        to_server.write_all(begin.as_bytes()).await.unwrap();
        for _ in 0..50 {
            to_server.write_all(&line).await.unwrap();
        }
        let end = if chunked { "QUIT\r\n" } else { ".\r\nQUIT\r\n" };
        to_server.write_all(end.as_bytes()).await.unwrap();
        let said = said.await.unwrap();
        assert!(said.contains("552 5.3.4") && said.ends_with("221 2.0.0 Bye\r\n"), "{said}");
    }
    mails(&mut admin, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_recipients_are_too_many() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut text = "EHLO t\r\nMAIL FROM:<a@example.org>\r\n".to_owned();
    for n in 0..10_000 {
        write!(text, "RCPT TO:<b{n}@example.org>\r\n").unwrap();
    }
    let (mut from_server, mut to_server) =
        TcpStream::connect(appliance.smtp_addr).await.unwrap().into_split();
    // The server hangs up long before the end.
    tokio::spawn(async move { to_server.write_all(text.as_bytes()).await });
    let mut said = Vec::new();
    let _ = from_server.read_to_end(&mut said).await;
    let said = String::from_utf8(said).unwrap();
    assert_eq!(said.matches("250 2.1.5").count(), 100);
    assert!(said.matches("452 4.5.3").count() > 100);
    mails(&mut admin, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_multiparts_in_each_other_are_shown_as_far_as_they_make_sense() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut text = "Subject: deep\r\n".to_owned();
    for level in 0..100 {
        write!(text, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").unwrap();
        write!(text, "Content-Type: text/plain\r\n\r\nlevel {level}\r\n--b{level}\r\n").unwrap();
    }
    deliver(appliance.smtp_addr, &text).await;
    let mail = latest(&mut admin).await;
    assert_eq!(mail.summary.subject, "deep");
    assert!(mail.text.starts_with("level 0\r\nlevel 1"), "{}", mail.text);
    assert!(!mail.text.contains("level 99"));
}

#[tokio::test(flavor = "multi_thread")]
async fn line_ends_in_headers_and_file_names_stay_inside_them() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    deliver(
        appliance.smtp_addr,
        "Subject: =?utf-8?q?hello=0D=0ABcc:_eve@example.org?=\r\nFrom: =?utf-8?q?Ada=0ATo:_x?= <ada@example.org>\r\n\
         Content-Type: text/html; name*=utf-8''x%0d%0aSet-Cookie:%20a=b.html\r\n\
         Content-Disposition: attachment; filename*=utf-8''..%2f%0d%0aSet-Cookie:%20a=b.html\r\n\r\n\
         <script>alert(1)</script>",
    )
    .await;
    let mail = latest(&mut admin).await;
    let lines = [&mail.summary.subject, &mail.summary.from, &mail.summary.to[0]];
    assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])), "{lines:?}");
    assert_eq!(mail.summary.to, ["b@example.org"]);
    let path = format!("/api/v1/inbox/{}/attachments/0", mail.summary.id);
    let file = admin.get(&path).await.expect(200);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert!(file.header("content-disposition").starts_with("attachment; filename*=UTF-8''.."));
    assert_eq!(file.header("set-cookie"), "");
    assert_eq!(file.text().trim_end(), "<script>alert(1)</script>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_cannot_hide_another_one() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let smuggled = "hi\n.\nMAIL FROM:<evil@example.org>\r\n.\nRCPT TO:<x@example.org>\r\nDATA\r\nevil";
    deliver(appliance.smtp_addr, smuggled).await;
    mails(&mut admin, 1).await;
}
