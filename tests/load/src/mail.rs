//! The SMTP sink as it is – accepted, on disk, indexed, then acknowledged – against the same sockets and the same
//! session with a backend that throws mails away. In turns, each over the same eight connections. And the way out: from
//! the outbox to the inbox.

use std::{
    fmt::Write,
    future::Future,
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use pocketkey_api::KeyId;
use pocketkey_server::{
    App, Config as Server,
    db::DbError,
    inbox::{
        self,
        session::{Credentials, Delivery, Verdict},
        sink::{self, Backend, Outcome},
    },
    mail::{
        self, OutgoingMail,
        model::{Invitation, MailKind},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::Figure;

const CONNECTIONS: usize = 8;
const TURNS: usize = 21;
/// Mails over each connection in one turn.
const MAILS: usize = 100;
const MAIL_SIZE: usize = 2048;
const INVITATIONS: u32 = 5000;

/// Mails a second, stored against thrown away.
pub async fn measure() -> Result<Vec<Figure>, Box<dyn std::error::Error>> {
    let data = tempfile::tempdir()?;
    let any = "127.0.0.1:0".parse()?;
    let server = Server { listen: any, smtp_listen: any, inbox_most: u32::MAX, ..Server::new(data.path()) };
    let appliance = pocketkey_server::start(server).await?;
    let (app, storing) = (appliance.app.clone(), appliance.smtp_addr);
    tokio::spawn(appliance.run_until(std::future::pending()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let discarding = listener.local_addr()?;
    tokio::spawn(sink::serve(Discarding, None, listener));

    let (mut stored, mut discarded) = (Vec::new(), Vec::new());
    let mut to_storing = connect(storing).await?;
    let mut to_discarding = connect(discarding).await?;
    for turn in 0..TURNS {
        let discarding = send(&mut to_discarding, turn).await?;
        let begun = Instant::now();
        let mut storing = send(&mut to_storing, turn).await?;
        // Whoever searches now waits until everything is indexed.
        let acknowledged = begun.elapsed();
        inbox::catch_up(&app).await?;
        storing += (begun.elapsed() - acknowledged) / u32::try_from(CONNECTIONS * MAILS)?;
        // The first turn warms both up.
        if turn > 0 {
            discarded.push(discarding);
            stored.push(storing);
        }
    }
    let found: Result<u32, pocketkey_server::db::DbError> = app
        .db()
        .read(|conn| {
            let sql = "SELECT count(*) FROM inbox_search JOIN inbox ON id = inbox_search.rowid
                       WHERE inbox_search MATCH 'subject : benchmark'";
            Ok(conn.query_row(sql, [], |row| row.get(0))?)
        })
        .await;
    let (found, sent) = (found?, u32::try_from(TURNS * CONNECTIONS * MAILS)?);
    if found != sent {
        return Err(format!("{sent} mails were acknowledged, {found} are found").into());
    }
    let (stored, discarded) = (rate(&mut stored), rate(&mut discarded));
    let ratio = stored / discarded;
    let invitations = invite(&app).await?;
    Ok(vec![
        Figure::goal(
            "SMTP, 8 connections, 2 KB mails, stored and indexed",
            format!("{stored:.0}/s"),
            format!("{ratio:.2} × a sink that throws them away, {discarded:.0}/s; goal: at least 0.7"),
            ratio >= 0.7,
        ),
        Figure::goal(
            "invitations made, sent and stored in the inbox",
            format!("{invitations:.0}/s"),
            "goal: at least 1,000/s".to_owned(),
            invitations >= 1000.0,
        ),
    ])
}

/// Puts invitations into the outbox; gives how many a second leave it for the inbox.
async fn invite(app: &App) -> Result<f64, Box<dyn std::error::Error>> {
    let shared = app.clone();
    let put = app.db().write(move |tx| -> Result<(), DbError> {
        for number in 0..INVITATIONS {
            let kind = MailKind::Invitation(Invitation {
                key_id: KeyId(format!("key-{number}")),
                organisation: "Example Labs".into(),
                name: format!("Person {number}"),
                link: "https://keys.example.org/activate#abcdefghijklmnopqrstuv".into(),
                pairing_key: "123456789012".into(),
                expires_at: i64::MAX,
            });
            let mail = OutgoingMail { to: format!("person-{number}@example.org"), kind };
            mail::service::enqueue(&shared, tx, &mail)?;
        }
        Ok(())
    });
    put.await?;
    let begun = Instant::now();
    loop {
        let health = mail::service::health(app).await?;
        if health.queued == 0 && health.sent_last_day == INVITATIONS {
            return Ok(f64::from(INVITATIONS) / begun.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Takes everything and keeps nothing.
struct Discarding;

impl Backend for Discarding {
    fn recipient(&self, _: &str, _: &str) -> Verdict {
        Verdict::Accept
    }

    fn log_in(&self, _: &Credentials) -> bool {
        true
    }

    async fn deliver(&self, _: Delivery) -> Outcome {
        Outcome::Stored
    }

    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        std::future::pending()
    }
}

type Connection = BufStream<TcpStream>;

/// Connections past their greeting.
async fn connect(to: SocketAddr) -> io::Result<Vec<Connection>> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        let mut connection = BufStream::new(stream);
        expect(&mut connection, "220").await?;
        command(&mut connection, "EHLO bench.example\r\n", "250").await?;
        connections.push(connection);
    }
    Ok(connections)
}

/// Sends a turn's mails over all connections at once; gives how long a mail took.
async fn send(
    connections: &mut Vec<Connection>,
    turn: usize,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let mut senders = JoinSet::new();
    let mails: Vec<Vec<String>> =
        (0..CONNECTIONS).map(|sender| (0..MAILS).map(|mail| message(turn, sender, mail)).collect()).collect();
    let begun = Instant::now();
    for (mut connection, mails) in connections.drain(..).zip(mails) {
        senders.spawn(async move {
            for mail in mails {
                command(&mut connection, "MAIL FROM:<ada@bench.example> SIZE=2048\r\n", "250").await?;
                command(&mut connection, "RCPT TO:<bob@bench.example>\r\n", "250").await?;
                command(&mut connection, "DATA\r\n", "354").await?;
                command(&mut connection, &mail, "250").await?;
            }
            io::Result::Ok(connection)
        });
    }
    while let Some(connection) = senders.join_next().await {
        connections.push(connection??);
    }
    Ok(begun.elapsed() / u32::try_from(CONNECTIONS * MAILS)?)
}

async fn command(connection: &mut Connection, text: &str, expected: &str) -> io::Result<()> {
    connection.write_all(text.as_bytes()).await?;
    connection.flush().await?;
    expect(connection, expected).await
}

async fn expect(connection: &mut Connection, code: &str) -> io::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        if !line.starts_with(code) {
            return Err(io::Error::other(format!("{line:?} instead of {code}")));
        }
        if line.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}

/// A mail such as people write, with its end: words of which some are everywhere and others in few mails.
fn message(turn: usize, sender: usize, mail: usize) -> String {
    const WORDS: [&str; 16] = [
        "the",
        "phone",
        "signs",
        "you",
        "in",
        "to",
        "every",
        "meeting",
        "on",
        "Monday",
        "with",
        "report",
        "and",
        "figures",
        "from",
        "Engineering",
    ];
    let number = (turn * CONNECTIONS + sender) * MAILS + mail;
    let mut text = format!(
        "From: Ada Lovelace <ada@bench.example>\r\nTo: Bob <bob@bench.example>\r\nSubject: benchmark {number}\r\n\
         Message-ID: <{number}@bench.example>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n"
    );
    let mut random = u64::try_from(number).unwrap_or(0);
    let mut line = 0;
    while text.len() < MAIL_SIZE {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let draw = random >> 33;
        let before = text.len();
        match WORDS.get(usize::try_from(draw % 24).unwrap_or(0)) {
            Some(word) => text.push_str(word),
            // Any of 4096 rarer words; writing to a String cannot fail.
            None => drop(write!(text, "w{:x}", (draw >> 8) % 4096)),
        }
        line += text.len() - before + 1;
        text.push_str(if line > 70 { "\r\n" } else { " " });
        line = if line > 70 { 0 } else { line };
    }
    text.push_str("\r\n.\r\n");
    text
}

/// Mails a second, at the median.
fn rate(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    1.0 / times[times.len() / 2].as_secs_f64()
}
