//! The SMTP sink over real sockets, and the inbox's endpoints.

use std::{net::SocketAddr, time::Duration};

use axum::http::Method;
use lettre::{
    Message, SmtpTransport, Transport,
    message::{Attachment, MultiPart, SinglePart, header::ContentType},
};
use pocketkey_api::{
    Page,
    event::Event,
    inbox::{Mail, MailSummary},
};
use pocketkey_tests_api::{Appliance, Client};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

/// Sends `text` as it is; gives everything the server says until it hangs up.
async fn talk(to: SocketAddr, text: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(text).await.unwrap();
    let mut said = String::new();
    time::timeout(Duration::from_secs(30), stream.read_to_string(&mut said)).await.unwrap().unwrap();
    said
}

async fn deliver(to: SocketAddr, message: &str) {
    let text = format!(
        "EHLO t\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n{message}\r\n.\r\nQUIT\r\n"
    );
    let said = talk(to, text.as_bytes()).await;
    assert!(said.contains("250 2.6.0"), "{said}");
}

/// The inbox once it holds `count` mails, newest first.
pub async fn mails(admin: &mut Client, count: usize) -> Vec<MailSummary> {
    let mut items = Vec::new();
    for _ in 0..400 {
        items = admin.get("/api/v1/inbox").await.expect(200).json::<Page<MailSummary>>().items;
        if items.len() >= count {
            break;
        }
        time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(items.len(), count, "{items:?}");
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_text_over_a_socket_becomes_a_mail() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut events = appliance.app.events().subscribe();
    let said = talk(
        appliance.smtp_addr,
        "EHLO me\r\nMAIL FROM:<jürgen@example.org> SMTPUTF8\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n\
         DATA\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n..a\r\n.\r\nVRFY a\r\nQUIT\r\n"
            .as_bytes(),
    )
    .await;
    let codes: Vec<&str> =
        said.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect();
    assert_eq!(codes, ["220", "250", "250", "250", "250", "354", "250", "502", "221"]);

    let MailSummary { id, from, to, subject, snippet, received_at, .. } =
        mails(&mut admin, 1).await.remove(0);
    assert_eq!((from.as_str(), subject.as_str(), snippet.as_str()), ("jürgen@example.org", "Grüße", ".a"));
    assert_eq!(
        (to, received_at),
        (vec!["a@example.org".into(), "b@example.org".into()], appliance.app.now())
    );
    assert_eq!(events.recv().await.unwrap(), Event::Mail { mail_id: id.clone() });
    let source = admin.get(&format!("/api/v1/inbox/{id}/source")).await.expect(200);
    assert!(source.header("content-type").starts_with("text/plain"));
    assert_eq!(source.text(), "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n.a\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_outlives_the_appliance() {
    let appliance = Appliance::start().await;
    let admin = appliance.set_up().await;
    for n in 0..5 {
        deliver(appliance.smtp_addr, &format!("Subject: {n}\r\n\r\nhi")).await;
    }
    let appliance = appliance.restart().await;
    let mut again = appliance.client();
    again.cookie = admin.cookie;
    mails(&mut again, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lettre_delivers_pictures_and_attachments() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let html = "<p>See <a href=\"https://x.example/?a=1&amp;b=2\">x</a><img src=\"cid:pic\">";
    let png = Attachment::new_inline("pic".into())
        .body(b"\x89PNG".to_vec(), ContentType::parse("image/png").unwrap());
    let csv =
        Attachment::new("löst.csv".into()).body("a,b".to_owned(), ContentType::parse("text/csv").unwrap());
    let related = MultiPart::related().singlepart(SinglePart::html(html.to_owned())).singlepart(png);
    let message = Message::builder()
        .from("Ada Löve <ada@example.org>".parse().unwrap())
        .to("bob@example.org".parse().unwrap())
        .subject("Pictures")
        .multipart(MultiPart::mixed().multipart(related).singlepart(csv))
        .unwrap();
    let port = appliance.smtp_addr.port();
    let sent = tokio::task::spawn_blocking(move || {
        let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(port).build();
        transport.send(&message).and(transport.send(&message))
    });
    sent.await.unwrap().unwrap();
    let id = mails(&mut admin, 2).await.remove(0).id;
    let mail: Mail = admin.get(&format!("/api/v1/inbox/{id}")).await.expect(200).json();
    assert_eq!(mail.summary.from, "Ada Löve <ada@example.org>");
    assert!(mail.html.as_deref().unwrap().contains("src=\"data:image/png;base64,iVBORw==\""), "{mail:?}");
    assert_eq!(mail.links, ["https://x.example/?a=1&b=2"]);
    let files: Vec<(&str, &str, u32)> =
        mail.attachments.iter().map(|a| (a.name.as_str(), a.content_type.as_str(), a.size)).collect();
    assert_eq!(files, [("pic", "image/png", 4), ("löst.csv", "text/csv", 3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_html_is_served_where_it_can_do_nothing() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let hostile =
        "Content-Type: text/html\r\n\r\n<script>alert(1)</script><img src=\"http://evil.example/x\">";
    deliver(appliance.smtp_addr, hostile).await;
    let id = mails(&mut admin, 1).await.remove(0).id;
    let html = admin.get(&format!("/api/v1/inbox/{id}/html")).await.expect(200);
    let policy = html.header("content-security-policy");
    assert_eq!(html.headers.get_all("content-security-policy").iter().count(), 1);
    for rule in ["default-src 'none'", "img-src data:", "sandbox;", "frame-ancestors 'self'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("allow-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_deletion_and_errors() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for n in 0..5 {
        deliver(appliance.smtp_addr, &format!("Subject: {n}\r\n\r\nhi")).await;
    }
    let mut pages = Vec::new();
    let mut after = String::new();
    let first = admin.get("/api/v1/inbox?limit=2").await.expect(200).json::<Page<MailSummary>>();
    loop {
        let path = format!("/api/v1/inbox?limit=2{after}");
        let page: Page<MailSummary> = admin.get(&path).await.expect(200).json();
        pages.push(page.items.iter().map(|mail| mail.subject.clone()).collect::<Vec<_>>().join(" "));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(pages, ["4 3", "2 1", "0"]);

    let (gone, other) = (&first.items[0].id, &first.items[1].id);
    admin.delete(&format!("/api/v1/inbox/{gone}")).await.expect(204);
    admin.delete(&format!("/api/v1/inbox/{gone}")).await.expect_problem(404, "not_found");
    for path in [format!("{gone}"), format!("{gone}/source"), "nonsense".into(), format!("{other}/html")] {
        admin.get(&format!("/api/v1/inbox/{path}")).await.expect_problem(404, "not_found");
    }
    admin.get("/api/v1/inbox?after=x").await.expect_problem(400, "malformed_query");
    let mut stranger = appliance.client();
    for (method, path) in [
        (Method::GET, String::new()),
        (Method::GET, format!("/{other}")),
        (Method::GET, format!("/{other}/source")),
        (Method::GET, format!("/{other}/html")),
        (Method::DELETE, format!("/{other}")),
    ] {
        stranger.send(method, &format!("/api/v1/inbox{path}"), None, "").await.expect(401);
    }
}
