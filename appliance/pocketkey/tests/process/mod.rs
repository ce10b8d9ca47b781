//! The real program in a process of its own, which can be killed.
#![allow(dead_code, reason = "not every test needs all of it")]

#[path = "../ports/mod.rs"]
mod ports;

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use pocketkey_api::session::{Session, Setup};
use pocketkey_relay_client::Rest;
use ports::free_port;
use tokio::time::{sleep, timeout};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An appliance as a process of its own, always on the same ports and data.
pub struct Appliance<'a> {
    data: &'a Path,
    http: u16,
    smtp: u16,
    process: Child,
}

fn spawn(data: &Path, http: u16, smtp: u16) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pocketkey"))
        .args([
            "serve",
            "--listen",
            &format!("127.0.0.1:{http}"),
            "--smtp-listen",
            &format!("127.0.0.1:{smtp}"),
            "--log",
            "warn",
        ])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

impl<'a> Appliance<'a> {
    pub async fn start(data: &'a Path) -> Self {
        let (http, smtp) = (free_port(), free_port());
        let appliance = Self { data, http, smtp, process: spawn(data, http, smtp) };
        appliance.ready().await;
        appliance
    }

    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.http)
    }

    async fn ready(&self) {
        let rest = Rest::new(&self.url());
        let up = async {
            while rest.get::<Session>("/api/v1/session").await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, up).await.expect("the appliance comes up");
    }

    /// SIGKILL, and a new process on the same folder.
    pub async fn crash(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.process = spawn(self.data, self.http, self.smtp);
        self.ready().await;
    }

    /// Makes the first admin; gives a client that is signed in as them.
    pub async fn set_up(&mut self) -> Rest {
        let setup = Setup {
            token: self.setup_token(),
            organisation: "Example organisation".into(),
            name: "First admin".into(),
            email: "admin@example.test".into(),
            password: "correct horse battery".into(),
        };
        let mut rest = Rest::new(&self.url());
        rest.enter("/api/v1/setup", &setup).await.unwrap();
        rest
    }

    /// What the process printed as its set-up link.
    pub fn setup_token(&mut self) -> String {
        use std::io::{BufRead, BufReader};
        let lines = BufReader::new(self.process.stdout.take().unwrap()).lines();
        let link = lines.map_while(Result::ok).find(|line| line.contains("/setup#")).expect("a set-up link");
        link.trim().split_once('#').unwrap().1.to_owned()
    }
}

impl Drop for Appliance<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{what}"))
}
