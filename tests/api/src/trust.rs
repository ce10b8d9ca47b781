//! Tests over TLS, with a certificate that is trusted as any is: by the system's root certificates.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the inner test finds the certificate and its key.
const FOLDER: &str = "POCKETKEY_TEST_TLS";

/// Runs an ignored test of this program where a certificate for 127.0.0.1 is trusted. What is trusted is read from the
/// environment, which must not change while threads run: so by a process of its own.
///
/// # Panics
/// If the test fails.
pub fn trusting(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = files(folder.path());
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let inner = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", test])
        .env("SSL_CERT_FILE", &cert)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inner.stdout);
    let failed = String::from_utf8_lossy(&inner.stderr);
    assert!(inner.status.success() && said.contains("1 passed"), "{said}{failed}");
}

/// The certificate and its key, for a test that [`trusting`] runs.
///
/// # Panics
/// In any other.
pub fn identity() -> (PathBuf, PathBuf) {
    files(Path::new(&env::var_os(FOLDER).expect("run by another test")))
}

fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("cert.pem"), folder.join("key.pem"))
}
