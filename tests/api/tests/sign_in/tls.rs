//! The same over HTTPS, with a certificate that the devices trust as they trust any: by the system's root certificates.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

/// Where the inner test finds the certificate and its key.
const FOLDER: &str = "POCKETKEY_TEST_TLS";

fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("cert.pem"), folder.join("key.pem"))
}

/// What is trusted is read from the environment, which must not change while threads run: so by a process of its own.
#[test]
fn a_person_signs_in_over_https() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = files(folder.path());
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let inner = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "tls::inside"])
        .env("SSL_CERT_FILE", &cert)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inner.stdout);
    assert!(
        inner.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&inner.stderr)
    );
}

async fn plain(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above runs it, with a certificate"]
async fn inside() {
    let identity = files(Path::new(&env::var_os(FOLDER).expect("run by the test above")));
    let mut port = 0;
    let world = World::with(
        PATIENCE,
        |config| config.tls_identity = Some(identity),
        async |tap| {
            port = tap;
            tap
        },
    )
    .await;
    world.script(ScriptMode::Approve).await;
    assert_eq!(flags(&world.ask(make_credential()).await) & UP_AND_UV, UP_AND_UV);
    assert_eq!(flags(&world.ask(get_assertion()).await) & UP_AND_UV, UP_AND_UV);
    assert!(!world.tap.saw(b"Pixel 9 (simulated)"), "the phone's introduction is not to be read on the way");
    assert!(!world.tap.saw(b"Upgrade: websocket") && !world.tap.saw(b"upgrade: websocket"));

    // Whoever comes without TLS learns where to go, and a health check need not trust anything.
    let moved = plain(port, "/users?after=1").await;
    assert!(moved.starts_with("HTTP/1.1 308 "), "{moved}");
    assert!(
        moved.contains("location: https://localhost:") && moved.contains("/users?after=1\r\n"),
        "{moved}"
    );
    assert!(plain(port, "/readyz").await.starts_with("HTTP/1.1 200 "));
    assert!(plain(port, "/api/v1/session").await.starts_with("HTTP/1.1 308 "));
}
