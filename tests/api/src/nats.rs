//! Real nats-servers: one, or several that are a cluster.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{net::TcpStream, time::sleep};

use crate::{free_port, until};

/// The server that `scripts/setup-nats.sh` fetches, or the one that `NATS_SERVER` names.
pub fn binary() -> Option<PathBuf> {
    if let Some(named) = env::var_os("NATS_SERVER").filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "NATS_SERVER names no file: {}", named.display());
        return Some(named);
    }
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    let cache = env::var_os("POCKETKEY_CACHE").map(PathBuf::from).or_else(|| {
        let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
        Some(base.join("pocketkey"))
    })?;
    let mut found: Vec<PathBuf> = fs::read_dir(cache)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("nats-server-"))
        .map(|entry| entry.path().join("bin/nats-server"))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.pop()
}

/// Says so where nobody overlooks it: what a test prints with macros is only shown when it fails.
pub fn skip(test: &str) {
    let text =
        format!("\n!! {test} is SKIPPED: there is no nats-server; scripts/setup-nats.sh fetches one\n\n");
    let _ = std::io::stderr().write_all(text.as_bytes());
}

struct Server {
    port: u16,
    args: Vec<String>,
    process: Option<Child>,
}

/// The servers.
pub struct Cluster {
    binary: PathBuf,
    servers: Vec<Server>,
}

impl Cluster {
    /// Starts so many; what they keep is in `data`.
    pub async fn start(binary: PathBuf, data: &Path, count: usize) -> Self {
        let routes: Vec<u16> = (0..count).map(|_| free_port()).collect();
        let all = routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect::<Vec<_>>().join(",");
        let server = |(n, route): (usize, &u16)| {
            let (port, store) = (free_port(), data.join(format!("nats-{n}")));
            let mut args = format!(
                "--addr 127.0.0.1 --port {port} --name n{n} --jetstream --store_dir {}",
                store.display()
            );
            if count > 1 {
                args +=
                    &format!(" --cluster_name pocketkey --cluster nats://127.0.0.1:{route} --routes {all}");
            }
            let args = args.split(' ').map(str::to_owned).collect();
            Server { port, args, process: None }
        };
        let servers = routes.iter().enumerate().map(server).collect();
        let mut cluster = Self { binary, servers };
        for n in 0..count {
            cluster.revive(n).await;
        }
        cluster
    }

    /// The servers' addresses, the nth first.
    pub fn addresses(&self, first: usize) -> String {
        let count = self.servers.len();
        let from = |n: usize| format!("nats://127.0.0.1:{}", self.servers[(first + n) % count].port);
        (0..count).map(from).collect::<Vec<_>>().join(",")
    }

    /// The port of the nth.
    pub fn port(&self, n: usize) -> u16 {
        self.servers[n].port
    }

    /// SIGKILL.
    pub fn kill(&mut self, n: usize) {
        if let Some(mut process) = self.servers[n].process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts one that was killed.
    pub async fn revive(&mut self, n: usize) {
        let server = &mut self.servers[n];
        let mut command = Command::new(&self.binary);
        command.args(&server.args).stdout(Stdio::null()).stderr(Stdio::null());
        server.process = Some(command.spawn().unwrap());
        let port = server.port;
        until("a NATS server listens", async || {
            sleep(Duration::from_millis(20)).await;
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        (0..self.servers.len()).for_each(|n| self.kill(n));
    }
}
