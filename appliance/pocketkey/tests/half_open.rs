//! Ten thousand handshakes that nobody finishes, against the real program: they are given up, and others are served
//! meanwhile.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

const COUNT: usize = 10_000;
const UPGRADE: &str = "GET /api/v1/relay HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Each connection is a descriptor at both ends: the other end is a process of its own, with more than it may have by
/// default.
#[test]
fn ten_thousand_handshakes_that_nobody_finishes() {
    let room = COUNT + 1000;
    let inner = Command::new("sh")
        .args(["-c", &format!("ulimit -n {room} && exec \"$0\" --ignored --exact inside")])
        .arg(env::current_exe().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inner.stdout);
    let failed = String::from_utf8_lossy(&inner.stderr);
    assert!(inner.status.success() && said.contains("1 passed"), "{said}{failed}");
}

#[test]
#[ignore = "the test above runs it, with room for the descriptors"]
fn inside() {
    let data = tempfile::tempdir().unwrap();
    let port = pocketkey_tests_api::free_port();
    // It starts with room for 1,024 and makes more by itself.
    let serve =
        "ulimit -S -n 1024 && exec \"$0\" serve --listen \"$1\" --smtp-listen 127.0.0.1:0 --data \"$2\"";
    let child = Command::new("sh")
        .args(["-c", serve, env!("CARGO_BIN_EXE_pocketkey"), &format!("127.0.0.1:{port}")])
        .arg(data.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = Program(child);
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("Pocketkey is at"))).unwrap().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));

    // Nothing, half a request, a request without a proof, a proof without an end.
    let unfinished = format!("{UPGRADE}\u{2}");
    let kinds = ["", &UPGRADE[..60], UPGRADE, &unfinished];
    let mut silent = Vec::with_capacity(COUNT);
    for number in 0..COUNT {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(kinds[number % kinds.len()].as_bytes()).unwrap();
        silent.push(stream);
    }
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
        .write_all(b"GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut said = Vec::new();
        match stream.read_to_end(&mut said) {
            Ok(_) => {}
            // A reset is an end, too.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
    }
}
