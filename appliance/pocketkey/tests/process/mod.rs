//! The real program in processes of their own, which can be killed.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use pocketkey_api::session::Setup;
use pocketkey_relay_client::Rest;
use pocketkey_tests_api::{free_port, plain, until};
use tokio::{task::spawn_blocking, time::timeout};

/// One program, always with the same options.
pub struct Program {
    /// Where it listens.
    pub port: u16,
    args: Vec<String>,
    process: Option<Child>,
    /// Held: who writes where nobody can read is ended.
    printed: Option<BufReader<ChildStdout>>,
}

impl Program {
    pub fn new(port: u16, args: &[&str]) -> Self {
        let listen = format!("127.0.0.1:{port}");
        let mut args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        args.extend(["--listen".to_owned(), listen]);
        Self { port, args, process: None, printed: None }
    }

    /// Starts it.
    pub fn start(&mut self) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_pocketkey"))
            .args(&self.args)
            .env("POCKETKEY_LOG", std::env::var("POCKETKEY_TEST_LOG").unwrap_or_else(|_| "off".into()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        self.printed = process.stdout.take().map(BufReader::new);
        self.process = Some(process);
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&self) {
        until("a node is ready", async || is_ready(self.port).await.then_some(())).await;
    }

    /// What it printed as its set-up link.
    pub async fn setup_token(&mut self) -> String {
        let mut printed = self.printed.take().unwrap();
        let read = move || {
            let mut line = String::new();
            while !line.contains("/setup#") {
                line.clear();
                assert!(printed.read_line(&mut line).unwrap() > 0, "a set-up link");
            }
            (line.trim().split_once('#').unwrap().1.to_owned(), printed)
        };
        let (token, printed) = spawn_blocking(read).await.unwrap();
        self.printed = Some(printed);
        token
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether `/readyz` is content.
async fn is_ready(port: u16) -> bool {
    matches!(timeout(Duration::from_secs(2), plain::get(port, "/readyz")).await, Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200"))
}

/// An appliance on one node, always on the same ports and data.
pub struct Appliance(Program);

impl Appliance {
    pub async fn start(data: &Path) -> Self {
        let smtp = format!("127.0.0.1:{}", free_port());
        let data = data.to_str().unwrap();
        let mut program = Program::new(free_port(), &["serve", "--smtp-listen", &smtp, "--data", data]);
        program.start();
        program.ready().await;
        Self(program)
    }

    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.0.port)
    }

    /// SIGKILL, and a new process on the same folder.
    pub async fn crash(&mut self) {
        self.0.kill();
        self.0.start();
        self.0.ready().await;
    }

    /// What the process printed as its set-up link.
    pub async fn setup_token(&mut self) -> String {
        self.0.setup_token().await
    }

    /// Makes the first admin; gives a client that is signed in as them.
    pub async fn set_up(&mut self) -> Rest {
        let token = self.setup_token().await;
        set_up(&self.url(), token).await
    }
}

/// The first admin of an appliance that printed this token.
pub fn first_admin(token: String) -> Setup {
    Setup {
        token,
        organisation: "Example organisation".into(),
        name: "First admin".into(),
        email: "admin@example.test".into(),
        password: "correct horse battery".into(),
    }
}

/// Makes the first admin; gives a client that is signed in as them.
pub async fn set_up(server: &str, token: String) -> Rest {
    let mut rest = Rest::new(server);
    rest.enter("/api/v1/setup", &first_admin(token)).await.unwrap();
    rest
}
