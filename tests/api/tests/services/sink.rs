//! The SMTP sink's extensions and its faults, over real sockets.

use std::time::{Duration, Instant};

use lettre::{
    Message, SmtpTransport, Transport,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{Tls, TlsParameters},
    },
};
use pocketkey_api::inbox::{Fault, FaultSetting};
use pocketkey_tests_api::{Appliance, Client};

use crate::inbox::{deliver, mails, talk};

fn codes(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
}

/// Sends a mail by lettre; gives its error.
async fn send(
    appliance: &Appliance,
    tls: bool,
    login: Option<(&str, &str, Mechanism)>,
) -> Result<(), String> {
    let mut transport = SmtpTransport::builder_dangerous("127.0.0.1").port(appliance.smtp_addr.port());
    if tls {
        let trust = TlsParameters::builder("localhost".into()).dangerous_accept_invalid_certs(true).build();
        transport = transport.tls(Tls::Required(trust.unwrap()));
    }
    if let Some((name, password, mechanism)) = login {
        transport = transport
            .credentials(Credentials::new(name.into(), password.into()))
            .authentication(vec![mechanism]);
    }
    let transport = transport.build();
    let message = Message::builder()
        .from("ada@example.org".parse().unwrap())
        .to("bob@example.org".parse().unwrap())
        .subject("by lettre")
        .body("Grüße".to_owned())
        .unwrap();
    let sent = tokio::task::spawn_blocking(move || transport.send(&message));
    sent.await.unwrap().map(drop).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn lettre_speaks_tls_and_logs_in_with_any_password() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    send(&appliance, true, None).await.unwrap();
    send(&appliance, true, Some(("ada", "any", Mechanism::Plain))).await.unwrap();
    send(&appliance, false, Some(("ada", "any", Mechanism::Login))).await.unwrap();
    mails(&mut admin, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_login_is_configured_no_other_one_works() {
    let appliance = Appliance::start_with(|config| config.smtp_login = Some("ada:open:sesame".into())).await;
    let mut admin = appliance.set_up().await;
    send(&appliance, true, Some(("ada", "open:sesame", Mechanism::Plain))).await.unwrap();
    send(&appliance, true, Some(("ada", "open:sesame", Mechanism::Login))).await.unwrap();
    for wrong in [("ada", "open"), ("ada:open", "sesame"), ("eve", "open:sesame"), ("", "")] {
        let refused = send(&appliance, true, Some((wrong.0, wrong.1, Mechanism::Login))).await;
        assert!(refused.unwrap_err().contains("535"));
    }
    mails(&mut admin, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_over_a_socket() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let said = talk(
        appliance.smtp_addr,
        b"EHLO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nBDAT 13\r\nSubject: ab\r\n\
          BDAT 8 LAST\r\n\r\n.\r\nhi\nQUIT\r\n",
    )
    .await;
    assert_eq!(codes(&said), ["220", "250", "250", "250", "250", "250", "221"], "{said}");
    let id = mails(&mut admin, 1).await.remove(0).id;
    let source = admin.get(&format!("/api/v1/inbox/{id}/source")).await.expect(200).text();
    assert_eq!(source, "Subject: ab\r\n\r\n.\r\nhi\n");
}

async fn set(admin: &mut Client, fault: Option<Fault>, to: &str) {
    let setting = FaultSetting { fault, to: to.into() };
    let answer: FaultSetting = admin.put("/api/v1/inbox/fault", &setting).await.expect(200).json();
    assert_eq!(answer, setting);
    let shown: FaultSetting = admin.get("/api/v1/inbox/fault").await.expect(200).json();
    assert_eq!(shown, setting);
}

/// The codes of one mail's conversation.
async fn attempt(appliance: &Appliance, to: &str) -> String {
    let text = format!("EHLO t\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{to}>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n");
    // Only what stands on its own line: after a refused DATA the text is taken for commands.
    let said = talk(appliance.smtp_addr, text.as_bytes()).await;
    codes(&said).get(3..).unwrap_or_else(|| panic!("{said}")).join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_are_refused_greylisted_delayed_and_dropped_on_purpose() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (well, no_recipient) = ("250 354 250 221", "503 500 500 221");

    set(&mut admin, Some(Fault::Refuse), "@broken.example").await;
    assert_eq!(attempt(&appliance, "x@broken.example").await, format!("550 {no_recipient}"));
    assert_eq!(attempt(&appliance, "x@whole.example").await, well);

    set(&mut admin, Some(Fault::Greylist { seconds: 60 }), "").await;
    assert_eq!(attempt(&appliance, "x@broken.example").await, format!("451 {no_recipient}"));
    appliance.clock.advance_seconds(60);
    assert_eq!(attempt(&appliance, "x@broken.example").await, well);

    set(&mut admin, Some(Fault::Drop), "").await;
    assert_eq!(attempt(&appliance, "x@broken.example").await, "250 354");
    mails(&mut admin, 2).await;

    set(&mut admin, Some(Fault::Delay { seconds: 1 }), "").await;
    let begun = Instant::now();
    assert_eq!(attempt(&appliance, "x@broken.example").await, well);
    assert!(begun.elapsed() >= Duration::from_secs(1));

    set(&mut admin, None, "").await;
    deliver(appliance.smtp_addr, "all is well").await;
    mails(&mut admin, 4).await;
    for seconds in [0, 241] {
        let setting = FaultSetting { fault: Some(Fault::Delay { seconds }), to: String::new() };
        let problem = admin.put("/api/v1/inbox/fault", &setting).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, "seconds");
    }
}
