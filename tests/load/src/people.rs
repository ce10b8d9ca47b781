//! 100,000 users: how fast they are imported, and how soon a page of the list is there at any depth. The reference is
//! the bare query on the same database, without HTTP, JSON, groups or a session.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use pocketkey_api::{
    Page,
    job::{Job, JobState},
    key::KeyKind,
    session::Setup,
    user::User,
    workflow::{NewWorkflow, RunDetail, RunState, Trigger, Workflow},
};
use pocketkey_server::Config;
use rusqlite::{Connection, OpenFlags};
use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
    time::sleep,
};

use crate::{Figure, median};

const USERS: u32 = 100_000;
const ROUNDS: usize = 400;
/// So many invitations are waited for: with more in the outbox, runs wait for the mail server.
const INVITED: u32 = 9_000;

type Error = Box<dyn std::error::Error>;

/// Import, list and search.
pub async fn measure() -> Result<Vec<Figure>, Error> {
    let data = tempfile::tempdir()?;
    let any = "127.0.0.1:0".parse()?;
    let appliance =
        pocketkey_server::start(Config { listen: any, smtp_listen: any, ..Config::new(data.path()) }).await?;
    let mut api = Api::connect(appliance.http_addr).await?;
    let token = appliance
        .setup_link
        .as_ref()
        .and_then(|link| link.split_once('#'))
        .map(|(_, token)| token.to_owned());
    tokio::spawn(appliance.run_until(std::future::pending()));
    let setup = Setup {
        token: token.ok_or("no set-up link")?,
        organisation: "Bench".into(),
        name: "Bench".into(),
        email: "bench@example.org".into(),
        password: "correct horse battery".into(),
    };
    api.send("POST", "/api/v1/setup", "application/json", &serde_json::to_vec(&setup)?).await?;

    let mut figures = import(&mut api).await?;
    figures.extend(list(&mut api, data.path()).await?);
    figures.extend(workflow(&mut api).await?);
    Ok(figures)
}

/// A workflow for all users: how fast it puts invitations into the outbox, while that sends them to the sink.
async fn workflow(api: &mut Api) -> Result<Vec<Figure>, Error> {
    let new = NewWorkflow {
        name: "Bench".into(),
        groups: Vec::new(),
        kind: KeyKind::Smartphone,
        settings: None,
        trigger: Trigger::Once,
    };
    let before = memory("VmRSS:")?;
    fs::write("/proc/self/clear_refs", "5")?;
    let begun = Instant::now();
    let path = "/api/v1/workflows";
    let workflow: Workflow =
        read(&api.send("POST", path, "application/json", &serde_json::to_vec(&new)?).await?)?;
    let run = format!("/api/v1/runs/{}", workflow.last_run.ok_or("no run")?.id);
    let invited = loop {
        sleep(Duration::from_millis(50)).await;
        let RunDetail { run, .. } = read(&api.get(&run).await?)?;
        if run.invited >= INVITED || run.state != RunState::Running {
            break run.invited;
        }
    };
    let took = begun.elapsed();
    let peak = memory("VmHWM:")?.saturating_sub(before);
    api.send("POST", &format!("{run}/cancel"), "application/json", b"").await?;
    let rate = f64::from(invited) / took.as_secs_f64();
    Ok(vec![
        Figure::goal(
            "workflow for 100,000 users, invitations into the outbox",
            format!("{rate:.0}/s"),
            format!("the first {invited} in {took:.1?}; goal: 1,000/s"),
            rate >= 1000.0,
        ),
        Figure::plain(
            "… peak memory beside what was there before",
            format!("{:.1} MB", f64::from(peak) / 1024.0),
            "the mails that are sent meanwhile included".into(),
        ),
    ])
}

async fn import(api: &mut Api) -> Result<Vec<Figure>, Error> {
    let mut file = String::from("user id,username,name,email\n");
    for number in 0..USERS {
        // Not in the order of any index.
        let number = number.wrapping_mul(7919) % USERS;
        let (first, last) = person(number);
        let username = format!("{first}.{last}{number}").to_lowercase();
        file += &format!("{number},{username},{first} {last},{username}@example.org\n");
    }
    let before = memory("VmRSS:")?;
    // From here on the peak counts anew.
    fs::write("/proc/self/clear_refs", "5")?;
    let begun = Instant::now();
    let path = "/api/v1/imports?columns=external_id,username,name,email";
    let mut job: Job = read(&api.send("POST", path, "text/csv", file.as_bytes()).await?)?;
    while job.state == JobState::Running {
        sleep(Duration::from_millis(20)).await;
        job = read(&api.get(&format!("/api/v1/jobs/{}", job.id)).await?)?;
    }
    let took = begun.elapsed();
    let peak = memory("VmHWM:")?.saturating_sub(before);
    if job.outcome.created != USERS {
        return Err(format!("the import went wrong: {:?}", job.outcome).into());
    }
    Ok(vec![
        Figure::plain(
            "import of 100,000 users from CSV",
            format!("{:.0} users/s", f64::from(USERS) / took.as_secs_f64()),
            format!("{took:.1?} in all"),
        ),
        Figure::plain(
            "… peak memory beside what was there before",
            format!("{:.1} MB", f64::from(peak) / 1024.0),
            format!("a file of {:.1} MB", f64::from(u32::try_from(file.len())?) / 1e6),
        ),
    ])
}

