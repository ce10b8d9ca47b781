//! The shipped program as a process: how soon it is ready, and what it holds in memory when idle.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{Figure, process::Process};

const STARTS: usize = 11;

/// The static program that `scripts/build-static.sh` makes.
pub fn binary() -> Result<PathBuf, String> {
    let path = PathBuf::from("target/static/pocketkey");
    if path.is_file() { Ok(path) } else { Err(format!("no {}; run scripts/build-static.sh", path.display())) }
}

/// Start to ready, and resident memory.
pub async fn measure() -> Result<Vec<Figure>, Box<dyn std::error::Error>> {
    let binary = binary()?;
    let data = tempfile::tempdir()?;
    let mut times = Vec::new();
    let mut resident = 0;
    // The first start makes the database; the others are what a restart costs.
    for round in 0..=STARTS {
        let begun = Instant::now();
        let process = serve(&binary, data.path())?;
        timeout(Duration::from_secs(10), ready(&process)).await?;
        if round > 0 {
            times.push(begun.elapsed());
        }
        if round == STARTS {
            sleep(Duration::from_secs(2)).await;
            resident = process.resident()?;
        }
    }
    times.sort_unstable();
    let ready = times[times.len() / 2];
    Ok(vec![
        Figure::goal(
            "start to ready, p50",
            format!("{ready:.1?}"),
            "goal: at most 50 ms".to_owned(),
            ready <= Duration::from_millis(50),
        ),
        Figure::goal(
            "resident memory, idle",
            format!("{:.1} MB", f64::from(resident) / 1024.0),
            "goal: at most 15 MB".to_owned(),
            resident <= 15 * 1024,
        ),
    ])
}

/// The appliance on the data folder `data`.
pub fn serve(binary: &Path, data: &Path) -> std::io::Result<Process> {
    serve_with(binary, data, &[])
}

/// The appliance on the data folder `data`, with more options.
pub fn serve_with(binary: &Path, data: &Path, options: &[String]) -> std::io::Result<Process> {
    Process::start(|port| {
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--smtp-listen", "127.0.0.1:0"]);
        command.arg("--data").arg(data).args(options);
        command
    })
}

async fn ready(process: &Process) {
    while ask(process).await.is_none() {
        sleep(Duration::from_millis(1)).await;
    }
}

async fn ask(process: &Process) -> Option<()> {
    let mut stream = TcpStream::connect(process.address).await.ok()?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(())
}
