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
    inbox::{Deleted, Mail, MailSummary},
};
use pocketkey_server::inbox::tidy;
use pocketkey_tests_api::{Appliance, Client};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

/// Sends `text` as it is; gives everything the server says until it hangs up.
pub async fn talk(to: SocketAddr, text: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(text).await.unwrap();
    let mut said = String::new();
    time::timeout(Duration::from_secs(30), stream.read_to_string(&mut said)).await.unwrap().unwrap();
    said
}

pub async fn deliver(to: SocketAddr, message: &str) {
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
    assert_eq!(mail.summary.attachments, 2);
    let csv = admin.get(&format!("/api/v1/inbox/{id}/attachments/1")).await.expect(200);
    assert_eq!(csv.header("content-disposition"), "attachment; filename*=UTF-8''l%C3%B6st.csv");
    assert_eq!(csv.text(), "a,b");
    admin.get(&format!("/api/v1/inbox/{id}/attachments/2")).await.expect_problem(404, "not_found");
}

/// The subjects that a search finds, newest first.
async fn found(admin: &mut Client, search: &str) -> String {
    let path = format!("/api/v1/inbox?search={}", search.replace(' ', "%20").replace('"', "%22"));
    let page: Page<MailSummary> = admin.get(&path).await.expect(200).json();
    page.items.into_iter().map(|mail| mail.subject).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_by_words_people_attachments_and_dates() {
    let appliance = Appliance::start().await;
    let attachment = "MIME-Version: 1.0\r\nContent-Type: text/csv; name=prices.csv\r\n\
                      Content-Disposition: attachment; filename=prices.csv\r\n\r\na,b";
    for (subject, rest) in [
        ("one", "From: Ada L\u{f6}velace <ada@example.com>\r\n\r\nThe engine weaves patterns"),
        ("two", "To: Charles <cb@example.net>\r\n\r\nTwo patterns, engine by engine"),
        ("three", attachment),
    ] {
        deliver(appliance.smtp_addr, &format!("Subject: {subject}\r\n{rest}")).await;
        appliance.clock.advance_seconds(24 * 60 * 60);
    }
    let mut admin = appliance.set_up().await;
    for (search, subjects) in [
        ("", "three two one"),
        ("patterns", "two one"),
        ("patt eng", "two one"),
        ("\"weaves patterns\"", "one"),
        ("\"weaves patt\"", ""),
        ("from:lovelace", "one"),
        ("from:ada@example.com", "one"),
        ("from:a@example.org", "three two one"),
        ("to:charles", "two"),
        ("to:b@example.org patterns", "two one"),
        ("subject:two", "two"),
        ("two", "two"),
        ("has:attachment", "three"),
        ("prices.csv", "three"),
        ("before:2026-01-02", "one"),
        ("after:2026-01-02 before:2026-01-03", "two"),
        ("after:2026-01-02 engine", "two"),
        ("nowhere", ""),
    ] {
        assert_eq!(found(&mut admin, search).await, subjects, "{search}");
    }
    let first: Page<MailSummary> = admin.get("/api/v1/inbox?search=engine&limit=1").await.expect(200).json();
    let next = first.next.unwrap();
    let second: Page<MailSummary> =
        admin.get(&format!("/api/v1/inbox?search=engine&limit=1&after={next}")).await.expect(200).json();
    assert_eq!((second.items[0].subject.as_str(), second.next), ("one", None));
    let problem = admin.get("/api/v1/inbox?search=before:soon").await.expect_problem(400, "malformed_search");
    assert!(problem.detail.unwrap().contains("before:2026-01-31"));

    let gone: Deleted = admin.delete("/api/v1/inbox?search=engine").await.expect(200).json();
    assert_eq!((gone.count, found(&mut admin, "").await), (2, "three".into()));
    assert_eq!(found(&mut admin, "engine").await, "");
    let gone: Deleted = admin.delete("/api/v1/inbox").await.expect(200).json();
    assert_eq!((gone.count, found(&mut admin, "").await), (1, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_mail_gives_its_links_and_codes() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    deliver(appliance.smtp_addr, "Subject: early\r\n\r\nhi").await;
    let early: Mail = admin.get("/api/v1/inbox/wait?search=subject:early").await.expect(200).json();

    let mut waiting = admin.clone();
    let newer = format!("/api/v1/inbox/wait?search=to:b@example.org&newer_than={}", early.summary.id);
    let wait = tokio::spawn(async move { waiting.get(&newer).await });
    deliver(appliance.smtp_addr, "Subject: late\r\n\r\nYour code is 123 456: https://x.example/go").await;
    let late: Mail = wait.await.unwrap().expect(200).json();
    assert_eq!(late.summary.subject, "late");
    assert_eq!((late.codes, late.links), (vec!["123456".into()], vec!["https://x.example/go".into()]));

    let never = "/api/v1/inbox/wait?search=subject:never&seconds=1";
    admin.get(never).await.expect_problem(404, "none_came");
    admin.get("/api/v1/inbox/wait?newer_than=x").await.expect_problem(400, "malformed_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_mails_go_and_so_do_those_beyond_the_most() {
    let appliance = Appliance::start_with(|config| {
        config.inbox_keep = Duration::from_secs(3 * 24 * 60 * 60);
        config.inbox_most = 3;
    })
    .await;
    for n in 0..5 {
        deliver(appliance.smtp_addr, &format!("Subject: m{n}\r\n\r\nhi")).await;
        appliance.clock.advance_seconds(24 * 60 * 60);
    }
    let mut admin = appliance.set_up().await;
    assert_eq!(tidy(&appliance.app).await.unwrap(), 2);
    assert_eq!(found(&mut admin, "hi").await, "m4 m3 m2");
    appliance.clock.advance_seconds(60 * 60);
    assert_eq!(tidy(&appliance.app).await.unwrap(), 1);
    assert_eq!(tidy(&appliance.app).await.unwrap(), 0);
    assert_eq!(found(&mut admin, "").await, "m4 m3");
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
    admin.get("/api/v1/inbox?after=x").await.expect_problem(400, "wrong_cursor");
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