/// A first and a last name; 400 by 260 of them, so that nearly everybody has a name of their own.
fn person(number: u32) -> (String, String) {
    const SYLLABLES: [&str; 20] = [
        "Ka", "Mo", "Ri", "Tel", "Jun", "Vas", "Ol", "Bry", "Fen", "Gus", "Hal", "Ing", "Lor", "Nad", "Pet",
        "Quin", "Sig", "Tov", "Wil", "Zor",
    ];
    let at = |index: u32, count: u32| SYLLABLES[(index % count) as usize];
    let first = format!("{}{}", at(number, 20), at(number / 20, 20).to_lowercase());
    let last = format!("{}{}sen", at(number / 400, 20), at(number / 8000, 13).to_lowercase());
    (first, last)
}

async fn list(api: &mut Api, data: &Path) -> Result<Vec<Figure>, Error> {
    // Places all over the list.
    let (mut places, mut usernames) = (vec![String::new()], Vec::new());
    loop {
        let path = format!("/api/v1/users?limit=200{}", places.last().map_or("", String::as_str));
        let page: Page<User> = read(&api.get(&path).await?)?;
        let Some(next) = page.next else { break };
        usernames.extend(page.items.into_iter().next().map(|user| user.username));
        places.push(format!("&after={next}"));
    }
    let bare = Connection::open_with_flags(data.join("pocketkey.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut query = bare.prepare(
        "SELECT id, external_id, username, name, email, created_at FROM users WHERE (username_key, seq) > (?1, ?2)
         ORDER BY username_key, seq LIMIT 50",
    )?;

    let mut depths = [Vec::new(), Vec::new(), Vec::new()];
    let mut reference = Vec::new();
    for round in 0..ROUNDS {
        for (depth, times) in depths.iter_mut().enumerate() {
            let place = places.len() / 3 * depth + round % (places.len() / 3);
            let begun = Instant::now();
            let page = api.get(&format!("/api/v1/users?limit=50{}", places[place])).await?;
            times.push(begun.elapsed());
            if !page.starts_with(b"{\"items\":[{") {
                return Err("no page".into());
            }
        }
        let place = &usernames[round % usernames.len()];
        let begun = Instant::now();
        let rows = query.query_map((place, 0), |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Option<String>>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(4)?,
                row.get::<_, i64>(5)?,
            ))
        })?;
        if rows.collect::<Result<Vec<_>, _>>()?.len() != 50 {
            return Err("the bare query finds too few".into());
        }
        reference.push(begun.elapsed());
    }
    let reference = median(&mut reference);
    let worst = depths.iter_mut().map(|times| median(times)).max().unwrap_or_default();
    let mut figures = vec![against(
        "list of 100,000 users, page of 50 at any depth, p50",
        worst,
        reference,
        Duration::from_micros(500),
    )];
    for (name, kind) in [
        ("search for a full name, p50", 0),
        ("search for a last name that hundreds have, p50", 1),
        ("search that finds all, p50", 2),
    ] {
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let (first, last) = person(u32::try_from(round)?.wrapping_mul(7919) % USERS);
            let search = match kind {
                0 => format!("{first}%20{last}"),
                1 => last,
                _ => "example.org".to_owned(),
            };
            let begun = Instant::now();
            api.get(&format!("/api/v1/users?limit=50&search={search}")).await?;
            times.push(begun.elapsed());
        }
        figures.push(against(name, median(&mut times), reference, Duration::from_millis(1)));
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        api.get("/api/v1/dashboard").await?;
        times.push(begun.elapsed());
    }
    figures.push(against("dashboard, p50", median(&mut times), reference, Duration::from_millis(5)));
    Ok(figures)
}

fn against(name: &'static str, measured: Duration, reference: Duration, goal: Duration) -> Figure {
    let ratio = measured.as_secs_f64() / reference.as_secs_f64();
    Figure::goal(
        name,
        format!("{measured:.0?}, {ratio:.1} × the bare query"),
        format!("bare query {reference:.0?}; goal: at most {goal:?}"),
        measured <= goal,
    )
}

/// One of this process's own figures in `/proc/self/status`, in KiB.
fn memory(name: &str) -> Result<u32, Error> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    Ok(serde_json::from_slice(body)?)
}

/// One kept-alive connection: as little of a client as there can be, so that the appliance is what is measured.
struct Api {
    stream: BufStream<TcpStream>,
    cookie: String,
}

impl Api {
    async fn connect(address: std::net::SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(("127.0.0.1", address.port())).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufStream::new(stream), cookie: String::new() })
    }

    async fn get(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        self.send("GET", path, "text/plain", b"").await
    }

    async fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body).await?;
        self.stream.flush().await?;
        let mut status = String::new();
        self.stream.read_line(&mut status).await?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await?;
            match line.trim_end().split_once(": ") {
                None => break,
                Some(("content-length", value)) => length = value.parse()?,
                Some(("set-cookie", value)) => {
                    value.split(';').next().unwrap_or_default().clone_into(&mut self.cookie)
                }
                Some(_) => {}
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        if status.split(' ').nth(1).is_some_and(|code| code.starts_with('2')) {
            Ok(answer)
        } else {
            Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&answer)).into())
        }
    }
}
